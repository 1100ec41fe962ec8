import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeBase64, equalBytes, utf8 } from "../../src/audit/bytes.js";
import { openCheckpoint } from "../../src/audit/checkpoint.js";
import type { Checkpoint } from "../../src/audit/checkpoint.js";
import { cosignedMessage } from "../../src/audit/cosignature.js";
import { verifyConsistency } from "../../src/audit/merkle.js";
import { ED25519_SPKI_HEAD, nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { ProofError } from "../../src/audit/proof-error.js";
import { parseHashLines } from "../../src/audit/tlog-proof.js";
import { formatVerifierKey, parseVerifierKey } from "../../src/audit/verifier-key.js";

const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const EMPTY_ROOT = nodeCrypto.sha256(new Uint8Array());

/** How a witness of this test misbehaves, besides not at all. */
type WitnessFault = "none" | "silent" | "wrong_signature" | "html" | "endless_conflict";

export interface WitnessServer {
  readonly url: string;
  readonly verifierKey: string;
  readonly requests: readonly { readonly oldSize: number; readonly status: number }[];
  /** The state that it holds of a log; null for one that it never saw. */
  readonly seen: (origin: string) => Checkpoint | null;
  setFault: (fault: WitnessFault) => void;
  close: () => Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** A witness as C2SP tlog-witness has it, over real HTTP: it checks the log's signature and the proof, and remembers. */
export async function startWitness(
  name: string,
  logKeys: readonly string[],
  cosignedAt: () => number,
): Promise<WitnessServer> {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, Buffer.from(nodeCrypto.sha256(utf8(name)))]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(ED25519_SPKI_HEAD.length);
  const verifierKey = formatVerifierKey(nodeCrypto.sha256, name, 4, publicKey);
  const { keyId } = parseVerifierKey(nodeCrypto.sha256, verifierKey);
  const states = new Map<string, Checkpoint>();
  const requests: { oldSize: number; status: number }[] = [];
  let fault: WitnessFault = "none";

  const cosign = (text: string): string => {
    const seconds = cosignedAt();
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const signature = sign(null, cosignedMessage(text, fault === "wrong_signature" ? seconds + 1 : seconds), key);
    return `\u2014 ${name} ${encodeBase64(Buffer.concat([keyId, time, signature]))}\n`;
  };

  async function answer(body: string): Promise<Reply & { oldSize: number }> {
    const split = body.indexOf("\n\n");
    const [oldLine = "", ...proofLines] = body.slice(0, split).split("\n");
    const oldSize = Number(/^old (0|[1-9][0-9]*)$/.exec(oldLine)?.[1] ?? NaN);
    if (split < 0 || Number.isNaN(oldSize)) return { status: 400, body: "", oldSize: -1 };
    const note = body.slice(split + 2);
    const origin = note.slice(0, note.indexOf("\n"));
    const verifiers = logKeys.map((logKey) => ed25519Verifier(nodeCrypto, logKey));
    if (!verifiers.some((verifier) => verifier.name === origin)) return { status: 404, body: "", oldSize };
    let checkpoint: Checkpoint;
    try {
      checkpoint = await openCheckpoint(utf8(note), verifiers, origin);
    } catch (error) {
      if (error instanceof ProofError) return { status: 403, body: "", oldSize };
      throw error;
    }
    if (oldSize > checkpoint.size) return { status: 400, body: "", oldSize };
    const known = states.get(origin) ?? { origin, size: 0, root: EMPTY_ROOT, extensions: [] };
    if (fault === "endless_conflict" || known.size !== oldSize) {
      const told = fault === "endless_conflict" ? (oldSize === 0 ? 1 : 0) : known.size;
      return { status: 409, body: `${told}\n`, type: "text/x.tlog.size", oldSize };
    }
    const proof = parseHashLines(proofLines);
    const isFork = known.size === checkpoint.size && !equalBytes(known.root, checkpoint.root);
    if (isFork || !verifyConsistency(nodeCrypto.sha256, known, checkpoint, proof))
      return { status: 422, body: "", oldSize };
    states.set(origin, checkpoint);
    return { status: 200, body: cosign(note.slice(0, note.lastIndexOf("\n\n") + 1)), oldSize };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (fault === "silent") {
        request.socket.destroy();
        return;
      }
      const path = `${request.method ?? ""} ${request.url ?? ""}`;
      const replying: Promise<Reply & { oldSize: number }> =
        path !== "POST /w/add-checkpoint"
          ? Promise.resolve({ status: 405, body: "", oldSize: -1 })
          : fault === "html"
            ? Promise.resolve({ status: 200, body: "<html>welcome</html>", oldSize: -1 })
            : answer(Buffer.concat(chunks).toString("utf8"));
      void replying.then(({ status, body, type, oldSize }) => {
        requests.push({ oldSize, status });
        response.writeHead(status, { "content-type": type ?? "text/plain; charset=utf-8" }).end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`,
    verifierKey,
    requests,
    seen: (origin) => states.get(origin) ?? null,
    setFault: (next) => (fault = next),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
