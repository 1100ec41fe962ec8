import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseVerifierKey } from "../../functions/src/audit/verifier-key.js";
import { ED25519_SPKI_HEAD, nodeCrypto } from "../../functions/src/audit/node-crypto.js";
import { seedSigner } from "../../functions/src/audit/seed-signer.js";
import { openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import type { SignedIn } from "../../functions/test/support/sign-in.js";
import { runProgram } from "../terminal/program.js";
import { COMMANDS } from "./index.js";

interface Ended {
  readonly exitCode: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** A signed checkpoint follows an event within seconds; the emulators on a busy machine take longer. */
const SIGNED_WITHIN_MS = 90_000;

describe("scripts/studio audit, on the emulators", function () {
  this.timeout(240_000);
  let studio: TestStudio;
  let olive: SignedIn;
  let vic: SignedIn;
  let folder: string;
  let key: string;
  let origin: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "studio-audit-"));
    studio = await openTestStudio();
    olive = await studio.signIn("olive", ["owner"]);
    vic = await studio.signIn("vic", ["viewer"]);
    origin = `${process.env["GCLOUD_PROJECT"] ?? ""}.web.app/audit/${studio.tenantId}`;
    key = seedSigner(origin, createHash("sha256").update("studio-os emulator").digest()).verifierKey;
    // The first call over the API wakes the sequencer for everything that the studio did before.
    await run(olive, "status");
    await run(olive, "stop", "--mode", "read_only", "--reason", "the first entry of the record");
    await untilSigned();
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await studio.close();
  });

  async function run(who: SignedIn | { link: string }, ...args: string[]): Promise<Ended> {
    const [out, err]: [string[], string[]] = [[], []];
    const as = "link" in who ? { STUDIO_AUDIT_LINK: who.link } : { STUDIO_TOKEN: who.idToken };
    const exitCode = await runProgram(
      args,
      {
        env: { ...process.env, STUDIO_TENANT: studio.tenantId, ...as },
        fetch: globalThis.fetch,
        print: (line) => void out.push(line),
        say: (line) => void err.push(line),
        askSecret: () => Promise.resolve(null),
        newKey: () => randomBytes(18).toString("base64url"),
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      },
      COMMANDS,
    );
    return { exitCode, out, err };
  }

  async function json<Answer>(who: SignedIn | { link: string }, ...args: string[]): Promise<Answer> {
    const { exitCode, out, err } = await run(who, "--json", ...args);
    assert.equal(exitCode, 0, [...out, ...err].join("\n"));
    return JSON.parse(out[0]!) as Answer;
  }

  async function untilSigned(): Promise<void> {
    const until = Date.now() + SIGNED_WITHIN_MS;
    for (;;) {
      const proved = await run(olive, "audit", "prove", "0", "--key", key);
      if (proved.exitCode === 0) return;
      assert.ok(Date.now() < until, proved.err.join("\n"));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  const path = (name: string): string => join(folder, name);

  it("shows the newest events, and none to a viewer", async () => {
    const { events } = await json<{ events: { type: string; seq?: number }[] }>(
      olive,
      "audit",
      "tail",
      "--limit",
      "50",
    );
    assert.ok(events.some(({ type }) => type === "control.engaged"));
    assert.ok(events.some(({ seq }) => seq === 0));
    const refused = await run(vic, "audit", "tail");
    assert.equal(refused.exitCode, 1);
    assert.match(refused.err[0]!, /^ROLE_MISSING/);
  });

  it("proves an entry out of the served tiles, and believes no other key", async () => {
    const file = path("entry-1.tlog-proof");
    const proved = await run(olive, "audit", "prove", "1", "--key", key, "--out", file);
    assert.equal(proved.exitCode, 0, proved.err.join("\n"));
    assert.match(readFileSync(file, "utf8"), /^c2sp\.org\/tlog-proof@v1\nindex 1\n/);
    const stranger = seedSigner(origin, randomBytes(32)).verifierKey;
    const refused = await run(olive, "audit", "prove", "1", "--key", stranger);
    assert.deepEqual([refused.exitCode, refused.err[0]?.split(":")[0]], [1, "PROOF_REJECTED"]);
    assert.equal((await run(vic, "audit", "prove", "1", "--key", key)).exitCode, 1);
    assert.equal((await run(olive, "audit", "prove", "100000", "--key", key)).exitCode, 2);
  });

  it("hands out the verifier key from the public half of the signing key", async () => {
    const { publicKey } = parseVerifierKey(nodeCrypto.sha256, key);
    const der = Buffer.concat([ED25519_SPKI_HEAD, publicKey]);
    const pem = createPublicKey({ key: der, format: "der", type: "spki" }).export({ format: "pem", type: "spki" });
    writeFileSync(path("key.pem"), pem);
    assert.deepEqual((await run(olive, "audit", "key", origin, "--pem", path("key.pem"))).out, [key]);
  });

  it("exports the whole log as a folder that the verifier accepts, and one with a flipped byte it rejects", async () => {
    const bundle = path("whole");
    const exported = await run(olive, "audit", "export", bundle);
    assert.equal(exported.exitCode, 0, exported.err.join("\n"));
    const verified = await run(olive, "audit", "verify", bundle, "--key", key);
    assert.equal(verified.exitCode, 0, verified.out.join("\n"));
    assert.match(verified.out.join("\n"), /This is the whole log/);
    const events = join(bundle, "part-00000", "events.jsonl");
    writeFileSync(events, readFileSync(events, "utf8").replace("control.engaged", "control.released"));
    const rejected = await run(olive, "audit", "verify", bundle, "--key", key);
    assert.equal(rejected.exitCode, 1);
    assert.match(rejected.out[0]!, /^REJECTED/);
    const types = await studio.eventTypes();
    for (const type of ["export.requested", "export.generated", "export.downloaded"])
      assert.ok(types.includes(type), type);
  });

  it("exports a choice as inclusion only", async () => {
    const bundle = path("choice");
    const exported = await run(olive, "audit", "export", bundle, "--filter", "type=control.engaged");
    assert.equal(exported.exitCode, 0, exported.err.join("\n"));
    assert.equal((await run(olive, "audit", "verify", bundle, "--key", key)).exitCode, 1);
    const verified = await run(olive, "audit", "verify", bundle, "--key", key, "--filtered");
    assert.equal(verified.exitCode, 0, verified.out.join("\n"));
    assert.match(verified.out.join("\n"), /INCLUSION ONLY/);
  });

  it("lets the holder of an audit link prove and download, and nothing once it was ended", async () => {
    const asked = await json<{ export: { exportId: string } }>(olive, "audit", "export", path("ranged"), "--to", "2");
    const { exportId } = asked.export;
    const made = ["audit", "link", "--for", "Ms. Reed, auditor", "--days", "1", "--export", exportId];
    const { token, link } = await json<{ token: string; link: { linkId: string } }>(olive, ...made);
    const holder = { link: token };
    assert.equal((await run(holder, "audit", "prove", "0", "--key", key)).exitCode, 0);
    const bundle = path("by-link");
    assert.equal((await run(holder, "audit", "download", exportId, bundle)).exitCode, 0);
    const verified = await run(holder, "audit", "verify", bundle, "--key", key, "--range", "0:2");
    assert.equal(verified.exitCode, 0, verified.out.join("\n"));
    const ended = await run(olive, "audit", "unlink", link.linkId, "--reason", "the audit is over");
    assert.equal(ended.exitCode, 0, ended.err.join("\n"));
    const refused = await run(holder, "audit", "prove", "0", "--key", key);
    assert.deepEqual([refused.exitCode, refused.err[0]?.split(":")[0]], [1, "AUDIT_LINK_ENDED"]);
  });

  it("starts a job by hand, for those who may", async () => {
    const { run: done } = await json<{ run: { status: string; job: string } }>(olive, "jobs", "run", "exportSweep");
    assert.deepEqual([done.status, done.job], ["done", "exportSweep"]);
    assert.equal((await run(vic, "jobs", "run", "exportSweep")).exitCode, 1);
    assert.match((await run(olive, "jobs", "run", "no-such-job")).err[0]!, /^NOT_FOUND/);
  });
});
