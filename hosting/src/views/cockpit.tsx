import type { Role } from "@studio-os/functions/contracts";
import { lazy, Suspense, useMemo, useState } from "react";
import type { Person, StudioData, TenantData } from "../data/studio-data.js";
import { LiveRegions } from "../ui/live-regions.js";
import { Skeleton } from "../ui/panel-states.js";
import { parsePage, useAddress } from "../ui/route.js";
import type { Page } from "../ui/route.js";
import { useCommands } from "../ui/use-commands.js";
import { useFeed, useStore } from "../ui/use-live.js";
import { effectiveMode } from "./control/effective-mode.js";
import { ModeBanner } from "./control/mode-banner.js";
import { ModeBar } from "./control/mode-bar.js";
import { ReleaseSheet } from "./control/release-sheet.js";
import { StopSheet } from "./control/stop-sheet.js";
import { useModeAnnouncements } from "./control/use-mode-announcements.js";
import { SilenceBanner } from "./devices/silence-banner.js";
import { goToPages } from "./go-to-pages.js";
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

type OpenSheet = "stop" | "release" | "help" | null;

/** What most people open seldom is fetched when they do: the queue stays small. */
const StudioPage = lazy(() => import("./studio/studio-page.js").then((it) => ({ default: it.StudioPage })));
const DevicesPage = lazy(() => import("./devices/devices-page.js").then((it) => ({ default: it.DevicesPage })));
const AuditPage = lazy(() => import("./audit/audit-page.js").then((it) => ({ default: it.AuditPage })));
const ExportsPage = lazy(() => import("./audit/exports/exports-page.js").then((it) => ({ default: it.ExportsPage })));
const NoticesPage = lazy(() => import("./notices/notices-page.js").then((it) => ({ default: it.NoticesPage })));
const ProposePage = lazy(() => import("./propose/propose-page.js").then((it) => ({ default: it.ProposePage })));
const RevisePage = lazy(() => import("./propose/revise-page.js").then((it) => ({ default: it.RevisePage })));

function OpenPage({ page, view }: { page: Page; view: TenantView }) {
  switch (page.name) {
    case "queue":
      return <QueuePage view={view} proposalId={page.proposalId} />;
    case "propose":
      return <ProposePage key={page.capabilityId} view={view} capabilityId={page.capabilityId} />;
    case "revise":
      return <RevisePage key={page.proposalId} view={view} proposalId={page.proposalId} />;
    case "notices":
      return <NoticesPage view={view} />;
    case "devices":
      return <DevicesPage view={view} section={page.section} />;
    case "audit":
      return <AuditPage view={view} chain={page.chain} />;
    case "exports":
      return <ExportsPage view={view} />;
    case "studio":
      return <StudioPage view={view} section={page.section} />;
    case "home":
    case "unknown":
      return null;
  }
}

/** The frame around every screen: the bars that are always there, the keys, the sheets, and the page. */
export function Cockpit({ data, tenant, roles, person, isSessionLive, hasOtherStudios }: CockpitProps) {
  const [sheet, setSheet] = useState<OpenSheet>(null);
  const [isSigningIn, setSigningIn] = useState(false);
  const [signInCount, setSignInCount] = useState(0);
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
    ...goToPages(tenant.tenantId),
  });

  const facts = studio.state === "ready" && studio.value.kind === "found" ? studio.value.value : null;
  const askSignIn = () => setSigningIn(true);
  const timeZone = facts?.timeZone;
  const view: TenantView = { tenant, me, mode, connection, isSessionLive, timeZone, askSignIn, signInCount };
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
          page={page.name}
          hasOtherStudios={hasOtherStudios}
          onStop={() => setSheet("stop")}
          onHelp={() => setSheet("help")}
        />
        <ModeBanner view={view} onRelease={() => setSheet("release")} onRetry={tenant.control.retry} />
        <SilenceBanner view={view} />
      </header>
      <main id="main" className="page" tabIndex={-1}>
        <Suspense fallback={<Skeleton rows={6} kind="line" label="Page" />}>
          <OpenPage page={page} view={view} />
        </Suspense>
      </main>
      <StopSheet view={view} isOpen={sheet === "stop"} onClose={close} />
      <ReleaseSheet view={view} isOpen={sheet === "release"} onClose={close} />
      <HelpSheet isOpen={sheet === "help"} onClose={close} />
      <SignInAgain
        data={data}
        person={person}
        cause="recent"
        isOpen={isSigningIn}
        onClose={() => setSigningIn(false)}
        onDone={() => {
          setSigningIn(false);
          setSignInCount(signInCount + 1);
        }}
      />
      <SignInAgain data={data} person={person} cause="expired" isOpen={!isSessionLive} />
      <LiveRegions />
    </div>
  );
}
