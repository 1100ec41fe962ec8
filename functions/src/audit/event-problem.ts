import type { JsonObject } from "../contracts/index.js";
import { utf8 } from "./bytes.js";
import { canonicalJson } from "./canonical-json.js";
import { CanonicalObject } from "./canonical-scan.js";
import { CopiesCheck, copiesOf } from "./event-copies.js";
import type { EventDocument } from "./event-document.js";
import { inWords } from "./word-bytes.js";

/** Why an event gets no index: it was changed after it was written, or it is not one of this studio's events. */
export type EventProblem = "EDITED" | "MALFORMED";

/** As contracts' DocId has it; others come from outside of this project's code. */
const EVENT_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/**
 * Is this pending event as its action wrote it (M07.6)? An action only ever creates, so that any later change shows in the database's
 * own times. And one malformed entry would spoil every export: so the verifier's questions are asked before it gets an index.
 */
export function problemOf(tenantId: string, event: EventDocument): EventProblem | null {
  if (event.createTime !== event.updateTime) return "EDITED";
  return isWellFormed(tenantId, event) ? null : "MALFORMED";
}

/** Is the canonical text of this studio and of this id, and are the fields beside it copies of what it says? */
export function isWellFormed(tenantId: string, { id, data }: EventDocument): boolean {
  const canonical = data["canonical"];
  if (!EVENT_ID.test(id) || typeof canonical !== "string" || !canonical.isWellFormed()) return false;
  const event = new CanonicalObject();
  // Whatever the index will be or is: it is no copy.
  const copies = bytesOfCopies({ ...copiesOf(data), seq: 0 });
  return (
    copies !== null &&
    event.read(inWords(utf8(canonical))) &&
    event.isWritten("eventId", `"${id}"`) &&
    event.isWritten("tenantId", `"${tenantId}"`) &&
    new CopiesCheck().areCopies(inWords(copies), 0, copies.length, event, 0)
  );
}

function bytesOfCopies(copies: JsonObject): Uint8Array | null {
  try {
    return utf8(canonicalJson(copies));
  } catch {
    // What canonical JSON cannot hold is a copy of nothing.
    return null;
  }
}
