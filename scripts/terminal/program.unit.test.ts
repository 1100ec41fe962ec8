import assert from "node:assert/strict";
import { COMMANDS } from "../commands/index.js";
import type { Means } from "./means.js";
import { runProgram } from "./program.js";

const STUDIO = "https://studio.example";
const PASSWORD = "correct horse";
const CONFIG = { projectId: "demo", apiKey: "k", environment: "live" };
const SIGNED_IN = { idToken: "token-of-olive" };

interface World {
  readonly out: string[];
  readonly err: string[];
  readonly urls: string[];
  readonly means: Means;
}

/** A terminal whose network answers by the end of the URL. */
function aWorld(answers: Record<string, { status?: number; body: unknown }>, env: Record<string, string> = {}): World {
  const [out, err, urls]: string[][] = [[], [], []] as never;
  const all: typeof answers = {
    "studio-config.json": { body: CONFIG },
    "accounts:signInWithPassword?key=k": { body: SIGNED_IN },
    ...answers,
  };
  return {
    out: out!,
    err: err!,
    urls: urls!,
    means: {
      env: { STUDIO_TENANT: "kiln-house", STUDIO_EMAIL: "o@example.test", STUDIO_PASSWORD: PASSWORD, ...env },
      fetch: (input) => {
        const url = input instanceof Request ? input.url : String(input);
        urls!.push(url);
        const found = Object.entries(all).find(([end]) => url.endsWith(end))?.[1];
        if (found === undefined) return Promise.reject(new TypeError("fetch failed"));
        return Promise.resolve(new Response(JSON.stringify(found.body), { status: found.status ?? 200 }));
      },
      print: (line) => void out!.push(line),
      say: (line) => void err!.push(line),
      askSecret: () => Promise.resolve(null),
      newKey: () => "0123456789abcdef",
      wait: () => Promise.resolve(),
    },
  };
}

const run = ({ means }: World, ...args: string[]): Promise<number> =>
  runProgram(["--studio", STUDIO, ...args], means, COMMANDS);

const refusal = (code: string, details?: object) => ({
  status: 403,
  body: { error: { code, message: "m", requestId: "r-12345678", ...(details === undefined ? {} : { details }) } },
});

describe("scripts/terminal/program", () => {
  it("says a refusal with its code, its sentence and who can lift it, and ends with 1", async () => {
    const world = aWorld({ "control:engage": refusal("ROLE_MISSING") });
    assert.equal(await run(world, "stop", "--reason", "smoke in the kiln room"), 1);
    assert.deepEqual(world.out, []);
    assert.match(world.err[0]!, /^ROLE_MISSING: Your role in this studio/);
    assert.match(world.err[1]!, /^Who can lift it: An owner/);
    assert.equal(world.err.at(-1), "Request: r-12345678");
  });

  it("sends a password to no emulator of another machine, whatever the studio's configuration says", async () => {
    for (const authEmulatorUrl of ["http://elsewhere.example:9099", "https://elsewhere.example"]) {
      const world = aWorld({ "studio-config.json": { body: { ...CONFIG, authEmulatorUrl } } });
      assert.equal(await run(world, "quotas"), 2);
      assert.deepEqual(world.urls, [`${STUDIO}/studio-config.json`]);
    }
  });

  it("prints exactly one JSON object with --json, done or refused", async () => {
    const refused = aWorld({ "control:engage": refusal("KILL_SWITCH") });
    assert.equal(await run(refused, "--json", "stop", "--reason", "smoke in the kiln room"), 1);
    assert.equal(refused.out.length, 1);
    assert.equal((JSON.parse(refused.out[0]!) as { error: { code: string } }).error.code, "KILL_SWITCH");
    const quotas = { since: "2026-01-01T00:00:00.000Z", isComplete: true, actors: [], capabilities: [] };
    const done = aWorld({ "/quotas": { body: quotas } });
    assert.equal(await run(done, "--json", "quotas"), 0);
    assert.deepEqual(
      done.out.map((line): unknown => JSON.parse(line)),
      [quotas],
    );
  });

  it("shows the policy's trace of a refusal check by check", async () => {
    const policy = {
      decision: "deny",
      reasonCode: "SELF_APPROVAL",
      trace: [
        { check: "role", result: "pass", detail: "owner", reasonCode: null, whoCanLift: null },
        { check: "self_approval", result: "fail", detail: "you asked", reasonCode: "SELF_APPROVAL", whoCanLift: "pia" },
      ],
    };
    const world = aWorld({ "/quotas": refusal("SELF_APPROVAL", { policy }) });
    await run(world, "quotas");
    const said = world.err.join("\n");
    assert.match(said, /✓ role +owner/);
    assert.match(said, /✗ self_approval +SELF_APPROVAL: you asked\n.*who can lift it: pia/);
  });

  it("ends with 2 for what cannot be used as given, and sends nothing", async () => {
    for (const [args, env] of [
      [["stop"], {}],
      [["no-such-command"], {}],
      [["--tenant", "Not A Studio", "quotas"], {}],
      [["quotas"], { STUDIO_EMAIL: "" }],
      [["quotas"], { STUDIO_PASSWORD: "" }],
    ] as const) {
      const world = aWorld({ "/quotas": { body: {} } }, env);
      assert.equal(await run(world, ...args), 2, args.join(" "));
      assert.deepEqual(
        world.urls.filter((url) => url.includes("/api/") || url.includes("signIn")),
        [],
      );
      assert.notEqual(world.err.length, 0);
    }
  });

  it("sends a sign-in to no address without TLS but this machine", async () => {
    const world = aWorld({});
    assert.equal(await runProgram(["--studio", "http://studio.example", "quotas"], world.means, COMMANDS), 2);
    assert.deepEqual(world.urls, []);
  });

  it("ends with 3 when the studio is out of reach, answers nonsense, or the sign-in fails", async () => {
    assert.equal(await run(aWorld({}), "quotas"), 3);
    assert.equal(await run(aWorld({ "/quotas": { body: "hello" } }), "quotas"), 3);
    const wrong = { status: 400, body: { error: { message: "INVALID_PASSWORD" } } };
    const world = aWorld({ "accounts:signInWithPassword?key=k": wrong });
    assert.equal(await run(world, "quotas"), 3);
    assert.match(world.err[0]!, /SIGN_IN_FAILED: o@example.test could not sign in: INVALID_PASSWORD/);
  });

  it("puts the password into no URL and no output", async () => {
    const world = aWorld({ "/quotas": refusal("ROLE_MISSING") });
    await run(world, "quotas");
    for (const text of [...world.out, ...world.err, ...world.urls])
      assert.equal(text.includes(PASSWORD) || text.includes(encodeURIComponent(PASSWORD)), false);
  });

  it("lets nothing that people wrote move the cursor of the terminal", async () => {
    const quotas = { since: "s", isComplete: true, actors: [{ id: "\u001b[2Jgone", count: 1 }], capabilities: [] };
    const world = aWorld({ "/quotas": { body: { ...quotas, since: "2026-01-01T00:00:00.000Z" } } });
    await run(world, "quotas");
    assert.match(world.out.join(), /\ufffd\[2Jgone/);
  });

  it("decides on no plan but the one that was looked at", async () => {
    const world = aWorld({ "/proposals/p-1": refusal("NOT_FOUND") });
    assert.equal(await run(world, "proposals", "approve", "p-1"), 2);
    assert.equal(await run(world, "proposals", "approve", "p-1", "--plan", "00000000"), 1);
  });
});
