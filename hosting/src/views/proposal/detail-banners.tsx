import { REASON_CODES } from "@studio-os/functions/contracts";
import type { Proposal, ReasonCode } from "@studio-os/functions/contracts";
import type { TenantView } from "../tenant-view.js";

interface Notice {
  readonly tone: "bad" | "attention";
  readonly code: string;
  readonly text: string;
}

/** Most banners that stand over one proposal: more would be read by nobody (UX 2.2). */
const MAX_BANNERS = 2;

/** What to know first, in the order of weight: the stop, what is wrong with the plan, what cannot be undone, what is waived. */
export function DetailBanners({ proposal, view }: { proposal: Proposal; view: TenantView }) {
  return (
    <>
      {notices(proposal, view)
        .slice(0, MAX_BANNERS)
        .map((notice) => (
          <p key={notice.code} className={`notice notice-${notice.tone}`}>
            <span aria-hidden="true">{notice.tone === "bad" ? "■" : "▲"}</span>
            <span>
              {notice.text} <code>{notice.code}</code>
            </span>
          </p>
        ))}
    </>
  );
}

function notices(proposal: Proposal, { mode }: TenantView): readonly Notice[] {
  const found: Notice[] = [];
  const isOpen = ["pending_approval", "approved", "blocked", "stale"].includes(proposal.status);
  if (isOpen && mode?.mode === "stopped") {
    found.push({ tone: "bad", code: "KILL_SWITCH", text: REASON_CODES.KILL_SWITCH.sentence });
  }
  if (isOpen && mode?.mode === "read_only") {
    found.push({ tone: "attention", code: "READ_ONLY", text: REASON_CODES.READ_ONLY.sentence });
  }
  if (proposal.problem !== null) {
    const { code, detail } = proposal.problem;
    const sentence = isReasonCode(code) ? REASON_CODES[code].sentence : "Something is wrong with this proposal.";
    found.push({ tone: "attention", code, text: `${sentence} ${detail}`.trim() });
  }
  if (proposal.plan.irreversible.length > 0) {
    const why = proposal.plan.irreversible.map((entry) => entry.why).join("; ");
    found.push({ tone: "attention", code: "IRREVERSIBLE", text: `Cannot be undone, because ${why}.` });
  }
  if (proposal.exemptionId !== null) {
    const text = "An exemption is in use: one person less had to approve this than its rule says.";
    found.push({ tone: "attention", code: "EXEMPTION", text });
  }
  return found;
}

const isReasonCode = (code: string): code is ReasonCode => Object.hasOwn(REASON_CODES, code);
