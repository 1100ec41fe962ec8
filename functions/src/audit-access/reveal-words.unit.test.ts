import assert from "node:assert/strict";
import { TENANT_ID, aPerson, anAdmin, anOperator, anOwner } from "../../test/support/builders.js";
import { WHY, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import type { HumanActor } from "../contracts/index.js";
import { eraseWords } from "../governance/erase-words.js";
import { revealWords } from "./reveal-words.js";

describe("audit-access/reveal-words", () => {
  let studio: MemoryStudio;
  let approved: string;
  beforeEach(async () => {
    studio = await openMemoryStudio();
    await studio.accepted(studio.approve((await studio.accepted(studio.submit())).proposal));
    approved = studio.events().find(({ type }) => type === "proposal.approved")?.eventId ?? "none";
  });
  const reveal = (eventId: string, actor: HumanActor = anAdmin()) =>
    revealWords(studio.deps, { actor, tenantId: TENANT_ID, requestId: "request-1", eventId });
  const REFUSED = ["words.reveal_refused"];
  const lastEvent = () => studio.events().at(-1);

  it("gives the words and their salt in the commit that says who looked at what", async () => {
    const answer = await studio.accepted(reveal(approved), ["words.revealed"]);
    assert.deepEqual([answer.payload, answer.isIntact], [{ rationale: WHY }, true]);
    const event = lastEvent();
    assert.deepEqual(
      [event?.actor.id, event?.severity, event?.data],
      [anAdmin().id, "notice", { eventId: approved, eventType: "proposal.approved", isIntact: true }],
    );
    assert.ok(!JSON.stringify(event).includes(WHY), "the look does not repeat the words");
  });

  it("records every look anew, and gives nothing away where the record cannot be written", async () => {
    await studio.accepted(reveal(approved), ["words.revealed"]);
    await studio.accepted(reveal(approved), ["words.revealed"]);
    const broken = { ...studio.deps, ids: { ...studio.deps.ids, hex: () => "no nonce" } };
    await assert.rejects(revealWords(broken, { ...call(), eventId: approved }));
  });
  const call = () => ({ actor: anOwner(), tenantId: TENANT_ID, requestId: "request-1" });

  it("reveals while the studio is stopped: whoever looks into what happened needs the words then", async () => {
    await studio.accepted(studio.stop());
    await studio.accepted(reveal(approved), ["words.revealed"]);
  });

  it("refuses everybody but owners and approver admins, by the staff list as much as by the token", async () => {
    for (const actor of [anOperator(), aPerson("ana", ["approver"]), aPerson("nobody", ["owner"])])
      await studio.refused(reveal(approved, actor), "ROLE_MISSING", REFUSED);
    studio.change("control/state", { staff: "gone" });
    const outcome = await reveal(approved);
    assert.equal(outcome.kind === "refused" ? outcome.reason : "", "ROLE_MISSING");
  });

  it("refuses an event that is not there, one without words, and words that are erased: each on record", async () => {
    await studio.refused(reveal("no-such-event"), "NOT_FOUND", REFUSED);
    assert.deepEqual(lastEvent()?.data, { eventId: "no-such-event" });
    const wordless = studio.events().find(({ payloadHash }) => payloadHash === null)?.eventId ?? "none";
    await studio.refused(reveal(wordless), "NOT_FOUND", REFUSED);
    const body = { reason: "Otto asked to be forgotten" };
    await studio.accepted(eraseWords(studio.deps, { ...call(), eventId: approved, body }));
    await studio.refused(reveal(approved), "WORDS_ERASED", REFUSED);
  });

  it("says of words that were changed past the functions that they are not those of the event, with an alarm", async () => {
    studio.change(`auditPayloads/${approved}`, { payload: { rationale: "I never approved this" } });
    const outcome = await reveal(approved);
    assert.equal(outcome.kind === "accepted" && outcome.answer.isIntact, false);
    assert.deepEqual([lastEvent()?.severity, lastEvent()?.data["isIntact"]], ["alarm", false]);
  });

  it("refuses words and events that cannot be read", async () => {
    studio.change(`auditPayloads/${approved}`, { salt: "none" });
    const unreadable = await reveal(approved);
    assert.equal(unreadable.kind === "refused" ? unreadable.reason : "", "TARGET_UNREADABLE");
    assert.equal(lastEvent()?.type, "words.reveal_refused");
    const submitted = studio.events().find(({ type }) => type === "proposal.submitted")?.eventId ?? "none";
    for (const canonical of ["{", '{"v":1}']) {
      studio.change(`auditEvents/${submitted}`, { canonical });
      const outcome = await reveal(submitted);
      assert.equal(outcome.kind === "refused" ? outcome.reason : "", "TARGET_UNREADABLE");
    }
  });
});
