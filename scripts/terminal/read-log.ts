import {
  ProofError,
  TILE_WIDTH,
  ed25519Verifier,
  nodeCrypto,
  openCheckpoint,
  parseEntryBundle,
  tileInTree,
  tilePath,
  tileReader,
  utf8,
} from "@studio-os/functions/log-proofs";
import type { Checkpoint } from "@studio-os/functions/log-proofs";
import { toFailure } from "./call-api.js";
import { CommandFailure, EXIT_CODES, unreachable, unusable } from "./failure.js";
import type { Means } from "./means.js";
import type { Given } from "./program.js";
import { readAddresses } from "./read-config.js";
import { requireTenant } from "./session.js";
import { signIn } from "./sign-in.js";

const FILE_TIMEOUT_MS = 300_000;
/** Files of a log: a tile has 8 KiB, an entry bundle at most 16 MiB. */
const MAX_FILE_BYTES = 17_000_000;

/** A studio's log, or an export of it, over HTTP. */
export interface LogClient {
  readonly tenantId: string;
  /** A file below `/audit/<studio>/`, as it comes. */
  readonly open: (path: string) => Promise<Response>;
  /** A small file, whole. */
  readonly read: (path: string) => Promise<Uint8Array>;
}

/** Opens the log with an audit link, or with a sign-in. Throws `CommandFailure`. */
export async function openLog(means: Means, given: Given): Promise<LogClient> {
  const tenantId = requireTenant(textOf(given, "tenant") ?? means.env["STUDIO_TENANT"]);
  const addresses = await readAddresses(means, textOf(given, "studio"));
  const link = means.env["STUDIO_AUDIT_LINK"] ?? "";
  const secret = link === "" ? await signIn(means, addresses, textOf(given, "email")) : link;
  return logClient(means, { tenantId, auditOrigin: addresses.auditOrigin, token: secret });
}

/** Reads with this sign-in or link. */
export function logClient(
  means: Means,
  { tenantId, auditOrigin, token }: { readonly tenantId: string; readonly auditOrigin: string; readonly token: string },
): LogClient {
  const open = async (path: string): Promise<Response> => {
    let response: Response;
    try {
      response = await means.fetch(`${auditOrigin}/audit/${tenantId}/${path}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(FILE_TIMEOUT_MS),
      });
    } catch {
      throw unreachable("NETWORK_UNREACHABLE", "The studio's log could not be reached.");
    }
    if (response.ok) return response;
    throw toFailure(response.status, await response.json().catch(() => null));
  };
  const read = async (path: string): Promise<Uint8Array> => {
    const response = await open(path);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > MAX_FILE_BYTES)
      throw unreachable("ANSWER_UNREADABLE", `${path} is larger than a log's file is.`);
    return bytes;
  };
  return { tenantId, open, read };
}

/** The signed state of the log, checked with a key from outside. */
export interface SignedLog {
  readonly checkpoint: Checkpoint;
  /** The note, verbatim. */
  readonly note: string;
  readonly hashes: ReturnType<typeof tileReader>;
  /** The exact bytes of one entry. */
  readonly entry: (index: number) => Promise<Uint8Array>;
}

/** Reads the checkpoint and checks its signature. Nothing of the log is used before. Throws `CommandFailure`. */
export async function readSignedLog(client: LogClient, keys: readonly string[]): Promise<SignedLog> {
  const verifiers = keys.map((key) => strictly(() => ed25519Verifier(nodeCrypto, key)));
  const note = await client.read("checkpoint");
  const [first] = verifiers;
  const origin = first?.name ?? "";
  if (!origin.endsWith(`/audit/${client.tenantId}`) && !origin.includes(`/audit/${client.tenantId}/e`))
    throw unusable("USAGE", `The key is ${origin}'s, and not that of ${client.tenantId}'s log.`);
  const checkpoint = await openCheckpoint(note, verifiers, origin).catch((error: unknown) => {
    throw proofFailure(error);
  });
  const tileOf = async (path: string | null): Promise<Uint8Array> =>
    path === null ? new Uint8Array() : client.read(path);
  return {
    checkpoint,
    note: new TextDecoder().decode(note),
    hashes: tileReader(nodeCrypto.sha256, checkpoint.size, (ref) => tileOf(tilePath(ref))),
    entry: async (index) => {
      const tile = tileInTree(checkpoint.size, 0, Math.floor(index / TILE_WIDTH));
      if (tile === null) throw unusable("USAGE", `The signed log has ${checkpoint.size} entries.`);
      const bytes = await client.read(tilePath({ ...tile, level: "entries" }));
      const entries = strictly(() => parseEntryBundle(tile.width, bytes));
      return entries[index % TILE_WIDTH] ?? utf8("");
    },
  };
}

/** A proof that does not hold is a no of its own: exit code 1. */
export function proofFailure(error: unknown): unknown {
  if (!(error instanceof ProofError)) return error;
  return new CommandFailure("PROOF_REJECTED", `${error.code}: ${error.message}`, { exitCode: EXIT_CODES.refused });
}

function strictly<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw proofFailure(error);
  }
}

/** An option with a value; undefined where it was not given. */
export function textOf(given: Given, name: string): string | undefined {
  const value = given[name];
  return typeof value === "string" ? value : undefined;
}
