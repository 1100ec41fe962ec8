import * as z from "zod";
import { DocId, Sha256Hex, UtcInstant } from "./primitives.js";

/** How long a code holds, in minutes, unless its maker says otherwise, and at the longest (M12.11). */
export const ENROLMENT_CODE_MINUTES = 10;
export const ENROLMENT_CODE_MAX_MINUTES = 60;
/** Wrong guesses that a code bears. */
export const ENROLMENT_TRIES = 5;

/** Crockford's base 32: no letter that is read as a digit, none that completes a word. */
export const ENROLMENT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 20 characters, 100 random bits, in groups that a person can type. */
export const EnrolmentCode = z.string().regex(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
export type EnrolmentCode = z.infer<typeof EnrolmentCode>;

/** A raw Ed25519 signature (RFC 8032), 64 bytes, base64. */
export const KeyProof = z.base64().length(88);

/** Domain separation: a proof of a key is never valid as a signature over an envelope. */
const KEY_PROOF_CONTEXT = "studio-os/agent-key-proof/v1\n";

/**
 * What a machine signs to show that it holds a key. One line for each fact, none of which can hold a line break, so that
 * no two different facts give the same text. `keyId` and `signedAt` are empty at an enrolment.
 */
export function keyProofMessage(facts: {
  readonly purpose: "enrol" | "rotate";
  readonly tenantId: string;
  readonly agentId: string;
  readonly publicKey: string;
  readonly keyId?: string;
  readonly signedAt?: string;
}): string {
  const { purpose, tenantId, agentId, publicKey, keyId = "", signedAt = "" } = facts;
  return KEY_PROOF_CONTEXT + [purpose, tenantId, agentId, publicKey, keyId, signedAt].join("\n");
}

/**
 * The newest one-time code of an agent id. Stored at `enrolments/{agentId}`, hashed; written by functions, read by nobody
 * else; kept, since it says who let which key in.
 */
export const Enrolment = z.strictObject({
  agentId: DocId,
  name: z.string().min(1).max(120),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  /** SHA-256 over salt and code. */
  codeHash: Sha256Hex,
  /** Who answers for the agent that enrols by it. */
  madeByUid: DocId,
  madeAt: UtcInstant,
  /** The first instant at which it no longer holds. */
  expiresAt: UtcInstant,
  triesLeft: z.int().min(0).max(ENROLMENT_TRIES),
  usedAt: UtcInstant.nullable(),
  /** The key that it let in. */
  keyId: z.string().nullable(),
  auditVersion: z.int().min(1),
  lastEventId: DocId,
});
export type Enrolment = z.infer<typeof Enrolment>;
