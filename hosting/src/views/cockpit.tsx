import type { Role } from "@studio-os/functions/contracts";
import { useMemo, useState } from "react";
import type { Person, StudioData, TenantData } from "../data/studio-data.js";
import { LiveRegions } from "../ui/live-regions.js";
import { auditPath, devicesPath, navigate, parsePage, queuePath, useAddress } from "../ui/route.js";
import { useCommands } from "../ui/use-commands.js";
import { useFeed, useStore } from "../ui/use-live.js";
import { AuditPage } from "./audit/audit-page.js";
import { effectiveMode } from "./control/effective-mode.js";
import { ModeBanner } from "./control/mode-banner.js";
import { ModeBar } from "./control/mode-bar.js";
import { ReleaseSheet } from "./control/release-sheet.js";
import { StopSheet } from "./control/stop-sheet.js";
import { useModeAnnouncements } from "./control/use-mode-announcements.js";
import { DevicesPage } from "./devices/devices-page.js";
import { HelpSheet } from "./help-sheet.js";
import { meFrom } from "./queue/me.js";
import { QueuePage } from "./queue/queue-page.js";
import { SignInAgain } from "./session/session-expired.js";
import type { TenantView } from "./tenant-view.js";

interface CockpitProps {
  readonly data: StudioData;
  readonly tenant: TenantData;
  /** What the verified token says of this studio. */
  readonly roles: readonly Role[];
  readonly person: Person;
  readonly isSessionLive: boolean;
  readonly hasOtherStudios: boolean;
}

type OpenSheet = "stop" | "release" | "help" | "recent-sign-in" | null;

/** The frame around every screen: the bars that are always there, the keys, the sheets, and the page. */
export function Cockpit({ data, tenant, roles, person, isSessionLive, hasOtherStudios }: CockpitProps) {
  const [sheet, setSheet] = useState<OpenSheet>(null);
  const page = parsePage(useAddress().pathname);
  const control = useFeed(tenant.control);
  const studio = useFeed(tenant.studio);
  const connection = useStore(tenant.connection);
  const mode = effectiveMode(control);
  const state = control.state === "ready" && control.value.studio.kind === "found" ? control.value.studio.value : null;
  const me = useMemo(() => meFrom(person, roles, state), [person, roles, state]);
  useModeAnnouncements(mode, connection.kind);
  useCommands({
    stop: () => setSheet("stop"),
    help: () => setSheet("help"),
    "go-queue": () => navigate(queuePath(tenant.tenantId, null)),
    "go-devices": () => navigate(devicesPath(tenant.tenantId)),
    "go-audit": () => navigate(auditPath(tenant.tenantId)),
  });

  const facts = studio.state === "ready" && studio.value.kind === "found" ? studio.value.value : null;
  const view: TenantView = { tenant, me, mode, connection, isSessionLive, timeZone: facts?.timeZone };
  const close = () => setSheet(null);
  return (
    <div className="cockpit">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="bars">
        <ModeBar
          data={data}
          view={view}
          person={person}
          studioName={facts?.name ?? tenant.tenantId}
          page={page.name === "devices" || page.name === "audit" ? page.name : "queue"}
          hasOtherStudios={hasOtherStudios}
          onStop={() => setSheet("stop")}
          onHelp={() => setSheet("help")}
        />
        <ModeBanner view={view} onRelease={() => setSheet("release")} onRetry={tenant.control.retry} />
      </header>
      <main id="main" className="page" tabIndex={-1}>
        {page.name === "devices" ? <DevicesPage view={view} /> : null}
        {page.name === "audit" ? <AuditPage view={view} chain={page.chain} /> : null}
        {page.name === "queue" ? <QueuePage view={view} proposalId={page.proposalId} /> : null}
      </main>
      <StopSheet view={view} isOpen={sheet === "stop"} onClose={close} />
      <ReleaseSheet
        view={view}
        isOpen={sheet === "release"}
        onClose={close}
        onNeedsSignIn={() => setSheet("recent-sign-in")}
      />
      <HelpSheet isOpen={sheet === "help"} onClose={close} />
      <SignInAgain
        data={data}
        person={person}
        cause="recent"
        isOpen={sheet === "recent-sign-in"}
        onClose={close}
        onDone={() => setSheet("release")}
      />
      <SignInAgain data={data} person={person} cause="expired" isOpen={!isSessionLive} />
      <LiveRegions />
    </div>
  );
}
