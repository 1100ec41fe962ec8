import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectorError } from "../connector.js";
import { decodeMessage } from "./frame.js";
import { createRoborockConnector, READ_METHODS } from "./index.js";
import type { RoborockOptionsInput } from "./index.js";

/** Words that try to be something else: wildcards, separators, other methods, quotes that would end a JSON string. */
const hostileWord = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    "#",
    "+",
    "a/b",
    "../../d/i/x",
    "app_start",
    '","method":"app_start',
    '\\"}',
    "\u0000",
    "rr/m/i/x",
    "x".repeat(200),
  ),
  fc.stringMatching(/^[a-zA-Z0-9]{1,20}$/u),
);
const hostileVacuum = fc.record({
  duid: hostileWord,
  name: hostileWord,
  localKey: hostileWord,
  pv: fc.oneof(fc.constant("1.0"), hostileWord),
  model: hostileWord,
});
const hostileConfig: fc.Arbitrary<RoborockOptionsInput> = fc.record({
  brokerUrl: fc.oneof(fc.constant("ssl://broker.example:8883"), hostileWord),
  rriot: fc.record({ u: hostileWord, s: hostileWord, k: hostileWord }),
  devices: fc.array(hostileVacuum, { maxLength: 3 }),
});

describe("local-agent/roborock under a hostile configuration", () => {
  it("sends the two reads to the vacuums' own topics, or refuses the configuration, whatever it says", async () => {
    let published = 0;
    await fc.assert(
      fc.asyncProperty(hostileConfig, hostileWord, async (config, intent) => {
        const keys = new Map<string, string>();
        const sent: { topic: string; payload: Buffer }[] = [];
        try {
          const connector = createRoborockConnector(config, {
            timeoutMs: 1,
            minGapMs: 0,
            openConnection: (options) => ({
              start: () => undefined,
              stop: () => Promise.resolve(),
              state: () => ({ kind: "online" }),
              restart: () => undefined,
              publish: (topic, payload) => {
                assert.ok(options.publishTopics.includes(topic));
                sent.push({ topic, payload });
              },
            }),
          });
          await assert.rejects(connector.execute(intent));
          await assert.rejects(connector.readStatus());
        } catch (error) {
          assert.ok(error instanceof ConnectorError && error.code === "NOT_CONFIGURED", String(error));
        }
        for (const { duid, localKey } of config.devices) keys.set(duid, localKey);
        for (const { topic, payload } of sent) {
          const levels = topic.split("/");
          assert.deepEqual([levels.length, levels.slice(0, 4).join("/")], [6, `rr/m/i/${config.rriot.u}`]);
          const [frame] = decodeMessage(payload, { localKey: keys.get(levels[5] ?? "") ?? "" });
          assert.ok(frame?.kind === "frame");
          const outer = JSON.parse(frame.payload?.toString("utf8") ?? "") as { dps: Record<string, string> };
          const inner = JSON.parse(outer.dps["101"] ?? "") as { method: string; params: unknown[] };
          assert.ok(READ_METHODS.some((method) => method === inner.method));
          assert.deepEqual(inner.params, []);
          published += 1;
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(published > 0, "no configuration got as far as sending");
  });
});
