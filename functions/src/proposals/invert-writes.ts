import type { EffectWrite } from "../contracts/index.js";

/**
 * What takes an effect back? The same documents, last written first, with before and after exchanged; a created document
 * is deleted, a deleted one created again. Its own inverse: inverting twice gives the effect.
 */
export function invertWrites(writes: readonly EffectWrite[]): EffectWrite[] {
  return [...writes].reverse().map(({ ref, op, fields }) => ({
    ref,
    op: INVERSE_OP[op],
    fields: fields.map(({ path, before, after, sensitivity }) => ({
      path,
      ...(after === undefined ? {} : { before: after }),
      ...(before === undefined ? {} : { after: before }),
      sensitivity,
    })),
  }));
}

const INVERSE_OP = { create: "delete", update: "update", delete: "create" } as const;
