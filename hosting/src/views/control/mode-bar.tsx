import type { Person, StudioData } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { Link } from "../../ui/link.js";
import { auditPath, devicesPath, noticesPath, proposePath, queuePath, studioPath } from "../../ui/route.js";
import type { Page } from "../../ui/route.js";
import type { TenantView } from "../tenant-view.js";
import { ConnectionChip } from "./connection-chip.js";
import { EnvironmentBadge } from "./environment-badge.js";
import { ExemptionChip } from "./exemption-chip.js";
import { MODE_WORDS } from "./use-mode-announcements.js";

interface ModeBarProps {
  readonly data: StudioData;
  readonly view: TenantView;
  readonly person: Person;
  readonly studioName: string;
  readonly page: Page["name"];
  readonly hasOtherStudios: boolean;
  readonly onStop: () => void;
  readonly onHelp: () => void;
}

/** The bar that is on every screen: which studio and world, which mode, how fresh, and the stop. */
export function ModeBar({ data, view, person, studioName, page, hasOtherStudios, onStop, onHelp }: ModeBarProps) {
  const { tenant, mode, connection } = view;
  return (
    <div className="mode-bar">
      <div className="brand">
        <img src="/icon.svg" alt="" width="24" height="24" />
        <strong className="studio-name">{studioName}</strong>
        <EnvironmentBadge environment={data.environment} />
      </div>
      <nav className="pages" aria-label="Pages">
        {pageLinks(tenant.tenantId).map(({ name, words, to }) => (
          <Link
            key={name}
            to={to}
            className="page-link"
            isCurrent={page === name || (page === "exports" && name === "audit")}
          >
            {words}
          </Link>
        ))}
      </nav>
      <div className="bar-state">
        <ConnectionChip connection={connection} />
        <ExemptionChip view={view} />
        <span className={`mode mode-${mode?.mode ?? "unknown"}`} data-testid="mode">
          <span className="for-readers">Mode: </span>
          {mode === null ? "Reading…" : MODE_WORDS[mode.mode]}
          {mode !== null && mode.scopeCount > 0 ? ` · ${mode.scopeCount} partial` : null}
        </span>
      </div>
      <details
        className="account"
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.open = false;
        }}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
        }}
      >
        <summary>
          <span className="avatar" aria-hidden="true">
            {initials(person.name)}
          </span>
          <span className="for-readers">Account of {person.name}</span>
        </summary>
        <div className="account-menu">
          <p>
            <strong>{person.name}</strong>
          </p>
          <p className="muted">{person.email}</p>
          <p className="muted">{view.me.roles.join(", ") || "no role"}</p>
          <Button tone="quiet" onPress={onHelp}>
            Keyboard help
          </Button>
          {hasOtherStudios ? (
            <Link to="/" className="button button-quiet">
              Change studio
            </Link>
          ) : null}
          <Button tone="quiet" onPress={() => void data.signOut()}>
            Sign out
          </Button>
        </div>
      </details>
      <Button tone="danger" className="stop-button" onPress={onStop} keys="Shift+K">
        <span className="stop-glyph" aria-hidden="true" />
        Stop
      </Button>
    </div>
  );
}

interface PageLink {
  readonly name: Page["name"];
  readonly words: string;
  readonly to: string;
}

const pageLinks = (tenantId: string): readonly PageLink[] => [
  { name: "queue", words: "Queue", to: queuePath(tenantId, null) },
  { name: "propose", words: "Propose", to: proposePath(tenantId, null) },
  { name: "notices", words: "Notices", to: noticesPath(tenantId) },
  { name: "devices", words: "Devices", to: devicesPath(tenantId) },
  { name: "audit", words: "Audit", to: auditPath(tenantId) },
  { name: "studio", words: "Studio", to: studioPath(tenantId, "people") },
];

function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  return [words[0]?.[0], words.length > 1 ? words[1]?.[0] : ""].join("").toUpperCase();
}
