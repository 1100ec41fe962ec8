import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { ConnectorError } from "../connector.js";
import { decodeMessage, encodeFrame } from "./frame.js";
import type { ConnectionState, VacuumConnection } from "./mqtt-connection.js";
import type { Runtime } from "./runtime.js";
import { RESTART_GAP_MS } from "./cloud-channel.js";
import { createSession, RPC_TIMEOUT_MS } from "./session.js";
import type { RpcSession } from "./session.js";
import { createTurns, MAX_QUEUED_PER_DEVICE } from "./turns.js";

/** Time that passes when the test says so. */
class FakeTime implements Runtime {
  private now = 1_767_225_600_000;
  private readonly timers = new Map<object, { atMs: number; run: () => void }>();

  nowMs(): number {
    return this.now;
  }

  chance(): number {
    return 0.5;
  }

  after(delayMs: number, run: () => void): () => void {
    const key = {};
    this.timers.set(key, { atMs: this.now + delayMs, run });
    return () => this.timers.delete(key);
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.now + ms;
    for (;;) {
      await setImmediate();
      const due = [...this.timers]
        .filter(([, { atMs }]) => atMs <= untilMs)
        .toSorted(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].atMs);
      due[1].run();
    }
    this.now = untilMs;
    await setImmediate();
  }

  get waiting(): number {
    return this.timers.size;
  }
}

const KEY = "q9Wm3ZtR7xB1vN5k";
const device = (duid: string, pv = "1.0") => ({
  duid,
  localKey: KEY,
  pv,
  publishTopic: `in/${duid}`,
  subscribeTopic: `out/${duid}`,
});

interface Bench {
  readonly session: RpcSession;
  readonly time: FakeTime;
  readonly sent: { topic: string; id: number; method: string }[];
  readonly pushed: { duid: string; points: Record<string, number> }[];
  readonly restarts: () => number;
  setState(state: ConnectionState): void;
  answer(id: number, result: unknown, duid?: string): void;
  say(text: string, duid?: string): void;
}

function aBench(options: { minGapMs?: number } = {}): Bench {
  const time = new FakeTime();
  const sent: Bench["sent"] = [];
  const pushed: Bench["pushed"] = [];
  let state: ConnectionState = { kind: "online" };
  let restarts = 0;
  const connection: VacuumConnection = {
    start: () => undefined,
    stop: () => Promise.resolve(),
    state: () => state,
    restart: () => (restarts += 1),
    publish(topic, payload) {
      const [frame] = decodeMessage(payload, { localKey: KEY });
      assert.ok(frame?.kind === "frame" && frame.protocol === 101 && frame.payload !== null);
      const outer = JSON.parse(frame.payload.toString("utf8")) as { dps: { "101": string } };
      sent.push({ topic, ...(JSON.parse(outer.dps["101"]) as { id: number; method: string }) });
    },
  };
  const session = createSession(
    connection,
    {
      devices: [device("one"), device("two"), device("new", "B01")],
      endpoint: "87ItGWdb",
      minGapMs: options.minGapMs ?? 0,
      onPush: (duid, points) => pushed.push({ duid, points: Object.fromEntries(points) }),
    },
    time,
  );
  const say = (text: string, duid = "one"): void => {
    const wire = encodeFrame(
      { version: "1.0", seq: 1, random: 2, timestamp: 3, protocol: 102, payload: text },
      { localKey: KEY },
    );
    session.handleMessage(`out/${duid}`, wire);
  };
  return {
    session,
    time,
    sent,
    pushed,
    say,
    restarts: () => restarts,
    setState(next) {
      state = next;
      session.handleState();
    },
    answer: (id, result, duid) => say(JSON.stringify({ t: 9, dps: { "102": JSON.stringify({ id, result }) } }), duid),
  };
}

const fails = (code: string) => (error: unknown) => error instanceof ConnectorError && error.code === code;

describe("local-agent/roborock/session", () => {
  it("resolves with the result of its own id, and cancels the time-out", async () => {
    const bench = aBench();
    const asked = bench.session.request("one", "get_status");
    await bench.time.pass(0);
    bench.answer(bench.sent[0]!.id, [{ state: 8 }]);
    assert.deepEqual(await asked, { value: [{ state: 8 }], deviceTime: 9 });
    assert.equal(bench.time.waiting, 0);
  });

  it("refuses a write with READ_ONLY before the connection is asked for anything", async () => {
    const bench = aBench();
    bench.setState({ kind: "stopped" });
    for (const method of ["app_start", "get_map_v1", "", "get_status "]) {
      await assert.rejects(bench.session.request("one", method), fails("READ_ONLY"));
    }
    assert.deepEqual(bench.sent, []);
  });

  it("gives TIMEOUT after 10 s, and ignores the answer that comes later", async () => {
    const bench = aBench();
    const asked = assert.rejects(bench.session.request("one", "get_status"), fails("TIMEOUT"));
    await bench.time.pass(RPC_TIMEOUT_MS - 1);
    assert.equal(bench.session.pendingCount, 1);
    await bench.time.pass(1);
    await asked;
    bench.answer(bench.sent[0]!.id, [{ state: 8 }]);
    assert.equal(bench.session.pendingCount, 0);
  });

  it("ignores unknown ids, answers on another vacuum's topic and messages on foreign topics", async () => {
    const bench = aBench();
    const asked = bench.session.request("one", "get_status");
    await bench.time.pass(0);
    const { id } = bench.sent[0]!;
    bench.answer(id + 1, "wrong");
    bench.answer(id, "wrong", "two");
    bench.session.handleMessage("out/stranger", Buffer.from("x"));
    bench.answer(id, []);
    bench.answer(id, "again");
    assert.deepEqual((await asked).value, []);
  });

  it("takes a good answer after a damaged one, and tells what was wrong when none comes", async () => {
    const bench = aBench();
    const first = bench.session.request("one", "get_status");
    await bench.time.pass(0);
    bench.say("no json");
    bench.answer(bench.sent[0]!.id, []);
    assert.deepEqual((await first).value, []);
    const second = assert.rejects(bench.session.request("one", "get_status"), fails("BAD_RESPONSE"));
    await bench.time.pass(0);
    bench.say("no json");
    await bench.time.pass(RPC_TIMEOUT_MS);
    await second;
  });

  it("asks a busy vacuum twice more, 1.5 s apart, and then gives a retryable REFUSED", async () => {
    const bench = aBench();
    const asked = assert.rejects(
      bench.session.request("one", "get_status"),
      (error) => fails("REFUSED")(error) && error instanceof ConnectorError && error.retryable,
    );
    for (let turn = 0; turn < 3; turn += 1) {
      await bench.time.pass(1_500);
      bench.answer(bench.sent[turn]!.id, "retry");
    }
    await asked;
    await bench.time.pass(60_000);
    assert.equal(bench.sent.length, 3);
  });

  it("does not ask again for a method that this firmware does not know", async () => {
    const bench = aBench();
    const asked = assert.rejects(bench.session.request("one", "get_consumable"), fails("UNSUPPORTED"));
    await bench.time.pass(0);
    bench.answer(bench.sent[0]!.id, "unknown_method");
    await asked;
    await assert.rejects(bench.session.request("one", "get_consumable"), fails("UNSUPPORTED"));
    assert.equal(bench.sent.length, 1);
  });

  it("gives UNSUPPORTED with the version for a vacuum of protocol B01, without asking it", async () => {
    const bench = aBench();
    await assert.rejects(
      bench.session.request("new", "get_status"),
      (error) => fails("UNSUPPORTED")(error) && error instanceof Error && error.message.includes("B01"),
    );
    assert.deepEqual(bench.sent, []);
  });

  it("asks one vacuum one thing at a time, and two vacuums side by side", async () => {
    const bench = aBench();
    const asked = [
      bench.session.request("one", "get_status"),
      bench.session.request("one", "get_consumable"),
      bench.session.request("two", "get_status"),
    ];
    await bench.time.pass(0);
    assert.deepEqual(
      bench.sent.map(({ topic, method }) => [topic, method]),
      [
        ["in/one", "get_status"],
        ["in/two", "get_status"],
      ],
    );
    bench.answer(bench.sent[0]!.id, []);
    bench.answer(bench.sent[1]!.id, [], "two");
    await bench.time.pass(0);
    bench.answer(bench.sent[2]!.id, []);
    await Promise.all(asked);
  });

  it("leaves 500 ms between two requests over the account", async () => {
    const bench = aBench({ minGapMs: 500 });
    const asked = ["one", "two"].map((duid) => bench.session.request(duid, "get_status"));
    await bench.time.pass(499);
    assert.equal(bench.sent.length, 1);
    await bench.time.pass(1);
    assert.equal(bench.sent.length, 2);
    bench.answer(bench.sent[0]!.id, []);
    bench.answer(bench.sent[1]!.id, [], "two");
    await Promise.all(asked);
  });

  it("fails at once while the connection waits out a refusal, and when it is lost under way", async () => {
    const bench = aBench();
    const asked = assert.rejects(bench.session.request("one", "get_status"), fails("UNREACHABLE"));
    await bench.time.pass(0);
    bench.setState({ kind: "waiting", code: "UNREACHABLE", retryAtMs: 0 });
    await asked;
    bench.setState({ kind: "waiting", code: "AUTH", retryAtMs: 0 });
    await assert.rejects(bench.session.request("one", "get_status"), fails("AUTH"));
    assert.equal(bench.sent.length, 1);
  });

  it("waits for a connection that is being opened, 10 s at most", async () => {
    const bench = aBench();
    bench.setState({ kind: "connecting" });
    const first = bench.session.request("one", "get_status");
    await bench.time.pass(9_000);
    bench.setState({ kind: "online" });
    await bench.time.pass(0);
    bench.answer(bench.sent[0]!.id, []);
    await first;
    bench.setState({ kind: "connecting" });
    const second = assert.rejects(bench.session.request("one", "get_status"), fails("TIMEOUT"));
    await bench.time.pass(10_000);
    await second;
  });

  it("restarts the connection after 3 time-outs in a row, and at most once in 30 minutes", async () => {
    const bench = aBench();
    const timeOut = async (): Promise<void> => {
      const asked = assert.rejects(bench.session.request("one", "get_status"), fails("TIMEOUT"));
      await bench.time.pass(RPC_TIMEOUT_MS);
      await asked;
    };
    for (let turn = 0; turn < 2; turn += 1) await timeOut();
    assert.equal(bench.restarts(), 0);
    await timeOut();
    assert.equal(bench.restarts(), 1);
    for (let turn = 0; turn < 9; turn += 1) await timeOut();
    assert.equal(bench.restarts(), 1);
    await bench.time.pass(RESTART_GAP_MS);
    await timeOut();
    assert.equal(bench.restarts(), 2);
  });

  it("passes pushes on, also those that come with an answer", () => {
    const bench = aBench();
    bench.say('{"dps":{"121":18,"122":87},"t":1}');
    assert.deepEqual(bench.pushed, [{ duid: "one", points: { "121": 18, "122": 87 } }]);
  });
});

describe("local-agent/roborock/turns", () => {
  it(`refuses the ${MAX_QUEUED_PER_DEVICE + 1}th request that waits for one vacuum, and takes it when there is room`, async () => {
    const turns = createTurns();
    const gates: (() => void)[] = [];
    const job = (): Promise<void> => new Promise((resolve) => gates.push(resolve));
    const taken = Array.from({ length: MAX_QUEUED_PER_DEVICE }, () => turns.take("one", job));
    await assert.rejects(turns.take("one", job), fails("RATE_LIMIT"));
    while (gates.length > 0) {
      gates.shift()?.();
      await setImmediate();
    }
    await Promise.all(taken);
    await turns.take("one", () => Promise.resolve());
  });
});
