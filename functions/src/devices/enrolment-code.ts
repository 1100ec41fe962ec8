import { ENROLMENT_ALPHABET } from "../contracts/index.js";
import type { Enrolment, ReasonCode, UtcInstant } from "../contracts/index.js";

const CODE_CHARS = 20;
const GROUP_CHARS = 5;
/** Two hex digits for each character: the alphabet's 32 letters divide a byte evenly, so each is as likely. */
export const CODE_RANDOM_BYTES = CODE_CHARS;

/** The code that these random bytes (hex, `CODE_RANDOM_BYTES` of them) make: 100 bits in four groups of five. */
export function toCode(hex: string): string {
  const letters = (hex.match(/../g) ?? []).map((byte) => ENROLMENT_ALPHABET.charAt(parseInt(byte, 16) % 32)).join("");
  return (letters.match(new RegExp(`.{${GROUP_CHARS}}`, "g")) ?? []).join("-");
}

export const hashCode = (sha256: (text: string) => string, salt: string, code: string): string =>
  sha256(`${salt}\n${code}`);

/**
 * What does this guess come to? `ENROLMENT_CODE_SPENT` once the code was used or its tries are gone, `…_EXPIRED` from the
 * instant of its expiry on, `…_WRONG` for any other code; null: it holds. Only a wrong guess at a live code costs a try.
 */
export function judgeCode(
  enrolment: Enrolment | null,
  guessHash: (salt: string) => string,
  now: UtcInstant,
): { readonly reason: ReasonCode | null; readonly costsTry: boolean } {
  if (enrolment === null) return { reason: "ENROLMENT_CODE_WRONG", costsTry: false };
  if (enrolment.usedAt !== null || enrolment.triesLeft === 0)
    return { reason: "ENROLMENT_CODE_SPENT", costsTry: false };
  if (now >= enrolment.expiresAt) return { reason: "ENROLMENT_CODE_EXPIRED", costsTry: false };
  // Hashes under a random salt are compared: how many of their digits agree tells nothing about the code.
  const isRight = guessHash(enrolment.salt) === enrolment.codeHash;
  return isRight ? { reason: null, costsTry: false } : { reason: "ENROLMENT_CODE_WRONG", costsTry: true };
}
