import assert from "node:assert/strict";
import { LOG_SIGNER, aBundle, logOf, memorySource } from "../../test/support/audit-bundles.js";
import { TENANT_ID, aPerson, anAdmin, anOperator, anOwner } from "../../test/support/builders.js";
import { openMemoryStudio, REASON, WHY } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { nodeCrypto } from "../audit/node-crypto.js";
import { ed25519Verifier } from "../audit/note.js";
import { verifyBundle } from "../audit/verifier/verify-bundle.js";
import { ControlState } from "../contracts/index.js";
import type { HoldSubject, HumanActor, JsonObject, Proposal } from "../contracts/index.js";
import { liftHold, placeHold } from "./change-holds.js";
import { ERASED_WORDS, eraseWords } from "./erase-words.js";

const WHOLE = {
  verifiers: [ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey)],
  known: null,
  range: null,
  allowFiltered: false,
};
const BECAUSE = "Otto asked to be forgotten";

describe("governance/erase-words", () => {
  let studio: MemoryStudio;
  let proposal: Proposal;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    const waiting = (await studio.accepted(studio.submit())).proposal;
    proposal = (await studio.accepted(studio.approve(waiting))).proposal;
  });
  const eventOf = (type: string): string => studio.events().find((event) => event.type === type)?.eventId ?? "none";
  const common = (actor: HumanActor) => ({ actor, tenantId: TENANT_ID, requestId: "request-1" });
  const erase = (eventId: string, actor: HumanActor = anOwner()) =>
    eraseWords(studio.deps, { ...common(actor), eventId, body: { reason: BECAUSE } });
  const hold = (about: HoldSubject) =>
    placeHold(studio.deps, { ...common(anAdmin()), body: { about, reason: "a dispute about b-1" } });
  const record = (): JsonObject[] =>
    Object.entries(studio.deps.transactor.dump())
      .filter(([path]) => path.startsWith(`tenants/${TENANT_ID}/auditEvents/`))
      .map(([, data]) => data);

  it("deletes words and salt, keeps the event byte for byte, and every proof of it still verifies", async () => {
    const approved = eventOf("proposal.approved");
    const before = record();
    const proven = await aBundle(logOf(before), { proofs: true });
    assert.notEqual(studio.at(`auditPayloads/${approved}`), undefined);

    await studio.accepted(erase(approved), ["words.erased"]);

    assert.equal(studio.at(`auditPayloads/${approved}`), undefined);
    const after = record();
    assert.deepEqual(after.slice(0, before.length), before);
    for (const bundle of [proven, await aBundle(logOf(after), { proofs: true })]) {
      const result = await verifyBundle(nodeCrypto, memorySource(bundle), WHOLE);
      assert.equal(result.kind, "verified", JSON.stringify(result));
    }
    const everything = JSON.stringify(studio.deps.transactor.dump());
    assert.ok(!everything.includes(WHY), "the words stand nowhere any more");
  });

  it("puts a mark where the proposal shows the same words, and leaves the words of others", async () => {
    const { copies } = await studio.accepted(erase(eventOf("proposal.approved")));
    assert.equal(copies, 1);
    const stored = studio.stored(proposal.proposalId);
    assert.equal(stored.reviews[0]?.rationale, ERASED_WORDS);
    assert.equal(stored.rationale, proposal.rationale);
    assert.deepEqual([stored.rev, stored.status], [proposal.rev, proposal.status]);
    await studio.accepted(erase(eventOf("proposal.submitted")));
    assert.equal(studio.stored(proposal.proposalId).rationale, ERASED_WORDS);
    await studio.accepted(studio.execute(proposal), ["proposal.executed"]);
  });

  it("erases words that no proposal shows, the reason of an erasure for one", async () => {
    await studio.accepted(erase(eventOf("control.release_requested")), ["words.erased"]);
    await studio.accepted(erase(eventOf("words.erased")), ["words.erased"]);
    assert.equal(studio.at(`auditPayloads/${eventOf("words.erased")}`), undefined);
  });

  const refused = ["words.refused"];
  it("refuses all but owners, also an owner of the token whom the staff list does not lead", async () => {
    const eventId = eventOf("proposal.approved");
    for (const actor of [anAdmin(), anOperator(), aPerson("nobody", ["owner"])])
      await studio.refused(erase(eventId, actor), "ROLE_MISSING", refused);
    assert.notEqual(studio.at(`auditPayloads/${eventId}`), undefined);
  });

  it("refuses what is not there, and what is erased already", async () => {
    await studio.refused(erase("no-such-event"), "NOT_FOUND", refused);
    const eventId = eventOf("proposal.approved");
    await studio.accepted(erase(eventId));
    await studio.refused(erase(eventId), "NOT_FOUND", refused);
  });

  it("refuses while the studio is stopped or its control cannot be read, and deletes nothing", async () => {
    const eventId = eventOf("proposal.approved");
    await studio.accepted(studio.stop());
    await studio.refused(erase(eventId), "KILL_SWITCH", refused);
    studio.change("control/state", { mode: "sideways" });
    await studio.refused(erase(eventId), "ROLE_MISSING", refused);
    assert.notEqual(studio.at(`auditPayloads/${eventId}`), undefined);
  });

  it("refuses what it cannot read, instead of leaving a copy behind", async () => {
    const eventId = eventOf("proposal.approved");
    studio.change(`proposals/${proposal.proposalId}`, { reviews: "none" });
    const outcome = await erase(eventId);
    assert.equal(outcome.kind === "refused" ? outcome.reason : "", "TARGET_UNREADABLE");
  });

  const subjects: readonly [string, (proposal: Proposal) => HoldSubject][] = [
    ["everything", () => ({ kind: "everything" })],
    ["people's words", () => ({ kind: "collection", id: "auditPayloads" })],
    ["the proposal", ({ proposalId }) => ({ kind: "proposal", id: proposalId })],
    ["the person who wrote them", () => ({ kind: "person", id: "ada" })],
    ["a person in the chain of the proposal", () => ({ kind: "person", id: anOperator().id })],
  ];
  for (const [what, about] of subjects)
    it(`is beaten by a legal hold on ${what}, until it is lifted`, async () => {
      const eventId = eventOf("proposal.approved");
      const writer = studio.events().find((event) => event.eventId === eventId)?.actor.id ?? "";
      const subject = about(proposal);
      const held = subject.kind === "person" && subject.id === "ada" ? { ...subject, id: writer } : subject;
      const { hold: placed } = await studio.accepted(hold(held), ["hold.placed"]);
      await studio.refused(erase(eventId), "LEGAL_HOLD", refused);
      const body = { reason: "the dispute is settled" };
      const lift = liftHold(studio.deps, { ...common(anOwner()), holdId: placed.holdId, body });
      await studio.accepted(lift, ["hold.lifted"]);
      await studio.accepted(erase(eventId), ["words.erased"]);
    });

  it("is beaten by a legal hold on the same person under another account", async () => {
    const { staff } = ControlState.parse(studio.at("control/state"));
    const withAlias = staff.map((entry) => (entry.uid === "ana" ? { ...entry, aliases: ["ana-2"] } : entry));
    studio.change("control/state", { staff: withAlias });
    await studio.accepted(hold({ kind: "person", id: "ana-2" }));
    await studio.refused(erase(eventOf("proposal.approved")), "LEGAL_HOLD", refused);
  });

  it("is not beaten by a hold on somebody else, and is by holds that cannot be read", async () => {
    await studio.accepted(hold({ kind: "person", id: "somebody-else" }));
    await studio.accepted(hold({ kind: "proposal", id: "p-other" }));
    await studio.accepted(erase(eventOf("proposal.approved")), ["words.erased"]);
    studio.change("retention/holds", { holds: "?" });
    const outcome = await erase(eventOf("proposal.submitted"));
    assert.equal(outcome.kind === "refused" ? outcome.reason : "", "LEGAL_HOLD");
  });

  it("keeps the reason out of the event", async () => {
    await studio.accepted(erase(eventOf("proposal.approved")));
    const bytes = record().map((stored) => stored["canonical"]);
    assert.ok(bytes.every((canonical) => typeof canonical === "string" && !canonical.includes(BECAUSE)));
    assert.ok(bytes.every((canonical) => typeof canonical === "string" && !canonical.includes(REASON)));
  });
});
