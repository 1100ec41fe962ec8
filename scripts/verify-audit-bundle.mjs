// Verifies an audit bundle: one file, no dependencies, no network. Run it with --help.
// Generated from functions/src/audit/verifier by scripts/dev/build-verifier.ts; change it there.
/* eslint-disable -- the sources are checked */

// functions/src/audit/verifier/run-verifier.ts
import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";

// functions/src/audit/node-crypto.ts
import { createPublicKey, hash, verify } from "node:crypto";
var ED25519_SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
var nodeCrypto = {
  // Through one-byte characters: half the time of asking for a Buffer on Node 20.
  sha256: (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "binary"),
  verifyEd25519: (publicKey, message, signature) => {
    const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI_HEAD, publicKey]), format: "der", type: "spki" });
    return verify(null, message, key, signature);
  },
};

// functions/src/audit/proof-error.ts
var ProofError = class extends Error {
  name = "ProofError";
  code;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
};

// functions/src/audit/bytes.ts
var ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
var VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));
function encodeBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    text += letter(a >> 2) + letter(((a & 3) << 4) | ((b ?? 0) >> 4));
    text += b === void 0 ? "=" : letter(((b & 15) << 2) | ((c ?? 0) >> 6));
    text += c === void 0 ? "=" : letter(c & 63);
  }
  return text;
}
function decodeBase64(text) {
  if (text.length % 4 !== 0) throw malformed("its length is not a multiple of four");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const letters = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let [held, heldBits, at] = [0, 0, 0];
  for (let i = 0; i < letters; i++) {
    const value = VALUES.get(text.charAt(i));
    if (value === void 0) throw malformed(`character ${i} is not of the base64 alphabet`);
    held = (held << 6) | value;
    heldBits += 6;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[at++] = held >> heldBits;
    held &= (1 << heldBits) - 1;
  }
  if (held !== 0) throw malformed("its unused bits are not zero");
  return bytes;
}
function equalBytes(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
function concatBytes(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
function utf8(text) {
  return new TextEncoder().encode(text);
}
function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var letter = (value) => ALPHABET.charAt(value);
var malformed = (why) => new ProofError("BASE64_MALFORMED", `Not strict base64: ${why}.`);

// functions/src/audit/verifier-key.ts
var SIGNATURE_TYPES = { ed25519: 1, cosignature: 4 };
var PUBLIC_KEY_BYTES = 32;
var KEY_NAME = /^[^\s\u0085+]+$/u;
function isKeyName(name) {
  return name.isWellFormed() && KEY_NAME.test(name) && !new RegExp("\\p{Cc}", "u").test(name);
}
function parseVerifierKey(sha256, text) {
  const [, name = "", idHex = "", material = ""] = /^([^+]*)\+([^+]*)\+(.*)$/su.exec(text) ?? [];
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(idHex)) throw malformed2("expected name+8 hex digits+base64");
  const [type, publicKey] = splitType(material);
  const keyId = keyIdOf(sha256, name, type, publicKey);
  if (toHex(keyId) !== idHex) throw malformed2("its key id does not belong to its name and key");
  return { name, keyId, type, publicKey };
}
function isSameKey(a, b) {
  return a.name === b.name && equalBytes(a.keyId, b.keyId);
}
function splitType(material) {
  const bytes = decodeBase64(material);
  const type = Object.values(SIGNATURE_TYPES).find((known) => known === bytes[0]);
  if (type === void 0) throw malformed2("its signature type is neither Ed25519 (1) nor a cosignature (4)");
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES) throw malformed2("an Ed25519 public key has 32 bytes");
  return [type, bytes.subarray(1)];
}
function keyIdOf(sha256, name, type, publicKey) {
  return sha256(
    concatBytes(
      utf8(`${name}
`),
      Uint8Array.of(type),
      publicKey,
    ),
  ).slice(0, 4);
}
var malformed2 = (why) => new ProofError("KEY_MALFORMED", `Not a verifier key: ${why}.`);

// functions/src/audit/note.ts
var MAX_NOTE_BYTES = 1e6;
var MAX_NOTE_SIGNATURES = 100;
var SIGNATURE_BYTES = 64;
var KEY_ID_BYTES = 4;
var SIGNATURE_PREFIX = "\u2014 ";
async function openNote(bytes, verifiers) {
  const note = parseNote(bytes);
  const verifiedBy = /* @__PURE__ */ new Set();
  for (const signature of note.signatures) {
    const verifier = verifiers.find((known) => isSameKey(known, signature));
    if (verifier === void 0) continue;
    if (!(await verifier.verify(note.text, signature.signature)))
      throw new ProofError("NOTE_SIGNATURE_WRONG", `The signature of ${verifier.name} does not fit the text.`);
    verifiedBy.add(verifier);
  }
  if (verifiedBy.size === 0)
    throw new ProofError("NOTE_KEY_UNKNOWN", "None of the signatures is by a key that was given as trusted.");
  return { text: note.text, verifiedBy: [...verifiedBy] };
}
function parseNote(bytes) {
  if (bytes.length > MAX_NOTE_BYTES) throw malformed3(`it is longer than ${MAX_NOTE_BYTES} bytes`);
  const whole = decodeUtf8(bytes);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw malformed3("it holds a control character");
  const split = whole.lastIndexOf("\n\n");
  if (split < 0) throw malformed3("no empty line separates text and signatures");
  const block = whole.slice(split + 2);
  if (!block.endsWith("\n")) throw malformed3("its last line does not end");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > MAX_NOTE_SIGNATURES) throw malformed3(`it has more than ${MAX_NOTE_SIGNATURES} signatures`);
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}
function ed25519Verifier(crypto, verifierKey) {
  const key = parseVerifierKey(crypto.sha256, verifierKey);
  if (key.type !== SIGNATURE_TYPES.ed25519)
    throw new ProofError("KEY_MALFORMED", `${key.name} is the key of a witness: it cannot sign for a log.`);
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) =>
      signature.length === SIGNATURE_BYTES && crypto.verifyEd25519(key.publicKey, utf8(text), signature),
  };
}
function parseSignatureLine(line) {
  const [name = "", material = "", ...rest] = line.startsWith(SIGNATURE_PREFIX)
    ? line.slice(SIGNATURE_PREFIX.length).split(" ")
    : [];
  if (!isKeyName(name) || rest.length > 0) throw malformed3("a signature line is not: em dash, key name, base64");
  const bytes = decodeSignature(material);
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}
function decodeSignature(material) {
  try {
    const bytes = decodeBase64(material);
    if (bytes.length > KEY_ID_BYTES) return bytes;
  } catch (cause) {
    throw malformed3("a signature is not strict base64", { cause });
  }
  throw malformed3("a signature line holds no signature");
}
function decodeUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed3("it is not UTF-8", { cause });
  }
}
function malformed3(why, options) {
  return new ProofError("NOTE_MALFORMED", `Not a signed note: ${why}.`, options);
}

// functions/src/audit/verifier/folder-source.ts
import { closeSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";

// functions/src/audit/canonical-json.ts
var CANONICAL_MAX_DEPTH = 64;
var NotCanonicalizable = class extends Error {
  name = "NotCanonicalizable";
};
function canonicalJson(value) {
  return write(value, 0);
}
function write(value, depth) {
  if (depth > CANONICAL_MAX_DEPTH) throw new NotCanonicalizable(`nested deeper than ${CANONICAL_MAX_DEPTH}`);
  if (value === null) return "null";
  switch (typeof value) {
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) throw new NotCanonicalizable("a number that is not finite");
      return JSON.stringify(value);
    // ECMAScript Number::toString, as RFC 8785 §3.2.2.3 asks; -0 becomes 0
    case "string":
      if (!value.isWellFormed()) throw new NotCanonicalizable("a string with a lone surrogate");
      return JSON.stringify(value);
    case "object":
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new NotCanonicalizable(`a ${typeof value}`);
  }
}
function writeArray(items, depth) {
  return `[${Array.from(items, (item) => write(item, depth + 1)).join(",")}]`;
}
function writeObject(object, depth) {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonicalizable("an object that is not plain");
  if (Object.getOwnPropertySymbols(object).length > 0) throw new NotCanonicalizable("a symbol key");
  const members = Object.entries(object)
    .filter(([, member]) => member !== void 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${write(key, depth)}:${write(member, depth + 1)}`);
  return `{${members.join(",")}}`;
}

// functions/src/audit/merkle.ts
var HASH_BYTES = 32;
var MAX_TREE_SIZE = Number.MAX_SAFE_INTEGER;
function leafHash(sha256, entry) {
  const input = new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input);
}
function nodeHash(sha256, left, right) {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}
function requireFrontier(frontier) {
  if (!isTreeSize(frontier.size))
    throw new ProofError("TREE_MALFORMED", "A tree size is a whole number up to 2^53 \u2212 1.");
  const expected = countOneBits(frontier.size);
  if (frontier.hashes.length !== expected || !frontier.hashes.every(isHash))
    throw new ProofError("TREE_MALFORMED", `A frontier of size ${frontier.size} has ${expected} hashes of 32 bytes.`);
  return frontier;
}
function appendLeaf(sha256, frontier, leaf) {
  return appendSubtree(sha256, frontier, 0, leaf);
}
function appendSubtree(sha256, frontier, level, root) {
  const size = frontier.size + 2 ** level;
  let position = frontier.size / 2 ** level;
  if (!Number.isInteger(position) || !isTreeSize(size) || !isHash(root))
    throw new ProofError("TREE_MALFORMED", `A subtree of 2^${level} leaves cannot follow ${frontier.size} leaves.`);
  const hashes = frontier.hashes.slice();
  let hash2 = root;
  for (; position % 2 === 1; position = (position - 1) / 2) {
    const left = hashes.pop();
    if (left === void 0) throw new ProofError("TREE_MALFORMED", "The frontier has too few hashes for its size.");
    hash2 = nodeHash(sha256, left, hash2);
  }
  hashes.push(hash2);
  return { size, hashes };
}
function rootOf(sha256, frontier) {
  return frontier.hashes.length === 0 ? sha256(new Uint8Array()) : foldRight(sha256, frontier.hashes);
}
function foldRight(sha256, hashes) {
  return hashes.reduceRight((right, left) => nodeHash(sha256, left, right));
}
function verifyInclusion(sha256, claim, proof) {
  if (!isTreeSize(claim.size) || !isTreeSize(claim.index) || claim.index >= claim.size) return false;
  if (![claim.leaf, claim.root, ...proof].every(isHash)) return false;
  let [first, last, hash2] = [claim.index, claim.size - 1, claim.leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      hash2 = nodeHash(sha256, sibling, hash2);
      [first, last] = skipMissingSiblings(first, last);
    } else hash2 = nodeHash(sha256, hash2, sibling);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(hash2, claim.root);
}
function verifyConsistency(sha256, older, newer, proof) {
  if (!isTreeSize(older.size) || !isTreeSize(newer.size) || older.size > newer.size) return false;
  if (![older.root, newer.root, ...proof].every(isHash)) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, sha256(new Uint8Array()));
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  let [first, last] = [older.size - 1, newer.size - 1];
  while (first % 2 === 1) [first, last] = [half(first), half(last)];
  const [start, ...rest] = path;
  if (start === void 0) return false;
  let [oldHash, newHash] = [start, start];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (first % 2 === 1 || first === last) {
      oldHash = nodeHash(sha256, sibling, oldHash);
      newHash = nodeHash(sha256, sibling, newHash);
      [first, last] = skipMissingSiblings(first, last);
    } else newHash = nodeHash(sha256, newHash, sibling);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && equalBytes(oldHash, older.root) && equalBytes(newHash, newer.root);
}
function isTreeSize(size) {
  return Number.isSafeInteger(size) && size >= 0;
}
function skipMissingSiblings(first, last) {
  while (first % 2 === 0 && first !== 0) [first, last] = [half(first), half(last)];
  return [first, last];
}
function countOneBits(size) {
  let count = 0;
  for (; size > 0; size = half(size)) count += size % 2;
  return count;
}
var isPowerOfTwo = (size) => countOneBits(size) === 1;
var half = (n) => Math.floor(n / 2);
var isHash = (hash2) => hash2.length === HASH_BYTES;

// functions/src/audit/checkpoint.ts
async function openCheckpoint(note, verifiers, origin) {
  const { text, verifiedBy } = await openNote(note, verifiers);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin || !verifiedBy.some(({ name }) => name === origin))
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Signed is the log ${checkpoint.origin}; expected is ${origin}.`);
  return checkpoint;
}
function parseCheckpoint(text) {
  if (!text.endsWith("\n")) throw malformed4("its last line does not end");
  const [origin = "", sizeText = "", rootText = "", ...extensions] = text.slice(0, -1).split("\n");
  if (origin === "") throw malformed4("it names no origin");
  if (extensions.includes("")) throw malformed4("a line is empty");
  return { origin, size: parseTreeSize(sizeText), root: parseRoot(rootText), extensions };
}
function parseTreeSize(text) {
  const size = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  if (!isTreeSize(size)) throw malformed4(`a size is a decimal number from 0 to ${MAX_TREE_SIZE}`);
  return size;
}
function parseRoot(text) {
  try {
    const root = decodeBase64(text);
    if (root.length === HASH_BYTES) return root;
  } catch (cause) {
    throw malformed4("its root is not strict base64", { cause });
  }
  throw malformed4("its root is not 32 bytes long");
}
function malformed4(why, options) {
  return new ProofError("CHECKPOINT_MALFORMED", `Not a checkpoint: ${why}.`, options);
}

// functions/src/audit/origin.ts
var ORIGIN =
  /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?)\/audit\/([a-z][a-z0-9-]{1,39})(?:\/e([1-9][0-9]{0,5}))?$/;
function parseOrigin(origin) {
  const [, host = "", tenantId = "", epochText] = ORIGIN.exec(origin) ?? [];
  const epoch = epochText === void 0 ? 1 : Number(epochText);
  if (host === "" || epochText === "1")
    throw new ProofError(
      "ORIGIN_MALFORMED",
      "An origin of a studio's log is <host>/audit/<tenant> or <host>/audit/<tenant>/e<n>.",
    );
  return { host, tenantId, epoch };
}

// functions/src/audit/tiles.ts
function tileNumberPath(index) {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/[0-9]{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

// functions/src/audit/tlog-proof.ts
var HEADER = "c2sp.org/tlog-proof@v1";
var MAX_PROOF_HASHES = 63;
function parseTlogProof(text) {
  const end = text.indexOf("\n\n");
  if (end < 0) throw malformed5("no empty line separates the proof and the checkpoint");
  const lines = text.slice(0, end).split("\n");
  if (lines.shift() !== HEADER) throw malformed5(`its first line is not ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") === true ? strict(decodeBase64, lines.shift()?.slice(6) ?? "") : null;
  const indexLine = lines.shift() ?? "";
  if (!indexLine.startsWith("index ")) throw malformed5("its index line is missing");
  const index = strict(parseTreeSize, indexLine.slice(6));
  return { index, hashes: parseHashLines(lines), checkpoint: text.slice(end + 2), extra };
}
function parseHashLines(lines, maxHashes = MAX_PROOF_HASHES) {
  if (lines.length > maxHashes) throw malformed5(`it has more than ${maxHashes} hashes`);
  const hashes = lines.map((line) => strict(decodeBase64, line));
  if (!hashes.every((hash2) => hash2.length === HASH_BYTES)) throw malformed5("a hash is not 32 bytes long");
  return hashes;
}
function strict(parse, text) {
  try {
    return parse(text);
  } catch (cause) {
    throw malformed5("a line is not in its strict form", { cause });
  }
}
function malformed5(why, options) {
  return new ProofError("PROOF_MALFORMED", `Not a proof: ${why}.`, options);
}

// functions/src/audit/bundle.ts
var BUNDLE_FORMAT = "studio-os/audit-bundle@v1";
var BUNDLE_FILES = {
  manifest: "bundle.json",
  readme: "README.txt",
  verifier: "verify.mjs",
  checkpoint: "checkpoint",
  earlier: "earlier-checkpoint",
  consistency: "consistency-proof.txt",
  range: "range-proof.txt",
};
var PART_FILES = ["leaves.jsonl", "events.jsonl", "copies.jsonl"];
var MAX_ENTRIES_PER_PART = 1e4;
var MAX_PARTS = 1e4;
var MAX_FILTER_CHARACTERS = 500;
var MAX_LINE_BYTES = 1e6;
var MAX_FILE_BYTES = 4e6;
var MAX_RANGE_HASHES = 160;
var partPath = (part, file) => `part-${String(part).padStart(5, "0")}/${file}`;
var proofPath = (index) => `proofs/${tileNumberPath(index)}.tlog-proof`;
function bundleFiles(manifest) {
  const { manifest: own, readme, verifier, checkpoint, earlier, consistency, range } = BUNDLE_FILES;
  return [
    own,
    readme,
    verifier,
    checkpoint,
    ...(manifest.earlierSize === null ? [] : [earlier, consistency]),
    ...(manifest.kind === "range" ? [range] : []),
    ...manifest.parts.flatMap((_, part) => PART_FILES.map((file) => partPath(part, file))),
  ];
}
function hashedFiles(manifest) {
  const { checkpoint, earlier, verifier } = BUNDLE_FILES;
  return [checkpoint, ...(manifest.earlierSize === null ? [] : [earlier]), verifier];
}
function parseManifest(text) {
  const manifest = readJson(text);
  if (!isManifest(manifest)) throw malformed6("bundle.json does not have the fields of this format");
  if (
    `${canonicalJson(manifest)}
` !== text
  )
    throw malformed6("bundle.json is not in its one spelling");
  parseOrigin(manifest.origin);
  const { kind, range, filter, count, parts, treeSize } = manifest;
  if ((kind === "range") !== (range !== null) || (kind === "filtered") !== (filter !== null))
    throw malformed6("a range has ends and no filter, a filtered choice a filter and no ends");
  if (range !== null && (range.from > range.to || range.to > treeSize || range.to - range.from !== count))
    throw malformed6("the ends of the range, the count and the tree size contradict each other");
  if (parts.reduce((sum, part) => sum + part.count, 0) !== count)
    throw malformed6("the parts do not add up to the count");
  if (kind === "filtered" && !manifest.proofs) throw malformed6("a filtered choice has a proof for each entry");
  return manifest;
}
function formatConsistencyProof({ oldSize, newSize, hashes }) {
  const head = ["studio-os/consistency-proof@v1", `old ${oldSize}`, `new ${newSize}`];
  return `${[...head, ...hashes.map(encodeBase64)].join("\n")}
`;
}
function parseConsistencyProof(text) {
  const [, oldLine = "", newLine = "", ...lines] = text.slice(0, -1).split("\n");
  const proof = {
    oldSize: sizeAfter("old ", oldLine),
    newSize: sizeAfter("new ", newLine),
    hashes: parseHashLines(lines),
  };
  return requireSpelling(text, formatConsistencyProof(proof), proof);
}
function formatRangeProof({ from, to, size, left, right }) {
  const head = ["studio-os/range-proof@v1", `from ${from}`, `to ${to}`, `size ${size}`];
  const sides = [
    ...left.map((hash2) => `left ${encodeBase64(hash2)}`),
    ...right.map((hash2) => `right ${encodeBase64(hash2)}`),
  ];
  return `${[...head, ...sides].join("\n")}
`;
}
function parseRangeProof(text) {
  const [, fromLine = "", toLine = "", sizeLine = "", ...lines] = text.slice(0, -1).split("\n");
  const side = (prefix) =>
    parseHashLines(
      lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length)),
      MAX_RANGE_HASHES,
    );
  const proof = {
    from: sizeAfter("from ", fromLine),
    to: sizeAfter("to ", toLine),
    size: sizeAfter("size ", sizeLine),
    left: side("left "),
    right: side("right "),
  };
  return requireSpelling(text, formatRangeProof(proof), proof);
}
function requireSpelling(text, expected, value) {
  if (text !== expected) throw new ProofError("PROOF_MALFORMED", "A proof file is not in its one spelling.");
  return value;
}
function sizeAfter(prefix, line) {
  if (line.startsWith(prefix)) return parseTreeSize(line.slice(prefix.length));
  throw new ProofError("PROOF_MALFORMED", `A proof file lacks its line "${prefix}\u2026".`);
}
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed6("bundle.json is not JSON", { cause });
  }
}
function isManifest(value) {
  if (!hasExactly(value, MANIFEST_FIELDS)) return false;
  const { format, origin, kind, range, filter, count, treeSize, earlierSize, proofs, parts, sha256 } = value;
  return (
    format === BUNDLE_FORMAT &&
    typeof origin === "string" &&
    (kind === "range" || kind === "filtered") &&
    (range === null || (hasExactly(range, ["from", "to"]) && isIndex(range["from"]) && isIndex(range["to"]))) &&
    (filter === null || (typeof filter === "string" && filter.length <= MAX_FILTER_CHARACTERS && isPlain(filter))) &&
    [count, treeSize].every(isIndex) &&
    (earlierSize === null || isIndex(earlierSize)) &&
    typeof proofs === "boolean" &&
    Array.isArray(parts) &&
    parts.length <= MAX_PARTS &&
    parts.every(isPart) &&
    hasExactly(sha256, hashedFiles({ earlierSize })) &&
    Object.values(sha256).every((hash2) => typeof hash2 === "string" && /^[0-9a-f]{64}$/.test(hash2))
  );
}
var MANIFEST_FIELDS = [
  "count",
  "earlierSize",
  "filter",
  "format",
  "kind",
  "origin",
  "parts",
  "proofs",
  "range",
  "sha256",
  "treeSize",
];
function isPart(part) {
  if (!hasExactly(part, ["count", "first"]) || !isIndex(part["first"]) || !isIndex(part["count"])) return false;
  return part["count"] >= 1 && part["count"] <= MAX_ENTRIES_PER_PART;
}
function hasExactly(value, names) {
  if (value === null || typeof value !== "object") return false;
  return Object.keys(value).sort().join() === [...names].sort().join();
}
var isIndex = (value) => Number.isSafeInteger(value) && value >= 0;
var isPlain = (text) => text.isWellFormed() && !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text);
function malformed6(why, options) {
  return new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`, options);
}

// functions/src/audit/verifier/folder-source.ts
var CHUNK_BYTES = 256 * 1024;
var LINE_FEED = 10;
function folderSource(folder) {
  return {
    readFile: (path) => withFile(join(folder, path), (descriptor) => readWhole(path, descriptor)),
    openLines: (path) => {
      const descriptor = openIfThere(join(folder, path));
      return descriptor === null
        ? null
        : lineReader(
            path,
            (into, at) => readSync(descriptor, into, at, into.length - at, null),
            () => closeSync(descriptor),
          );
    },
    list: () => listFiles(folder, ""),
  };
}
function lineReader(path, read, close = () => void 0) {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let [start, end] = [0, 0];
  function next() {
    for (let from = start; ;) {
      const at = buffer.subarray(0, end).indexOf(LINE_FEED, from);
      if (at >= 0) {
        const line = buffer.subarray(start, at);
        start = at + 1;
        return line;
      }
      if (end - start > MAX_LINE_BYTES) throw malformed7(`${path} has a line of more than ${MAX_LINE_BYTES} bytes`);
      buffer = makeRoom(buffer, start, end);
      [start, end] = [0, end - start];
      from = end;
      const added = read(buffer, end);
      end += added;
      if (added > 0) continue;
      if (end > 0) throw malformed7(`the last line of ${path} does not end`);
      return null;
    }
  }
  return { next, close };
}
function makeRoom(buffer, start, end) {
  const target = end - start > buffer.length / 2 ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
  buffer.copy(target, 0, start, end);
  return target;
}
function readWhole(path, descriptor) {
  const { size } = fstatSync(descriptor);
  if (size > MAX_FILE_BYTES) throw malformed7(`${path} is longer than ${MAX_FILE_BYTES} bytes`);
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const added = readSync(descriptor, bytes, at, size - at, null);
    if (added === 0) throw malformed7(`${path} got shorter while it was read`);
    at += added;
  }
  return bytes;
}
function withFile(path, use) {
  const descriptor = openIfThere(path);
  if (descriptor === null) return null;
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
function openIfThere(path) {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}
function* listFiles(folder, prefix) {
  for (const found of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === "" ? found.name : `${prefix}/${found.name}`;
    if (found.isDirectory()) yield* listFiles(folder, path);
    else yield path;
  }
}
var malformed7 = (why) => new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`);

// functions/src/audit/verifier/statements.ts
var NOTABLE_DISORDER_MICROS = 5 * 60 * 1e6;
function statements(verdict) {
  if (verdict.kind === "rejected")
    return [`REJECTED: ${verdict.sentence}`, `Reason: ${verdict.code}. Do not rely on anything in this bundle.`];
  const { facts } = verdict;
  return [...whatWasProved(facts), ...whatWasNot(facts)];
}
function whatWasProved(facts) {
  const { manifest, checkpoint } = facts;
  return [
    `VERIFIED: ${manifest.origin}, signed at ${counted(checkpoint.size)}, root ${encodeBase64(checkpoint.root)}.`,
    content(facts),
    ...times(facts),
    ...history(facts),
  ];
}
function content({ manifest: { kind, range, count, treeSize } }) {
  if (kind === "filtered" || range === null)
    return `INCLUSION ONLY: each of these ${counted(count)} is in the log as it was recorded. What was left out is not known.`;
  if (treeSize === 0) return "The log is empty: at this checkpoint nothing was recorded.";
  if (count === 0) return "The bundle holds no entries, so it shows nothing but the signed checkpoint.";
  const whole =
    count === treeSize ? "This is the whole log" : `These are all entries from ${range.from} to ${range.to - 1}`;
  return `${whole}: ${counted(count)}, none altered, reordered, added or left out, and the copies to search by are true copies.`;
}
function times({ entries }) {
  const { firstCommittedAt, lastCommittedAt, disorderMicros } = entries;
  if (firstCommittedAt === null || lastCommittedAt === null) return [];
  const span = `By the database's clock the first was committed at ${instant(firstCommittedAt)}, the last at ${instant(lastCommittedAt)}.`;
  if (disorderMicros < NOTABLE_DISORDER_MICROS) return [span];
  const minutes = Math.floor(disorderMicros / 6e7);
  return [span, `Note: some entry was sealed after one that was committed ${minutes} minutes later than it.`];
}
function history({ earlier, known, checkpoint }) {
  const sentences = [];
  if (earlier !== null)
    sentences.push(`Since the bundle's earlier checkpoint of ${counted(earlier.size)} the log only grew.`);
  if (known !== null)
    sentences.push(
      known.size === checkpoint.size
        ? "This is exactly the log that you know."
        : `The log continues, unchanged, the ${counted(known.size)} that you know.`,
    );
  return sentences;
}
function whatWasNot({ manifest, known }) {
  return [
    "Not proved: that what was recorded is true, and that nothing was done without being recorded.",
    ...(manifest.kind === "filtered"
      ? ["Not proved: that no other entry fits the filter. Only a range can show that."]
      : []),
    ...(manifest.range !== null && manifest.count < manifest.treeSize
      ? ["Not proved: anything about the content of entries outside this range."]
      : []),
    "Not proved: that the log has not grown since this checkpoint was signed.",
    ...(known === null
      ? ["Not proved: that others were shown the same log. Compare the root with theirs, or give --known-checkpoint."]
      : []),
  ];
}
var counted = (count) => (count === 1 ? "1 entry" : `${count} entries`);
var instant = (micros) => new Date(Math.floor(micros / 1e3)).toISOString();

// functions/src/audit/bundle-readme.ts
function bundleReadme(manifest) {
  return `${[...whatItIs(manifest), "", ...howToVerify(manifest), "", ...whatIsInside(manifest)].join("\n")}
`;
}
function verifierOptions({ kind, range, treeSize }) {
  if (kind === "filtered" || range === null) return "--filtered ";
  return range.from === 0 && range.to === treeSize ? "" : `--range ${range.from}:${range.to} `;
}
function whatItIs({ origin, kind, range, filter, count, treeSize }) {
  const head = ["AUDIT BUNDLE", "", `Log: ${origin}`, `Signed size of the log: ${treeSize} entries`];
  if (kind === "range" && range !== null)
    return [
      ...head,
      `In this bundle: ${count} entries, from index ${range.from} up to, but not including, ${range.to}.`,
      "Verified, it proves that no entry in this range was altered, reordered, added or left out.",
    ];
  return [
    ...head,
    `In this bundle: ${count} entries, chosen by: ${filter ?? ""}`,
    "THIS IS A FILTERED EXPORT. Verified, it proves that each of its entries is in the log.",
    "It does NOT prove that no other entry fits the filter. Ask for a range if that matters.",
  ];
}
function howToVerify(manifest) {
  const { verifier, checkpoint } = BUNDLE_FILES;
  return [
    "TO VERIFY IT, offline, with Node.js 20.19 or newer:",
    "",
    `    node ${verifier} --key '<verifier key>' ${verifierOptions(manifest)}<this folder>`,
    "",
    "Take the verifier key from the studio by another way than this bundle (its web page, a contract, a letter):",
    "a key that comes with the bundle proves nothing. The same holds for the verifier: whoever could alter the",
    `bundle could alter ${verifier} too. It is the same file in every bundle and in the project's scripts folder.`,
    "Exit code 0 means verified, 1 rejected, 2 that the input could not be used.",
    "",
    `Keep the file "${checkpoint}" when you have verified it. Give it to the next verification with`,
    "--known-checkpoint: then nobody can show you a log that forgot or changed what you have seen.",
  ];
}
function whatIsInside(manifest) {
  const { manifest: own, checkpoint, earlier, consistency, range, verifier } = BUNDLE_FILES;
  const files = [
    [own, "what is in the bundle; its part index"],
    [checkpoint, "size and root of the log, signed (C2SP tlog-checkpoint)"],
    ...(manifest.earlierSize === null
      ? []
      : [
          [earlier, `the signed checkpoint at ${manifest.earlierSize} entries`],
          [consistency, "that the log only grew between the two (RFC 6962)"],
        ]),
    ...(manifest.kind === "range" ? [[range, "hashes of what lies before and behind the range"]] : []),
    ["part-*/events.jsonl", "the events, one a line, in the exact bytes that are hashed (RFC 8785)"],
    ["part-*/leaves.jsonl", "the log's entries: id, time of commit and SHA-256 of each event"],
    ["part-*/copies.jsonl", "the fields that the studio's screens search by; they must equal the events"],
    ...(manifest.proofs ? [["proofs/", "one proof for each entry (C2SP tlog-proof)"]] : []),
    [verifier, "the verifier: one file, no dependencies, no network"],
  ];
  return ["FILES", "", ...files.map(([name = "", what = ""]) => `    ${name.padEnd(22)} ${what}`)];
}

// functions/src/audit/verifier/verify-entries.ts
import { isUtf8 } from "node:buffer";

// functions/src/audit/canonical-scan.ts
function scanCanonicalObject(bytes, from = 0, to = bytes.length) {
  const members = [];
  return bytes[from] === BRACE_OPEN && scanObject(bytes, from, 0, members) === to ? { bytes, members } : null;
}
function memberNamed(object, name) {
  for (const member of object.members) if (isText(object.bytes, member.nameFrom, member.nameTo, name)) return member;
  return null;
}
function isWritten({ bytes }, member, text) {
  return member !== null && isText(bytes, member.from, member.to, text);
}
function sameBytes(a, aFrom, aTo, b, bFrom, bTo) {
  if (aTo - aFrom !== bTo - bFrom) return false;
  for (let at = aFrom, other = bFrom; at < aTo; at++, other++) if (a[at] !== b[other]) return false;
  return true;
}
var [QUOTE, COMMA, MINUS, ZERO, NINE, COLON, BACKSLASH] = [34, 44, 45, 48, 57, 58, 92];
var [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [91, 93, 123, 125];
var [FIRST_PRINTABLE, FIRST_BEYOND_ASCII] = [32, 128];
var LITERALS = ["true", "false", "null"];
var NO = -1;
var PLAIN_DIGITS = 15;
function scanValue(bytes, at, depth) {
  if (depth > CANONICAL_MAX_DEPTH) return NO;
  const first = bytes[at];
  if (first === QUOTE) return scanString(bytes, at);
  if (first === BRACE_OPEN) return scanObject(bytes, at, depth, null);
  if (first === BRACKET_OPEN) return scanArray(bytes, at, depth);
  if (first === MINUS || isDigit(first)) return scanNumber(bytes, at);
  for (const literal of LITERALS) if (isText(bytes, at, at + literal.length, literal)) return at + literal.length;
  return NO;
}
function scanObject(bytes, from, depth, members) {
  let at = from + 1;
  if (bytes[at] === BRACE_CLOSE) return at + 1;
  let lastFrom = NO;
  let lastTo = NO;
  for (;;) {
    if (bytes[at] !== QUOTE) return NO;
    const nameEnd = scanString(bytes, at);
    if (nameEnd === NO || bytes[nameEnd] !== COLON) return NO;
    const nameFrom = at + 1;
    const nameTo = nameEnd - 1;
    if (lastFrom !== NO && !isBefore(bytes, lastFrom, lastTo, nameFrom, nameTo)) return NO;
    const end = scanValue(bytes, nameEnd + 1, depth + 1);
    if (end === NO) return NO;
    members?.push({ nameFrom, nameTo, from: nameEnd + 1, to: end });
    if (bytes[end] === BRACE_CLOSE) return end + 1;
    if (bytes[end] !== COMMA) return NO;
    lastFrom = nameFrom;
    lastTo = nameTo;
    at = end + 1;
  }
}
function scanArray(bytes, from, depth) {
  let at = from + 1;
  if (bytes[at] === BRACKET_CLOSE) return at + 1;
  for (;;) {
    const end = scanValue(bytes, at, depth + 1);
    if (end === NO) return NO;
    if (bytes[end] === BRACKET_CLOSE) return end + 1;
    if (bytes[end] !== COMMA) return NO;
    at = end + 1;
  }
}
function scanString(bytes, from) {
  let escaped = false;
  for (let at = from + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return !escaped || isCanonicalString(decode(bytes, from, at + 1)) ? at + 1 : NO;
    if (byte < FIRST_PRINTABLE) return NO;
    if (byte !== BACKSLASH) continue;
    escaped = true;
    at++;
  }
  return NO;
}
function isCanonicalString(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "string" && value.isWellFormed() && JSON.stringify(value) === text;
  } catch {
    return false;
  }
}
function scanNumber(bytes, from) {
  let at = from;
  while (isDigit(bytes[at])) at++;
  const plain = at > from && at - from <= PLAIN_DIGITS && (bytes[from] !== ZERO || at === from + 1);
  if (plain && !isNumberByte(bytes[at])) return at;
  while (isNumberByte(bytes[at])) at++;
  const text = decode(bytes, from, at);
  const value = Number(text);
  return Number.isFinite(value) && JSON.stringify(value) === text ? at : NO;
}
function isBefore(bytes, aFrom, aTo, bFrom, bTo) {
  for (let a = aFrom, b = bFrom; ; a++, b++) {
    if (a === aTo || b === bTo) return b !== bTo;
    const left = bytes[a] ?? 0;
    const right = bytes[b] ?? 0;
    if (left >= FIRST_BEYOND_ASCII || right >= FIRST_BEYOND_ASCII || left === BACKSLASH || right === BACKSLASH)
      return nameOf(bytes, aFrom, aTo) < nameOf(bytes, bFrom, bTo);
    if (left !== right) return left < right;
  }
}
var nameOf = (bytes, from, to) => JSON.parse(decode(bytes, from - 1, to + 1));
function isText(bytes, from, to, text) {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}
var decode = (bytes, from, to) => new TextDecoder().decode(bytes.subarray(from, to));
var isDigit = (byte) => byte !== void 0 && byte >= ZERO && byte <= NINE;
var isNumberByte = (byte) =>
  isDigit(byte) || byte === MINUS || byte === 43 || byte === 46 || byte === 69 || byte === 101;

// functions/src/audit/event-copies.ts
var ACTOR_COPIES = [
  ["actorId", "id"],
  ["actorName", "name"],
  ["actorType", "type"],
];
function areCopiesOf(copies, event, index) {
  if (!isWritten(copies, memberNamed(copies, "seq"), String(index))) return false;
  let next = 0;
  for (const copy of copies.members) {
    if (isNamed(copies, copy, "seq")) continue;
    const inActor = actorField(copies, copy);
    if (inActor !== null) {
      if (!isActorCopy(event, inActor, copies, copy)) return false;
      continue;
    }
    while (next < event.members.length && !isSameName(event, event.members[next], copies, copy)) next++;
    if (!isSameValue(event, event.members[next], copies, copy)) return false;
  }
  return true;
}
function actorField(copies, copy) {
  for (const [name, field] of ACTOR_COPIES) if (isNamed(copies, copy, name)) return field;
  return null;
}
function isActorCopy(event, field, copies, copy) {
  const member = memberNamed(event, "actor");
  const actor = member === null ? null : scanCanonicalObject(event.bytes, member.from, member.to);
  return actor !== null && isSameValue(actor, memberNamed(actor, field) ?? void 0, copies, copy);
}
function isNamed({ bytes }, { nameFrom, nameTo }, name) {
  return isText(bytes, nameFrom, nameTo, name);
}
function isSameName(a, inA, b, inB) {
  return inA !== void 0 && sameBytes(a.bytes, inA.nameFrom, inA.nameTo, b.bytes, inB.nameFrom, inB.nameTo);
}
function isSameValue(a, inA, b, inB) {
  return inA !== void 0 && sameBytes(a.bytes, inA.from, inA.to, b.bytes, inB.from, inB.to);
}

// functions/src/audit/leaf.ts
var LEAF =
  /^\{"committedAt":"([1-9][0-9]{15})","eventSha256":"([0-9a-f]{64})","id":"([A-Za-z0-9][A-Za-z0-9_.-]{0,127})","tenant":"([a-z][a-z0-9-]{1,39})","v":1\}$/;
function parseLeaf(text) {
  const match = LEAF.exec(text);
  if (match === null)
    throw new ProofError("LEAF_MALFORMED", "A leaf is canonical JSON of committedAt, eventSha256, id, tenant and v.");
  const [, committedAt = "", eventSha256 = "", id = "", tenant = ""] = match;
  return { v: 1, id, tenant, committedAt, eventSha256 };
}

// functions/src/audit/merkle-prover.ts
function perfectSubtrees({ from, to }) {
  const nodes = [];
  for (let at = from; at < to;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

// functions/src/audit/verifier/verify-entries.ts
function verifyEntries(sha256, source, claim) {
  const { manifest, checkpoint, range } = claim;
  const times2 = { first: null, last: null, latest: 0, disorderMicros: 0 };
  let frontier = range === null ? null : startOf(range, claim);
  let watchedRoot = frontier !== null && frontier.size === claim.watchedSize ? rootOf(sha256, frontier) : null;
  const { tenantId } = parseOrigin(manifest.origin);
  let [previous, count] = [-1, 0];
  for (const lines of readParts(source, manifest)) {
    const index = manifest.range === null ? indexIn(lines) : manifest.range.from + count;
    if (lines.due !== null && lines.due !== index)
      throw incomplete(lines.part, `begins with entry ${index} instead of ${lines.due}`);
    if (index <= previous || index >= checkpoint.size) throw altered(index, "it is out of order, or not in the log");
    const committedAt = checkEntry(sha256, lines, index, tenantId);
    const leaf = leafHash(sha256, lines.leaf);
    if (manifest.proofs) checkProof(sha256, source, claim, index, leaf);
    if (frontier !== null) {
      frontier = appendLeaf(sha256, frontier, leaf);
      if (frontier.size === claim.watchedSize) watchedRoot = rootOf(sha256, frontier);
    }
    times2.first ??= committedAt;
    times2.last = committedAt;
    times2.latest = Math.max(times2.latest, committedAt);
    times2.disorderMicros = Math.max(times2.disorderMicros, times2.latest - committedAt);
    [previous, count] = [index, count + 1];
  }
  if (range !== null && frontier !== null) requireRoot(sha256, frontier, range, checkpoint);
  const { first, last, disorderMicros } = times2;
  return { watchedRoot, firstCommittedAt: first, lastCommittedAt: last, disorderMicros };
}
function startOf(range, { manifest, checkpoint }) {
  if (range.from !== manifest.range?.from || range.to !== manifest.range.to || range.size !== checkpoint.size)
    throw new ProofError("PROOF_WRONG", "The range proof is of another range.");
  return requireFrontier({ size: range.from, hashes: range.left });
}
function requireRoot(sha256, end, range, { root, size }) {
  const behind = perfectSubtrees({ from: range.to, to: size });
  if (behind.length !== range.right.length)
    throw new ProofError("PROOF_WRONG", "The range proof has a hash too many or too few.");
  let frontier = end;
  for (const [at, hash2] of range.right.entries())
    frontier = appendSubtree(sha256, frontier, behind[at]?.level ?? 0, hash2);
  if (!equalBytes(rootOf(sha256, frontier), root))
    throw new ProofError(
      "ROOT_DIFFERS",
      "The entries do not make the root that was signed: something was altered, reordered, added or left out.",
    );
}
function checkEntry(sha256, { leaf, event, copies }, index, tenantId) {
  const sealed = parseLeaf(viewOf(leaf).toString("latin1"));
  if (sealed.tenant !== tenantId)
    throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Entry ${index} is of another studio's log.`);
  if (viewOf(sha256(event)).toString("hex") !== sealed.eventSha256)
    throw altered(index, "its event is not the one that was hashed");
  const value = isUtf8(event) ? scanCanonicalObject(event) : null;
  if (value === null) throw altered(index, "its event is not canonical JSON");
  const isOwn = isWritten(value, memberNamed(value, "eventId"), `"${sealed.id}"`);
  if (!isOwn || !isWritten(value, memberNamed(value, "tenantId"), `"${tenantId}"`))
    throw altered(index, "its event names another id");
  const copied = isUtf8(copies) ? scanCanonicalObject(copies) : null;
  if (copied === null || !areCopiesOf(copied, value, index))
    throw new ProofError("COPY_DIFFERS", `The copies of entry ${index} differ from its event, which is what counts.`);
  return Number(sealed.committedAt);
}
function checkProof(sha256, source, { checkpoint, note }, index, leaf) {
  const bytes = source.readFile(proofPath(index));
  if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The proof of entry ${index} is missing.`);
  const proof = parseTlogProof(decode2(bytes));
  const claim = { index, size: checkpoint.size, leaf, root: checkpoint.root };
  if (
    proof.index !== index ||
    proof.extra !== null ||
    proof.checkpoint !== note ||
    !verifyInclusion(sha256, claim, proof.hashes)
  )
    throw new ProofError("PROOF_WRONG", `The proof of entry ${index} does not show that it is in the log.`);
}
function* readParts(source, { parts }) {
  for (const [part, { first, count }] of parts.entries()) {
    const readers = [];
    const open = (file) => {
      const reader = requireLines(source, partPath(part, file));
      readers.push(reader);
      return reader;
    };
    try {
      const [leaves, events, allCopies] = [open("leaves.jsonl"), open("events.jsonl"), open("copies.jsonl")];
      for (let at = 0; at < count; at++) {
        const leaf = leaves.next();
        const event = events.next();
        const copies = allCopies.next();
        if (leaf === null || event === null || copies === null)
          throw incomplete(part, `ends after ${at} of its ${count} entries`);
        yield { part, due: at === 0 ? first : null, leaf, event, copies };
      }
      if (readers.some((reader) => reader.next() !== null))
        throw incomplete(part, `has more than its ${count} entries`);
    } finally {
      for (const reader of readers) reader.close();
    }
  }
}
function requireLines(source, path) {
  const reader = source.openLines(path);
  if (reader === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
  return reader;
}
function indexIn({ copies, part }) {
  const object = scanCanonicalObject(copies);
  const member = object === null ? null : memberNamed(object, "seq");
  if (member === null) throw incomplete(part, "has an entry without its index");
  return parseTreeSize(viewOf(copies).toString("latin1", member.from, member.to));
}
function decode2(bytes) {
  return isUtf8(bytes) ? viewOf(bytes).toString("utf8") : "";
}
var viewOf = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
var altered = (index, why) => new ProofError("EVENT_ALTERED", `Entry ${index} is not what was recorded: ${why}.`);
var incomplete = (part, why) => new ProofError("BUNDLE_INCOMPLETE", `Part ${part} ${why}.`);

// functions/src/audit/verifier/verify-bundle.ts
var UnusableInput = class extends Error {
  name = "UnusableInput";
};
var STRAY_FILES = /* @__PURE__ */ new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);
async function verifyBundle(crypto, source, request) {
  const manifestBytes = source.readFile(BUNDLE_FILES.manifest);
  if (manifestBytes === null)
    throw new UnusableInput(`There is no ${BUNDLE_FILES.manifest}: this is not an audit bundle.`);
  try {
    return { kind: "verified", facts: await check(crypto, source, request, parseManifest(decode3(manifestBytes))) };
  } catch (error) {
    if (error instanceof ProofError) return { kind: "rejected", code: error.code, sentence: error.message };
    throw error;
  }
}
async function check(crypto, source, request, manifest) {
  const { origin } = manifest;
  const { verifiers } = request;
  if (!verifiers.some(({ name }) => name === origin))
    throw new ProofError("NOTE_KEY_UNKNOWN", `The bundle is of the log ${origin}, and no key of that name was given.`);
  const known = request.known === null ? null : await openKnown(request.known, verifiers, origin);
  requireHashes(crypto, source, manifest);
  const note = requireFile(source, BUNDLE_FILES.checkpoint);
  const checkpoint = await openCheckpoint(note, verifiers, origin);
  if (checkpoint.size !== manifest.treeSize)
    throw new ProofError(
      "BUNDLE_INCOMPLETE",
      `The log has ${checkpoint.size} entries, and the bundle says ${manifest.treeSize}.`,
    );
  if (!equalBytes(requireFile(source, BUNDLE_FILES.readme), utf8(bundleReadme(manifest))))
    throw new ProofError("BUNDLE_MALFORMED", `${BUNDLE_FILES.readme} is not the text that belongs to this bundle.`);
  requireWanted(request, manifest, known);
  const earlier = await checkEarlier(crypto, source, verifiers, manifest, checkpoint);
  const entries = verifyEntries(crypto.sha256, source, {
    manifest,
    checkpoint,
    note: decode3(note),
    range: manifest.kind === "range" ? parseRangeProof(decode3(requireFile(source, BUNDLE_FILES.range))) : null,
    watchedSize: known?.size ?? null,
  });
  requireHistory(checkpoint, known, earlier, entries.watchedRoot);
  requireNoStrangers(source, manifest);
  return { manifest, checkpoint, entries, earlier, known };
}
async function openKnown(note, verifiers, origin) {
  try {
    return await openCheckpoint(note, verifiers, origin);
  } catch (cause) {
    const why = cause instanceof ProofError ? cause.message : "It cannot be read.";
    throw new UnusableInput(`The known checkpoint is not one of the log ${origin}. ${why}`, { cause });
  }
}
function requireHashes({ sha256 }, source, manifest) {
  for (const path of hashedFiles(manifest))
    if (toHex(sha256(requireFile(source, path))) !== manifest.sha256[path])
      throw new ProofError("BUNDLE_MALFORMED", `${path} is not the file that ${BUNDLE_FILES.manifest} names.`);
}
function requireWanted(request, manifest, known) {
  const { range, treeSize, kind } = manifest;
  const partial = (what) =>
    new ProofError("BUNDLE_PARTIAL", `${what} If that is what you asked for, say ${verifierOptions(manifest).trim()}.`);
  if (kind === "filtered" || range === null) {
    if (request.range !== null)
      throw new ProofError("BUNDLE_PARTIAL", "The bundle is a choice of entries, and no range.");
    if (!request.allowFiltered) throw partial("The bundle is a choice of entries: others may have been left out.");
    return;
  }
  const here = `The bundle holds entries ${range.from} up to ${range.to} of a log of ${treeSize}.`;
  if (request.range !== null) {
    if (range.from === request.range.from && range.to === request.range.to) return;
    throw new ProofError("BUNDLE_PARTIAL", `${here} Asked for was ${request.range.from} up to ${request.range.to}.`);
  }
  if (range.to !== treeSize || range.from > (known?.size ?? 0)) throw partial(here);
}
async function checkEarlier({ sha256 }, source, verifiers, { origin, earlierSize }, checkpoint) {
  if (earlierSize === null) return null;
  const earlier = await openCheckpoint(requireFile(source, BUNDLE_FILES.earlier), verifiers, origin);
  const proof = parseConsistencyProof(decode3(requireFile(source, BUNDLE_FILES.consistency)));
  if (earlier.size !== earlierSize || proof.oldSize !== earlierSize || proof.newSize !== checkpoint.size)
    throw new ProofError(
      "PROOF_WRONG",
      "The sizes of the earlier checkpoint and of the proof from it contradict each other.",
    );
  if (!verifyConsistency(sha256, earlier, checkpoint, proof.hashes))
    throw new ProofError("PROOF_WRONG", `It is not proved that the log only grew since its ${earlierSize} entries.`);
  return earlier;
}
function requireHistory(checkpoint, known, earlier, watchedRoot) {
  if (known === null || known.size === 0) return;
  if (known.size > checkpoint.size)
    throw new ProofError(
      "LOG_SHRANK",
      `You know the log with ${known.size} entries, and this bundle is of ${checkpoint.size}: it is out of date, or entries were taken away.`,
    );
  const rootThen = [
    ...(known.size === checkpoint.size ? [checkpoint.root] : []),
    ...(known.size === earlier?.size ? [earlier.root] : []),
    ...(watchedRoot === null ? [] : [watchedRoot]),
  ];
  if (rootThen.some((root) => !equalBytes(root, known.root)))
    throw new ProofError(
      "LOG_FORKED",
      `Its first ${known.size} entries are others than those that you know: the log was forked.`,
    );
  if (rootThen.length === 0)
    throw new ProofError(
      "HISTORY_UNPROVEN",
      `The bundle does not show that it continues the ${known.size} entries that you know. Ask for one with the earlier checkpoint at that size.`,
    );
}
function requireNoStrangers(source, manifest) {
  const expected = new Set(bundleFiles(manifest));
  let proofs = 0;
  for (const path of source.list()) {
    if (expected.has(path) || STRAY_FILES.has(path.slice(path.lastIndexOf("/") + 1))) continue;
    if (!path.startsWith("proofs/") || ++proofs > (manifest.proofs ? manifest.count : 0))
      throw new ProofError("BUNDLE_MALFORMED", `${path} does not belong to this bundle.`);
  }
}
function requireFile(source, path) {
  const bytes = source.readFile(path);
  if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
  return bytes;
}
function decode3(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ProofError("BUNDLE_MALFORMED", "A file of the bundle is not UTF-8.", { cause });
  }
}

// functions/src/audit/verifier/run-verifier.ts
var EXIT_CODES = { verified: 0, rejected: 1, unusable: 2 };
var USAGE = `Verifies an audit bundle, offline.

  node verify.mjs --key '<verifier key>' [options] <bundle folder>

  --key KEY                the log's public key, name+hash+base64. Take it from outside the bundle.
                           May be given twice while the studio changes keys.
  --known-checkpoint FILE  a checkpoint of this log that you kept: proves that the log only grew since.
  --range FROM:TO          you asked for entries FROM up to, not including, TO. Without it, the bundle
                           must hold the whole log, or all since the known checkpoint.
  --filtered               you asked for a choice of entries: proves that they are in the log,
                           and nothing about what was left out.

Exit codes: 0 verified, 1 rejected, 2 the input could not be used.`;
async function runVerifier(args, print) {
  try {
    if (args.includes("--help")) {
      print(USAGE);
      return EXIT_CODES.unusable;
    }
    const { folder, request } = parseCommand(args);
    const verdict = await verifyBundle(nodeCrypto, folderSource(folder), request);
    for (const line of statements(verdict)) print(line);
    return EXIT_CODES[verdict.kind];
  } catch (error) {
    print(`UNUSABLE: ${error instanceof Error ? error.message : "the input cannot be read"}`);
    return EXIT_CODES.unusable;
  }
}
function parseCommand(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      key: { type: "string", multiple: true, default: [] },
      "known-checkpoint": { type: "string" },
      range: { type: "string" },
      filtered: { type: "boolean", default: false },
    },
  });
  const [folder, ...more] = positionals;
  if (folder === void 0 || more.length > 0 || values.key.length === 0)
    throw new UnusableInput(`A key and one folder are needed.

${USAGE}`);
  if (!statSync(folder).isDirectory()) throw new UnusableInput(`${folder} is not a folder.`);
  const knownFile = values["known-checkpoint"];
  const request = {
    verifiers: values.key.map((key) => ed25519Verifier(nodeCrypto, key)),
    known: knownFile === void 0 ? null : readFileSync(knownFile),
    range: values.range === void 0 ? null : parseRange(values.range),
    allowFiltered: values.filtered,
  };
  return { folder, request };
}
function parseRange(text) {
  const [, from, to] = /^([0-9]{1,15}):([0-9]{1,15})$/.exec(text) ?? [];
  if (from === void 0 || to === void 0) throw new UnusableInput("A range is FROM:TO, two whole numbers.");
  return { from: Number(from), to: Number(to) };
}

// functions/src/audit/verifier/verify-audit-bundle.ts
process.exitCode = await runVerifier(process.argv.slice(2), (line) => process.stdout.write(line + "\n"));
