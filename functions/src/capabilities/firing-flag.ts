import * as z from "zod";
import { Firing, FiringFlagInput, FiringFlagRequest } from "../contracts/index.js";
import type { FiringAttention, UtcInstant } from "../contracts/index.js";
import type { Capability } from "./capability.js";

const HOUR_MS = 3_600_000;
/** Statuses of a firing that is booked or under way, and so explains a hot room. `cooling` does not: it should be falling. */
const EXPECTED_HEAT = new Set<string>(["queued", "armed", "firing"]);
/** How many of a kiln's firings, newest first, are looked at to find the latest one that has begun. */
const FIRINGS_LOOKED_AT = 10;

const IN_WORDS: Record<FiringAttention, string> = {
  room_overheat: "the room is too hot",
  sensor_silent: "a sensor is silent",
  door_open: "a door is open",
  water_leak: "water on the floor",
  log_gap: "the firing log has a gap",
  other: "something is odd",
};

const hoursAfter = (instant: UtcInstant, hours: number): UtcInstant =>
  new Date(Date.parse(instant) + hours * HOUR_MS).toISOString();

/** Flags one firing for a person's attention, and takes the flag back on undo. */
export const firingFlag: Capability<FiringFlagInput, FiringFlagRequest> = {
  metadata: {
    id: "firing.flag",
    version: 1,
    title: "Flag a firing for attention",
    owner: "kiln operations",
    escalation: "the studio's approver_admin",
    riskTier: "low",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "default",
    maxTargets: 1,
    declaredPaths: [{ path: "firings/*", ops: ["update"], fields: ["attention"] }],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator"], agent: true },
    adr: "docs/adr/0003-effects-are-data.md",
  },
  inputSchema: FiringFlagInput,
  outputSchema: z.strictObject({ attention: Firing.shape.attention.unwrap() }),
  targets: ({ firingId }) => [`firings/${firingId}`],
  reads: ({ firingId }) => [
    { ref: `firings/${firingId}`, fields: ["attention", "kilnId", "kilnName", "status", "title"] },
  ],

  preview(truth, input, { proposalId }) {
    const ref = `firings/${input.firingId}`;
    const document = truth.get(ref) ?? null;
    if (document === null) return { kind: "refused", reason: "TARGET_NOT_FOUND", detail: `there is no ${ref}` };
    const firing = Firing.pick({ attention: true, kilnName: true, title: true }).safeParse({
      attention: document["attention"] ?? null,
      kilnName: document["kilnName"],
      title: document["title"],
    });
    if (!firing.success) return { kind: "refused", reason: "TARGET_UNREADABLE", detail: `${ref} is not a firing` };
    const after = { code: input.attention, note: input.note, proposalId };
    const before = firing.data.attention;
    if (before !== null && before.code === after.code && before.note === after.note)
      return { kind: "refused", reason: "NO_OP", detail: "the firing already carries this flag" };
    return {
      kind: "effect",
      headline: `Flag “${firing.data.title}” on ${firing.data.kilnName}: ${IN_WORDS[input.attention]}`,
      writes: [
        {
          ref,
          op: "update",
          fields: [
            document["attention"] === undefined
              ? { path: "attention", after, sensitivity: "none" }
              : { path: "attention", before, after, sensitivity: "none" },
          ],
        },
      ],
      members: 0,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: {
    requestSchema: FiringFlagRequest,
    queries: ({ kilnId, unlessBookedWithinHours }, now) => [
      {
        collection: "firings",
        where: [
          { field: "kilnId", op: "==", value: kilnId },
          // Firings that are booked further ahead explain nothing, and would fill the bound.
          { field: "startAt", op: "<=", value: hoursAfter(now, unlessBookedWithinHours) },
        ],
        orderBy: [{ field: "startAt", direction: "desc" }],
        limit: FIRINGS_LOOKED_AT,
      },
    ],
    resolve({ kilnId, attention, note, unlessBookedWithinHours }, [found = []], now) {
      const firings = found.flatMap((document) => {
        const firing = Firing.safeParse(document);
        return firing.success ? [firing.data] : [];
      });
      const marginMs = unlessBookedWithinHours * HOUR_MS;
      const at = Date.parse(now);
      const expected = firings.find(
        (firing) =>
          EXPECTED_HEAT.has(firing.status) &&
          at >= Date.parse(firing.startAt) - marginMs &&
          at <= Date.parse(firing.endAt) + marginMs,
      );
      if (marginMs > 0 && expected !== undefined)
        return {
          kind: "refused",
          reason: "NOT_WARRANTED",
          detail: `${expected.title} is ${expected.status} from ${expected.startAt}`,
        };
      const latest = firings.find((firing) => Date.parse(firing.startAt) <= at);
      if (latest === undefined)
        return { kind: "refused", reason: "TARGET_NOT_FOUND", detail: `kiln ${kilnId} has no firing that has begun` };
      return { kind: "input", input: { firingId: latest.firingId, attention, note } };
    },
  },
};
