import assert from "node:assert/strict";
import { LOG_SIGNER, aBundle, aLog, aPlan, collect } from "../../test/support/audit-bundles.js";
import { bundleReadme } from "./bundle-readme.js";
import { formatManifest, parseConsistencyProof, parseManifest, parseRangeProof } from "./bundle.js";
import type { BundleManifest } from "./bundle.js";
import type { BundleEntry, BundlePlan } from "./write-bundle.js";

const log = aLog(6);

describe("audit/bundle", () => {
  let manifest: BundleManifest;
  before(async () => {
    manifest = parseManifest(
      (await aBundle(log, { earlierSize: 2, entriesPerPart: 4 })).get("bundle.json")!.toString(),
    );
  });

  it("reads back the manifest that it writes, and refuses one that contradicts itself", () => {
    assert.deepEqual(parseManifest(formatManifest(manifest)), manifest);
    assert.deepEqual(manifest.parts, [
      { first: 0, count: 4 },
      { first: 4, count: 2 },
    ]);
    const wrong: readonly Partial<Record<keyof BundleManifest, unknown>>[] = [
      { format: "studio-os/audit-bundle@v2" },
      { origin: "elsewhere" },
      { count: 5 },
      { treeSize: 5 },
      { range: null },
      { range: { from: 1, to: 6 } },
      { range: { from: 0, to: 6, step: 1 } },
      { kind: "filtered" },
      { kind: "filtered", range: null, filter: "type" },
      { filter: "type" },
      { filter: "line\nbreak", kind: "filtered", range: null, proofs: true },
      {
        parts: [
          { first: 0, count: 6 },
          { first: 6, count: 0 },
        ],
      },
      { parts: [{ first: 0, count: 6, more: 1 }] },
      { earlierSize: -1 },
      { earlierSize: null },
      { proofs: 1 },
      { sha256: {} },
      { sha256: { ...manifest.sha256, checkpoint: "x" } },
    ];
    for (const change of wrong)
      assert.throws(
        () => formatManifest({ ...manifest, ...change } as BundleManifest),
        { name: "ProofError" },
        JSON.stringify(change),
      );
    assert.throws(() => formatManifest({ ...manifest, more: 1 } as BundleManifest), { code: "BUNDLE_MALFORMED" });
  });

  it("refuses a manifest in any other spelling", () => {
    const text = formatManifest(manifest);
    for (const other of [
      text.trimEnd(),
      text.replace(":", ": "),
      JSON.stringify({ ...manifest }, undefined, 2),
      "",
      "null\n",
      "[]\n",
    ])
      assert.throws(() => parseManifest(other), { code: "BUNDLE_MALFORMED" }, other);
  });

  it("refuses proof files in any other spelling", async () => {
    const files = await aBundle(log, { from: 1, to: 3, earlierSize: 2 });
    for (const [path, parse] of [
      ["range-proof.txt", parseRangeProof],
      ["consistency-proof.txt", parseConsistencyProof],
    ] as const) {
      const text = files.get(path)!.toString();
      assert.ok(parse(text));
      for (const other of [
        "",
        text.trimEnd(),
        `${text}\n`,
        text.replace("@v1", "@v2"),
        text.replaceAll(/ (?=\d)/g, " 0"),
        text.replace(/=\n$/, "\n"),
      ])
        assert.throws(() => parse(other), { name: "ProofError" }, other);
    }
    const range = files.get("range-proof.txt")!.toString();
    const lines = range.split("\n");
    assert.throws(() => parseRangeProof(lines.toSpliced(4, 2, lines[5]!, lines[4]!).join("\n")), {
      code: "PROOF_MALFORMED",
    });
  });
});

describe("audit/bundle-readme", () => {
  it("tells of a range that it proves completeness, with the command that accepts it", async () => {
    const readme = (await aBundle(log, { from: 1, to: 3 })).get("README.txt")!.toString();
    assert.match(readme, /2 entries, from index 1 up to, but not including, 3/);
    assert.match(readme, /--range 1:3/);
    assert.match((await aBundle(log)).get("README.txt")!.toString(), /verifier key>' <this folder>/);
  });

  it("says of a filtered choice in words that it proves inclusion, not completeness", async () => {
    const files = await aBundle(log, { indices: [1] });
    const readme = files.get("README.txt")!.toString();
    assert.match(readme, /does NOT prove that no other entry fits the filter/);
    assert.match(readme, /--filtered/);
    assert.equal(readme, bundleReadme(parseManifest(files.get("bundle.json")!.toString())));
  });
});

describe("audit/write-bundle", () => {
  const fails = (plan: BundlePlan, entries: readonly BundleEntry[]): Promise<void> =>
    assert.rejects(collect(plan, entries), { code: "BUNDLE_INCOMPLETE" });

  it("writes the manifest last, so that a bundle that broke off is none", async () => {
    assert.equal([...(await aBundle(log)).keys()].at(-1), "bundle.json");
  });

  it("fails an export that is short of an entry, has one twice, too many, or out of order", async () => {
    const { plan, entries } = await aPlan(log);
    const [first, second, ...rest] = entries as [BundleEntry, BundleEntry, ...BundleEntry[]];
    await fails(plan, []);
    for (let at = 0; at < entries.length; at++) await fails(plan, entries.toSpliced(at, 1));
    await fails(plan, [first, first, second, ...rest]);
    await fails(plan, [second, first, ...rest]);
    await fails(plan, [...entries, { ...first, index: 6, copies: { seq: 6 } }]);
    await fails(plan, [{ ...first, copies: { ...first.copies, seq: 1 } }, second, ...rest]);
  });

  it("fails a filtered export whose entries are not the number announced, or lack their proofs", async () => {
    const { plan, entries } = await aPlan(log, { indices: [1, 3, 5] });
    await fails(plan, entries.slice(1));
    await fails(plan, [entries[1]!, entries[0]!, entries[2]!]);
    await fails(
      plan,
      entries.map((entry) => ({ ...entry, proof: null })),
    );
    const whole = await aPlan(log);
    await fails(
      whole.plan,
      whole.entries.map((entry) => ({ ...entry, proof: [] })),
    );
  });

  it("carries the checkpoint byte for byte", async () => {
    const note = await log.note(6, [LOG_SIGNER]);
    assert.equal((await aBundle(log)).get("checkpoint")!.toString(), note);
  });
});
