import * as z from "zod";
import { DocId, plainText } from "../primitives.js";
import { AnnouncementAudience } from "../truth-states.js";

/** Input of `announcement.draft.store`: a new draft, or with `draftId` new words for one that is there. Nothing is sent. */
export const AnnouncementDraftStoreInput = z.strictObject({
  draftId: DocId.meta({ record: "drafts" }).nullable(),
  title: plainText(3, 120),
  body: plainText(3, 4_000),
  audience: AnnouncementAudience,
});
export type AnnouncementDraftStoreInput = z.infer<typeof AnnouncementDraftStoreInput>;
