import type { AgentHealth, Device } from "@studio-os/functions/contracts";
import type { Listed } from "../../data/studio-data.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed } from "../../ui/use-live.js";
import type { TenantView } from "../tenant-view.js";
import { ConnectorList } from "./connector-list.js";
import { DeviceCard } from "./device-card.js";
import { FiringPanel } from "./firing-panel.js";

/** What each device said last, room by room, whether the ones who ask are well, and the firings that are under way. */
export function ReadingsSection({ view }: { view: TenantView }) {
  const { tenant } = view;
  const devices = useFeed(tenant.devices);
  const health = useFeed(tenant.health);
  return (
    <>
      <section aria-labelledby="connectors-title">
        <h2 id="connectors-title">Connectors</h2>
        {health.state === "loading" ? <Skeleton rows={2} kind="line" label="Connectors" /> : null}
        {health.state === "failed" ? (
          <PanelFailure source="The connectors" failure={health} onRetry={tenant.health.retry} />
        ) : null}
        {health.state === "ready" ? <Connectors listed={health.value} /> : null}
      </section>
      <FiringsUnderWay view={view} />
      <section aria-labelledby="rooms-title">
        <h2 id="rooms-title">Readings</h2>
        {devices.state === "loading" ? <Skeleton rows={4} kind="card" label="Devices" /> : null}
        {devices.state === "failed" ? (
          <PanelFailure source="The devices" failure={devices} onRetry={tenant.devices.retry} />
        ) : null}
        {devices.state === "ready" ? <Rooms listed={devices.value} /> : null}
      </section>
    </>
  );
}

function Connectors({ listed }: { listed: Listed<AgentHealth> }) {
  const connectors = listed.items.flatMap((health) => health.connectors);
  return (
    <>
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {connectors.length + listed.unreadable.length === 0 ? (
        <p className="muted panel-none">No connector has reported yet.</p>
      ) : null}
      <ConnectorList connectors={connectors} />
    </>
  );
}

/** Nothing at all where no kiln is fired: most of the time none is. */
function FiringsUnderWay({ view }: { view: TenantView }) {
  const feed = view.tenant.firings;
  const firings = useFeed(feed);
  if (firings.state === "loading") return null;
  if (firings.state === "failed") return <PanelFailure source="The firings" failure={firings} onRetry={feed.retry} />;
  const running = firings.value.items.filter(({ status }) => status === "running");
  if (running.length === 0) return null;
  return (
    <section aria-labelledby="firings-title">
      <h2 id="firings-title">Firings under way</h2>
      {running.map((log) => (
        <FiringPanel key={log.firingId} view={view} log={log} />
      ))}
    </section>
  );
}

function Rooms({ listed }: { listed: Listed<Device> }) {
  return (
    <>
      {listed.items.length + listed.unreadable.length === 0 ? (
        <Empty title="No device has reported yet">
          <p className="muted">An enrolled agent reports here by itself, within a minute of its start.</p>
        </Empty>
      ) : null}
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {byRoom(listed.items).map(([room, inRoom]) => (
        <div key={room} className="room">
          <h3>{room}</h3>
          <div className="device-grid">
            {inRoom.map((device) => (
              <DeviceCard key={device.deviceId} device={device} />
            ))}
          </div>
        </div>
      ))}
    </>
  );
}

function byRoom(devices: readonly Device[]): readonly (readonly [room: string, devices: readonly Device[]])[] {
  const rooms = new Map<string, Device[]>();
  const sorted = [...devices].sort((a, b) => a.name.localeCompare(b.name));
  for (const device of sorted) {
    const room = device.room ?? "No room";
    rooms.set(room, [...(rooms.get(room) ?? []), device]);
  }
  return [...rooms].sort(([a], [b]) => a.localeCompare(b));
}
