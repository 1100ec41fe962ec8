import type { Person, StudioData, TenantRoles } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { Link } from "../../ui/link.js";
import { queuePath } from "../../ui/route.js";
import { EnvironmentBadge } from "../control/environment-badge.js";

interface TenantPickerProps {
  readonly data: StudioData;
  readonly person: Person;
  readonly tenants: TenantRoles;
  /** A studio that the address named and this person does not belong to. */
  readonly refused: string | null;
}

/** Which studio? Also what a person without any studio, or with the wrong address, sees. */
export function TenantPicker({ data, person, tenants, refused }: TenantPickerProps) {
  const entries = Object.entries(tenants);
  return (
    <main className="door">
      <div className="door-card">
        <div className="door-head">
          <img src="/icon.svg" alt="" width="36" height="36" />
          <EnvironmentBadge environment={data.environment} />
        </div>
        <h1>{entries.length === 0 ? "No studio yet" : "Choose a studio"}</h1>
        {refused === null ? null : (
          <p className="problem" role="alert">
            Your sign-in has no role in <code>{refused}</code>. An owner of that studio can give you one.
          </p>
        )}
        {entries.length === 0 ? (
          <p className="muted">
            You are signed in as {person.email}, and no studio has given you a role. Ask an owner for one of: viewer,
            operator, approver. Then sign in again.
          </p>
        ) : (
          <ul className="tenant-list">
            {entries.map(([tenantId, roles]) => (
              <li key={tenantId}>
                <Link to={queuePath(tenantId, null)} className="tenant-link">
                  <strong>{tenantId}</strong>
                  <span className="muted">{roles.length === 0 ? "no role" : roles.join(", ")}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        <Button tone="quiet" onPress={() => void data.signOut()}>
          Sign out
        </Button>
      </div>
    </main>
  );
}
