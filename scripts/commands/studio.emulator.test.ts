import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Proposal } from "@studio-os/functions/contracts";
import { aFiringDocument, openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { signIn } from "../../functions/test/support/sign-in.js";
import type { SignedIn } from "../../functions/test/support/sign-in.js";
import { runProgram } from "../terminal/program.js";
import { COMMANDS } from "./index.js";

interface Ended {
  readonly exitCode: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

describe("scripts/studio on the emulators", function () {
  this.timeout(120_000);
  let studio: TestStudio;
  let olive: SignedIn;
  let pia: SignedIn;
  let vic: SignedIn;

  before(async () => {
    studio = await openTestStudio();
    [olive, pia, vic] = await Promise.all([
      studio.signIn("olive", ["owner"]),
      studio.signIn("pia", ["approver"]),
      studio.signIn("vic", ["viewer"]),
    ]);
    await studio.put("firings/f-1", aFiringDocument("f-1"));
  });
  after(() => studio.close());

  async function run(who: SignedIn, ...args: string[]): Promise<Ended> {
    const [out, err]: [string[], string[]] = [[], []];
    const exitCode = await runProgram(
      args,
      {
        env: { ...process.env, STUDIO_TENANT: studio.tenantId, STUDIO_TOKEN: who.idToken },
        fetch: globalThis.fetch,
        print: (line) => void out.push(line),
        say: (line) => void err.push(line),
        askSecret: () => Promise.resolve(null),
        newKey: () => randomBytes(18).toString("base64url"),
        wait: () => Promise.resolve(),
      },
      COMMANDS,
    );
    return { exitCode, out, err };
  }

  async function json<Answer>(who: SignedIn, ...args: string[]): Promise<Answer> {
    const { exitCode, out, err } = await run(who, "--json", ...args);
    assert.equal(exitCode, 0, [...out, ...err].join("\n"));
    assert.equal(out.length, 1);
    return JSON.parse(out[0]!) as Answer;
  }

  it("lends an agent rights and takes them back, and exempts a request, each refusal with its reason code", async () => {
    const key = randomBytes(32).toString("base64");
    await json(olive, "agents", "enrol", "pi-1", "--name", "Kiln room", "--key", key);
    const why = ["--reason", "The Pi watches the kiln room for all of us."];
    const lend = ["agents", "lend", "pi-1", "--scopes", "firing.flag", "--per-day", "5", ...why];
    const { delegation } = await json<{ delegation: { delegationId: string } }>(olive, ...lend);
    const refused = await run(pia, "agents", "take-back", delegation.delegationId, "--reason", "not mine");
    assert.deepEqual([refused.exitCode, /ROLE_MISSING/.test(refused.err.join(" "))], [1, true]);
    const ended = await run(olive, "agents", "take-back", delegation.delegationId, "--reason", "no more");
    assert.match(ended.out.join("\n"), /taken back at/);

    const until = new Date(Date.now() + 3_600_000).toISOString();
    const about = ["--waives", "second_approver", "--until", until, "--ticket", "log book, page 12", ...why];
    const exempt = await run(olive, "exemptions", "grant", "firing.flag", "--for", "pia", ...about);
    assert.match(exempt.out.join("\n"), /used 0 of 1 times/);
    const unbounded = await run(olive, "exemptions", "grant", "firing.flag", ...about);
    assert.deepEqual([unbounded.exitCode, /INVALID_INPUT/.test(unbounded.err.join(" "))], [1, true]);
  });

  it("lists, shows, approves and executes a proposal, each step with the policy's trace", async () => {
    const submitted = await submit(studio, olive);
    const listed = await json<{ proposals: { proposalId: string }[] }>(pia, "proposals", "list");
    assert.ok(listed.proposals.some(({ proposalId }) => proposalId === submitted.proposalId));

    const shown = await run(pia, "proposals", "show", submitted.proposalId);
    assert.match(shown.out.join("\n"), /To approve it:\nPolicy: allow\n {2}✓ tenant/);
    const plan = submitted.plan.planId.slice(0, 12);
    const stale = await run(pia, "proposals", "approve", submitted.proposalId, "--plan", "0".repeat(12));
    assert.equal(stale.exitCode, 2);

    const words = ["--rationale", "The room was hot and both kilns were off."];
    const approved = await run(pia, "proposals", "approve", submitted.proposalId, "--plan", plan, ...words);
    assert.equal(approved.exitCode, 0, approved.err.join("\n"));
    const executed = await json<{ proposal: Proposal }>(
      pia,
      "proposals",
      "execute",
      submitted.proposalId,
      "--plan",
      plan,
    );
    assert.equal(executed.proposal.status, "executed");
    assert.notEqual((await studio.read("firings/f-1"))?.["attention"], null);
  });

  it("is refused as a viewer with ROLE_MISSING and exit code 1, and reads only what the rules open", async () => {
    const stop = await run(vic, "stop", "--reason", "a viewer cannot stop the studio");
    assert.equal(stop.exitCode, 1);
    assert.match(stop.err[0]!, /^ROLE_MISSING: /);
    assert.equal((await run(vic, "proposals", "list")).exitCode, 0);
  });

  it("stops the studio with one person and shows that it is stopped", async () => {
    assert.equal((await run(pia, "stop", "--reason", "smoke in the kiln room")).exitCode, 0);
    const { out } = await run(vic, "status");
    assert.match(out[0]!, /^Mode: stopped/);
    const asked = await json<{ isReleased: boolean }>(olive, "release", "--reason", "the smoke was from the street");
    assert.equal(asked.isReleased, false);
  });

  describe("for operators of the platform", () => {
    const why = ["--reason", "A drill of the switch above all studios"];
    let operators: SignedIn[];
    let listBefore: Record<string, unknown> | undefined;
    const list = () => studio.firestore.doc("control/operators");
    const global = async () => (await studio.firestore.doc("control/global").get()).get("mode") as unknown;

    before(async () => {
      operators = await Promise.all(["pat", "pim", "pam"].map((name) => signIn(name, { platform: ["operator"] })));
      listBefore = (await list().get()).data();
      const listed = operators.slice(0, 2).map(({ uid }) => ({ uid, name: "Operator", disabledAt: null }));
      const bookkeeping = { auditVersion: 1, lastEventId: "by-hand", updatedAt: new Date() };
      await list().set({ operators: listed, changeRequest: null, ...bookkeeping });
    });
    after(async () => {
      await studio.firestore.doc("control/global").update({ mode: "normal", releaseRequest: null });
      if (listBefore !== undefined) await list().set(listBefore);
    });

    it("stops all studios with one operator, and releases them with two", async () => {
      const [pat, pim] = [operators[0]!, operators[1]!];
      const ofStudio = await run(olive, "stop", "--all-studios", ...why);
      assert.deepEqual([ofStudio.exitCode, /CROSS_TENANT_DENIED/.test(ofStudio.err.join(" "))], [1, true]);
      const stopped = await run(pat, "stop", "--all-studios", ...why);
      assert.equal(stopped.out[0], "Every studio is stopped.", stopped.err.join("\n"));
      assert.equal(await global(), "stopped");
      assert.match((await run(vic, "status")).out[0]!, /^Mode: stopped/);

      const asked = await run(pat, "release", "--all-studios", ...why);
      assert.match(asked.out[0] ?? asked.err.join("\n"), /^The release is asked for/);
      const again = await run(pat, "release", "--all-studios", ...why);
      assert.deepEqual([again.exitCode, /RELEASE_NOT_CONFIRMED/.test(again.err.join(" "))], [1, true]);
      assert.equal(await global(), "stopped");
      const released = await run(pim, "release", "--all-studios", ...why);
      assert.equal(released.out[0], "Every studio is released.", released.err.join("\n"));
      assert.equal(await global(), "normal");
    });

    it("changes the list of operators with two of them, and tells it to nobody else", async () => {
      const [pat, pim, pam] = operators as [SignedIn, SignedIn, SignedIn];
      const add = ["operators", "add", pam.uid, "--name", "Pam", "--reason", "Pam takes the night shift from May on"];
      const outside = await run(pam, ...add);
      assert.deepEqual([outside.exitCode, /ROLE_MISSING/.test(outside.err.join(" "))], [1, true]);
      const asked = await json<{ isChanged: boolean }>(pat, ...add);
      assert.equal(asked.isChanged, false);
      const waiting = await run(pim, "operators", "list");
      assert.match(waiting.out.at(-1) ?? waiting.err.join("\n"), new RegExp(`asked at .* to add ${pam.uid} \\(Pam\\)`));
      const added = await run(pim, ...add);
      assert.equal(added.out[0], "The list is changed.", added.err.join("\n"));
      const { operators: now } = await json<{ operators: { uid: string }[] }>(pam, "operators", "list");
      assert.deepEqual(now.map(({ uid }) => uid).sort(), operators.map(({ uid }) => uid).sort());

      const remove = ["operators", "remove", pat.uid, "--name", "Pat", "--reason", "Pat has left the company in April"];
      await json(pim, ...remove);
      await json(pam, ...remove);
      assert.equal((await run(pat, "stop", "--all-studios", ...why)).exitCode, 1);
    });
  });

  it("enrols an agent by its public key, and refuses what is no key before it asks anybody", async () => {
    const key = randomBytes(32).toString("base64");
    const { agent } = await json<{ agent: { ownerUid: string } }>(
      olive,
      "agents",
      "enrol",
      "kiln-room",
      "--name",
      "Kiln room",
      "--key",
      key,
    );
    assert.equal(agent.ownerUid, olive.uid);
    assert.equal((await run(olive, "agents", "enrol", "kiln-room", "--name", "x", "--key", "nonsense")).exitCode, 2);
  });
});

async function submit(studio: TestStudio, who: SignedIn): Promise<Proposal> {
  const url = `${process.env["STUDIO_FUNCTIONS_ORIGIN"] ?? ""}/api/api/v1/tenants/${studio.tenantId}/proposals`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${who.idToken}`, "content-type": "application/json" },
    body: JSON.stringify({
      capabilityId: "firing.flag",
      input: { firingId: "f-1", attention: "room_overheat", note: "41 °C with both kilns off" },
      rationale: "The room is hot.",
      evidence: [],
    }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return ((await response.json()) as { proposal: Proposal }).proposal;
}
