import * as z from "zod";

/**
 * Pieces of the vendor's answers. A field that is not what it should be counts as absent, so that one odd value never costs
 * the rest. Vendor words stop in the files that use these.
 */
const Count = z.coerce.number().refine(Number.isFinite).optional().catch(undefined);

/** A finite number, or a numeric text: some firmware sends the latter. */
export const Field = z.preprocess(
  (value) => (typeof value === "number" || isNumeric(value) ? value : undefined),
  Count,
);

const MAX_NAME_CHARS = 60;

/** A name that a person typed in the vendor's app: bounded, without control characters; empty counts as absent. */
export const NameField = z
  .string()
  .transform((name) => toName(name))
  .optional()
  .catch(undefined);

/** An object may come bare or as the first entry of a list. */
export function unwrap(result: unknown): unknown {
  return Array.isArray(result) ? (result as unknown[])[0] : result;
}

/** Answers: which finite number stands here? Undefined for anything else. */
export function numberAt(list: readonly unknown[], index: number): number | undefined {
  return Field.parse(list[index]);
}

function isNumeric(value: unknown): boolean {
  return typeof value === "string" && /^-?\d{1,15}(\.\d{1,6})?$/u.test(value);
}

function toName(name: string): string | undefined {
  const shown = name
    .slice(0, 4 * MAX_NAME_CHARS)
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  return shown === "" ? undefined : Array.from(shown).slice(0, MAX_NAME_CHARS).join("");
}
