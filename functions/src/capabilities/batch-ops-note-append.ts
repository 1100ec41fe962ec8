import { Batch, BatchOpsNoteAppendInput, OpsNote } from "../contracts/index.js";
import type { Capability, PreviewContext } from "./capability.js";

const noteRef = (batchId: string, { proposalId }: PreviewContext): string =>
  `batches/${batchId}/opsNotes/note-${proposalId}`;

/**
 * Adds a note for staff to a batch, as a document of its own: two notes that are approved at the same time do not make
 * each other stale. Undo removes the note.
 */
export const batchOpsNoteAppend: Capability<BatchOpsNoteAppendInput> = {
  metadata: {
    id: "batch.opsNote.append",
    version: 1,
    title: "Add a staff note to a batch",
    owner: "studio operations",
    escalation: "the studio's approver_admin",
    riskTier: "low",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "default",
    maxTargets: 1,
    declaredPaths: [
      {
        path: "batches/*/opsNotes/*",
        ops: ["create", "delete"],
        fields: ["noteId", "text", "proposalId", "proposedBy"],
      },
    ],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator", "finance", "trust"], agent: false },
    adr: "docs/adr/0003-effects-are-data.md",
  },
  inputSchema: BatchOpsNoteAppendInput,
  outputSchema: OpsNote.pick({ noteId: true, text: true, proposalId: true, proposedBy: true }),
  isAdditive: true,
  targets: ({ batchId }) => [`batches/${batchId}`],
  reads: ({ batchId }, context) => [
    { ref: `batches/${batchId}`, fields: ["isClosed", "ownerName", "title"] },
    { ref: noteRef(batchId, context), fields: [] },
  ],

  preview(truth, { batchId, text }, context) {
    const document = truth.get(`batches/${batchId}`) ?? null;
    if (document === null)
      return { kind: "refused", reason: "TARGET_NOT_FOUND", detail: `there is no batches/${batchId}` };
    const batch = Batch.pick({ isClosed: true, ownerName: true, title: true }).safeParse({
      isClosed: document["isClosed"],
      ownerName: document["ownerName"],
      title: document["title"],
    });
    if (!batch.success)
      return { kind: "refused", reason: "TARGET_UNREADABLE", detail: `batches/${batchId} is not a batch` };
    if (batch.data.isClosed)
      return {
        kind: "refused",
        reason: "TARGET_STATE",
        detail: `batches/${batchId} is closed; a note needs an open batch`,
      };
    const ref = noteRef(batchId, context);
    const note = {
      noteId: `note-${context.proposalId}`,
      text: text.trim(),
      proposalId: context.proposalId,
      proposedBy: context.requestedBy,
    };
    return {
      kind: "effect",
      headline: `Add a staff note to “${batch.data.title}” of ${batch.data.ownerName}`,
      writes: [
        {
          ref,
          op: "create",
          fields: Object.entries(note).map(([path, after]) => ({ path, after, sensitivity: "none" as const })),
        },
      ],
      members: 1,
      cents: 0,
      irreversible: [],
    };
  },

  fromAgent: null,
};
