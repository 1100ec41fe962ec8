import assert from "node:assert/strict";
import { openIntentsRef } from "../contracts/index.js";
import type { Proposal } from "../contracts/index.js";
import { aPerson, aViewer, anApprover, anOperator, anOwner, capabilityOf } from "../../test/support/builders.js";
import { HOUR, NOW, later, sha256 } from "../../test/support/fake-means.js";
import { WHY, openMemoryStudio } from "../../test/support/memory-studio.js";
import type { MemoryStudio } from "../../test/support/memory-studio.js";
import { targetKeyOf } from "./open-intents.js";

describe("proposals/submit", () => {
  let studio: MemoryStudio;
  beforeEach(async () => {
    studio = await openMemoryStudio();
  });
  const note = (text: string) => ({ batchId: "b-1", text });
  /** What the studio remembers of requests about this proposal's records. */
  const memoryOf = ({ capabilityId, input, ownerUid }: Proposal) =>
    studio.at(openIntentsRef(targetKeyOf(sha256, { capability: capabilityOf(capabilityId), input, ownerUid })));

  it("stores a proposal that waits, with plan, policy, chain, owner and times of the server's making", async () => {
    const { proposal, deduplicated, policy } = await studio.accepted(studio.submit(), ["proposal.submitted"]);
    assert.equal(deduplicated, false);
    assert.equal(policy.decision, "allow");
    assert.deepEqual(studio.stored(proposal.proposalId), proposal);
    const { status, rev, ownerUid, actChain, expiresAt, approvalsRequired, controlEpochSeen } = proposal;
    assert.deepEqual(
      [status, rev, ownerUid, approvalsRequired, controlEpochSeen],
      ["pending_approval", 1, "otto", 1, 1],
    );
    assert.deepEqual(actChain, [{ type: "human", id: "otto", as: "requester" }]);
    assert.equal(expiresAt, later(72 * HOUR));
    const { intentHash, proposalId } = proposal;
    assert.deepEqual(memoryOf(proposal), { entries: [{ intentHash, proposalId, openedAt: NOW }] });
  });

  it("changes no truth", async () => {
    const before = [studio.at("batches/b-1"), studio.at("firings/f-1")];
    await studio.submitFlag();
    await studio.accepted(studio.submit());
    assert.deepEqual([studio.at("batches/b-1"), studio.at("firings/f-1")], before);
  });

  it("stays possible while the studio is stopped, for asking harms nothing", async () => {
    await studio.accepted(studio.stop());
    await studio.accepted(studio.submit(), ["proposal.submitted"]);
  });

  describe("refuses, on record and without storing anything,", () => {
    const rows = [
      ["a capability that nobody knows", anOperator(), note("a note"), "kiln.light", "CAPABILITY_UNKNOWN"],
      ["input of another shape", anOperator(), { batch: "b-1" }, "batch.opsNote.append", "INVALID_INPUT"],
      [
        "input with a field more",
        anOperator(),
        { ...note("a note"), ownerUid: "me" },
        "batch.opsNote.append",
        "INVALID_INPUT",
      ],
      ["a viewer", aViewer(), note("a note"), "batch.opsNote.append", "ROLE_MISSING"],
      [
        "a role that may not propose this",
        aPerson("fi", ["finance"]),
        { firingId: "f-1", attention: "other", note: "odd" },
        "firing.flag",
        "ROLE_MISSING",
      ],
      [
        "a record that does not exist",
        anOperator(),
        { ...note("a note"), batchId: "b-9" },
        "batch.opsNote.append",
        "TARGET_NOT_FOUND",
      ],
    ] as const;
    for (const [what, actor, input, capabilityId, reason] of rows)
      it(`${what}: ${reason}`, async () => {
        await studio.refused(studio.submit(actor, input, capabilityId), reason);
        assert.ok(!Object.keys(studio.deps.transactor.dump()).some((path) => /proposals|openIntents/.test(path)));
      });

    it("a flag that the firing already carries: NO_OP", async () => {
      const proposal = await studio.submitFlag();
      await studio.accepted(studio.approve(proposal));
      await studio.accepted(studio.execute(studio.stored(proposal.proposalId)));
      await studio.refused(studio.submit(anOperator(), proposal.input, "firing.flag"), "NO_OP");
    });
  });

  describe("the same intent", () => {
    it("asked for again by the same person is the same card, counted on it", async () => {
      const first = await studio.accepted(studio.submit());
      const second = await studio.accepted(studio.submit(), ["proposal.deduplicated"]);
      const third = await studio.accepted(studio.submit(), ["proposal.deduplicated"]);
      assert.equal(second.deduplicated, true);
      assert.equal(third.proposal.proposalId, first.proposal.proposalId);
      assert.deepEqual([third.proposal.duplicates, third.proposal.rev], [2, 1]);
    });

    it("asked for by another person is another card: the owner is part of the intent", async () => {
      const first = await studio.accepted(studio.submit());
      const second = await studio.accepted(studio.submit(anApprover()), ["proposal.submitted"]);
      assert.notEqual(second.proposal.proposalId, first.proposal.proposalId);
    });

    it("with other words is another card", async () => {
      await studio.accepted(studio.submit());
      const second = await studio.accepted(studio.submit(anOperator(), note("Two handles are missing.")));
      assert.equal(second.deduplicated, false);
    });

    it("asked for by two calls at once is one card", async () => {
      const both = await Promise.all([studio.submit(), studio.submit()]);
      const answers = both.map((outcome) => (outcome.kind === "accepted" ? outcome.answer : null));
      assert.equal(answers[0]?.proposal.proposalId, answers[1]?.proposal.proposalId);
      assert.deepEqual(answers.map((answer) => answer?.deduplicated).sort(), [false, true]);
    });

    it("is a new card at the instant at which the time to decide ends, and the earlier one expires", async () => {
      const first = await studio.accepted(studio.submit());
      studio.deps.clock.set(later(-1, first.proposal.expiresAt));
      assert.equal((await studio.accepted(studio.submit())).deduplicated, true);
      studio.deps.clock.set(first.proposal.expiresAt);
      const second = await studio.accepted(studio.submit());
      assert.equal(second.deduplicated, false);
      assert.equal(studio.stored(first.proposal.proposalId).status, "expired");
      const { intentHash, proposalId } = second.proposal;
      assert.deepEqual(memoryOf(second.proposal), {
        entries: [{ intentHash, proposalId, openedAt: studio.deps.clock.now() }],
      });
      assert.deepEqual(
        new Set(
          studio
            .events()
            .slice(-2)
            .map(({ type }) => type),
        ),
        new Set(["proposal.submitted", "proposal.expired"]),
      );
    });

    it("is a new card when the approval of the earlier one lapsed", async () => {
      const { proposal } = await studio.accepted(studio.submit());
      const approved = await studio.accepted(studio.approve(proposal));
      assert.equal((await studio.accepted(studio.submit())).deduplicated, true);
      studio.deps.clock.set(approved.proposal.approvedUntil ?? "");
      assert.equal((await studio.accepted(studio.submit())).deduplicated, false);
      assert.equal(studio.stored(proposal.proposalId).status, "expired");
    });

    it("is a new card when the earlier one went stale and its time ran out", async () => {
      const proposal = await studio.submitFlag();
      await studio.accepted(studio.approve(proposal));
      studio.change("firings/f-1", { status: "error" });
      await studio.refused(studio.execute(proposal), "STALE_PLAN", ["proposal.went_stale"]);
      assert.equal(
        (await studio.accepted(studio.submit(anOperator(), proposal.input, "firing.flag"))).deduplicated,
        true,
      );
      studio.deps.clock.set(proposal.expiresAt);
      const again = await studio.accepted(studio.submit(anOperator(), proposal.input, "firing.flag"));
      assert.equal(again.deduplicated, false);
      assert.equal(studio.stored(proposal.proposalId).status, "expired");
    });

    for (const close of ["reject", "withdraw"] as const)
      it(`is a new card after a ${close}`, async () => {
        const { proposal } = await studio.accepted(studio.submit());
        await studio.accepted(studio[close](proposal));
        assert.equal((await studio.accepted(studio.submit())).deduplicated, false);
      });
  });

  describe("for an agent", () => {
    it("names the firing itself, and makes the agent's owner the owner", async () => {
      const { proposal } = await studio.accepted(studio.submitForAgent(), ["proposal.submitted"]);
      assert.equal(proposal.input["firingId"], "f-1");
      assert.equal(proposal.ownerUid, "olga");
      assert.deepEqual(
        proposal.actChain.map(({ id, as }) => [id, as]),
        [
          ["pi-1", "requester"],
          ["olga", "agentOwner"],
        ],
      );
    });

    it("keeps everybody of its chain from approving, and says by which link", async () => {
      const { proposal } = await studio.accepted(studio.submitForAgent());
      assert.equal((await studio.refused(studio.approve(proposal, anOwner()), "SELF_APPROVAL")).via, "agentOwner");
    });

    it("lets the agent's owner take it back", async () => {
      const { proposal } = await studio.accepted(studio.submitForAgent());
      await studio.accepted(studio.withdraw(proposal, anOwner()), ["proposal.withdrawn"]);
    });

    it("refuses what only people may ask for, an unknown capability, a malformed request, and an explained one", async () => {
      await studio.refused(studio.submitForAgent({}, "batch.opsNote.append"), "NOT_PROPOSABLE_BY_AGENT");
      await studio.refused(studio.submitForAgent({}, "kiln.light"), "CAPABILITY_UNKNOWN");
      await studio.refused(studio.submitForAgent({ kilnId: "k-1" }), "INVALID_INPUT");
      studio.change("firings/f-1", { status: "firing" });
      await studio.refused(studio.submitForAgent(), "NOT_WARRANTED");
    });
  });

  it("keeps what people say out of the canonical bytes of every event", async () => {
    const { proposal } = await studio.accepted(studio.submit());
    await studio.accepted(studio.approve(proposal));
    await studio.accepted(studio.stop());
    await studio.refused(studio.execute(proposal), "KILL_SWITCH", ["proposal.blocked"]);
    await studio.refused(studio.approve(proposal), "ALREADY_REVIEWED");
    const other = await studio.submitFlag();
    await studio.refused(studio.approve(other), "KILL_SWITCH");
    const canonical = studio
      .events()
      .map((event) => JSON.stringify(event))
      .join("\n");
    for (const words of ["seen at the shelf", WHY, "Smoke in the kiln room", "Two handles are cracked"])
      assert.ok(!canonical.includes(words), words);
  });
});
