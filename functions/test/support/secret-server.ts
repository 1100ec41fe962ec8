import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32c } from "../../src/audit/crc32c.js";

export const SECRET_VERSION = "projects/kiln-house/secrets/audit-seed/versions/1";
export const ACCESS_TOKEN = "token-of-the-signer";

/** Secret Manager as far as a seed needs it: a real HTTP server that answers `projects.secrets.versions.access` of the REST API, v1. */
export interface SecretServer {
  readonly endpoint: string;
  /** Each request as it came: method and path. */
  readonly calls: string[];
  /** The next answers are changed like this, one after the other. */
  spoil(...changes: ((answer: SecretAnswer) => void)[]): void;
  close(): Promise<void>;
}

interface SecretAnswer {
  status: number;
  body: { name?: string; payload?: { data?: string; dataCrc32c?: string } };
}

export async function openSecretServer(secret: Uint8Array): Promise<SecretServer> {
  const calls: string[] = [];
  const spoilers: ((answer: SecretAnswer) => void)[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const answer = judge(request, secret);
    if (answer.status === 200) spoilers.shift()?.(answer);
    response.writeHead(answer.status, { "content-type": "application/json; charset=UTF-8" });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    spoil: (...changes) => void spoilers.push(...changes),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** google.rpc.Code in the words of the REST API: UNAUTHENTICATED, PERMISSION_DENIED for what the caller may not know of. */
function judge({ method, url, headers }: IncomingMessage, secret: Uint8Array): SecretAnswer {
  const error = (code: number, status: string): SecretAnswer => ({
    status: code,
    body: { error: { code, message: status, status } } as SecretAnswer["body"],
  });
  if (headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return error(401, "UNAUTHENTICATED");
  if (method !== "GET" || url !== `/v1/${SECRET_VERSION}:access`) return error(403, "PERMISSION_DENIED");
  const data = Buffer.from(secret).toString("base64");
  return {
    status: 200,
    body: { name: SECRET_VERSION, payload: { data, dataCrc32c: String(crc32c(secret)) } },
  };
}
