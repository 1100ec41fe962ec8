import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import * as z from "zod";
import { decodeBroadcast } from "./broadcast.js";
import {
  deriveEndpoint,
  deriveHeaderClientId,
  deriveLoginKey,
  deriveMqttCredentials,
  deriveTopics,
  encryptLoginPassword,
  parseBrokerUrl,
} from "./credentials.js";
import { deriveL01Aad, deriveL01Iv, deriveL01Key, deriveV1Key, encryptL01, permuteTimestamp } from "./frame-keys.js";
import { decodeMessage, encodeFrame, withLengthPrefix } from "./frame.js";
import { createFrameStream } from "./frame-stream.js";
import { hawkPrestring, signHawk } from "./hawk.js";
import { encodeRequest } from "./rpc.js";

const FILE = new URL("../../../../shared/vectors/roborock-vectors.json", import.meta.url);

const Vector = z.object({ id: z.string(), kind: z.string(), input: z.unknown(), expected: z.unknown() });
const hex = (text: string): Buffer => Buffer.from(text, "hex");
const Nonce = z.number().nullable().default(null);
const Numbers = { seq: z.number(), random: z.number(), timestamp: z.number() };

const FrameInput = z.object({ localKey: z.string(), frame: z.string(), connectNonce: Nonce, ackNonce: Nonce });
const FrameExpected = z.object({
  ...Numbers,
  version: z.string(),
  protocol: z.number(),
  crc: z.string(),
  payload: z.string().nullable(),
});

function checkFrame(rawInput: unknown, rawExpected: unknown): void {
  const input = FrameInput.parse(rawInput);
  const { crc, payload, version, ...numbers } = FrameExpected.parse(rawExpected);
  const results = decodeMessage(hex(input.frame), input);
  assert.equal(results.length, 1);
  const [result] = results;
  assert.ok(result);
  if (version !== "1.0" && version !== "L01") {
    assert.deepEqual(result, { kind: "rejected", reason: "UNSUPPORTED", version });
    return;
  }
  assert.ok(result.kind !== "rejected", JSON.stringify(result));
  assert.deepEqual(
    {
      version: result.version,
      seq: result.seq,
      random: result.random,
      timestamp: result.timestamp,
      protocol: result.protocol,
    },
    { version, ...numbers },
  );
  if (result.kind === "control") assert.equal(payload, null);
  else assert.equal(result.payload?.toString("utf8") ?? null, payload);
  assert.equal((result.kind === "control" ? result.tail : result.crc)?.toString(16).padStart(8, "0"), crc);
  assert.equal(encodeFrame({ ...numbers, version, payload }, input).toString("hex"), input.frame);
}

const CHECKS: Readonly<Record<string, (input: unknown, expected: unknown) => void>> = {
  "mqtt-credentials": (rawInput, rawExpected) => {
    const input = z
      .object({ u: z.string(), s: z.string(), k: z.string(), duid: z.string(), m: z.string() })
      .parse(rawInput);
    const expected = z.record(z.string(), z.unknown()).parse(rawExpected);
    const { md5_u_k, md5_s_k, ...derived } = expected;
    assert.deepEqual(
      {
        ...deriveMqttCredentials(input),
        ...deriveTopics(input, input.duid),
        ...parseBrokerUrl(input.m),
        endpoint: deriveEndpoint(input.k),
      },
      derived,
    );
    assert.ok(String(md5_u_k).includes(deriveMqttCredentials(input).username));
    assert.ok(String(md5_s_k).endsWith(deriveMqttCredentials(input).password));
  },
  header_clientid: (rawInput, expected) => {
    const input = z.object({ username: z.string(), deviceIdentifier: z.string() }).parse(rawInput);
    assert.equal(deriveHeaderClientId(input.username, input.deviceIdentifier), expected);
  },
  "encode-timestamp": (rawInput, expected) => {
    const input = z.object({ timestamp: z.number(), localKey: z.string() }).parse(rawInput);
    assert.deepEqual(
      {
        encoded: permuteTimestamp(input.timestamp),
        key_v1: deriveV1Key(input.localKey, input.timestamp).toString("hex"),
        key_l01: deriveL01Key(input.localKey, input.timestamp).toString("hex"),
      },
      expected,
    );
  },
  crc32: (input, expected) => {
    assert.equal(
      crc32(hex(z.string().parse(input)))
        .toString(16)
        .padStart(8, "0"),
      expected,
    );
  },
  hawk: (rawInput, expected) => {
    const Values = z.record(z.string(), z.union([z.string(), z.number()])).nullable();
    const input = z
      .object({ u: z.string(), s: z.string(), h: z.string(), ts: z.number(), nonce: z.string(), path: z.string() })
      .extend({ params: Values, form: Values, json_body: z.string().nullable() })
      .parse(rawInput);
    const request = { ...input, jsonBody: input.json_body };
    assert.deepEqual({ prestr: hawkPrestring(input, request), ...signHawk(input, request) }, expected);
  },
  "password-v4": (rawInput, expected) => {
    const { password, k } = z.object({ password: z.string(), k: z.string() }).parse(rawInput);
    assert.deepEqual({ derivedKey: deriveLoginKey(k), encrypted: encryptLoginPassword(password, k) }, expected);
  },
  "rpc-payload": (rawInput, expected) => {
    const input = z
      .object({ method: z.string(), params: z.array(z.unknown()), id: z.number(), t: z.number() })
      .extend({ endpoint: z.string().optional(), nonce: z.string().optional() })
      .parse(rawInput);
    const { endpoint, nonce } = input;
    const security = endpoint !== undefined && nonce !== undefined ? { security: { endpoint, nonce } } : {};
    assert.equal(encodeRequest({ ...input, ...security }), expected);
  },
  frame: checkFrame,
  frames: (rawInput, rawExpected) => {
    const input = z.object({ localKey: z.string(), buffer: z.string() }).parse(rawInput);
    const expected = z.object({ count: z.number(), payloads: z.array(z.string()) }).parse(rawExpected);
    const payloads = decodeMessage(hex(input.buffer), input).map((r) =>
      r.kind === "frame" ? r.payload?.toString("utf8") : r.kind,
    );
    assert.deepEqual(payloads, expected.payloads);
    assert.equal(payloads.length, expected.count);
  },
  "frame-error": (rawInput, expected) => {
    const input = z.object({ localKey: z.string(), frame: z.string() }).parse(rawInput);
    const reasons: Readonly<Record<string, object>> = {
      "crc mismatch": { reason: "CRC_MISMATCH", version: null },
      "crc ok, AES padding/JSON error": { reason: "DECRYPT_FAILED", version: null },
      'unsupported version "Z99" (CRC is valid)': { reason: "UNSUPPORTED", version: "Z99" },
    };
    assert.deepEqual(decodeMessage(hex(input.frame), input), [{ kind: "rejected", ...reasons[String(expected)] }]);
  },
  "l01-payload": (rawInput, expected) => {
    const input = z
      .object({ localKey: z.string(), ...Numbers, connectNonce: z.number(), ackNonce: z.number() })
      .parse(rawInput);
    const plaintext = z.object({ plaintext: z.string() }).parse(expected).plaintext;
    const frame = { ...input, version: "L01", protocol: 4, payload: plaintext } as const;
    const wire = encodeFrame(frame, input);
    const [decoded] = decodeMessage(wire, input);
    assert.deepEqual(
      {
        plaintext: decoded?.kind === "frame" ? decoded.payload?.toString("utf8") : null,
        ciphertext_and_tag: encryptL01(Buffer.from(plaintext), input, input).toString("hex"),
        key: deriveL01Key(input.localKey, input.timestamp).toString("hex"),
        iv: deriveL01Iv(input).toString("hex"),
        aad: deriveL01Aad(input, input.connectNonce, input.ackNonce).toString("hex"),
        frame_protocol4: wire.toString("hex"),
      },
      expected,
    );
  },
  "udp-broadcast": (rawInput, rawExpected) => {
    const { datagram } = z.object({ datagram: z.string() }).parse(rawInput);
    const expected = z
      .object({ json: z.string(), seq: z.number().optional(), protocol: z.number().optional() })
      .parse(rawExpected);
    const decoded = decodeBroadcast(hex(datagram));
    assert.ok(decoded.kind === "broadcast");
    assert.equal(decoded.json, expected.json);
    if (expected.seq !== undefined) assert.equal(decoded.seq, expected.seq);
    if (expected.protocol !== undefined) assert.equal(decoded.protocol, expected.protocol);
  },
  "control-frame": (rawInput, rawExpected) => {
    const tcp = hex(z.object({ tcp: z.string() }).parse(rawExpected).tcp);
    const { frames, fault } = createFrameStream().push(tcp);
    assert.equal(fault, null);
    const [decoded] = frames.flatMap((frame) => decodeMessage(frame, { localKey: "any" }));
    assert.ok(decoded?.kind === "control");
    const Connect = z.object({ connectNonce: z.number(), keepAliveSeconds: z.number() });
    const connect = Connect.safeParse(rawInput);
    if (connect.success) {
      assert.deepEqual([decoded.random, decoded.tail], [connect.data.connectNonce, connect.data.keepAliveSeconds]);
      return;
    }
    const hello = z.object({ ...Numbers, protocol: z.number() }).parse(rawInput);
    const encoded = encodeFrame({ ...hello, version: "1.0", payload: null }, { localKey: "any" });
    assert.equal(withLengthPrefix(encoded).toString("hex"), tcp.toString("hex"));
  },
};

describe("local-agent/roborock known-answer vectors", () => {
  if (!existsSync(FILE)) {
    it("are not checked: the folder ../shared/vectors is not there");
    return;
  }
  const { vectors } = z.object({ vectors: z.array(Vector) }).parse(JSON.parse(readFileSync(FILE, "utf8")));

  it("hold no group that this test does not know", () => {
    const unknown = vectors.filter(({ kind }) => CHECKS[kind] === undefined).map(({ kind }) => kind);
    assert.deepEqual([...new Set(unknown)], []);
    assert.ok(vectors.length > 60);
  });

  for (const { id, kind, input, expected } of vectors) {
    it(`${kind}: ${id}`, () => {
      const check = CHECKS[kind];
      assert.ok(check, `no check for the group ${kind}`);
      check(input, expected);
    });
  }
});

describe("local-agent/roborock reference tables", () => {
  const KEY = "key123key123key1";
  const OWN = "q9Wm3ZtR7xB1vN5k";

  it("derives the keys of the six listed timestamps", () => {
    const rows: [number, string, string][] = [
      [1, "00010000", "2c5e75721043653239a6d420cd7f3e18"],
      [305_419_896, "67482315", "0a70092203e123623849f575da3ffd4e"],
      [1_755_750_947, "22638a6a", "e8dc577bbb3c1b6f1d69b0f48db7816d"],
    ];
    for (const [timestamp, permuted, key] of rows) {
      assert.equal(permuteTimestamp(timestamp), permuted);
      assert.equal(deriveV1Key(KEY, timestamp).toString("hex"), key);
    }
    assert.equal(
      deriveL01Key(KEY, 305_419_896).toString("hex"),
      "d5e59e67c9b9b022021530616f1d9c5f1ce29345401e0bf38d0a1411063beba4",
    );
    assert.equal(crc32(Buffer.from("123456789")).toString(16), "cbf43926");
  });

  it("signs a GET and a sorted query as the device API expects", () => {
    const secrets = { u: "user123", s: "pass123", h: "unknown123" };
    const at = { ts: 1_700_000_000, nonce: "AbCd-_12" };
    assert.equal(
      signHawk(secrets, { ...at, path: "/user/homes/123456/rooms" }).mac,
      "j3D8g19N+APqsv+5lBbZJ6J39Z9NSREMS4UmVBx+qvw=",
    );
    assert.equal(
      signHawk(secrets, { ...at, path: "/nc/prepare", form: { tzid: "Europe/Berlin", hid: 123_456 } }).mac,
      "X7OmPtj+1ivufz+zp20R1CfAgITGH6Wjt/0RPlbFpIY=",
    );
  });

  it("derives the second account's credentials, client ids and passwords", () => {
    const account = { u: "6Zx2qP0rT1", s: "c7WkQm9L", k: "Lm3XeW1u" };
    assert.deepEqual(deriveMqttCredentials(account), { username: "a02b7efc", password: "e56d28c0f1fc97d9" });
    assert.equal(deriveEndpoint(account.k), "Zhmm5kQZ");
    assert.equal(
      deriveTopics(account, "6HL2zfniaoYYV01CkQa9Bd").publish,
      "rr/m/i/6Zx2qP0rT1/a02b7efc/6HL2zfniaoYYV01CkQa9Bd",
    );
    assert.equal(
      deriveHeaderClientId("Studio.Tester+x@example.org", "q1w2e3r4t5y6u7i8o9p0aA"),
      "AqqeLBf19Dyk9KIt/k5P9Q==",
    );
    assert.equal(encryptLoginPassword("pässwörd!", "0123456789abcdef"), "rvRPQ3tJRf4N/8AEH0NLUA==");
  });

  it("reads a frame whose payload is empty as a frame without payload", () => {
    const [frame] = decodeMessage(hex("312e3000000a3700009d296955b90500660000f0b90485"), { localKey: OWN });
    assert.deepEqual(frame?.kind === "frame" ? [frame.protocol, frame.payload] : frame, [102, null]);
  });

  it("reads an answer that carries its length in front", () => {
    const bare = "312e300000007b0000238268a6a22300660010453bc32b12a677d955f6e089f593a5305da072fa";
    const [frame] = decodeMessage(hex(`00000027${bare}`), { localKey: KEY });
    assert.equal(frame?.kind === "frame" ? frame.payload?.toString() : frame, '{"result":"ok"}');
  });

  it("answers REJECTED with TRUNCATED for every proper beginning of a frame", () => {
    const whole = hex("312e300000007b0000238268a6a22300660010453bc32b12a677d955f6e089f593a5305da072fa");
    for (let size = 1; size < whole.length; size += 1) {
      assert.deepEqual(decodeMessage(whole.subarray(0, size), { localKey: KEY }), [
        { kind: "rejected", reason: "TRUNCATED", version: null },
      ]);
    }
  });

  it("reports A01 and B01 with their version and reads the frame behind them", () => {
    const a01 =
      "413031000000000000001768a6a22300660020fe9c2a27dac46b9f0ecf2c56ba5be6991fa1297837374266bbd5700ed4c0a7d17fef8b33";
    const ok = "312e300000007b0000238268a6a22300660010453bc32b12a677d955f6e089f593a5305da072fa";
    const kinds = decodeMessage(hex(a01 + ok), { localKey: KEY }).map((r) =>
      r.kind === "rejected" ? r.version : r.kind,
    );
    assert.deepEqual(kinds, ["A01", "frame"]);
  });

  it("decodes the ping and the 17-byte forms of the LAN channel as control frames", () => {
    const ping = "00000015312e300000007b0000238368a6a2250002b38f2ebb";
    const pingRequest = "00000011312e3000000007000da27c6955b9000002";
    const { frames } = createFrameStream().push(hex(ping + pingRequest));
    const decoded = frames.flatMap((frame) => decodeMessage(frame, { localKey: KEY }));
    assert.deepEqual(
      decoded.map((r) => (r.kind === "control" ? [r.protocol, r.tail] : r)),
      [
        [2, 0xb38f2ebb],
        [2, null],
      ],
    );
  });
});
