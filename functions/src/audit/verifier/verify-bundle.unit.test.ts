import assert from "node:assert/strict";
import {
  LOG_SIGNER,
  ORIGIN,
  aBundle,
  aLog,
  aPlan,
  collect,
  memorySource,
} from "../../../test/support/audit-bundles.js";
import type { Files } from "../../../test/support/audit-bundles.js";
import { bundleReadme } from "../bundle-readme.js";
import { formatManifest, formatRangeProof, parseManifest } from "../bundle.js";
import type { BundleManifest } from "../bundle.js";
import { proveRange } from "../merkle-prover.js";
import { nodeCrypto } from "../node-crypto.js";
import { ed25519Verifier, parseNote, signNote } from "../note.js";
import type { ProofErrorCode } from "../proof-error.js";
import { seedSigner } from "../seed-signer.js";
import type { BundleEntry } from "../write-bundle.js";
import { statements } from "./statements.js";
import { verifyBundle } from "./verify-bundle.js";
import type { BundleFacts, BundleVerdict, VerifyRequest } from "./verify-bundle.js";

const SIZE = 11;
const log = aLog(SIZE);
const request: VerifyRequest = {
  verifiers: [ed25519Verifier(nodeCrypto, LOG_SIGNER.verifierKey)],
  known: null,
  range: null,
  allowFiltered: false,
};
const verify = (files: Files, more: Partial<VerifyRequest> = {}): Promise<BundleVerdict> =>
  verifyBundle(nodeCrypto, memorySource(files), { ...request, ...more });

async function assertVerified(files: Files, more: Partial<VerifyRequest> = {}): Promise<BundleFacts> {
  const verdict = await verify(files, more);
  assert.ok(verdict.kind === "verified", statements(verdict).join("\n"));
  return verdict.facts;
}

async function assertRejected(files: Files, code: ProofErrorCode, more: Partial<VerifyRequest> = {}): Promise<void> {
  const verdict = await verify(files, more);
  assert.ok(verdict.kind === "rejected", `verified, not ${code}`);
  assert.equal(verdict.code, code, verdict.sentence);
}

/** An attacker's tools: everything in the bundle that needs no key is put right again after the tampering. */
const edit = (files: Files, path: string, change: (text: string) => string): Files =>
  new Map(files).set(path, Buffer.from(change(files.get(path)!.toString())));
const editLines = (files: Files, change: (lines: string[]) => string[]): Files =>
  ["leaves", "events", "copies"].reduce(
    (edited, name) =>
      edit(edited, `part-00000/${name}.jsonl`, (text) =>
        change(text.trimEnd().split("\n"))
          .map((line) => `${line}\n`)
          .join(""),
      ),
    files,
  );
function fixManifest(files: Files, change: (manifest: BundleManifest) => Partial<BundleManifest>): Files {
  const manifest = parseManifest(files.get("bundle.json")!.toString());
  const changed = { ...manifest, ...change(manifest) };
  return new Map(files)
    .set("bundle.json", Buffer.from(formatManifest(changed)))
    .set("README.txt", Buffer.from(bundleReadme(changed)));
}
const fixHash = (files: Files, path: string): Files =>
  fixManifest(files, ({ sha256 }) => ({
    sha256: { ...sha256, [path]: Buffer.from(nodeCrypto.sha256(files.get(path)!)).toString("hex") },
  }));

describe("audit/verifier/verify-bundle", () => {
  it("verifies a whole log of 0 to 11 entries, in one part and in several, with and without single proofs", async () => {
    for (let size = 0; size <= SIZE; size++)
      for (const options of [{}, { entriesPerPart: 3 }, { proofs: true, entriesPerPart: 4 }]) {
        const facts = await assertVerified(await aBundle(aLog(size), options));
        assert.equal(facts.manifest.count, size);
      }
  });

  it("verifies every range of the log for the one who asked for it, and says that it is a part", async () => {
    for (let from = 0; from <= SIZE; from++)
      for (let to = from; to <= SIZE; to++) {
        const bundle = await aBundle(log, { from, to });
        const facts = await assertVerified(bundle, { range: { from, to } });
        const words = statements({ kind: "verified", facts }).join("\n");
        assert.equal(words.includes("outside this range"), to - from < SIZE);
        if (to - from < SIZE) await assertRejected(bundle, "BUNDLE_PARTIAL");
      }
  });

  it("verifies a filtered choice as inclusion only, for the one who said that this is enough", async () => {
    const bundle = await aBundle(log, { indices: [0, 4, 5, 10] });
    await assertRejected(bundle, "BUNDLE_PARTIAL");
    await assertRejected(bundle, "BUNDLE_PARTIAL", { allowFiltered: true, range: { from: 0, to: SIZE } });
    const facts = await assertVerified(bundle, { allowFiltered: true });
    const words = statements({ kind: "verified", facts }).join("\n");
    assert.match(words, /INCLUSION ONLY/);
    assert.match(words, /Not proved: that no other entry fits the filter/);
    assert.doesNotMatch(words, /left out, and/);
  });

  it("verifies with the old and with the new key while the log's key is rotated", async () => {
    const next = seedSigner(ORIGIN, Buffer.alloc(32, 9));
    const bundle = await aBundle(log, { signers: [LOG_SIGNER, next] });
    await assertVerified(bundle);
    await assertVerified(bundle, { verifiers: [ed25519Verifier(nodeCrypto, next.verifierKey)] });
  });

  it("rejects every bundle of which a byte is flipped: range, part with history, filtered choice", async function () {
    this.timeout(30_000);
    const stranger = seedSigner("witness.example", Buffer.alloc(32, 8));
    const small = aLog(2);
    const bundles: readonly (readonly [Files, Partial<VerifyRequest>])[] = [
      [await aBundle(small, { signers: [LOG_SIGNER, stranger], earlierSize: 1, proofs: true }), {}],
      [await aBundle(small, { from: 1, to: 2 }), { range: { from: 1, to: 2 } }],
      [await aBundle(small, { indices: [1] }), { allowFiltered: true }],
    ];
    for (const [bundle, more] of bundles) {
      await assertVerified(bundle, more);
      for (const [path, bytes] of bundle)
        for (let at = 0; at < bytes.length; at++)
          // One bit of every byte, and every bit of the manifest, which is not signed.
          for (const bit of path === "bundle.json" ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
            const flipped = Buffer.from(bytes);
            flipped[at]! ^= 1 << bit;
            const verdict = await verify(new Map(bundle).set(path, flipped), more);
            assert.equal(verdict.kind, "rejected", `${path} byte ${at} bit ${bit}`);
          }
    }
  });

  describe("rejects", () => {
    let whole: Files;
    before(async () => {
      whole = await aBundle(log);
      await assertVerified(whole);
    });

    it("a removed signature", async () => {
      const bare = edit(whole, "checkpoint", (text) => text.replace(/\u2014.*\n/, ""));
      await assertRejected(fixHash(bare, "checkpoint"), "NOTE_MALFORMED");
    });
    it("a wrong signature", async () => {
      const foreign = await aLog(SIZE, { salt: "b" }).note(SIZE);
      const line = foreign.slice(foreign.lastIndexOf("\u2014"));
      const wrong = edit(whole, "checkpoint", (text) => text.replace(/\u2014.*\n/, line));
      await assertRejected(fixHash(wrong, "checkpoint"), "NOTE_SIGNATURE_WRONG");
    });
    it("an unknown key, also one under the log's own name", async () => {
      const stranger = seedSigner(ORIGIN, Buffer.alloc(32, 7));
      await assertRejected(await aBundle(log, { signers: [stranger] }), "NOTE_KEY_UNKNOWN");
      const verifiers = [ed25519Verifier(nodeCrypto, seedSigner("a.example", Buffer.alloc(32, 1)).verifierKey)];
      await assertRejected(whole, "NOTE_KEY_UNKNOWN", { verifiers });
      await assertRejected(whole, "NOTE_KEY_UNKNOWN", { verifiers: [] });
    });
    for (const [which, at] of [
      ["first", 0],
      ["middle", 5],
      ["last", SIZE - 1],
    ] as const)
      it(`a dropped ${which} event, with the counts left, fixed up, and the ends of the range moved`, async () => {
        const dropped = editLines(whole, (lines) => lines.filter((_, index) => index !== at));
        await assertRejected(dropped, at === SIZE - 1 ? "BUNDLE_INCOMPLETE" : "COPY_DIFFERS");
        const parts = [{ first: 0, count: SIZE - 1 }];
        const treeSize = SIZE - 1;
        const fixed = { count: SIZE - 1, parts, range: { from: 0, to: SIZE - 1 } };
        await assertRejected(
          fixManifest(dropped, () => ({ ...fixed, treeSize })),
          "BUNDLE_INCOMPLETE",
        );
        await assertRejected(
          fixManifest(dropped, () => fixed),
          "BUNDLE_PARTIAL",
        );
        await assertRejected(
          fixManifest(dropped, () => fixed),
          "PROOF_WRONG",
          { range: fixed.range },
        );
      });
    it("a bundle without its last event whose counts and proof were all made again", async () => {
      const shorter = await aBundle(log, { to: SIZE - 1 });
      await assertRejected(shorter, "BUNDLE_PARTIAL");
      await assertRejected(shorter, "BUNDLE_PARTIAL", { range: { from: 0, to: SIZE } });
    });
    it("dropped events behind a range proof made for other ends", async () => {
      const proof = await proveRange(log.read, 0, SIZE - 1, SIZE);
      const dropped = editLines(whole, (lines) => lines.filter((_, index) => index !== 4));
      const renumbered = edit(dropped, "part-00000/copies.jsonl", (text) =>
        text
          .trimEnd()
          .split("\n")
          .map((line, seq) => `${line.replace(/"seq":\d+/, `"seq":${seq}`)}\n`)
          .join(""),
      );
      const range = { from: 0, to: SIZE - 1 };
      const fixed = fixManifest(renumbered, () => ({ count: SIZE - 1, parts: [{ first: 0, count: SIZE - 1 }], range }));
      const text = formatRangeProof({ ...range, size: SIZE, ...proof });
      await assertRejected(new Map(fixed).set("range-proof.txt", Buffer.from(text)), "ROOT_DIFFERS", { range });
    });
    it("exchanged events, with the copies renumbered", async () => {
      const swapped = editLines(whole, ([a, b, ...rest]) => [b!, a!, ...rest]);
      await assertRejected(swapped, "COPY_DIFFERS");
      const renumbered = edit(swapped, "part-00000/copies.jsonl", (text) =>
        text
          .trimEnd()
          .split("\n")
          .map((line, seq) => `${line.replace(/"seq":\d+/, `"seq":${seq}`)}\n`)
          .join(""),
      );
      await assertRejected(renumbered, "ROOT_DIFFERS");
    });
    it("an added event", async () => {
      const doubled = editLines(whole, (lines) => [...lines, lines.at(-1)!]);
      await assertRejected(doubled, "BUNDLE_INCOMPLETE");
    });
    it("an altered event whose leaf and copies were made to fit", async () => {
      const { plan, entries } = await aPlan(log);
      const other = (await aPlan(aLog(SIZE, { salt: "b" }))).entries[4]!;
      const altered = entries.map((entry): BundleEntry => (entry.index === 4 ? { ...other, proof: null } : entry));
      await assertRejected(await collect(plan, altered), "ROOT_DIFFERS");
      const alone = entries.map((entry) => (entry.index === 4 ? { ...entry, event: other.event } : entry));
      await assertRejected(await collect(plan, alone), "EVENT_ALTERED");
    });
    it("an empty bundle presented as one with entries, and as all of the log", async () => {
      const emptied = editLines(whole, () => []);
      await assertRejected(emptied, "BUNDLE_INCOMPLETE");
      const none = { count: 0, parts: [], range: { from: 0, to: 0 } };
      const files = new Map([...whole].filter(([path]) => !path.startsWith("part-")));
      await assertRejected(
        fixManifest(files, () => none),
        "BUNDLE_PARTIAL",
      );
      await assertRejected(
        fixManifest(files, () => ({ ...none, treeSize: 0 })),
        "BUNDLE_INCOMPLETE",
      );
      await assertRejected(
        fixManifest(files, () => none),
        "PROOF_WRONG",
        { range: none.range },
      );
    });
    it("copies that differ from the canonical text, lack their index, or name what the event lacks", async () => {
      const copies = "part-00000/copies.jsonl";
      for (const [from, to] of [
        ['"outcome":"done"', '"outcome":"refused"'],
        ['"actorName":"Olga Owner"', '"actorName":"Omar Owner"'],
        ['"seq":3', '"seq":30'],
        [',"seq":3', ""],
        ['"outcome":', '"outcomes":'],
        ['"actorId":', '"actorIds":'],
        ['{"', '{ "'],
        ["{", "["],
        ['"seq":3', '"seq":3,"toString":1'],
      ] as const) {
        const changed = edit(whole, copies, (text) => {
          const lines = text.split("\n");
          assert.notEqual(lines[3], lines[3]!.replace(from, to));
          return [...lines.slice(0, 3), lines[3]!.replace(from, to), ...lines.slice(4)].join("\n");
        });
        await assertRejected(changed, "COPY_DIFFERS");
      }
    });
    it("another studio's log signed by the same secret key", async () => {
      const other = seedSigner(ORIGIN.replace("kiln-house", "mud-lane"), Buffer.alloc(32, 1));
      const foreign = await aBundle(aLog(SIZE, { signer: other }));
      await assertRejected(foreign, "NOTE_KEY_UNKNOWN");
      await assertRejected(
        fixManifest(foreign, () => ({ origin: ORIGIN })),
        "NOTE_KEY_UNKNOWN",
      );
      const bothKeys = [...request.verifiers, ed25519Verifier(nodeCrypto, other.verifierKey)];
      await assertVerified(foreign, { verifiers: bothKeys });
      await assertRejected(
        fixManifest(foreign, () => ({ origin: ORIGIN })),
        "CHECKPOINT_OTHER_ORIGIN",
        { verifiers: bothKeys },
      );
    });
    it("entries of another studio in a log whose root was signed over them", async () => {
      const mixed = aLog(SIZE, { signer: { ...LOG_SIGNER, keyName: ORIGIN.replace("kiln-house", "mud-lane") } });
      const { plan, entries } = await aPlan(mixed);
      const { text } = parseNote(Buffer.from(plan.checkpoint));
      const checkpoint = await signNote(nodeCrypto.sha256, text.replace(/^[^\n]*/, ORIGIN), [LOG_SIGNER]);
      const bundle = await collect({ ...plan, origin: ORIGIN, checkpoint }, entries);
      await assertRejected(bundle, "CHECKPOINT_OTHER_ORIGIN");
    });
    it("a smaller tree than a checkpoint that is known, a fork of it, and a past that is not shown to be it", async () => {
      const known = Buffer.from(await aLog(SIZE + 1).note(SIZE + 1));
      await assertRejected(whole, "LOG_SHRANK", { known });
      for (const size of [1, 5, SIZE]) {
        const forked = Buffer.from(await aLog(size, { salt: "b" }).note(size));
        await assertRejected(whole, "LOG_FORKED", { known: forked });
      }
      const tail = await aBundle(log, { from: 7, to: 9 });
      const range = { from: 7, to: 9 };
      await assertRejected(tail, "HISTORY_UNPROVEN", { range, known: Buffer.from(await log.note(3)) });
    });
    it("an earlier checkpoint that the log does not continue", async () => {
      const { plan, entries } = await aPlan(log, { earlierSize: 4 });
      const checkpoint = await aLog(4, { salt: "b" }).note(4);
      await assertRejected(
        await collect({ ...plan, earlier: { ...plan.earlier!, checkpoint } }, entries),
        "PROOF_WRONG",
      );
      const size = 5;
      await assertRejected(await collect({ ...plan, earlier: { ...plan.earlier!, size } }, entries), "PROOF_WRONG");
    });
    it("a missing file, and a file that does not belong to the bundle", async () => {
      for (const path of whole.keys())
        if (path !== "bundle.json")
          await assertRejected(new Map([...whole].filter(([name]) => name !== path)), "BUNDLE_INCOMPLETE");
      await assertRejected(new Map(whole).set("part-00000/more-events.jsonl", Buffer.from("{}\n")), "BUNDLE_MALFORMED");
      await assertRejected(new Map(whole).set("proofs/000.tlog-proof", Buffer.from("x")), "BUNDLE_MALFORMED");
      await assertVerified(new Map(whole).set(".DS_Store", Buffer.from("x")));
    });
    it("a choice with an entry's proof exchanged, missing, or with unauthenticated data", async () => {
      const choice = await aBundle(log, { indices: [2, 3] });
      const allowFiltered = true;
      const [two, three] = [choice.get("proofs/002.tlog-proof")!, choice.get("proofs/003.tlog-proof")!];
      await assertRejected(new Map(choice).set("proofs/002.tlog-proof", three), "PROOF_WRONG", { allowFiltered });
      const extra = edit(choice, "proofs/002.tlog-proof", (text) => text.replace("\nindex", "\nextra AAAA\nindex"));
      await assertRejected(extra, "PROOF_WRONG", { allowFiltered });
      const missing = new Map([...choice].filter(([path]) => path !== "proofs/003.tlog-proof"));
      await assertRejected(missing, "BUNDLE_INCOMPLETE", { allowFiltered });
      const renamed = new Map([...choice].filter(([path]) => path !== "proofs/002.tlog-proof")).set(
        "proofs/004.tlog-proof",
        two,
      );
      await assertRejected(renamed, "BUNDLE_INCOMPLETE", { allowFiltered });
    });
    it("a choice with an entry twice", async () => {
      const twice = editLines(await aBundle(log, { indices: [2, 3] }), ([first]) => [first!, first!]);
      await assertRejected(twice, "EVENT_ALTERED", { allowFiltered: true });
    });
  });

  it("shows that the log continues every checkpoint that is known, by its own entries or by the earlier one", async () => {
    const whole = await aBundle(log);
    for (let size = 0; size <= SIZE; size++) await assertVerified(whole, { known: Buffer.from(await log.note(size)) });
    const known = Buffer.from(await log.note(3));
    const range = { from: 7, to: 9 };
    const facts = await assertVerified(await aBundle(log, { ...range, earlierSize: 3 }), { range, known });
    assert.equal(facts.known?.size, 3);
    // All that is new since the checkpoint needs no word about the range.
    await assertVerified(await aBundle(log, { from: 3 }), { known });
    await assertRejected(await aBundle(log, { from: 4 }), "BUNDLE_PARTIAL", { known });
  });

  it("cannot use a folder without bundle.json, or a known checkpoint of another log", async () => {
    await assert.rejects(verify(new Map()), { name: "UnusableInput" });
    const other = seedSigner("other.example/audit/mud-lane", Buffer.alloc(32, 4));
    const known = Buffer.from(await aLog(2, { signer: other }).note(2));
    await assert.rejects(verify(await aBundle(log), { known }), { name: "UnusableInput" });
  });

  it("tells of an entry that was sealed long after later ones, and of no shorter delay", async () => {
    const words = async (seconds: number): Promise<string> => {
      const late = aLog(4, { commitSeconds: (index) => (index === 2 ? 0 : seconds) });
      return statements({ kind: "verified", facts: await assertVerified(await aBundle(late)) }).join("\n");
    };
    assert.match(await words(3600), /60 minutes later/);
    assert.doesNotMatch(await words(120), /minutes later/);
  });
});
