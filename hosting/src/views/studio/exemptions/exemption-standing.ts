import type { Exemption, Proposal, StaffEntry, Waivable } from "@studio-os/functions/contracts";
import type { Live } from "../../../data/live.js";
import type { ControlPair } from "../../../data/studio-data.js";
import { entryOf } from "../../queue/me.js";
import type { Me } from "../../queue/me.js";

export const WAIVER_WORDS: Readonly<Record<Waivable, string>> = {
  second_approver: "The second approver",
  quota: "The limit",
  intake_review: "The review at intake",
};

/** Where an exemption stands; `void`: the kill switch was used since it was granted. */
type ExemptionPhase = "counts" | "ahead" | "over" | "spent" | "revoked" | "void";

/** Answers: does this exemption count now? The instant `expiresAt` itself is too late. An epoch that is not known voids it. */
export function phaseOf(exemption: Exemption, epoch: number | null, nowMs: number): ExemptionPhase {
  if (exemption.revokedAt !== null) return "revoked";
  if (nowMs >= Date.parse(exemption.expiresAt)) return "over";
  if (exemption.uses >= exemption.maxUses) return "spent";
  if (exemption.controlEpoch !== epoch) return "void";
  return nowMs < Date.parse(exemption.startsAt) ? "ahead" : "counts";
}

/** The epoch that exemptions are granted in: every flip of either switch begins another. Null while it is not known. */
export function epochOf(control: Live<ControlPair>): number | null {
  if (control.state !== "ready") return null;
  const { studio, global } = control.value;
  return studio.kind === "found" && global.kind === "found" ? studio.value.epoch + global.value.epoch : null;
}

export interface ExemptionUse {
  readonly proposal: Proposal;
  /** What would be waived by naming one now. */
  readonly waives: "second_approver" | "quota";
  readonly me: Me;
  readonly staff: readonly StaffEntry[];
  readonly epoch: number | null;
  readonly nowMs: number;
}

/**
 * Answers: which exemptions could be named here? Those that count now and fit in every point that the cockpit can see; the server
 * judges again in the commit (M04.7). Whoever granted one stands in the request's chain from then on: it is not offered to
 * them, nor for requests that they stand behind.
 */
export function usableExemptions(exemptions: readonly Exemption[], use: ExemptionUse): readonly Exemption[] {
  const { proposal, waives, me, staff, epoch, nowMs } = use;
  const person = (uid: string): string => entryOf(staff, uid)?.uid ?? uid;
  const chain = proposal.actChain.filter(({ type }) => type === "human").map(({ id }) => person(id));
  const refs = proposal.plan.writes.map(({ ref }) => ref);
  const cents = Math.abs(proposal.plan.blastRadius.cents);
  return exemptions.filter(
    (it) =>
      phaseOf(it, epoch, nowMs) === "counts" &&
      it.waives.includes(waives) &&
      it.capabilityId === proposal.capabilityId &&
      (it.ownerUid === null || person(it.ownerUid) === person(proposal.ownerUid)) &&
      (it.resourceRef === null || refs.every((ref) => isWithin(it.resourceRef ?? "", ref))) &&
      (it.constraint.maxAmountCents === null || cents <= it.constraint.maxAmountCents) &&
      !chain.includes(person(it.grantedBy)) &&
      (waives === "quota" || !me.accounts.map(person).includes(person(it.grantedBy))),
  );
}

/** The record itself, and everything below it. */
const isWithin = (record: string, target: string): boolean => target === record || target.startsWith(`${record}/`);
