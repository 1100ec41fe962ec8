import { Reservation, ReservationStatusSetInput } from "../contracts/index.js";
import type { ReservationStatus } from "../contracts/index.js";
import type { Capability } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

/** Where a reservation may go (studio domain): cancelled and completed are its ends. */
const STEPS: Readonly<Record<ReservationStatus, readonly ReservationStatus[]>> = {
  requested: ["confirmed", "waitlisted", "cancelled"],
  confirmed: ["waitlisted", "completed", "cancelled"],
  waitlisted: ["confirmed", "cancelled"],
  cancelled: [],
  completed: [],
};

const TargetReservation = Reservation.pick({ status: true, ownerName: true, firingType: true });

/** Confirms, waitlists, completes or cancels one kiln reservation. Undo brings the status back that it had. */
export const reservationStatusSet: Capability<ReservationStatusSetInput> = {
  metadata: {
    id: "reservation.status.set",
    version: 1,
    title: "Set the status of a reservation",
    owner: "studio operations",
    escalation: "the studio's approver_admin",
    riskTier: "low",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "members",
    maxTargets: 1,
    declaredPaths: [{ path: "reservations/*", ops: ["update"], fields: ["status"] }],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator"], agent: false },
    adr: "docs/adr/0010-first-studio-capabilities.md",
  },
  inputSchema: ReservationStatusSetInput,
  outputSchema: Reservation.pick({ status: true }),
  targets: ({ reservationId }) => [`reservations/${reservationId}`],
  reads: ({ reservationId }) => [
    { ref: `reservations/${reservationId}`, fields: ["firingType", "ownerName", "status"] },
  ],

  preview(truth, { reservationId, status }) {
    const ref = `reservations/${reservationId}`;
    const target = findTarget(truth, ref, TargetReservation, "a reservation");
    if (target.kind === "refused") return target;
    const { status: from, ownerName, firingType } = target.fields;
    if (from === status) return { kind: "refused", reason: "NO_OP", detail: `${ref} is ${status} already` };
    if (!STEPS[from].includes(status))
      return {
        kind: "refused",
        reason: "TARGET_STATE",
        detail: `a ${from} reservation becomes ${STEPS[from].join(" or ") || "nothing else"}, not ${status}`,
      };
    return {
      kind: "effect",
      headline: `Set the ${firingType} reservation of ${ownerName} from ${from} to ${status}`,
      writes: [{ ref, op: "update", fields: [changeOf(target.data, "status", status)] }],
      members: 1,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: null,
};
