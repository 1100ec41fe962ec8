import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { apiHandlers } from "../../../functions/src/api/handlers.js";
import { Agent, agentRef, controlRef, inTenant, tenantPath } from "../../../functions/src/contracts/index.js";
import { toDocument } from "../../../functions/src/commit/document-change.js";
import { makeEnrolmentCode } from "../../../functions/src/devices/make-enrolment-code.js";
import { serve } from "../../../functions/src/platform/http/serve.js";
import { aControl, anOwner } from "../../../functions/test/support/builders.js";
import { testDeps } from "../../../functions/test/support/fake-means.js";

export interface EnrolmentCloud {
  readonly origin: string;
  makeCode(): Promise<string>;
  agent(): Agent | null;
  /** From now on each call is sent elsewhere. */
  redirect(): void;
  close(): void;
}

/** The real API of the studio over HTTP, on a store in memory, for one agent of one tenant. */
export async function startEnrolmentCloud(tenantId: string, agentId: string): Promise<EnrolmentCloud> {
  const deps = testDeps({
    [tenantPath(tenantId)]: { tenantId },
    [inTenant(tenantId, controlRef())]: toDocument(aControl()),
  });
  deps.clock.set(new Date().toISOString());
  const notAskedFor = (): Promise<never> => Promise.reject(new Error("not asked for"));
  const none = { head: notAskedFor, tile: notAskedFor, newestCheckpoint: notAskedFor, checkpoint: notAskedFor };
  const handlers = apiHandlers(() => ({ ...deps, submitAgentProposal: notAskedFor }), {
    log: () => ({ ...none, events: notAskedFor }),
    jobs: [],
  });
  let isRedirecting = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      void serve(
        {
          method: request.method ?? "",
          path: request.url ?? "",
          query: {},
          contentType: request.headers["content-type"],
          authorization: request.headers.authorization,
          idempotencyKey: undefined,
          requestId: undefined,
          bodyBytes: Buffer.byteLength(text),
          body: JSON.parse(text) as unknown,
        },
        {
          handlers,
          verifyToken: () => Promise.resolve(null),
          recordRefusal: () => Promise.resolve(),
          nowMs: Date.now,
          newRequestId: () => "request-1",
        },
      ).then(({ status, body }) => {
        response.writeHead(isRedirecting ? 307 : status, isRedirecting ? { location: "http://127.0.0.1:9/" } : {});
        response.end(JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    makeCode: async () => {
      const body = { name: "Kiln room Pi", validMinutes: 10 };
      const made = await makeEnrolmentCode(deps, { actor: anOwner(), tenantId, agentId, requestId: "r", body });
      if (made.kind === "refused") throw new Error(made.reason);
      return made.answer.code;
    },
    agent: () => Agent.safeParse(deps.transactor.dump()[inTenant(tenantId, agentRef(agentId))]).data ?? null,
    redirect: () => (isRedirecting = true),
    close: () => void server.close(),
  };
}
