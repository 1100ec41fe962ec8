import assert from "node:assert/strict";
import fc from "fast-check";
import { commandFor } from "./shortcuts.js";
import type { KeyContext } from "./shortcuts.js";

const press = (key: string, modifiers: object = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...modifiers,
});
const free: KeyContext = { isTyping: false, isDialogOpen: false, areLettersOn: true, previousKey: null };

describe("ui/shortcuts", () => {
  it("asks for nothing while somebody types, in a dialog, or with a modifier", () => {
    const keys = fc.constantFrom("j", "k", "a", "r", "e", "z", "p", "?", "/", "K", "Escape");
    fc.assert(
      fc.property(keys, (key) => {
        assert.equal(commandFor(press(key, { shiftKey: key === "K" }), { ...free, isTyping: true }), null);
        assert.equal(commandFor(press(key), { ...free, isDialogOpen: true }), null);
        assert.equal(commandFor(press(key, { ctrlKey: true }), free), null);
      }),
    );
  });

  it("keeps Escape and Shift+K when single letters are off", () => {
    const off = { ...free, areLettersOn: false };
    assert.equal(commandFor(press("a"), off), null);
    assert.equal(commandFor(press("Escape"), off), "back");
    assert.equal(commandFor(press("K", { shiftKey: true }), off), "stop");
  });

  it("reads g q and g d as places, and q alone as nothing", () => {
    assert.equal(commandFor(press("q"), { ...free, previousKey: "g" }), "go-queue");
    assert.equal(commandFor(press("d"), { ...free, previousKey: "g" }), "go-devices");
    assert.equal(commandFor(press("p"), { ...free, previousKey: "g" }), "go-propose");
    assert.equal(commandFor(press("q"), free), null);
  });
});
