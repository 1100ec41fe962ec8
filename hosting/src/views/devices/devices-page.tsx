import type { ConnectorHealth, Device } from "@studio-os/functions/contracts";
import { formatAge } from "../../ui/age.js";
import { Empty, PanelFailure, Skeleton, UnreadableNote } from "../../ui/panel-states.js";
import { useFeed, useNow } from "../../ui/use-live.js";
import type { TenantData } from "../../data/studio-data.js";
import type { TenantView } from "../tenant-view.js";
import { DeviceCard } from "./device-card.js";
import { FiringPanel } from "./firing-panel.js";
import { silentAgents } from "./reading-quality.js";

/** What the devices said last, how old that is, and whether the ones who ask them are well. */
export function DevicesPage({ view }: { view: TenantView }) {
  const { tenant } = view;
  const devices = useFeed(tenant.devices);
  const connectors = useFeed(tenant.connectors);
  return (
    // A part that scrolls can be reached, and so scrolled, by keyboard alone.
    <div className="devices-scroll" tabIndex={0} role="region" aria-labelledby="devices-title">
      <div className="devices">
        <h1 id="devices-title">Devices</h1>
        <SilenceBanner
          devices={devices.state === "ready" ? devices.value.items : []}
          connectors={connectors.state === "ready" ? connectors.value.items : []}
        />
        <section aria-labelledby="connectors-title">
          <h2 id="connectors-title">Connectors</h2>
          {connectors.state === "loading" ? <Skeleton rows={2} kind="line" label="Connectors" /> : null}
          {connectors.state === "failed" ? (
            <PanelFailure source="The connectors" failure={connectors} onRetry={tenant.connectors.retry} />
          ) : null}
          {connectors.state === "ready" ? <Connectors listed={connectors.value} /> : null}
        </section>
        <Firings feed={tenant.firings} />
        <section aria-labelledby="rooms-title">
          <h2 id="rooms-title">Readings</h2>
          {devices.state === "loading" ? <Skeleton rows={4} kind="card" label="Devices" /> : null}
          {devices.state === "failed" ? (
            <PanelFailure source="The devices" failure={devices} onRetry={tenant.devices.retry} />
          ) : null}
          {devices.state === "ready" ? (
            <>
              {devices.value.items.length + devices.value.unreadable.length === 0 ? (
                <Empty title="No device has reported yet">
                  <p className="muted">An enrolled agent reports here by itself, within a minute of its start.</p>
                </Empty>
              ) : null}
              {devices.value.unreadable.map((record) => (
                <UnreadableNote key={record.id} {...record} />
              ))}
              {byRoom(devices.value.items).map(([room, inRoom]) => (
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
          ) : null}
        </section>
      </div>
    </div>
  );
}

/** Nothing at all where no kiln is logged: most studios begin without a sensor in the kiln. */
function Firings({ feed }: { feed: TenantData["firings"] }) {
  const firings = useFeed(feed);
  if (firings.state === "loading") return null;
  if (firings.state === "failed") return <PanelFailure source="The firings" failure={firings} onRetry={feed.retry} />;
  const { items, unreadable } = firings.value;
  if (items.length + unreadable.length === 0) return null;
  return (
    <section aria-labelledby="firings-title">
      <h2 id="firings-title">Firings</h2>
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {items.map((log) => (
        <FiringPanel key={log.firingId} log={log} />
      ))}
    </section>
  );
}

function SilenceBanner(props: { devices: readonly Device[]; connectors: readonly ConnectorHealth[] }) {
  const nowMs = useNow();
  const silent = silentAgents(props.devices, props.connectors, nowMs);
  if (silent.length === 0) return null;
  return (
    <div className="notice notice-attention" role="status">
      <span aria-hidden="true">▲</span>
      <span>
        {silent.map(({ agentId, lastHeardAt }) => (
          <span key={agentId} className="silent-agent">
            Agent <code>{agentId}</code> was last heard {formatAge(lastHeardAt, nowMs)}. What you see may no longer be
            so.
          </span>
        ))}
      </span>
    </div>
  );
}

const STATE_WORDS = {
  healthy: "Healthy",
  degraded: "Degraded",
  down: "Down",
  not_configured: "Not configured",
} as const;
const STATE_TONES = { healthy: "good", degraded: "attention", down: "bad", not_configured: "quiet" } as const;

function Connectors({
  listed,
}: {
  listed: { items: readonly ConnectorHealth[]; unreadable: readonly { id: string; problem: string }[] };
}) {
  const nowMs = useNow();
  if (listed.items.length + listed.unreadable.length === 0)
    return <p className="muted">No connector has reported yet.</p>;
  return (
    <>
      {listed.unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      <ul className="connectors">
        {listed.items.map((connector) => (
          <li key={`${connector.agentId}:${connector.connectorId}`} className="connector">
            <strong>{connector.connectorId}</strong>
            <span className={`badge badge-${STATE_TONES[connector.state]}`}>{STATE_WORDS[connector.state]}</span>
            <span className="muted">
              {connector.lastSuccessAt === null
                ? "never reached"
                : `last reached ${formatAge(connector.lastSuccessAt, nowMs)}`}
              {connector.consecutiveFailures > 0 ? ` · ${connector.consecutiveFailures} failures in a row` : ""}
              {connector.lastError === null ? "" : ` · ${connector.lastError}`} · reported{" "}
              {formatAge(connector.receivedAt, nowMs)}
            </span>
          </li>
        ))}
      </ul>
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
