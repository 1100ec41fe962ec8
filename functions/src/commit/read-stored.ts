import type * as z from "zod";
import { StudioError } from "./studio-error.js";
import type { StoredDocument } from "./transactor.js";

/**
 * What does this document say, or null where there is none? Stored data that breaks its contract is a defect: throws
 * `StudioError` INTERNAL, which names the path and the fields and never a value.
 */
export function readStored<T>(schema: z.ZodType<T>, document: StoredDocument | undefined): T | null {
  if (document === undefined) throw new StudioError("INTERNAL", "a read was left out", { isRetryable: false });
  if (document.data === null) return null;
  const parsed = schema.safeParse(document.data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new StudioError("INTERNAL", `${document.path} breaks its contract at ${fields}`, { isRetryable: false });
}
