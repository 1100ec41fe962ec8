import assert from "node:assert/strict";
import { claimWords, intentKeyFor, keepDraft, keepForm, readDraft, readForm, settleIntent } from "./drafts.js";
import type { WordStorage } from "./drafts.js";

function memoryStorage(): WordStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    key: (at) => [...kept.keys()][at] ?? null,
    get length() {
      return kept.size;
    },
  };
}
const refusing: WordStorage = {
  length: 1,
  key: () => {
    throw new Error("denied");
  },
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
  it("keeps one person's words from the next one at the same computer, and gives them back to the same one", () => {
    const storage = memoryStorage();
    claimWords(() => storage, "ana");
    keepDraft(storage, "clay", "p-1", "reject", "Otto guessed the temperature");
    keepForm(storage, "clay", "propose:firing.flag", { note: "hot" });
    const key = intentKeyFor(storage, intent, () => "key-1");
    storage.setItem("saved-views", "[]");
    claimWords(() => storage, "ana");
    assert.equal(readDraft(storage, "clay", "p-1", "reject"), "Otto guessed the temperature");
    assert.equal(
      intentKeyFor(storage, intent, () => "key-2"),
      key,
    );
    claimWords(() => storage, "otto");
    assert.equal(readDraft(storage, "clay", "p-1", "reject"), "");
    assert.equal(readForm(storage, "clay", "propose:firing.flag"), null);
    assert.equal(
      intentKeyFor(storage, intent, () => "key-2"),
      "key-2",
    );
    assert.equal(storage.getItem("saved-views"), "[]");
    claimWords(() => refusing, "ana");
  });

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
