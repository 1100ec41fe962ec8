import assert from "node:assert/strict";
import { ControlState, Proposal } from "@studio-os/functions/contracts";
import { aControl, aProposal } from "../../test/support/builders.js";
import { readList, readOne, toContract } from "./read-document.js";

/** What the web SDK hands out for a stored moment. */
const timestamp = (iso: string) => ({
  seconds: Math.floor(Date.parse(iso) / 1000),
  nanoseconds: 0,
  toDate: () => new Date(iso),
});

describe("data/read-document", () => {
  it("reads timestamps at any depth as UTC ISO with milliseconds", () => {
    const iso = "2026-11-21T12:00:00.000Z";
    assert.deepEqual(toContract({ at: timestamp(iso), list: [{ seenAt: timestamp(iso) }], n: null }), {
      at: iso,
      list: [{ seenAt: iso }],
      n: null,
    });
  });

  it("reads a stored proposal whose moments are timestamps", () => {
    const proposal = aProposal();
    const stored = { ...proposal, expiresAt: timestamp(proposal.expiresAt), updatedAt: timestamp(proposal.updatedAt) };
    assert.deepEqual(readOne(Proposal, stored), { kind: "found", value: proposal });
  });

  it("tells missing from unreadable, and names the field that is wrong", () => {
    assert.deepEqual(readOne(ControlState, undefined), { kind: "missing" });
    const broken = readOne(ControlState, { ...aControl(), mode: "paused" });
    assert.match(broken.kind === "unreadable" ? broken.problem : "", /^mode: /);
  });

  it("keeps what it cannot read in a list by its id", () => {
    const { items, unreadable } = readList(Proposal, [
      { id: "p-1", data: aProposal() },
      { id: "p-2", data: { rev: "one" } },
    ]);
    assert.equal(items.length, 1);
    assert.deepEqual(
      unreadable.map(({ id }) => id),
      ["p-2"],
    );
  });
});
