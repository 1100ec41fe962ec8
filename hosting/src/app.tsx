import { useEffect, useMemo } from "react";
import type { Session, StudioData } from "./data/studio-data.js";
import { DefectScreen } from "./ui/defect-screen.js";
import { navigate, parsePage, queuePath, tenantOf, useAddress } from "./ui/route.js";
import { useStore } from "./ui/use-live.js";
import { Cockpit } from "./views/cockpit.js";
import { SignInScreen } from "./views/session/sign-in-screen.js";
import { TenantPicker } from "./views/session/tenant-picker.js";

/** The whole cockpit over whatever data it is given. */
export function App({ data }: { data: StudioData }) {
  return (
    <DefectScreen>
      <Doors data={data} />
    </DefectScreen>
  );
}

function Doors({ data }: { data: StudioData }) {
  const session = useStore(data.session);
  switch (session.kind) {
    case "loading":
      return (
        <div className="boot" role="status">
          Opening the studio…
        </div>
      );
    case "signed_out":
      return <SignInScreen data={data} />;
    case "signed_in":
    case "expired":
      return <Workspace data={data} session={session} />;
  }
}

type OpenSession = Extract<Session, { kind: "signed_in" | "expired" }>;

function Workspace({ data, session }: { data: StudioData; session: OpenSession }) {
  const page = parsePage(useAddress().pathname);
  const own = Object.keys(session.tenants);
  const only = own.length === 1 ? own[0] : undefined;
  const isHome = page.name === "home";
  useEffect(() => {
    if (isHome && only !== undefined) navigate(queuePath(only, null), true);
  }, [isHome, only]);

  const tenantId = tenantOf(page);
  if (tenantId === null && isHome && only !== undefined) return null;
  if (tenantId === null || !own.includes(tenantId)) {
    return <TenantPicker data={data} person={session.person} tenants={session.tenants} refused={tenantId} />;
  }
  return <InTenant data={data} session={session} tenantId={tenantId} />;
}

function InTenant({ data, session, tenantId }: { data: StudioData; session: OpenSession; tenantId: string }) {
  // An ended session keeps the feeds it had; a new sign-in opens new ones, because the old may have been refused.
  const serial = session.kind === "signed_in" ? session.serial : null;
  const tenants = useMemo(() => keepLast((id: string) => data.openTenant(id)), [data]);
  const tenant = tenants(tenantId, serial);
  const { person } = session;
  const roles = session.tenants[tenantId] ?? [];
  return (
    <Cockpit
      key={tenantId}
      data={data}
      tenant={tenant}
      roles={roles}
      person={person}
      isSessionLive={session.kind === "signed_in"}
      hasOtherStudios={Object.keys(session.tenants).length > 1}
    />
  );
}

/** Remembers what was opened last; `serial` null asks for the last one again. */
function keepLast<T>(open: (id: string) => T): (id: string, serial: number | null) => T {
  let last: { id: string; serial: number | null; opened: T } | null = null;
  return (id, serial) => {
    if (last?.id === id && (serial === null || last.serial === serial)) return last.opened;
    last = { id, serial, opened: open(id) };
    return last.opened;
  };
}
