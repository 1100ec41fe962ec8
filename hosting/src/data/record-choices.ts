import { AnnouncementDraft, Batch, Firing, Order, Reservation } from "@studio-os/functions/contracts";
import type { ListQuery, RawDocument } from "./firestore-live.js";
import { readList } from "./read-document.js";
import type { RecordChoice, RecordCollection } from "./studio-data.js";

/** Records that a form offers at once, in documents. Ids of older ones can be typed. */
const CHOICE_LIMIT = 60;

/** Which records a form offers, the newest first. */
export const CHOICES: Readonly<Record<RecordCollection, Omit<ListQuery, "path">>> = {
  firings: { orderBy: ["startAt", "desc"], limit: CHOICE_LIMIT },
  batches: { orderBy: ["updatedAt", "desc"], limit: CHOICE_LIMIT },
  reservations: { orderBy: ["windowStartAt", "desc"], limit: CHOICE_LIMIT },
  orders: { orderBy: ["createdAt", "desc"], limit: CHOICE_LIMIT },
  drafts: { limit: CHOICE_LIMIT },
};

const day = (at: string): string => at.slice(0, 10);

/** Answers: what do people call these records? One that cannot be read is left out: nothing can be proposed about it. */
export function toChoices(collection: RecordCollection, documents: readonly RawDocument[]): readonly RecordChoice[] {
  switch (collection) {
    case "firings":
      return readList(Firing, documents).items.map(({ firingId, title, kilnName, startAt, status }) => ({
        id: firingId,
        label: `${title} · ${kilnName} · ${day(startAt)} · ${status}`,
      }));
    case "batches":
      return readList(Batch, documents).items.map(({ batchId, title, ownerName, state }) => ({
        id: batchId,
        label: `${title} · ${ownerName} · ${state.replaceAll("_", " ")}`,
      }));
    case "reservations":
      return readList(Reservation, documents).items.map(({ reservationId, ownerName, windowStartAt, status }) => ({
        id: reservationId,
        label: `${ownerName} · ${day(windowStartAt)} · ${status}`,
      }));
    case "orders":
      return readList(Order, documents).items.map(({ orderId, memberName, createdAt, status }) => ({
        id: orderId,
        label: `${memberName} · ${day(createdAt)} · ${status.replaceAll("_", " ")}`,
      }));
    case "drafts":
      return readList(AnnouncementDraft, documents).items.map(({ draftId, title, audience }) => ({
        id: draftId,
        label: `${title} · for ${audience}`,
      }));
  }
}
