import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Storage } from "@google-cloud/storage";
import { crc32c } from "../../src/audit/crc32c.js";

/**
 * Cloud Storage as far as a create-only store needs it: a real HTTP server that takes multipart uploads and downloads of the JSON API.
 * With `ifGenerationMatch=0` it answers 412 where there is an object; without a precondition it replaces it, as Cloud Storage would.
 */
export interface StorageServer {
  readonly storage: Storage;
  readonly objects: Map<string, Buffer>;
  /** The next uploads are stored and then answered with this status: the answer was lost on the way. */
  loseAnswers(count: number): void;
  close(): Promise<void>;
}

export async function openStorageServer(): Promise<StorageServer> {
  const objects = new Map<string, Buffer>();
  let lost = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://storage.invalid");
    if (request.method === "POST")
      void readBody(request).then((body) => {
        const status = upload(objects, url, body);
        if (status.code === 200 && lost > 0) {
          lost -= 1;
          response.destroy();
        } else answer(response, status.code, status.body);
      });
    else download(objects, url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    storage: new Storage({ apiEndpoint: `http://127.0.0.1:${port}`, projectId: "kiln-house" }),
    objects,
    loseAnswers: (count) => {
      lost = count;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function upload(objects: Map<string, Buffer>, url: URL, body: Buffer): { code: number; body: object } {
  const name = url.searchParams.get("name") ?? "";
  const content = contentOf(body);
  if (url.searchParams.get("ifGenerationMatch") === "0" && objects.has(name))
    return {
      code: 412,
      body: { error: { code: 412, message: "conditionNotMet", errors: [{ reason: "conditionNotMet" }] } },
    };
  objects.set(name, content);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(content));
  return { code: 200, body: { name, generation: "1", size: String(content.length), crc32c: sum.toString("base64") } };
}

function download(objects: Map<string, Buffer>, url: URL, response: ServerResponse): void {
  const [, encoded = ""] = /\/o\/([^/]+)$/.exec(url.pathname) ?? [];
  const content = objects.get(decodeURIComponent(encoded));
  if (content === undefined) {
    answer(response, 404, { error: { code: 404, message: "No such object" } });
    return;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(content));
  response.writeHead(200, { "x-goog-hash": `crc32c=${sum.toString("base64")}`, "content-length": content.length });
  response.end(content);
}

/** The second part of a `multipart/related` body: the first is the object's metadata. */
function contentOf(body: Buffer): Buffer {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const second = body.indexOf(boundary, boundary.length);
  const from = body.indexOf("\r\n\r\n", second) + 4;
  return body.subarray(from, body.indexOf(Buffer.concat([Buffer.from("\r\n"), boundary]), from));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
