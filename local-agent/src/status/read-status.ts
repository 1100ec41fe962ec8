import { get } from "node:http";
import type { AgentStatus } from "./agent-status.js";

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;

/** What the agent on this machine says of itself. Rejects when nobody answers, too late, or with something else. */
export function readStatus(port: number): Promise<AgentStatus> {
  const options = { host: "127.0.0.1", port, path: "/status", headers: { accept: "application/json" } };
  return new Promise((resolve, reject) => {
    const request = get({ ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_BYTES) request.destroy(new Error("too large"));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          if (response.statusCode !== 200) throw new Error(`status ${String(response.statusCode)}`);
          resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as AgentStatus);
        } catch (error) {
          reject(error instanceof Error ? error : new Error("unreadable"));
        }
      });
    });
    request.on("error", reject);
  });
}
