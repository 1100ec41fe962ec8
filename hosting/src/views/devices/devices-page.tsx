import { API_ROUTES } from "@studio-os/functions/contracts";
import { Link } from "../../ui/link.js";
import { DEVICE_SECTIONS, devicesPath } from "../../ui/route.js";
import type { DeviceSection } from "../../ui/route.js";
import { useFeed } from "../../ui/use-live.js";
import { holdsAny } from "../queue/me.js";
import type { TenantView } from "../tenant-view.js";
import { AgentsSection } from "./agents-section.js";
import { DeadLettersSection } from "./dead-letters-section.js";
import { FiringsSection } from "./firings-section.js";
import { waiting } from "./letter-words.js";
import { ReadingsSection } from "./readings-section.js";

const SECTION_WORDS: Readonly<Record<DeviceSection, string>> = {
  readings: "Readings",
  firings: "Firings",
  agents: "Agents",
  "dead-letters": "Dead letters",
};
const TITLES: Readonly<Record<DeviceSection, string>> = { ...SECTION_WORDS, readings: "Devices" };

/** What the devices said last, how old that is, who reads them, and what of it was refused. */
export function DevicesPage({ view, section }: { view: TenantView; section: DeviceSection }) {
  const mayRedrive = holdsAny(view.me, API_ROUTES.redriveDeadLetter.roles);
  return (
    <div className="studio">
      <nav className="rail" aria-label="Devices">
        <ul>
          {DEVICE_SECTIONS.map((name) => (
            <li key={name}>
              <Link to={devicesPath(view.tenant.tenantId, name)} className="rail-link" isCurrent={name === section}>
                <span>{SECTION_WORDS[name]}</span>
                {name === "dead-letters" && mayRedrive ? <WaitingCount view={view} /> : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {/* A part that scrolls can be reached, and so scrolled, by keyboard alone. */}
      <div className="studio-scroll" tabIndex={0} role="region" aria-labelledby="devices-title">
        <div className={`devices ${section === "readings" ? "devices-wide" : "studio-content"}`}>
          <h1 id="devices-title">{TITLES[section]}</h1>
          {section === "readings" ? <ReadingsSection view={view} /> : null}
          {section === "firings" ? <FiringsSection view={view} /> : null}
          {section === "agents" ? <AgentsSection view={view} /> : null}
          {section === "dead-letters" ? <DeadLettersSection view={view} mayRead={mayRedrive} /> : null}
        </div>
      </div>
    </div>
  );
}

/** How many of the newest messages wait for somebody; nothing while none does. */
function WaitingCount({ view }: { view: TenantView }) {
  const letters = useFeed(view.tenant.deadLetters(20));
  const many = letters.state === "ready" ? waiting(letters.value.items).length : 0;
  return many === 0 ? null : <span className="rail-count">{many}</span>;
}
