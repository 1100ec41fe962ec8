/** The proof code that runs where there is no Node: the cockpit checks the log by itself, with nothing but these. */
export { bundleFiles, parseManifest, proofPath } from "./bundle.js";
export { decodeBase64, utf8 } from "./bytes.js";
export { openCheckpoint } from "./checkpoint.js";
export type { Checkpoint } from "./checkpoint.js";
export { parseLeaf } from "./leaf.js";
export { leafHash, verifyConsistency, verifyInclusion } from "./merkle.js";
export { proveConsistency, proveInclusion } from "./merkle-prover.js";
export type { HashReader } from "./merkle-prover.js";
export { ed25519Verifier } from "./note.js";
export type { NoteVerifier, ProofCrypto } from "./note.js";
export { formatOrigin } from "./origin.js";
export { ProofError } from "./proof-error.js";
export { tileReader } from "./tiles.js";
export type { TileRef } from "./tiles.js";
export { SIGNATURE_TYPES, formatVerifierKey } from "./verifier-key.js";
