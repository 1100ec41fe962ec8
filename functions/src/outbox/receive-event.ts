import type { Deps } from "../commit/deps.js";
import { toDocument } from "../commit/document-change.js";
import { Notice, StudioEvent, inTenant, noticeRef } from "../contracts/index.js";

export type Receipt = "noticed" | "known" | "malformed";

/**
 * A studio event was delivered: who is to read of it? One notice for each `eventId`, however often and in whatever order
 * the events come: each is its own document and depends on no other. What has not the shape of an event is nobody's.
 */
export async function receiveEvent(deps: Deps, body: Uint8Array): Promise<Receipt> {
  const event = parseEvent(body);
  if (event === null) return "malformed";
  const path = inTenant(event.tenantId, noticeRef(event.eventId));
  return deps.transactor.transact(async (reads) => {
    const [known] = await reads.get([path]);
    if (known?.data != null) return { changes: [], events: [], answer: "known" as const };
    const notice = Notice.parse({ ...event, receivedAt: deps.clock.now() });
    return {
      changes: [{ op: "create" as const, path, data: toDocument(notice) }],
      events: [],
      answer: "noticed" as const,
    };
  });
}

function parseEvent(body: Uint8Array): StudioEvent | null {
  try {
    const parsed = StudioEvent.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
