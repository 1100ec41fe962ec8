import assert from "node:assert/strict";
import fc from "fast-check";
import { providedUrl, readProvided } from "../../test/support/provided-vectors.js";
import { decodeBase64, encodeBase64, utf8 } from "./bytes.js";
import { nodeCrypto } from "./node-crypto.js";
import { MAX_NOTE_SIGNATURES, ed25519Verifier, formatNote, openNote, parseNote, signNote } from "./note.js";
import type { NoteVerifier } from "./note.js";
import { seedSigner } from "./seed-signer.js";
import { parseVerifierKey } from "./verifier-key.js";

const { sha256 } = nodeCrypto;
const NOTES = providedUrl("fixtures/tlog/notes/");
const log = seedSigner("studio.example/audit/kiln-house", Buffer.alloc(32, 1));
const nextKey = seedSigner("studio.example/audit/kiln-house", Buffer.alloc(32, 2));
const other = seedSigner("other.example", Buffer.alloc(32, 3));
const verifierOf = (key: string): NoteVerifier => ed25519Verifier(nodeCrypto, key);
const opened = async (note: string, ...keys: string[]): Promise<string> =>
  (await openNote(utf8(note), keys.map(verifierOf))).text;

describe("audit/note", () => {
  if (NOTES === null) it("is not checked against published notes: ../shared/fixtures is not there");
  else publishedNotes((name) => readProvided(NOTES, name));

  it("reads back what it signs, empty lines within the text included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (words) => {
        // eslint-disable-next-line no-control-regex -- a note holds none
        const text = `${words.replaceAll(/[\u0000-\u0009\u000b-\u001f]/g, "\n\n")}\n`;
        assert.equal(await opened(await signNote(sha256, text, [log]), log.verifierKey), text);
      }),
      { numRuns: 100 },
    );
  });

  it("ignores signatures of unknown keys, and rejects a note that no known key signed", async () => {
    const note = await signNote(sha256, "A note.\n", [other, log]);
    assert.equal(await opened(note, log.verifierKey), "A note.\n");
    await assert.rejects(opened(note, nextKey.verifierKey), { code: "NOTE_KEY_UNKNOWN" });
    await assert.rejects(openNote(utf8(note), []), { code: "NOTE_KEY_UNKNOWN" });
  });

  it("accepts the old and the new key while a key is rotated", async () => {
    const note = await signNote(sha256, "A note.\n", [log, nextKey]);
    assert.equal(await opened(note, log.verifierKey), "A note.\n");
    assert.equal(await opened(note, nextKey.verifierKey), "A note.\n");
    const { verifiedBy } = await openNote(
      utf8(note),
      [log, nextKey].map(({ verifierKey }) => verifierOf(verifierKey)),
    );
    assert.equal(verifiedBy.length, 2);
  });

  it("rejects the whole note for one wrong signature of a known key beside a right one", async () => {
    const [good, bad] = [await signNote(sha256, "A note.\n", [log]), await signNote(sha256, "Another.\n", [other])];
    const both = good + bad.slice(bad.lastIndexOf("\n\n") + 2);
    assert.equal(await opened(both, log.verifierKey), "A note.\n");
    await assert.rejects(opened(both, log.verifierKey, other.verifierKey), { code: "NOTE_SIGNATURE_WRONG" });
    const twice = good + (await signNote(sha256, "Another.\n", [log])).split("\n\n")[1]!;
    await assert.rejects(opened(twice, log.verifierKey), { code: "NOTE_SIGNATURE_WRONG" });
  });

  it("opens no note of which any bit of any byte is flipped", async () => {
    const note = utf8(await signNote(sha256, "Two lines,\nand a signature.\n", [log]));
    const verifiers = [verifierOf(log.verifierKey)];
    for (let at = 0; at < note.length; at++)
      for (const bit of [0, 3, 5, 7]) {
        const flipped = Uint8Array.from(note);
        flipped[at]! ^= 1 << bit;
        await assert.rejects(openNote(flipped, verifiers), { name: "ProofError" }, `byte ${at} bit ${bit}`);
      }
  });

  it("refuses every shape that is not a note's", async () => {
    const note = await signNote(sha256, "A note.\n", [log]);
    const [, line = ""] = note.split("\n\n");
    const shapes: readonly (readonly [string, string])[] = [
      ["nothing", ""],
      ["no signature", "A note.\n"],
      ["an empty signature block", "A note.\n\n"],
      ["no empty line", `A note.\n${line}`],
      ["a last line that does not end", note.slice(0, -1)],
      ["a carriage return", note.replaceAll("\n", "\r\n")],
      ["a tab", note.replace(" note", "\tnote")],
      ["a NUL", note.replace(" note", "\0note")],
      ["an empty line behind", `${note}\n`],
      ["a hyphen for the em dash", note.replace("\u2014", "-")],
      ["two spaces", note.replace("\u2014 ", "\u2014  ")],
      ["a fourth field", note.replace(/\n$/, " x\n")],
      ["a plus sign in the name", note.replace("studio.example", "studio+example")],
      ["URL-safe base64", note.replace(/[A-Za-z0-9]{4}=*\n$/, "-_8=\n")],
      ["a signature without its padding", note.replace(/=+\n$/, "\n")],
      ["a key id alone", `A note.\n\n\u2014 a ${encodeBase64(new Uint8Array(4))}\n`],
      ["too many signatures", note + line.repeat(MAX_NOTE_SIGNATURES)],
    ];
    for (const [what, shape] of shapes)
      await assert.rejects(opened(shape, log.verifierKey), { code: "NOTE_MALFORMED" }, what);
    const invalidUtf8 = Buffer.concat([Buffer.of(0xff), utf8(note)]);
    await assert.rejects(openNote(invalidUtf8, [verifierOf(log.verifierKey)]), { code: "NOTE_MALFORMED" });
    await assert.rejects(openNote(new Uint8Array(1_000_001), []), { code: "NOTE_MALFORMED" });
  });

  it("keeps a byte order mark, which is part of what was signed", async () => {
    assert.equal(await opened(await signNote(sha256, "\ufeffA note.\n", [log]), log.verifierKey), "\ufeffA note.\n");
  });

  it("does not write a text that cannot be read back", async () => {
    await assert.rejects(signNote(sha256, "no line end", [log]), { code: "NOTE_MALFORMED" });
    await assert.rejects(signNote(sha256, "a\r\n", [log]), { code: "NOTE_MALFORMED" });
    await assert.rejects(signNote(sha256, "nobody signs\n", []), { code: "NOTE_MALFORMED" });
  });
});

describe("audit/verifier-key", () => {
  const published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  it("reads a published key whose base64 could hold a plus sign", () => {
    assert.equal(parseVerifierKey(sha256, published).name, "PeterNeumann");
    const withPlus = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    assert.equal(parseVerifierKey(sha256, withPlus).publicKey.length, 32);
  });

  it("says of a mistyped key what is wrong, and never takes it for another", () => {
    const wrong: readonly string[] = [
      "",
      "PeterNeumann",
      published.replace("PeterNeumann", "PeterNeuman"),
      published.replace("c74f20a3", "c74f20a4"),
      published.replace("c74f20a3", "C74F20A3"),
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      ` ${published}`,
      `${published}\n`,
    ];
    for (const text of wrong) assert.throws(() => parseVerifierKey(sha256, text), { name: "ProofError" }, text);
  });

  it("refuses the key of a witness where a log's is needed", () => {
    const witness = "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN";
    assert.throws(() => ed25519Verifier(nodeCrypto, witness), { code: "KEY_MALFORMED" });
  });

  it("makes a signer from a seed of 32 bytes only, under a name without white space or plus sign", () => {
    assert.throws(() => seedSigner("a", new Uint8Array(31)), { code: "KEY_MALFORMED" });
    for (const name of ["", "a b", "a+b", "a\u00a0b", "a\nb"])
      assert.throws(() => seedSigner(name, new Uint8Array(32)), { code: "KEY_MALFORMED" });
  });
});

describe("audit/bytes", () => {
  it("writes base64 as Node does, and reads it back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
        assert.deepEqual(decodeBase64(encodeBase64(bytes)), Uint8Array.from(bytes));
      }),
    );
  });

  it("gives every byte string one spelling: it reads what it would write, or refuses", () => {
    const text = fc.string({ unit: fc.constantFrom(..."AQgw/+-_= \n9".split("")), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = decodedOrNull(candidate);
        if (bytes !== null) assert.equal(encodeBase64(bytes), candidate);
      }),
      { numRuns: 2000 },
    );
    for (const loose of ["QQ", "QQ=", "QR==", "QQ==\n", "Q===", "====", "-_8=", "A=AA", "AA==AAAA"])
      assert.throws(() => decodeBase64(loose), { code: "BASE64_MALFORMED" }, loose);
  });
});

function decodedOrNull(text: string): Uint8Array | null {
  try {
    return decodeBase64(text);
  } catch {
    return null;
  }
}

function publishedNotes(read: (name: string) => Buffer): void {
  const key = (name: string): string => read(name).toString().trimEnd();

  it("opens C2SP's example note with its key", async () => {
    assert.equal(await opened(read("spec-foo.note").toString(), key("spec-foo.vkey")), "This is an example message.\n");
  });
  it("opens Go's note with either of its two keys and with both", async () => {
    const note = read("peter-enoch.note").toString();
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    for (const keys of [["peter.vkey"], ["enoch.vkey"], ["peter.vkey", "enoch.vkey"]])
      assert.equal(await opened(note, ...keys.map(key)), text);
    await assert.rejects(opened(note, key("spec-foo.vkey")), { code: "NOTE_KEY_UNKNOWN" });
  });
  it("signs Go's note again, byte for byte, with the two published seeds", async () => {
    const seed = decodeBase64(key("peter.skey").split("+").slice(4).join("+")).slice(1);
    const peter = seedSigner("PeterNeumann", seed);
    const enoch = seedSigner("EnochRoot", new Uint8Array(32));
    assert.deepEqual([peter.verifierKey, enoch.verifierKey], [key("peter.vkey"), key("enoch.vkey")]);
    const published = read("peter-enoch.note").toString();
    const { text } = parseNote(utf8(published));
    assert.equal(await signNote(sha256, text, [peter, enoch]), published);
  });
  it("takes a note with empty lines in its text apart and together again", () => {
    const bytes = read("quasimodo.note");
    const note = parseNote(bytes);
    assert.match(note.text, /sole:\n\ned è subito sera\.\n$/);
    assert.equal(formatNote(note), bytes.toString());
  });
}
