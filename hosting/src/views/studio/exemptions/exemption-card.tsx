import type { CapabilityOffer, Exemption, StaffEntry } from "@studio-os/functions/contracts";
import { formatLeft, formatMoment } from "../../../ui/age.js";
import { Button } from "../../../ui/button.js";
import { joinWords } from "../../../ui/join-words.js";
import { useNow } from "../../../ui/use-live.js";
import { entryOf } from "../../queue/me.js";
import type { TenantView } from "../../tenant-view.js";
import { formatCents } from "../parse-cents.js";
import { phaseOf, WAIVER_WORDS } from "./exemption-standing.js";

interface ExemptionCardProps {
  readonly view: TenantView;
  readonly exemption: Exemption;
  readonly staff: readonly StaffEntry[];
  readonly offers: readonly CapabilityOffer[];
  readonly epoch: number | null;
  readonly offBecause: string | undefined;
  readonly onRevoke: () => void;
}

const PHASES = {
  counts: { words: "Counts now", tone: "badge-good" },
  ahead: { words: "Not yet", tone: "badge-calm" },
  over: { words: "Over", tone: "" },
  spent: { words: "Used up", tone: "" },
  revoked: { words: "Revoked", tone: "" },
  void: { words: "Void: the stop was used since", tone: "badge-attention" },
} as const;

/** One exemption: what need not be met, for whom, until when, and how often it was used. */
export function ExemptionCard(props: ExemptionCardProps) {
  const { view, exemption, staff, offers, epoch, offBecause, onRevoke } = props;
  const nowMs = useNow();
  const phase = phaseOf(exemption, epoch, nowMs);
  const isOpen = phase === "counts" || phase === "ahead";
  const nameOf = (uid: string) => entryOf(staff, uid)?.name ?? uid;
  const title = offers.find(({ id }) => id === exemption.capabilityId)?.title ?? exemption.capabilityId;
  const waived = waiverWords(exemption);
  return (
    <li className={isOpen ? "card" : "card card-out"}>
      <div className="card-main">
        <p className="card-title">
          <strong>Waives {waived}</strong>
          <span className={`badge ${PHASES[phase].tone}`}>{PHASES[phase].words}</span>
        </p>
        <p className="plain-text">
          {title}
          {reachWords(exemption, nameOf)}
        </p>
        <p>
          {phase === "ahead" ? `from ${formatMoment(exemption.startsAt, view.timeZone)} ` : ""}
          {exemption.revokedAt === null
            ? `until ${formatMoment(exemption.expiresAt, view.timeZone)}${isOpen ? ` · ${formatLeft(exemption.expiresAt, nowMs)} left` : ""}`
            : `revoked ${formatMoment(exemption.revokedAt, view.timeZone)} by ${nameOf(exemption.revokedBy ?? "")}`}
          {" · "}used {exemption.uses} of {exemption.maxUses}
        </p>
        <p className="facts plain-text">
          {exemption.ticketRef} · granted by {nameOf(exemption.grantedBy)}
          {exemption.constraint.maxAmountCents === null
            ? ""
            : ` · up to ${formatCents(exemption.constraint.maxAmountCents)}`}{" "}
          · <code>{exemption.exemptionId}</code>
        </p>
      </div>
      {isOpen ? (
        <Button
          offBecause={offBecause}
          label={`Revoke: waives ${waived} for ${title}, ${exemption.ticketRef}`}
          onPress={onRevoke}
        >
          Revoke…
        </Button>
      ) : null}
    </li>
  );
}

/** `the second approver and the limit`. */
export const waiverWords = ({ waives }: Exemption): string =>
  joinWords(
    waives.map((requirement) => WAIVER_WORDS[requirement].toLowerCase()),
    "and",
  );

function reachWords({ ownerUid, resourceRef }: Exemption, nameOf: (uid: string) => string): string {
  return [
    ownerUid === null ? "" : `, for requests of ${nameOf(ownerUid)}`,
    resourceRef === null ? "" : `, about ${resourceRef}`,
  ].join("");
}
