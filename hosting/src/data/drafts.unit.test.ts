import assert from "node:assert/strict";
import { intentKeyFor, keepDraft, readDraft, settleIntent } from "./drafts.js";
import type { DraftStorage } from "./drafts.js";

function memoryStorage(): DraftStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
const refusing: DraftStorage = {
  getItem: () => {
    throw new Error("denied");
  },
  setItem: () => {
    throw new Error("full");
  },
  removeItem: () => {
    throw new Error("denied");
  },
};
const intent = { tenantId: "clay", proposalId: "p-1", operation: "execute", planId: "b".repeat(64) } as const;

describe("data/drafts", () => {
  it("keeps words per proposal and kind of decision, and forgets them when they are empty", () => {
    const storage = memoryStorage();
    keepDraft(storage, "clay", "p-1", "approve", "the room is hot");
    assert.equal(readDraft(storage, "clay", "p-1", "approve"), "the room is hot");
    assert.equal(readDraft(storage, "clay", "p-1", "reject"), "");
    assert.equal(readDraft(storage, "clay", "p-2", "approve"), "");
    keepDraft(storage, "clay", "p-1", "approve", "");
    assert.equal(readDraft(storage, "clay", "p-1", "approve"), "");
  });

  it("gives one intent one key over every retry, and a new key once it is settled", () => {
    const storage = memoryStorage();
    let made = 0;
    const newKey = () => `key-${(made += 1)}`;
    assert.equal(intentKeyFor(storage, intent, newKey), "key-1");
    assert.equal(intentKeyFor(storage, intent, newKey), "key-1");
    assert.equal(intentKeyFor(storage, { ...intent, planId: "c".repeat(64) }, newKey), "key-2");
    settleIntent(storage, intent);
    assert.equal(intentKeyFor(storage, intent, newKey), "key-3");
  });

  it("costs the draft and nothing else when storage refuses", () => {
    keepDraft(refusing, "clay", "p-1", "approve", "words");
    assert.equal(readDraft(refusing, "clay", "p-1", "approve"), "");
    assert.equal(
      intentKeyFor(refusing, intent, () => "key"),
      "key",
    );
  });
});
