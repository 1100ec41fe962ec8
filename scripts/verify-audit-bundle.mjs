// Verifies an audit bundle: one file, no dependencies, no network. Run it with --help.
// Generated from functions/src/audit/verifier by scripts/dev/build-verifier.ts; change it there.
/* eslint-disable -- the sources are checked */

// functions/src/audit/verifier/program.ts
import { isMainThread } from "node:worker_threads";

// functions/src/audit/verifier/part-threads.ts
import { Worker, parentPort, workerData } from "node:worker_threads";

// functions/src/audit/node-crypto.ts
import { createPublicKey, hash, verify } from "node:crypto";
var ED25519_SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
var nodeCrypto = {
  // Through one-byte characters: half the time of asking for a Buffer on Node 20.
  sha256: (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "binary"),
  sha256Hex: (bytes) => hash("sha256", bytes, "hex"),
  sha256Into: (bytes, target, at) => {
    const characters = hash("sha256", bytes, "binary");
    for (let n = 0; n < characters.length; n++) target[at + n] = characters.charCodeAt(n);
  },
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

// functions/src/audit/verifier/folder-source.ts
import { closeSync, fstatSync, openSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";

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

// functions/src/audit/word-bytes.ts
function inWords(bytes) {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}
function asciiWords(text) {
  return inWords(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
function sameBytes(a, aFrom, b, bFrom, length) {
  const aWords = a.words;
  const bWords = b.words;
  const whole = length & ~3;
  for (let n = 0; n < whole; n += 4) if (aWords.getInt32(aFrom + n) !== bWords.getInt32(bFrom + n)) return false;
  for (let n = whole; n < length; n++) if (aWords.getUint8(aFrom + n) !== bWords.getUint8(bFrom + n)) return false;
  return true;
}

// functions/src/audit/verifier/line-reader.ts
var LINE_BUFFER_BYTES = 128 * 1024;
var LINE_FEED = 10;
var FIRST = 1;
var LineReader = class {
  /** The bytes that the line lies in, from `from` up to, not including, `to`. */
  bytes;
  words;
  from = FIRST;
  to = FIRST;
  /** Called with the buffer, which is free then. */
  close;
  /** The same bytes. */
  #buffer;
  #path;
  #read;
  #next = FIRST;
  #end = FIRST;
  /** `read` fills a buffer from a place on and tells how much it added, 0 at the end. */
  constructor(path, read, close = () => void 0, buffer = Buffer.allocUnsafe(LINE_BUFFER_BYTES)) {
    this.#path = path;
    this.#read = read;
    this.#buffer = buffer;
    ({ bytes: this.bytes, words: this.words } = inWords(buffer));
    this.close = () => close(this.#buffer);
  }
  /** Goes to the next line; false at the end. Throws `BUNDLE_MALFORMED` for one that does not end or is too long. */
  advance() {
    for (let searched = this.#next; ;) {
      const at = this.#buffer.indexOf(LINE_FEED, searched);
      if (at >= 0 && at < this.#end) {
        this.from = this.#next;
        this.to = at;
        this.#next = at + 1;
        return true;
      }
      if (this.#end - this.#next > MAX_LINE_BYTES)
        throw malformed7(`${this.#path} has a line of more than ${MAX_LINE_BYTES} bytes`);
      this.#makeRoom();
      searched = this.#end;
      const added = this.#read(this.#buffer, this.#end);
      this.#end += added;
      if (added > 0) continue;
      if (this.#end > FIRST) throw malformed7(`the last line of ${this.#path} does not end`);
      return false;
    }
  }
  /** The line, or more, as bytes that are not copied. */
  slice(from = this.from, to = this.to) {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset + from, to - from);
  }
  /** The line, or a part of it, as text. Only ASCII can be read so. */
  latin1(from = this.from, to = this.to) {
    return this.#buffer.toString("latin1", from, to);
  }
  /** Brings the unfinished line to the front of a buffer that has room for more. */
  #makeRoom() {
    const length = this.#end - this.#next;
    const larger = length > this.#buffer.length / 2 ? Buffer.allocUnsafe(this.#buffer.length * 2) : null;
    this.#buffer.copy(larger ?? this.#buffer, FIRST, this.#next, this.#end);
    if (larger !== null) {
      this.#buffer = larger;
      ({ bytes: this.bytes, words: this.words } = inWords(larger));
    }
    this.#next = FIRST;
    this.#end = FIRST + length;
  }
};
var malformed7 = (why) => new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`);

// functions/src/audit/verifier/folder-source.ts
function folderSource(folder) {
  const spare = [];
  return {
    readFile: (path) => withFile(join(folder, path), (descriptor) => readWhole(path, descriptor)),
    openLines: (path) => {
      const descriptor = openIfThere(join(folder, path));
      if (descriptor === null) return null;
      const close = (buffer) => {
        closeSync(descriptor);
        spare.push(buffer);
      };
      const read = (into, at) => readSync(descriptor, into, at, into.length - at, null);
      return new LineReader(path, read, close, spare.pop());
    },
    list: () => listFiles(folder, ""),
  };
}
function readWhole(path, descriptor) {
  const { size } = fstatSync(descriptor);
  if (size > MAX_FILE_BYTES) throw malformed8(`${path} is longer than ${MAX_FILE_BYTES} bytes`);
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const added = readSync(descriptor, bytes, at, size - at, null);
    if (added === 0) throw malformed8(`${path} got shorter while it was read`);
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
var malformed8 = (why) => new ProofError("BUNDLE_MALFORMED", `Not a whole bundle: ${why}.`);

// functions/src/audit/verifier/verify-part.ts
import { isUtf8 } from "node:buffer";

// functions/src/audit/canonical-scan.ts
var NO = -1;
var SPANS_PER_MEMBER = 4;
var USUAL_MEMBERS = 32;
var CanonicalObject = class {
  #text = inWords(new Uint8Array());
  #spans = new Int32Array(USUAL_MEMBERS * SPANS_PER_MEMBER);
  #count = 0;
  /** By the few names that are asked for. */
  #places = /* @__PURE__ */ new Map();
  /** Whether every byte is below 0x80: then the text is UTF-8 without a further look. */
  isAscii = true;
  /** Reads the text between two positions, which must be UTF-8 unless it turns out to be ASCII. False for every text but an object's. */
  read(text, from = 0, to = text.bytes.length) {
    this.#text = text;
    this.#count = 0;
    this.isAscii = true;
    if (to <= from || text.bytes[from] !== BRACE_OPEN) return false;
    return scanObject(text.bytes, text.words, from, to, 0, this) === to;
  }
  /** What was read last; the positions below are positions in it. */
  get text() {
    return this.#text;
  }
  /** How many members there are, in the order of their names. */
  get count() {
    return this.#count;
  }
  nameFrom(member) {
    return this.#spans[member * SPANS_PER_MEMBER] ?? NO;
  }
  nameTo(member) {
    return this.#spans[member * SPANS_PER_MEMBER + 1] ?? NO;
  }
  valueFrom(member) {
    return this.#spans[member * SPANS_PER_MEMBER + 2] ?? NO;
  }
  valueTo(member) {
    return this.#spans[member * SPANS_PER_MEMBER + 3] ?? NO;
  }
  /** The member of this name, of ASCII letters; -1 if there is none. Looks first where it was in the text before. */
  memberNamed(name) {
    const known = this.#places.get(name);
    if (known !== void 0 && known < this.#count && this.#isNamed(known, name)) return known;
    const member = this.#find(name);
    if (member !== NO) this.#places.set(name, member);
    return member;
  }
  #find(name) {
    for (let member = 0; member < this.#count; member++) if (this.#isNamed(member, name)) return member;
    return NO;
  }
  #isNamed(member, name) {
    return isText(this.#text.bytes, this.nameFrom(member), this.nameTo(member), name);
  }
  isString(member) {
    return this.#text.bytes[this.valueFrom(member)] === QUOTE;
  }
  /** Is the member of this name written as this ASCII text? */
  isWritten(name, text) {
    const member = this.memberNamed(name);
    return member !== NO && isText(this.#text.bytes, this.valueFrom(member), this.valueTo(member), text);
  }
  /** Used by the scan alone. */
  keep(nameFrom, nameTo, from, to) {
    const at = this.#count * SPANS_PER_MEMBER;
    if (at === this.#spans.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[at] = nameFrom;
    this.#spans[at + 1] = nameTo;
    this.#spans[at + 2] = from;
    this.#spans[at + 3] = to;
    this.#count++;
  }
};
function isText(bytes, from, to, text) {
  if (to - from !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
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
var [QUOTE, COMMA, MINUS, ZERO, NINE, COLON, BACKSLASH] = [34, 44, 45, 48, 57, 58, 92];
var [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [91, 93, 123, 125];
var [FIRST_PRINTABLE, FIRST_BEYOND_ASCII] = [32, 128];
var [PLAIN, SPECIAL] = [0, 1];
var KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < FIRST_PRINTABLE || byte >= FIRST_BEYOND_ASCII || byte === QUOTE || byte === BACKSLASH ? SPECIAL : PLAIN,
);
function isPlain2(word) {
  const quotes = word ^ 572662306;
  const backslashes = word ^ 1549556828;
  const found = (word - 538976288) | ((quotes - 16843009) & ~quotes) | ((backslashes - 16843009) & ~backslashes) | word;
  return (found & 2155905152) === 0;
}
var LITERALS = ["null", "true", "false"];
var PLAIN_DIGITS = 15;
function scanObject(bytes, words, from, to, depth, into) {
  let at = from + 1;
  if (at < to && bytes[at] === BRACE_CLOSE) return at + 1;
  let lastFrom = NO;
  let lastTo = NO;
  for (;;) {
    if (at >= to || bytes[at] !== QUOTE) return NO;
    const colon = scanString(bytes, words, at, to, into);
    if (colon === NO || colon >= to || bytes[colon] !== COLON) return NO;
    if (lastFrom !== NO && !isBefore(bytes, lastFrom, lastTo, at + 1, colon - 1)) return NO;
    const end = scanValue(bytes, words, colon + 1, to, depth + 1, into);
    if (end === NO || end >= to) return NO;
    if (depth === 0) into.keep(at + 1, colon - 1, colon + 1, end);
    const next = bytes[end];
    if (next === BRACE_CLOSE) return end + 1;
    if (next !== COMMA) return NO;
    lastFrom = at + 1;
    lastTo = colon - 1;
    at = end + 1;
  }
}
function scanValue(bytes, words, at, to, depth, into) {
  if (depth > CANONICAL_MAX_DEPTH || at >= to) return NO;
  const first = bytes[at];
  if (first === QUOTE) return scanString(bytes, words, at, to, into);
  if (first === BRACE_OPEN) return scanObject(bytes, words, at, to, depth, into);
  if (first === BRACKET_OPEN) return scanArray(bytes, words, at, to, depth, into);
  if (first === MINUS || isDigit(first)) return scanNumber(bytes, at, to);
  return scanLiteral(bytes, at, to);
}
function scanArray(bytes, words, from, to, depth, into) {
  let at = from + 1;
  if (at < to && bytes[at] === BRACKET_CLOSE) return at + 1;
  for (;;) {
    const end = scanValue(bytes, words, at, to, depth + 1, into);
    if (end === NO || end >= to) return NO;
    const next = bytes[end];
    if (next === BRACKET_CLOSE) return end + 1;
    if (next !== COMMA) return NO;
    at = end + 1;
  }
}
function scanString(bytes, words, from, to, into) {
  let at = from + 1;
  while (at + 4 <= to && isPlain2(words.getInt32(at))) at += 4;
  while (at < to && KINDS[bytes[at] ?? 0] === PLAIN) at++;
  return at < to && bytes[at] === QUOTE ? at + 1 : scanRestOfString(bytes, from, at, to, into);
}
function scanRestOfString(bytes, from, rest, to, into) {
  for (let at = rest, escaped = false; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return !escaped || isCanonicalString(decode(bytes, from, at + 1)) ? at + 1 : NO;
    if (byte < FIRST_PRINTABLE) return NO;
    if (byte >= FIRST_BEYOND_ASCII) into.isAscii = false;
    if (byte !== BACKSLASH) continue;
    escaped = true;
    at++;
  }
  return NO;
}
function scanLiteral(bytes, at, to) {
  for (const literal of LITERALS) {
    const end = at + literal.length;
    if (end <= to && isText(bytes, at, end, literal)) return end;
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
function scanNumber(bytes, from, to) {
  let at = from;
  while (at < to && isDigit(bytes[at])) at++;
  const plain = at > from && at - from <= PLAIN_DIGITS && (bytes[from] !== ZERO || at === from + 1);
  if (plain && (at === to || !isNumberByte(bytes[at]))) return at;
  while (at < to && isNumberByte(bytes[at])) at++;
  const text = decode(bytes, from, at);
  const value = Number(text);
  return Number.isFinite(value) && JSON.stringify(value) === text ? at : NO;
}
var nameOf = (bytes, from, to) => JSON.parse(decode(bytes, from - 1, to + 1));
var decode = (bytes, from, to) => new TextDecoder().decode(bytes.subarray(from, to));
var isDigit = (byte) => byte !== void 0 && byte >= ZERO && byte <= NINE;
var isNumberByte = (byte) =>
  isDigit(byte) || byte === MINUS || byte === 43 || byte === 46 || byte === 69 || byte === 101;

// functions/src/audit/compact-range.ts
var MAX_SUBTREES = 2 * 53 + 1;
var NODE_BYTES = 1 + 2 * HASH_BYTES;
var NODE_PREFIX = 1;
var CompactRange = class {
  #hash;
  /** The roots one behind the other, with one byte before them. */
  #roots = new Uint8Array(1 + MAX_SUBTREES * HASH_BYTES);
  #levels = new Uint8Array(MAX_SUBTREES);
  /** By place: the two roots from there on, with the byte before them. A view for each, made once. */
  #nodes;
  #count = 0;
  #size;
  constructor(hash2, from) {
    this.#hash = hash2;
    this.#size = from;
    this.#nodes = Array.from({ length: MAX_SUBTREES - 1 }, (_, place) =>
      this.#roots.subarray(place * HASH_BYTES, place * HASH_BYTES + NODE_BYTES),
    );
  }
  /** The index of the next leaf. */
  get size() {
    return this.#size;
  }
  /** One more leaf, given as what its hash is of: 0x00 and the entry (RFC 6962 §2.1). */
  append(prefixedEntry) {
    if (this.#size >= MAX_TREE_SIZE) throw new RangeError("A tree has at most 2^53 \u2212 1 leaves.");
    this.#hash(prefixedEntry, this.#roots, 1 + this.#count * HASH_BYTES);
    this.#levels[this.#count] = 0;
    this.#count++;
    for (let place = this.#size, level = 0; place % 2 === 1 && this.#lastAreOf(level); place = (place - 1) / 2, level++)
      this.#joinLastTwo(level);
    this.#size++;
  }
  /** The subtrees as they are now, from left to right. */
  subtrees() {
    const subtrees = [];
    for (let place = this.#count - 1, end = this.#size; place >= 0; place--) {
      const level = this.#levels[place] ?? 0;
      end -= 2 ** level;
      const root = this.#roots.slice(1 + place * HASH_BYTES, 1 + (place + 1) * HASH_BYTES);
      subtrees.unshift({ level, index: end / 2 ** level, root });
    }
    return subtrees;
  }
  #lastAreOf(level) {
    return this.#count >= 2 && this.#levels[this.#count - 2] === level;
  }
  /** The two lie behind each other as they are hashed; the byte before them is lent for the prefix. */
  #joinLastTwo(level) {
    const place = this.#count - 2;
    const before = place * HASH_BYTES;
    const lent = this.#roots[before] ?? 0;
    this.#roots[before] = NODE_PREFIX;
    this.#hash(this.#nodes[place] ?? this.#roots, this.#roots, 1 + before);
    this.#roots[before] = lent;
    this.#levels[place] = level + 1;
    this.#count--;
  }
};

// functions/src/audit/event-copies.ts
var ACTOR_COPIES = [
  { name: asciiWords('"actorId":'), field: "id" },
  { name: asciiWords('"actorName":'), field: "name" },
  { name: asciiWords('"actorType":'), field: "type" },
];
var SEQ = asciiWords('"seq":');
var [ACTOR_WORD, SEQ_WORD] = [asciiWords('"act').words.getInt32(0), SEQ.words.getInt32(0)];
var [COMMA2, COLON2, ZERO2, NINE2, BRACE_OPEN2, BRACE_CLOSE2] = [44, 58, 48, 57, 123, 125];
var NO2 = -1;
var CopiesCheck = class {
  #actor = new CanonicalObject();
  #hasActor = false;
  /** The event's members are in the order of their names too: those before this one are not looked at again. */
  #member = 0;
  #nameTo = NO2;
  areCopies(copies, from, to, event, index) {
    const { bytes } = copies;
    if (to <= from || bytes[from] !== BRACE_OPEN2) return false;
    const actor = event.memberNamed("actor");
    this.#hasActor = actor >= 0 && this.#actor.read(event.text, event.valueFrom(actor), event.valueTo(actor));
    this.#member = 0;
    let hasSeq = false;
    let lastFrom = NO2;
    let lastTo = NO2;
    for (let at = from + 1; ;) {
      if (at + 4 > to) return false;
      const word = copies.words.getInt32(at);
      const isSeq = word === SEQ_WORD && goesOn(copies, at, to, SEQ, 0, SEQ.bytes.length);
      let end;
      if (isSeq) end = this.#endOfSeq(copies, at, to, index);
      else if (word === ACTOR_WORD && isActorCopy(copies, at, to)) end = this.#endOfActorCopy(copies, at, to);
      else end = this.#endOfCopy(copies, at, to, event);
      if (end === NO2 || end >= to) return false;
      const nameFrom = at + 1;
      if (lastFrom !== NO2 && !isBefore(bytes, lastFrom, lastTo, nameFrom, this.#nameTo)) return false;
      hasSeq ||= isSeq;
      if (bytes[end] === BRACE_CLOSE2) return hasSeq && end + 1 === to;
      if (bytes[end] !== COMMA2) return false;
      lastFrom = nameFrom;
      lastTo = this.#nameTo;
      at = end + 1;
    }
  }
  // Each function below returns the position behind the member at `at`, or `NO`.
  #endOfSeq({ bytes }, at, to, index) {
    this.#nameTo = at + SEQ.bytes.length - 2;
    const from = at + SEQ.bytes.length;
    let end = from;
    let value = 0;
    for (; end < to && isDigit2(bytes[end]); end++) value = value * 10 + (bytes[end] ?? 0) - ZERO2;
    const isOneSpelling = end > from && end - from <= 16 && (bytes[from] !== ZERO2 || end === from + 1);
    return isOneSpelling && value === index ? end : NO2;
  }
  #endOfActorCopy(copies, at, to) {
    for (const { name, field } of ACTOR_COPIES) {
      if (!goesOn(copies, at, to, name, 0, name.bytes.length)) continue;
      this.#nameTo = at + name.bytes.length - 2;
      const member = this.#hasActor ? this.#actor.memberNamed(field) : NO2;
      return member === NO2 ? NO2 : endOfValue(copies, at + name.bytes.length, to, this.#actor, member);
    }
    return NO2;
  }
  #endOfCopy(copies, at, to, event) {
    for (; this.#member < event.count; this.#member++) {
      const nameFrom = event.nameFrom(this.#member);
      const length = event.nameTo(this.#member) - nameFrom;
      if (!goesOn(copies, at, to, event.text, nameFrom - 1, length + 2)) continue;
      const colon = at + length + 2;
      if (copies.bytes[colon] !== COLON2) return NO2;
      this.#nameTo = colon - 1;
      return endOfValue(copies, colon + 1, to, event, this.#member);
    }
    return NO2;
  }
};
function isActorCopy(copies, at, to) {
  return ACTOR_COPIES.some(({ name }) => goesOn(copies, at, to, name, 0, name.bytes.length));
}
function endOfValue(copies, at, to, from, member) {
  const valueFrom = from.valueFrom(member);
  const length = from.valueTo(member) - valueFrom;
  return goesOn(copies, at, to, from.text, valueFrom, length) ? at + length : NO2;
}
function goesOn(copies, at, to, as, asFrom, length) {
  return at + length <= to && sameBytes(copies, at, as, asFrom, length);
}
var isDigit2 = (byte) => byte !== void 0 && byte >= ZERO2 && byte <= NINE2;

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

// functions/src/audit/leaf-check.ts
var BEFORE_TIME = asciiWords('{"committedAt":"');
var BEFORE_HASH = asciiWords('","eventSha256":"');
var BEFORE_ID = asciiWords('","id":"');
var [TIME_DIGITS, HASH_DIGITS, MAX_ID] = [16, 64, 128];
var LeafCheck = class {
  #afterId;
  constructor(tenantId) {
    this.#afterId = asciiWords(`","tenant":"${tenantId}","v":1}`);
  }
  /**
   * When was the event committed, in microseconds? -1 unless the bytes from `from` to `to` are, one for one, the leaf of the event
   * with this hash, in hex, and with the id that lies in the event there.
   */
  committedAt(leaf, from, to, eventSha256, event, idFrom, idTo) {
    const timeFrom = from + BEFORE_TIME.bytes.length;
    const hashFrom = timeFrom + TIME_DIGITS + BEFORE_HASH.bytes.length;
    const ownIdFrom = hashFrom + HASH_DIGITS + BEFORE_ID.bytes.length;
    const ownIdTo = ownIdFrom + idTo - idFrom;
    const isLeaf =
      ownIdTo + this.#afterId.bytes.length === to &&
      has(leaf, from, BEFORE_TIME) &&
      has(leaf, timeFrom + TIME_DIGITS, BEFORE_HASH) &&
      hasDigits(leaf.bytes, hashFrom, eventSha256) &&
      has(leaf, hashFrom + HASH_DIGITS, BEFORE_ID) &&
      isId(event.bytes, idFrom, idTo) &&
      sameBytes(leaf, ownIdFrom, event, idFrom, idTo - idFrom) &&
      has(leaf, ownIdTo, this.#afterId);
    return isLeaf ? timeAt(leaf.bytes, timeFrom) : NO_TIME;
  }
};
var NO_TIME = -1;
var [ZERO3, NINE3] = [48, 57];
var ID_CHARACTERS = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9]/.test(character) ? 1 : /[_.-]/.test(character) ? 2 : 0;
});
function timeAt(bytes, from) {
  if (bytes[from] === ZERO3) return NO_TIME;
  let time = 0;
  for (let at = from; at < from + TIME_DIGITS; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO3 || digit > NINE3) return NO_TIME;
    time = time * 10 + digit - ZERO3;
  }
  return time;
}
function isId(bytes, from, to) {
  if (to - from > MAX_ID || ID_CHARACTERS[bytes[from] ?? 0] !== 1) return false;
  for (let at = from; at < to; at++) if (ID_CHARACTERS[bytes[at] ?? 0] === 0) return false;
  return true;
}
function hasDigits(bytes, from, digits) {
  for (let n = 0; n < HASH_DIGITS; n++) if (bytes[from + n] !== digits.charCodeAt(n)) return false;
  return true;
}
var has = (leaf, at, text) => sameBytes(leaf, at, text, 0, text.bytes.length);

// functions/src/audit/verifier/commit-times.ts
var TimesOf = class {
  #first = Number.NaN;
  #last = Number.NaN;
  #earliest = Number.POSITIVE_INFINITY;
  #latest = 0;
  #disorderMicros = 0;
  add(micros) {
    if (Number.isNaN(this.#first)) this.#first = micros;
    this.#last = micros;
    if (micros < this.#earliest) this.#earliest = micros;
    if (micros > this.#latest) this.#latest = micros;
    else if (this.#latest - micros > this.#disorderMicros) this.#disorderMicros = this.#latest - micros;
  }
  times() {
    const disorderMicros = this.#disorderMicros;
    return { first: this.#first, last: this.#last, earliest: this.#earliest, latest: this.#latest, disorderMicros };
  }
};
function joinTimes(before, after) {
  const across = before.latest - after.earliest;
  return {
    first: before.first,
    last: after.last,
    earliest: Math.min(before.earliest, after.earliest),
    latest: Math.max(before.latest, after.latest),
    disorderMicros: Math.max(before.disorderMicros, after.disorderMicros, across),
  };
}

// functions/src/audit/verifier/verify-part.ts
var PartVerifier = class {
  #crypto;
  #source;
  #claim;
  #event = new CanonicalObject();
  #copies = new CopiesCheck();
  #leaf;
  #quotedTenant;
  constructor(crypto, source, claim) {
    this.#crypto = crypto;
    this.#source = source;
    this.#claim = claim;
    this.#leaf = new LeafCheck(claim.tenantId);
    this.#quotedTenant = `"${claim.tenantId}"`;
  }
  /** `previous` is the index of the last entry before this part, -1 if there is none. */
  verify(part, previous) {
    const readers = [];
    const open = (file) => {
      const path = partPath(part, file);
      const reader = this.#source.openLines(path);
      if (reader === null) throw new ProofError("BUNDLE_INCOMPLETE", `The bundle's file ${path} is missing.`);
      readers.push(reader);
      return reader;
    };
    try {
      const facts = this.#verifyLines(part, previous, open("leaves.jsonl"), open("events.jsonl"), open("copies.jsonl"));
      if (readers.some((reader) => reader.advance())) throw incomplete(part, "has more entries than it should");
      return facts;
    } finally {
      for (const reader of readers) reader.close();
    }
  }
  #verifyLines(part, before, leaves, events, copies) {
    const { parts, starts, treeSize, watchedSize } = this.#claim;
    const { first, count } = parts[part] ?? { first: 0, count: 0 };
    const start = starts?.[part];
    const range = start === void 0 ? null : new CompactRange(this.#crypto.sha256Into, start);
    const times2 = new TimesOf();
    let watched = null;
    let previous = before;
    for (let n = 0; n < count; n++) {
      const hasLeaf = leaves.advance();
      const hasEvent = events.advance();
      if (!copies.advance() || !hasLeaf || !hasEvent) throw incomplete(part, `ends after ${n} of its ${count} entries`);
      const index = start === void 0 ? indexIn(copies, part) : start + n;
      if (n === 0 && index !== first) throw incomplete(part, `begins with entry ${index} instead of ${first}`);
      if (index <= previous || index >= treeSize) throw altered(index, "it is out of order, or not in the log");
      times2.add(this.#checkEntry(leaves, events, copies, index));
      this.#addLeaf(leaves, index, range);
      if (range !== null && range.size === watchedSize) watched = range.subtrees();
      previous = index;
    }
    return { last: previous, subtrees: range?.subtrees() ?? [], watched, times: times2.times() };
  }
  /** The entry takes its place in the tree, and is proved alone where the bundle has proofs. */
  #addLeaf(leaf, index, range) {
    leaf.bytes[leaf.from - 1] = LEAF_PREFIX;
    const prefixed = leaf.slice(leaf.from - 1, leaf.to);
    if (this.#claim.proofs) this.#checkProof(index, this.#crypto.sha256(prefixed));
    range?.append(prefixed);
  }
  /** Is the event the one that the leaf seals, and are its copies copies of it? Returns when it was committed, in microseconds. */
  #checkEntry(leaf, event, copies, index) {
    const eventBytes = event.slice();
    const eventSha256 = this.#crypto.sha256Hex(eventBytes);
    const isCanonical = this.#event.read(event, event.from, event.to) && (this.#event.isAscii || isUtf8(eventBytes));
    const committedAt = isCanonical ? this.#sealedAt(leaf, eventSha256) : -1;
    if (committedAt < 0) this.#refuseLeaf(leaf.latin1(), index, eventSha256, isCanonical);
    if (!this.#event.isWritten("tenantId", this.#quotedTenant)) throw altered(index, "its event names another id");
    if (!this.#copies.areCopies(copies, copies.from, copies.to, this.#event, index))
      throw new ProofError("COPY_DIFFERS", `The copies of entry ${index} differ from its event, which is what counts.`);
    return committedAt;
  }
  /** When was the event that was just read committed, if this is its leaf? Otherwise -1. */
  #sealedAt(leaf, eventSha256) {
    const event = this.#event;
    const id = event.memberNamed("eventId");
    if (id < 0 || !event.isString(id)) return -1;
    const [idFrom, idTo] = [event.valueFrom(id) + 1, event.valueTo(id) - 1];
    return this.#leaf.committedAt(leaf, leaf.from, leaf.to, eventSha256, event.text, idFrom, idTo);
  }
  /** Why is this not the leaf of this event? */
  #refuseLeaf(text, index, eventSha256, isCanonical) {
    const sealed = parseLeaf(text);
    if (sealed.tenant !== this.#claim.tenantId)
      throw new ProofError("CHECKPOINT_OTHER_ORIGIN", `Entry ${index} is of another studio's log.`);
    if (sealed.eventSha256 !== eventSha256) throw altered(index, "its event is not the one that was hashed");
    throw altered(index, isCanonical ? "its event names another id" : "its event is not canonical JSON");
  }
  #checkProof(index, leaf) {
    const { treeSize, root, note } = this.#claim;
    const bytes = this.#source.readFile(proofPath(index));
    if (bytes === null) throw new ProofError("BUNDLE_INCOMPLETE", `The proof of entry ${index} is missing.`);
    const proof = parseTlogProof(isUtf8(bytes) ? viewOf(bytes).toString("utf8") : "");
    const isProved =
      proof.index === index &&
      proof.extra === null &&
      proof.checkpoint === note &&
      verifyInclusion(this.#crypto.sha256, { index, size: treeSize, leaf, root }, proof.hashes);
    if (!isProved)
      throw new ProofError("PROOF_WRONG", `The proof of entry ${index} does not show that it is in the log.`);
  }
};
var LEAF_PREFIX = 0;
function indexIn(copies, part) {
  const object = new CanonicalObject();
  const member = object.read(copies, copies.from, copies.to) ? object.memberNamed("seq") : -1;
  if (member < 0) throw incomplete(part, "has an entry without its index");
  return parseTreeSize(copies.latin1(object.valueFrom(member), object.valueTo(member)));
}
var viewOf = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
var altered = (index, why) => new ProofError("EVENT_ALTERED", `Entry ${index} is not what was recorded: ${why}.`);
var incomplete = (part, why) => new ProofError("BUNDLE_INCOMPLETE", `Part ${part} ${why}.`);

// functions/src/audit/verifier/part-threads.ts
function inThreads(file, folder, threads) {
  return async function* (claim) {
    const work = { folder, claim, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
    const length = Math.min(threads, claim.parts.length);
    const workers = Array.from({ length }, () => new Worker(file, { workerData: work }));
    const answers = new Answers();
    for (const worker of workers) {
      worker.on("message", (answer) => answers.put(answer));
      worker.on("error", (error) => answers.fail(error));
    }
    try {
      for (const part of claim.parts.keys()) yield factsOf(await answers.take(part));
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  };
}
function serveParts() {
  const { folder, claim, next } = workerData;
  const verifier = new PartVerifier(nodeCrypto, folderSource(folder), claim);
  const counter = new Int32Array(next);
  for (;;) {
    const part = Atomics.add(counter, 0, 1);
    if (part >= claim.parts.length) return;
    const answer = answerFor(verifier, part);
    parentPort?.postMessage(answer);
    if (!("facts" in answer)) Atomics.store(counter, 0, claim.parts.length);
  }
}
function answerFor(verifier, part) {
  try {
    return { part, facts: verifier.verify(part, -1) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "the part cannot be read";
    return { part, code: error instanceof ProofError ? error.code : null, message };
  }
}
function factsOf(answer) {
  if ("facts" in answer) return answer.facts;
  if (answer.code === null) throw new Error(answer.message);
  throw new ProofError(answer.code, answer.message);
}
var Answers = class {
  #came = /* @__PURE__ */ new Map();
  #failure = null;
  #wake = () => void 0;
  put(answer) {
    this.#came.set(answer.part, answer);
    this.#wake();
  }
  fail(error) {
    this.#failure ??= error;
    this.#wake();
  }
  async take(part) {
    for (;;) {
      const answer = this.#came.get(part);
      if (answer !== void 0) {
        this.#came.delete(part);
        return answer;
      }
      if (this.#failure !== null) throw this.#failure;
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }
};

// functions/src/audit/verifier/run-verifier.ts
import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

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
  if (entries.times === null) return [];
  const { first, last, disorderMicros } = entries.times;
  const span = `By the database's clock the first was committed at ${instant(first)}, the last at ${instant(last)}.`;
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
function inOneThread(crypto, source) {
  return function* (claim) {
    const verifier = new PartVerifier(crypto, source, claim);
    let previous = -1;
    for (const part of claim.parts.keys()) {
      const facts = verifier.verify(part, previous);
      previous = facts.last;
      yield facts;
    }
  };
}
async function verifyEntries(sha256, verifyParts, claim) {
  const { range, checkpoint, watchedSize } = claim;
  let frontier = range === null ? null : startOf(range, claim);
  let watchedRoot = frontier !== null && frontier.size === watchedSize ? rootOf(sha256, frontier) : null;
  let times2 = null;
  for await (const facts of verifyParts(partsClaim(claim))) {
    if (frontier !== null) {
      if (facts.watched !== null) watchedRoot = rootOf(sha256, grow(sha256, frontier, facts.watched));
      frontier = grow(sha256, frontier, facts.subtrees);
    }
    times2 = times2 === null ? facts.times : joinTimes(times2, facts.times);
  }
  if (range !== null && frontier !== null) requireRoot(sha256, frontier, range, checkpoint);
  return { watchedRoot, times: times2 };
}
function partsClaim({ manifest, checkpoint, note, watchedSize }) {
  const { tenantId } = parseOrigin(manifest.origin);
  const { parts, range, proofs } = manifest;
  let next = range?.from ?? 0;
  const starts = range === null ? null : parts.map(({ count }) => (next += count) - count);
  return { tenantId, parts, starts, proofs, treeSize: checkpoint.size, root: checkpoint.root, note, watchedSize };
}
function startOf(range, { manifest, checkpoint }) {
  if (range.from !== manifest.range?.from || range.to !== manifest.range.to || range.size !== checkpoint.size)
    throw new ProofError("PROOF_WRONG", "The range proof is of another range.");
  return requireFrontier({ size: range.from, hashes: range.left });
}
var grow = (sha256, frontier, subtrees) =>
  subtrees.reduce((grown, { level, root }) => appendSubtree(sha256, grown, level, root), frontier);
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

// functions/src/audit/verifier/verify-bundle.ts
var UnusableInput = class extends Error {
  name = "UnusableInput";
};
var STRAY_FILES = /* @__PURE__ */ new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);
async function verifyBundle(crypto, source, request, verifyRangeParts = inOneThread(crypto, source)) {
  const manifestBytes = source.readFile(BUNDLE_FILES.manifest);
  if (manifestBytes === null)
    throw new UnusableInput(`There is no ${BUNDLE_FILES.manifest}: this is not an audit bundle.`);
  try {
    const manifest = parseManifest(decode2(manifestBytes));
    const verifyParts = manifest.range === null ? inOneThread(crypto, source) : verifyRangeParts;
    return { kind: "verified", facts: await check(crypto, source, request, manifest, verifyParts) };
  } catch (error) {
    if (error instanceof ProofError) return { kind: "rejected", code: error.code, sentence: error.message };
    throw error;
  }
}
async function check(crypto, source, request, manifest, verifyParts) {
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
  const entries = await verifyEntries(crypto.sha256, verifyParts, {
    manifest,
    checkpoint,
    note: decode2(note),
    range: manifest.kind === "range" ? parseRangeProof(decode2(requireFile(source, BUNDLE_FILES.range))) : null,
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
  const proof = parseConsistencyProof(decode2(requireFile(source, BUNDLE_FILES.consistency)));
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
function decode2(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ProofError("BUNDLE_MALFORMED", "A file of the bundle is not UTF-8.", { cause });
  }
}

// functions/src/audit/verifier/run-verifier.ts
var EXIT_CODES = { verified: 0, rejected: 1, unusable: 2 };
var MAX_THREADS = 16;
var DEFAULT_MAX_THREADS = 8;
var MIN_PARTS_FOR_THREADS = 4;
var USAGE = `Verifies an audit bundle, offline.

  node verify.mjs --key '<verifier key>' [options] <bundle folder>

  --key KEY                the log's public key, name+hash+base64. Take it from outside the bundle.
                           May be given twice while the studio changes keys.
  --known-checkpoint FILE  a checkpoint of this log that you kept: proves that the log only grew since.
  --range FROM:TO          you asked for entries FROM up to, not including, TO. Without it, the bundle
                           must hold the whole log, or all since the known checkpoint.
  --filtered               you asked for a choice of entries: proves that they are in the log,
                           and nothing about what was left out.
  --threads N              how many threads work on it, 1 to ${MAX_THREADS}; else as many as there are cores.

Exit codes: 0 verified, 1 rejected, 2 the input could not be used.`;
async function runVerifier(args, print2, programFile = null) {
  try {
    if (args.includes("--help")) {
      print2(USAGE);
      return EXIT_CODES.unusable;
    }
    const { folder, request, threads } = parseCommand(args);
    const source = folderSource(folder);
    const verdict = await verifyBundle(nodeCrypto, source, request, partsIn(source, folder, programFile, threads));
    for (const line of statements(verdict)) print2(line);
    return EXIT_CODES[verdict.kind];
  } catch (error) {
    print2(`UNUSABLE: ${error instanceof Error ? error.message : "the input cannot be read"}`);
    return EXIT_CODES.unusable;
  }
}
function partsIn(source, folder, programFile, threads) {
  const inOne = inOneThread(nodeCrypto, source);
  if (programFile === null || threads === 1) return inOne;
  const inSeveral = inThreads(programFile, folder, threads);
  return (claim) => (claim.parts.length < MIN_PARTS_FOR_THREADS ? inOne(claim) : inSeveral(claim));
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
      threads: { type: "string" },
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
  return { folder, request, threads: parseThreads(values.threads) };
}
function parseThreads(text) {
  if (text === void 0) return Math.min(availableParallelism(), DEFAULT_MAX_THREADS);
  const threads = /^[0-9]{1,2}$/.test(text) ? Number(text) : 0;
  if (threads < 1 || threads > MAX_THREADS) throw new UnusableInput(`Threads are 1 to ${MAX_THREADS}.`);
  return threads;
}
function parseRange(text) {
  const [, from, to] = /^([0-9]{1,15}):([0-9]{1,15})$/.exec(text) ?? [];
  if (from === void 0 || to === void 0) throw new UnusableInput("A range is FROM:TO, two whole numbers.");
  return { from: Number(from), to: Number(to) };
}

// functions/src/audit/verifier/program.ts
var print = (line) =>
  process.stdout.write(`${line}
`);
if (isMainThread) process.exitCode = await runVerifier(process.argv.slice(2), print, new URL(import.meta.url));
else serveParts();
