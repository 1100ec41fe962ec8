/** What a reader of a log needs to check it: the proof code of C2SP and RFC 6962, without a store and without an SDK. */
export { bundleFiles, parseManifest, proofPath } from "./bundle.js";
export { utf8 } from "./bytes.js";
export { openCheckpoint } from "./checkpoint.js";
export type { Checkpoint } from "./checkpoint.js";
export { parseEntryBundle } from "./entry-bundle.js";
export { parseLeaf } from "./leaf.js";
export { leafHash, verifyInclusion } from "./merkle.js";
export { proveInclusion } from "./merkle-prover.js";
export { nodeCrypto } from "./node-crypto.js";
export { ed25519Verifier } from "./note.js";
export { ProofError } from "./proof-error.js";
export { TILE_WIDTH, tileInTree, tilePath, tileReader } from "./tiles.js";
export { formatTlogProof } from "./tlog-proof.js";
export { formatVerifierKey, SIGNATURE_TYPES } from "./verifier-key.js";
