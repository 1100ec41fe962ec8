import * as z from "zod";
import { DocId } from "../primitives.js";
import { BatchState } from "../truth-states.js";

/** Input of `batch.state.advance`: which batch, and the state that it goes to next. */
export const BatchStateAdvanceInput = z.strictObject({ batchId: DocId.meta({ record: "batches" }), to: BatchState });
export type BatchStateAdvanceInput = z.infer<typeof BatchStateAdvanceInput>;
