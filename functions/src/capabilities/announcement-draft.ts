import * as z from "zod";
import { AnnouncementDraft, AnnouncementDraftStoreInput } from "../contracts/index.js";
import type { EffectWrite, JsonObject } from "../contracts/index.js";
import type { Capability, Preview, PreviewContext } from "./capability.js";
import { changeOf, findTarget } from "./target.js";

const FIELDS = ["audience", "body", "draftId", "kind", "proposalId", "proposedBy", "title"];

const NewDraft = AnnouncementDraft.omit({ auditVersion: true, lastEventId: true });

const refOf = ({ draftId }: AnnouncementDraftStoreInput, { proposalId }: PreviewContext): string =>
  `drafts/${draftId ?? `announcement-${proposalId}`}`;

/**
 * Stores the words of an announcement as a draft, a new one or new words for one that is there. Nothing is sent: no
 * capability sends anything. Undo removes the draft, or brings its former words back.
 */
export const announcementDraftStore: Capability<AnnouncementDraftStoreInput> = {
  metadata: {
    id: "announcement.draft.store",
    version: 1,
    title: "Store the draft of an announcement",
    owner: "studio communications",
    escalation: "the studio's owner",
    riskTier: "low",
    mode: "write",
    approvalPolicyId: "default",
    executorId: "effects",
    inverse: { kind: "generated" },
    quotaId: "default",
    maxTargets: 1,
    declaredPaths: [{ path: "drafts/*", ops: ["create", "update", "delete"], fields: FIELDS }],
    proposableBy: { roles: ["owner", "approver_admin", "approver", "operator", "trust"], agent: false },
    adr: "docs/adr/0010-first-studio-capabilities.md",
  },
  isAdditive: true,
  inputSchema: AnnouncementDraftStoreInput,
  outputSchema: z.union([NewDraft, NewDraft.omit({ draftId: true, kind: true, proposedBy: true }).partial()]),
  targets: ({ draftId }) => (draftId === null ? ["drafts"] : [`drafts/${draftId}`]),
  reads: (input, context) => [{ ref: refOf(input, context), fields: FIELDS }],

  preview(truth, input, context) {
    const ref = refOf(input, context);
    const words = { title: input.title.trim(), body: input.body.trim(), audience: input.audience };
    const effect = (writes: readonly EffectWrite[], headline: string): Preview => ({
      kind: "effect",
      headline,
      writes,
      members: 0,
      cents: 0,
      irreversible: [],
    });
    if (input.draftId === null)
      return effect([created(ref, words, context)], `Store a draft for ${input.audience}: “${words.title}”`);

    const target = findTarget(truth, ref, AnnouncementDraft, "an announcement's draft");
    if (target.kind === "refused") return target;
    const changes = Object.entries(words)
      .map(([path, after]) => changeOf(target.data, path, after))
      .filter(({ before, after }) => before !== after);
    if (changes.length === 0) return { kind: "refused", reason: "NO_OP", detail: "the draft says so already" };
    const by = changeOf(target.data, "proposalId", context.proposalId);
    return effect([{ ref, op: "update", fields: [...changes, by] }], `Change the draft “${target.fields.title}”`);
  },

  fromAgent: null,
};

function created(ref: string, words: JsonObject, { proposalId, requestedBy }: PreviewContext): EffectWrite {
  const draftId = ref.slice("drafts/".length);
  const draft = { draftId, kind: "announcement", ...words, proposalId, proposedBy: requestedBy };
  return {
    ref,
    op: "create",
    fields: Object.entries(draft).map(([path, after]) => ({ path, after, sensitivity: "none" })),
  };
}
