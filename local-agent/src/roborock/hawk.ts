import { createHash, createHmac } from "node:crypto";

/** One request to the device API, as the signature sees it. */
export interface HawkRequest {
  /** Path alone: leading slash, no host, no query, exactly as sent. */
  readonly path: string;
  /** Unix seconds. The server refuses a difference of more than 300 s. */
  readonly ts: number;
  readonly nonce: string;
  readonly params?: Readonly<Record<string, string | number>> | null;
  readonly form?: Readonly<Record<string, string | number>> | null;
  /** The exact bytes of a JSON body. */
  readonly jsonBody?: string | null;
}

export interface HawkSecrets {
  readonly u: string;
  readonly s: string;
  readonly h: string;
}

/** Answers: which text is signed? Absent query and body leave their place empty; the empty text is never hashed. */
export function hawkPrestring({ u, s }: HawkSecrets, request: HawkRequest): string {
  const query = joined(request.params ?? null);
  const body = request.jsonBody ?? joined(request.form ?? null);
  return [u, s, request.nonce, request.ts, md5Hex(request.path), hashed(query), hashed(body)].join(":");
}

/** Answers: what does the Authorization header of this request say? The result is a secret while the nonce is fresh. */
export function signHawk(
  secrets: HawkSecrets,
  request: HawkRequest,
): { readonly mac: string; readonly header: string } {
  const mac = createHmac("sha256", secrets.h).update(hawkPrestring(secrets, request), "utf8").digest("base64");
  const { u, s } = secrets;
  return { mac, header: `Hawk id="${u}",s="${s}",ts="${request.ts}",nonce="${request.nonce}",mac="${mac}"` };
}

/** Sorted by name, raw values: the server hashes before it encodes. */
function joined(values: Readonly<Record<string, string | number>> | null): string | null {
  if (values === null) return null;
  const names = Object.keys(values).sort();
  return names.map((name) => `${name}=${String(values[name])}`).join("&");
}

function hashed(text: string | null): string {
  return text === null || text === "" ? "" : md5Hex(text);
}

function md5Hex(text: string): string {
  return createHash("md5").update(text, "utf8").digest("hex");
}
