import { Link } from "../../ui/link.js";
import { STUDIO_SECTIONS, studioPath } from "../../ui/route.js";
import type { StudioSection } from "../../ui/route.js";
import type { TenantView } from "../tenant-view.js";
import { ExemptionsSection } from "./exemptions/exemptions-section.js";
import { KeepingSection } from "./keeping/keeping-section.js";
import { LentSection } from "./lent/lent-section.js";
import { LimitsSection } from "./limits/limits-section.js";
import { PeopleSection } from "./people/people-section.js";
import { RulesSection } from "./rules/rules-section.js";
import { StopsSection } from "./stops/stops-section.js";

const SECTION_WORDS: Readonly<Record<StudioSection, string>> = {
  people: "People and covers",
  rules: "Approval rules",
  lent: "Lent rights",
  exemptions: "Exemptions",
  limits: "Limits",
  stops: "Stops",
  keeping: "Keeping and erasing",
};

/** How the studio is run: who is who, who must agree to what, what is lent and waived, how much may be done, and what is stopped. */
export function StudioPage({ view, section }: { view: TenantView; section: StudioSection }) {
  return (
    <div className="studio">
      <nav className="rail" aria-label="Studio">
        <ul>
          {STUDIO_SECTIONS.map((name) => (
            <li key={name}>
              <Link to={studioPath(view.tenant.tenantId, name)} className="rail-link" isCurrent={name === section}>
                {SECTION_WORDS[name]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="studio-scroll" tabIndex={0} role="region" aria-label={SECTION_WORDS[section]}>
        <div className="studio-content">
          <h1>{SECTION_WORDS[section]}</h1>
          {section === "people" ? <PeopleSection view={view} /> : null}
          {section === "rules" ? <RulesSection view={view} /> : null}
          {section === "lent" ? <LentSection view={view} /> : null}
          {section === "exemptions" ? <ExemptionsSection view={view} /> : null}
          {section === "limits" ? <LimitsSection view={view} /> : null}
          {section === "stops" ? <StopsSection view={view} /> : null}
          {section === "keeping" ? <KeepingSection view={view} /> : null}
        </div>
      </div>
    </div>
  );
}
