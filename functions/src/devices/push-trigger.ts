import { write } from "firebase-functions/logger";
import { onRequest } from "firebase-functions/v2/https";
import type { HttpsFunction, HttpsOptions } from "firebase-functions/v2/https";
import type { OAuth2Client } from "google-auth-library";
import { ingestEnvelope, keepExhausted } from "./ingest-envelope.js";
import type { UplinkDeps } from "./ingest-envelope.js";
import { parseEnvelope } from "./parse-envelope.js";
import { pushAuthMode } from "./push-auth.js";
import type { AudienceSetting, VerifyIdToken } from "./push-auth.js";
import { receivePush } from "./receive-push.js";
import type { PushMeans } from "./receive-push.js";
import { makeTurns } from "./turns.js";

/**
 * Two walls stand in production: nothing from outside the project's own services gets in, and of those only the service
 * account of the push subscriptions. The account is named here, because each deployment writes the list of invokers anew:
 * with "private" it would take the account off again. `maxInstances` bounds what a flood can cost; Pub/Sub keeps what waits.
 */
const OPTIONS = {
  region: "us-central1",
  memory: "256MiB",
  timeoutSeconds: 60,
  concurrency: 20,
  minInstances: 0,
  maxInstances: 10,
  invoker: "uplink-push@",
  ingressSettings: "ALLOW_INTERNAL_ONLY",
} as const satisfies HttpsOptions;

/** What the two functions take from the world, made at the first push and not at deployment. */
export interface UplinkFunctionMeans {
  readonly deps: () => UplinkDeps;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `agentUplinkPush`: takes in what agents publish. Idempotency key: `(agentId, bootId, seq)` of the envelope. */
export function uplinkPushFunction(means: UplinkFunctionMeans): HttpsFunction {
  return pushFunction("agentUplinkPush", "UPLINK_PUSH_AUDIENCE", means.env, takeEnvelopes(means.deps));
}

/** Takes each delivery in, those that claim to be of one agent one after the other. */
export function takeEnvelopes(deps: () => UplinkDeps): PushMeans["take"] {
  const turns = makeTurns();
  return async (delivery) => {
    const parsed = parseEnvelope(delivery.body);
    const key =
      parsed.kind === "parsed" ? `${parsed.envelope.tenantId}/${parsed.envelope.agentId}` : delivery.bodySha256;
    const outcome = await turns.run(key, () => ingestEnvelope(deps(), delivery));
    return outcome.kind === "refused" ? outcome.reason : outcome.answer.proposalRefused;
  };
}

/** `agentUplinkDeadLetterPush`: keeps what Pub/Sub gave up on. Idempotency key: the hash of the message. */
export function deadLetterPushFunction(means: UplinkFunctionMeans): HttpsFunction {
  return pushFunction("agentUplinkDeadLetterPush", "UPLINK_DEAD_LETTER_PUSH_AUDIENCE", means.env, async (delivery) => {
    await keepExhausted(means.deps(), delivery);
    return "DELIVERY_EXHAUSTED";
  });
}

/** A function behind a push subscription: whoever is not the subscription's account is turned away before `take`. */
export function pushFunction(
  component: string,
  audienceSetting: AudienceSetting,
  env: UplinkFunctionMeans["env"],
  take: PushMeans["take"],
): HttpsFunction {
  return onRequest(OPTIONS, async (request, response) => {
    const reply = await receivePush(
      { method: request.method, authorization: request.get("authorization"), body: request.body as unknown },
      {
        auth: pushAuthMode(env, audienceSetting),
        verifyIdToken: verifyWithGoogle,
        nowMs: () => Date.now(),
        take,
      },
    );
    write({ severity: reply.level, component, status: reply.status, ...reply.logged });
    response.status(reply.status).end();
  });
}

let google: Promise<OAuth2Client> | undefined;

/** Loaded only where this code verifies tokens itself, and kept, since the client caches Google's certificates. */
const verifyWithGoogle: VerifyIdToken = async (idToken, audience) => {
  google ??= import("google-auth-library").then((library) => new library.OAuth2Client());
  const ticket = await (await google).verifyIdToken({ idToken, audience });
  return ticket.getPayload();
};
