import { parseTreeSize } from "./checkpoint.js";
import type { Hash } from "./merkle.js";
import type { ProofCrypto } from "./note.js";
import { ProofError } from "./proof-error.js";
import { formatAddCheckpoint, readCosignature } from "./witness-request.js";
import type { Cosignature } from "./witness-request.js";

/** Somebody else's server that remembers the largest consistent state that it has seen of a log, and signs it. */
export interface Witness {
  /** `add-checkpoint` lies below this; without a slash at its end. */
  readonly url: string;
  /** Its cosignature key, `name+hash+base64`, signature type 4. */
  readonly verifierKey: string;
}

/** Sends one request and gives the whole answer. Throws when none came; bounds time and size itself. */
export type PostText = (url: string, body: string) => Promise<{ readonly status: number; readonly body: string }>;

/** The state of the log that is to be cosigned. */
export interface WitnessedState {
  readonly size: number;
  /** The signed checkpoint of that size, verbatim. */
  readonly checkpoint: string;
  /** The consistency proof from an older size to this one. */
  readonly proveFrom: (oldSize: number) => Promise<readonly Hash[]>;
}

export type WitnessAnswer =
  | { readonly kind: "cosigned"; readonly cosignature: Cosignature }
  /** It knows a larger log of this name: ours was rolled back, or forked. */
  | { readonly kind: "ahead"; readonly size: number }
  /** It holds that ours does not continue what it has seen: a fork. */
  | { readonly kind: "inconsistent" }
  /** It does not know the log, or its key: the set-up of the witness. */
  | { readonly kind: "unknown_log"; readonly status: number }
  /** No answer, or one that is none of the protocol's. Asked again later. */
  | { readonly kind: "failed"; readonly why: string };

/** A witness that another client talks to as well may have moved on between two of our requests. */
const MAX_ATTEMPTS = 3;

/**
 * Does this witness cosign the state (C2SP tlog-witness)? `knownSize` is what we believe it has seen; a 409 tells the truth, and is
 * followed. Never throws for what the witness says or fails to say: a witness that is down never stops a log.
 */
export async function askWitness(
  crypto: ProofCrypto,
  post: PostText,
  witness: Witness,
  state: WitnessedState,
  knownSize: number,
): Promise<WitnessAnswer> {
  let oldSize = knownSize;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    if (oldSize > state.size) return { kind: "ahead", size: oldSize };
    const body = formatAddCheckpoint(oldSize, await state.proveFrom(oldSize), state.checkpoint);
    let answer: Awaited<ReturnType<PostText>>;
    try {
      answer = await post(`${witness.url}/add-checkpoint`, body);
    } catch {
      return { kind: "failed", why: "no answer" };
    }
    switch (answer.status) {
      case 200:
        return readAnswer(crypto, witness, state, answer.body);
      case 409: {
        const actual = sizeIn(answer.body);
        if (actual === null || actual === oldSize) return { kind: "failed", why: "a conflict without another size" };
        oldSize = actual;
        continue;
      }
      case 422:
        return { kind: "inconsistent" };
      case 403:
      case 404:
        return { kind: "unknown_log", status: answer.status };
      default:
        return { kind: "failed", why: `status ${answer.status}` };
    }
  }
  return { kind: "failed", why: `its size changed ${MAX_ATTEMPTS} times` };
}

async function readAnswer(
  crypto: ProofCrypto,
  { verifierKey }: Witness,
  { checkpoint }: WitnessedState,
  body: string,
): Promise<WitnessAnswer> {
  try {
    return { kind: "cosigned", cosignature: await readCosignature(crypto, verifierKey, checkpoint, body) };
  } catch (error) {
    if (error instanceof ProofError) return { kind: "failed", why: error.code };
    throw error;
  }
}

/** The body of a 409, `text/x.tlog.size`: a size in decimal and a line feed. */
function sizeIn(body: string): number | null {
  try {
    return body.endsWith("\n") ? parseTreeSize(body.slice(0, -1)) : null;
  } catch {
    return null;
  }
}
