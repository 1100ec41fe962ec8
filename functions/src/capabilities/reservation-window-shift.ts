import { Reservation, ReservationWindowShiftInput } from "../contracts/index.js";
import type { ReservationStatus } from "../contracts/index.js";
import type { Capability } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

const HOUR_MS = 3_600_000;
/** A window is at least an hour and at most three weeks long, and moves by at most half a year at a time. */
const SHORTEST_MS = HOUR_MS;
const LONGEST_MS = 21 * 24 * HOUR_MS;
const FARTHEST_MS = 183 * 24 * HOUR_MS;

const OPEN: ReadonlySet<ReservationStatus> = new Set(["requested", "confirmed", "waitlisted"]);
const TargetReservation = Reservation.pick({
  status: true,
  ownerName: true,
  firingType: true,
  windowStartAt: true,
  windowEndAt: true,
});

/**
 * Moves the window of one kiln reservation. Windows of one kiln may overlap: a load is shared, and a window is when the
 * member's pieces may be fired, not when the kiln is theirs. Undo moves the window back.
 */
export const reservationWindowShift: Capability<ReservationWindowShiftInput> = {
  metadata: {
    id: "reservation.window.shift",
    version: 1,
    title: "Move the window of a reservation",
    owner: "studio operations",
    escalation: "the studio's approver_admin",
    riskTier: "medium",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "members",
    maxTargets: 1,
    declaredPaths: [{ path: "reservations/*", ops: ["update"], fields: ["windowStartAt", "windowEndAt"] }],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator"], agent: false },
    adr: "docs/adr/0010-first-studio-capabilities.md",
  },
  inputSchema: ReservationWindowShiftInput,
  outputSchema: Reservation.pick({ windowStartAt: true, windowEndAt: true }),
  targets: ({ reservationId }) => [`reservations/${reservationId}`],
  reads: ({ reservationId }) => [
    {
      ref: `reservations/${reservationId}`,
      fields: ["firingType", "ownerName", "status", "windowEndAt", "windowStartAt"],
    },
  ],

  preview(truth, { reservationId, windowStartAt, windowEndAt }) {
    const ref = `reservations/${reservationId}`;
    const target = findTarget(truth, ref, TargetReservation, "a reservation");
    if (target.kind === "refused") return target;
    const { status, ownerName, firingType, ...window } = target.fields;
    if (!OPEN.has(status))
      return { kind: "refused", reason: "TARGET_STATE", detail: `the reservation is ${status}; its window stays` };
    if (window.windowStartAt === windowStartAt && window.windowEndAt === windowEndAt)
      return { kind: "refused", reason: "NO_OP", detail: "the window is there already" };
    const problem = problemOf(window, { windowStartAt, windowEndAt });
    if (problem !== null) return { kind: "refused", reason: "TARGET_STATE", detail: problem };
    return {
      kind: "effect",
      headline: `Move the ${firingType} window of ${ownerName} to ${windowStartAt} – ${windowEndAt}`,
      writes: [
        {
          ref,
          op: "update",
          fields: [
            changeOf(target.data, "windowEndAt", windowEndAt),
            changeOf(target.data, "windowStartAt", windowStartAt),
          ],
        },
      ],
      members: 1,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: null,
};

interface Window {
  readonly windowStartAt: string;
  readonly windowEndAt: string;
}

function problemOf(from: Window, to: Window): string | null {
  const lengthMs = Date.parse(to.windowEndAt) - Date.parse(to.windowStartAt);
  if (!(lengthMs >= SHORTEST_MS)) return "a window lasts an hour at least";
  if (lengthMs > LONGEST_MS) return "a window lasts three weeks at most";
  const movedMs = Math.abs(Date.parse(to.windowStartAt) - Date.parse(from.windowStartAt));
  return movedMs > FARTHEST_MS ? "a window moves by half a year at most" : null;
}
