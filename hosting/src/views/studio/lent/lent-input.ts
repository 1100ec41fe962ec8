import {
  API_ROUTES,
  DELEGATION_DEFAULT_MS,
  DELEGATION_MAX_MS,
  DocRef,
  RATIONALE_MIN,
} from "@studio-os/functions/contracts";
import type { RouteBodyInput } from "@studio-os/functions/contracts";
import { fromLocalInput, toLocalInput } from "../../../ui/local-time.js";
import { parseCents } from "../parse-cents.js";

/** What the form of a grant holds, as it is typed. */
export interface LentInput {
  readonly agentId: string;
  readonly scopes: readonly string[];
  /** One record a line; empty: whatever the capabilities reach. */
  readonly records: string;
  /** In whole money, `12.50`; empty: no bound of its own. */
  readonly maxAmount: string;
  readonly maxPerDay: string;
  /** On the reader's clock. */
  readonly until: string;
  readonly reason: string;
}
export type LentProblems = Readonly<Partial<Record<keyof LentInput, string>>>;

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

export const lentInputAt = (nowMs: number): LentInput => ({
  agentId: "",
  scopes: [],
  records: "",
  maxAmount: "",
  maxPerDay: "",
  until: toLocalInput(Math.floor((nowMs + DELEGATION_DEFAULT_MS) / MINUTE_MS) * MINUTE_MS),
  reason: "",
});

/** Answers: can this be sent, and what is missing? The bounds are the contract's. */
export function readLentInput(
  input: LentInput,
  nowMs: number,
):
  | { readonly kind: "ready"; readonly body: RouteBodyInput<"grantDelegation"> }
  | { readonly kind: "missing"; readonly problems: LentProblems } {
  const { agentId, scopes } = input;
  const resourceRefs = linesOf(input.records);
  const maxAmountCents = parseCents(input.maxAmount);
  const maxPerDay = input.maxPerDay.trim() === "" ? null : Number(input.maxPerDay);
  const expiresAt = fromLocalInput(input.until);
  const { scopes: scopesSchema } = API_ROUTES.grantDelegation.body.shape;
  const problems: LentProblems = {
    ...(agentId === "" ? { agentId: "Which agent?" } : {}),
    ...(scopesSchema.safeParse(scopes).success ? {} : { scopes: "At least one. The agent may ask for nothing else." }),
    ...problemWithRecords(resourceRefs),
    ...(maxAmountCents === undefined ? { maxAmount: "An amount such as 25 or 12.50, or nothing." } : {}),
    ...(maxPerDay === null || isCount(maxPerDay) ? {} : { maxPerDay: "A whole number from 1 to 1,000, or nothing." }),
    ...problemWithEnd(expiresAt, nowMs),
    ...(input.reason.trim().length < RATIONALE_MIN ? { reason: `At least ${RATIONALE_MIN} characters.` } : {}),
  };
  if (Object.keys(problems).length > 0 || maxAmountCents === undefined) return { kind: "missing", problems };
  const constraints = { maxAmountCents, maxPerDay };
  const reason = input.reason.trim();
  return { kind: "ready", body: { agentId, scopes: [...scopes], resourceRefs, constraints, expiresAt, reason } };
}

const isCount = (quantity: number): boolean => Number.isInteger(quantity) && quantity >= 1 && quantity <= 1_000;

function problemWithRecords(refs: readonly string[]): LentProblems {
  const odd = refs.find((ref) => !DocRef.safeParse(ref).success);
  if (odd !== undefined) return { records: `“${odd}” is no record: firings/f-70, or batches/b-7/opsNotes/n-1.` };
  return refs.length > 50 ? { records: "At most 50 records." } : {};
}

function problemWithEnd(expiresAt: string | null, nowMs: number): LentProblems {
  if (expiresAt === null) return { until: "A day and a time." };
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return { until: "It lies behind us." };
  return leftMs > DELEGATION_MAX_MS ? { until: `At most ${DELEGATION_MAX_MS / DAY_MS} days from now.` } : {};
}

const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ),
];
