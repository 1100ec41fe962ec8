import { Batch, BatchStateAdvanceInput } from "../contracts/index.js";
import type { BatchState } from "../contracts/index.js";
import type { Capability } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

/**
 * Where a batch may go from where it is (studio domain, piece and batch states): one step at a time, into `exception` from
 * anywhere before its end, and back from there to the shelf. A finished batch stays finished.
 */
const STEPS: Readonly<Record<BatchState, readonly BatchState[]>> = {
  intake: ["staged", "exception"],
  staged: ["ready_for_program", "exception"],
  ready_for_program: ["ready_for_start", "staged", "exception"],
  ready_for_start: ["firing", "ready_for_program", "exception"],
  firing: ["cooling", "exception"],
  cooling: ["ready_for_unload", "exception"],
  ready_for_unload: ["complete", "exception"],
  complete: [],
  exception: ["staged"],
};

/** What a step needs to be known of the batch before it makes sense. */
const NEEDS: Partial<Record<BatchState, { readonly field: "kilnId" | "firingId"; readonly why: string }>> = {
  ready_for_start: { field: "kilnId", why: "no kiln is assigned" },
  firing: { field: "firingId", why: "no firing is assigned" },
};

const TargetBatch = Batch.pick({
  state: true,
  isClosed: true,
  kilnId: true,
  firingId: true,
  pieceCount: true,
  ownerName: true,
  title: true,
});

/** Moves one batch a step along its way through the studio. Undo moves it back. */
export const batchStateAdvance: Capability<BatchStateAdvanceInput> = {
  metadata: {
    id: "batch.state.advance",
    version: 1,
    title: "Move a batch to its next state",
    owner: "studio operations",
    escalation: "the studio's approver_admin",
    riskTier: "medium",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "members",
    maxTargets: 1,
    declaredPaths: [{ path: "batches/*", ops: ["update"], fields: ["state"] }],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator"], agent: false },
    adr: "docs/adr/0010-first-studio-capabilities.md",
  },
  inputSchema: BatchStateAdvanceInput,
  outputSchema: Batch.pick({ state: true }),
  targets: ({ batchId }) => [`batches/${batchId}`],
  reads: ({ batchId }) => [
    {
      ref: `batches/${batchId}`,
      fields: ["firingId", "isClosed", "kilnId", "ownerName", "pieceCount", "state", "title"],
    },
  ],

  preview(truth, { batchId, to }) {
    const ref = `batches/${batchId}`;
    const target = findTarget(truth, ref, TargetBatch, "a batch");
    if (target.kind === "refused") return target;
    const { state, isClosed, title, ownerName, pieceCount, ...assigned } = target.fields;
    if (state === to) return { kind: "refused", reason: "NO_OP", detail: `${ref} is ${to} already` };
    if (isClosed) return { kind: "refused", reason: "TARGET_STATE", detail: `${ref} is closed` };
    if (!STEPS[state].includes(to))
      return {
        kind: "refused",
        reason: "TARGET_STATE",
        detail: `from ${state} a batch goes to ${STEPS[state].join(" or ") || "nowhere"}, not to ${to}`,
      };
    const need = NEEDS[to];
    if (need !== undefined && assigned[need.field] === null)
      return { kind: "refused", reason: "TARGET_STATE", detail: `${ref} cannot be ${to}: ${need.why}` };
    if (to === "ready_for_program" && pieceCount === 0)
      return { kind: "refused", reason: "TARGET_STATE", detail: `${ref} has no pieces` };
    return {
      kind: "effect",
      headline: `Move “${title}” of ${ownerName} from ${inWords(state)} to ${inWords(to)}`,
      writes: [{ ref, op: "update", fields: [changeOf(target.data, "state", to)] }],
      members: 1,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: null,
};

const inWords = (state: BatchState): string => state.replaceAll("_", " ");
