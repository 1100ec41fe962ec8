import * as z from "zod";
import { DocId, plainText } from "../primitives.js";

/** Input of `batch.opsNote.append`: a note for staff on one batch. */
export const BatchOpsNoteAppendInput = z.strictObject({
  batchId: DocId.meta({ record: "batches" }),
  text: plainText(3, 1_000),
});
export type BatchOpsNoteAppendInput = z.infer<typeof BatchOpsNoteAppendInput>;
