import {
  API_ROUTES,
  DocId,
  DocRef,
  EXEMPTION_MAX_MS,
  EXEMPTION_PHYSICAL_MAX_MS,
  RATIONALE_MIN,
} from "@studio-os/functions/contracts";
import type { CapabilityOffer, RouteBodyInput, StaffEntry, Waivable } from "@studio-os/functions/contracts";
import { fromLocalInput, toLocalInput } from "../../../ui/local-time.js";
import { entryOf } from "../../queue/me.js";
import type { Me } from "../../queue/me.js";
import { parseCents } from "../parse-cents.js";

/** What the form of an exemption holds, as it is typed. */
export interface ExemptionInput {
  readonly capabilityId: string;
  readonly forUid: string;
  readonly record: string;
  readonly waives: readonly Waivable[];
  readonly ticketRef: string;
  /** On the reader's clock; empty: at once. */
  readonly startsAt: string;
  readonly expiresAt: string;
  readonly maxUses: string;
  /** In whole money; empty: no bound of its own. */
  readonly maxAmount: string;
  readonly reason: string;
}
export type ExemptionProblems = Readonly<Partial<Record<keyof ExemptionInput, string>>>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const exemptionInputAt = (nowMs: number): ExemptionInput => ({
  capabilityId: "",
  forUid: "",
  record: "",
  waives: [],
  ticketRef: "",
  startsAt: "",
  expiresAt: toLocalInput(Math.floor((nowMs + 2 * HOUR_MS) / MINUTE_MS) * MINUTE_MS),
  maxUses: "1",
  maxAmount: "",
  reason: "",
});

/** Answers: can this be sent, and what is missing? The bounds are the contract's and the capability's own (M04.7). */
export function readExemptionInput(
  input: ExemptionInput,
  around: {
    readonly offers: readonly CapabilityOffer[];
    readonly staff: readonly StaffEntry[];
    readonly me: Me;
    readonly nowMs: number;
  },
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"grantExemption"> }
  | { readonly kind: "missing"; readonly problems: ExemptionProblems } {
  const { offers, nowMs } = around;
  const capability = offers.find(({ id }) => id === input.capabilityId);
  const [startsAt, expiresAt] = [
    input.startsAt === "" ? null : fromLocalInput(input.startsAt),
    fromLocalInput(input.expiresAt),
  ];
  const maxAmountCents = parseCents(input.maxAmount);
  const maxUses = Number(input.maxUses);
  const shape = API_ROUTES.grantExemption.body.shape;
  const problems: ExemptionProblems = {
    ...(capability === undefined ? { capabilityId: "Which capability?" } : {}),
    ...problemWithReach(input, capability, around),
    ...(input.waives.length === 0 ? { waives: "What need not be met?" } : {}),
    ...(shape.ticketRef.safeParse(input.ticketRef.trim()).success
      ? {}
      : { ticketRef: "Where it is written down: a ticket, a letter." }),
    ...(input.startsAt !== "" && (startsAt === null || Date.parse(startsAt) < nowMs)
      ? { startsAt: "A moment that lies ahead, or nothing." }
      : {}),
    ...problemWithEnd(startsAt, expiresAt, capability, nowMs),
    ...(input.maxUses.trim() !== "" && shape.maxUses.safeParse(maxUses).success
      ? {}
      : { maxUses: "A whole number from 1 to 20." }),
    ...(maxAmountCents === undefined ? { maxAmount: "An amount such as 25 or 12.50, or nothing." } : {}),
    ...(input.reason.trim().length < RATIONALE_MIN ? { reason: `At least ${RATIONALE_MIN} characters.` } : {}),
  };
  if (Object.keys(problems).length > 0 || expiresAt === null || maxAmountCents === undefined)
    return { kind: "missing", problems };
  return {
    kind: "ready",
    body: {
      capabilityId: input.capabilityId,
      forUid: input.forUid.trim() === "" ? null : input.forUid.trim(),
      resourceRef: input.record.trim() === "" ? null : input.record.trim(),
      constraint: { maxAmountCents },
      waives: [...input.waives],
      ticketRef: input.ticketRef.trim(),
      startsAt,
      expiresAt,
      maxUses,
      reason: input.reason.trim(),
    },
  };
}

function problemWithReach(
  { forUid, record }: ExemptionInput,
  capability: CapabilityOffer | undefined,
  { staff, me }: { readonly staff: readonly StaffEntry[]; readonly me: Me },
): ExemptionProblems {
  const [uid, ref] = [forUid.trim(), record.trim()];
  const person = (account: string): string => entryOf(staff, account)?.uid ?? account;
  if (uid !== "" && !DocId.safeParse(uid).success) return { forUid: "An account id, or nothing." };
  if (uid !== "" && me.accounts.map(person).includes(person(uid)))
    return { forUid: "Not for oneself: somebody else grants it." };
  if (ref !== "" && !DocRef.safeParse(ref).success) return { record: "A record such as firings/f-70, or nothing." };
  const isBounded = uid !== "" || ref !== "" || capability?.mode === "read";
  return isBounded ? {} : { forUid: "Whose requests, or which record: one of the two at least." };
}

function problemWithEnd(
  startsAt: string | null,
  expiresAt: string | null,
  capability: CapabilityOffer | undefined,
  nowMs: number,
): ExemptionProblems {
  if (expiresAt === null) return { expiresAt: "A day and a time." };
  const endMs = Date.parse(expiresAt);
  if (endMs <= nowMs) return { expiresAt: "It lies behind us." };
  if (startsAt !== null && endMs <= Date.parse(startsAt)) return { expiresAt: "It must end after it starts." };
  const isPhysical = capability?.riskTier === "physical";
  // Counted from now, also where it begins later: nobody grants for a far future.
  if (endMs - nowMs <= (isPhysical ? EXEMPTION_PHYSICAL_MAX_MS : EXEMPTION_MAX_MS)) return {};
  return { expiresAt: isPhysical ? "At most 4 hours from now, where devices are moved." : "At most 7 days from now." };
}
