import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnAgent } from "./support/agent-process.js";
import type { AgentProcess } from "./support/agent-process.js";
import { startEnrolmentCloud } from "./support/enrolment-cloud.js";
import type { EnrolmentCloud } from "./support/enrolment-cloud.js";

describe("local-agent/main enrols and rotates", function () {
  this.timeout(90_000);
  let cloud: EnrolmentCloud;
  let folder: string;
  before(async () => {
    cloud = await startEnrolmentCloud("mudworks", "pi-7");
    folder = await mkdtemp(join(tmpdir(), "studio-enrol-"));
    const settings = { tenantId: "mudworks", agentId: "pi-7", keyFile: "agent.pem", cloudOrigin: cloud.origin };
    await writeFile(join(folder, "agent.json"), JSON.stringify(settings));
  });
  after(async () => {
    cloud.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (...args: string[]): Promise<{ code: number | null; said: string }> => {
    const agent: AgentProcess = spawnAgent([...args, "--config", join(folder, "agent.json")]);
    const code = await agent.ended;
    return { code, said: [...agent.output, ...agent.lines.map((line) => JSON.stringify(line))].join("\n") };
  };
  const keyFile = (name = "agent.pem"): string => join(folder, name);

  it("is refused with a wrong code in words that say what to do, and gets in with the right one, once", async () => {
    const code = await cloud.makeCode();
    const wrong = await run("enrol", "--code", "00000-00000-00000-00000");
    assert.equal(wrong.code, 1);
    assert.match(wrong.said, /ENROLMENT_CODE_WRONG: There is no such code for this agent\. You: check the code/);
    const typed = code.toLowerCase().replaceAll("-", " ");
    const right = await run("enrol", "--code", typed);
    assert.equal(right.code, 0, right.said);
    const [key] = cloud.agent()?.keys ?? [];
    assert.ok(key !== undefined && right.said.includes(key.keyId));
    assert.equal(statSync(keyFile()).mode & 0o777, 0o600);
    assert.ok(!right.said.includes(code));
    assert.equal((await run("enrol", "--code", typed)).code, 0, "the same key may hear its answer again");
  });

  it("rotates its key, keeps the old one until the cloud has the new one, and goes on where it was cut off", async () => {
    const old = readFileSync(keyFile(), "utf8");
    const rotated = await run("rotate-key");
    assert.equal(rotated.code, 0, rotated.said);
    assert.notEqual(readFileSync(keyFile(), "utf8"), old);
    assert.ok(!existsSync(keyFile("agent.pem.next")));
    assert.deepEqual(
      cloud.agent()?.keys.map(({ notAfter }) => notAfter === null),
      [false, true],
    );
    // As after a crash between the cloud's yes and the renaming.
    const fresh = readFileSync(keyFile(), "utf8");
    await writeFile(keyFile("agent.pem.next"), fresh, { mode: 0o600 });
    await writeFile(keyFile(), old, { mode: 0o600 });
    assert.equal((await run("rotate-key")).code, 0);
    assert.equal(readFileSync(keyFile(), "utf8"), fresh);
    assert.equal(cloud.agent()?.keys.length, 2);
  });

  it("follows no redirect with what it has to prove", async () => {
    cloud.redirect();
    const sent = await run("rotate-key");
    assert.equal(sent.code, 1);
    assert.match(sent.said, /could not be reached, or redirected/);
  });
});
