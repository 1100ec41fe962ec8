import type { StaffEntry } from "@studio-os/functions/contracts";
import { formatMoment } from "../../../ui/age.js";
import { Button } from "../../../ui/button.js";
import type { TenantView } from "../../tenant-view.js";
import { ROLE_WORDS } from "./role-words.js";

interface StaffListProps {
  readonly view: TenantView;
  readonly staff: readonly StaffEntry[];
  /** The id of the note that says why nothing can be changed; undefined: it can. */
  readonly offBecause: string | undefined;
  readonly onChange: (entry: StaffEntry) => void;
}

/** Who works here and what each may do; those who left stay on the list, as out. */
export function StaffList({ view, staff, offBecause, onChange }: StaffListProps) {
  const sorted = [...staff].sort(
    (a, b) => Number(a.disabledAt !== null) - Number(b.disabledAt !== null) || a.name.localeCompare(b.name),
  );
  return (
    <ul className="cards">
      {sorted.map((entry) => {
        const isMe = [entry.uid, ...entry.aliases].some((account) => view.me.accounts.includes(account));
        return (
          <li key={entry.uid} className={entry.disabledAt === null ? "card" : "card card-out"}>
            <div className="card-main">
              <p className="card-title">
                <strong className="plain-text">{entry.name}</strong>
                {isMe ? <span className="badge badge-calm">You</span> : null}
                {entry.disabledAt === null ? null : (
                  <span className="badge">Out since {formatMoment(entry.disabledAt, view.timeZone)}</span>
                )}
              </p>
              <p className="card-badges">
                {entry.roles.map((role) => (
                  <span key={role} className="badge">
                    {ROLE_WORDS[role]}
                  </span>
                ))}
                {entry.roles.length === 0 ? <span className="muted">No role</span> : null}
              </p>
              <p className="facts">
                <code>{entry.uid}</code>
                {entry.groups.length === 0 ? "" : ` · groups: ${entry.groups.join(", ")}`}
                {entry.aliases.length === 0 ? "" : ` · also signs in as: ${entry.aliases.join(", ")}`}
              </p>
            </div>
            {isMe ? (
              <span className="card-note muted">Another owner changes your entry.</span>
            ) : (
              <Button offBecause={offBecause} onPress={() => onChange(entry)} label={`Change ${entry.name}`}>
                Change
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
