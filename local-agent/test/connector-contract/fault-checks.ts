import assert from "node:assert/strict";
import { errorOf, linesOfPoll, requireNoSecret, withinGuard } from "./probe.js";
import type { ContractCheck } from "./checks.js";
import { CONTRACT_FAULTS } from "./subject.js";
import type { ContractFault, ContractSubject, ContractWorld } from "./subject.js";

/** What a read may take beyond its time-out: a repeated attempt, a busy machine. Milliseconds. */
const LATE_MS = 3_000;
/** Bytes that mean nothing come in many forms: so often is a connector asked to read some. */
const GARBAGE_READS = 12;
const PAST_BACK_OFF_MS = 120_000;
/** Reads within a few seconds of a refused account, and what they may send altogether. */
const READS_AFTER_REFUSAL = 5;
const FAULTS_OF_ACCOUNT: ReadonlySet<ContractFault> = new Set(["unauthorized", "rate_limited"]);

type FaultCheckId = `fault:${ContractFault}`;

const TITLES: Readonly<Record<ContractFault, string>> = {
  unreachable: "a device that is not there",
  hang: "a device that never answers is given up in time",
  unauthorized: "a refused account is not retried",
  rate_limited: "a device that asks for fewer requests gets fewer",
  server_error: "a device that answers with an error",
  garbage: "bytes that mean nothing, again and again, and good ones after them",
  truncated: "an answer that is cut off",
  oversized: "an answer without end",
  empty: "an answer with nothing in it",
  web_page: "a web page in place of an answer",
  redirect: "a redirect, which is not followed",
  untrusted_certificate: "TLS is verified by default: nothing is sent to a peer that nobody vouches for",
};

/** One check a fault: it ends in time, with a code out of the taxonomy, with no secret anywhere, and nothing was acted on. */
export const FAULT_CHECKS = Object.fromEntries(
  CONTRACT_FAULTS.map((fault) => [`fault:${fault}`, checkOf(fault)]),
) as Readonly<Record<FaultCheckId, ContractCheck>>;

function checkOf(fault: ContractFault): ContractCheck {
  return {
    title: TITLES[fault],
    run: async (subject) => {
      const world = await subject.open(fault);
      try {
        await withinGuard(world.connector.start());
        await requireTypedFailure(subject, world, fault);
        if (fault === "garbage") await surviveGarbage(subject, world);
        if (FAULTS_OF_ACCOUNT.has(fault)) await requireRestraint(world);
        if (fault === "untrusted_certificate") assert.equal(world.requests(), 0, "something was sent");
        const lines = await linesOfPoll(world.connector);
        if (fault !== "garbage") assert.ok(lines.length > 0, "a failed poll leaves no line in the log");
        requireNoSecret(lines, subject, "the log");
        assert.deepEqual(world.violations(), [], "asked something outside the allow-list");
      } finally {
        await withinGuard(world.connector.stop());
        await withinGuard(world.close());
      }
    },
  };
}

async function requireTypedFailure(
  subject: ContractSubject,
  world: ContractWorld,
  fault: ContractFault,
): Promise<void> {
  const rule = subject.faults[fault];
  const codes = "codes" in rule ? rule.codes : [];
  const startedAt = performance.now();
  const error = await errorOf(world.connector.readStatus());
  const tookMs = performance.now() - startedAt;
  assert.ok(codes.includes(error.code), `is reported as ${error.code}, expected ${codes.join(" or ")}`);
  assert.ok(tookMs < subject.timeoutMs + LATE_MS, `took ${Math.round(tookMs)} ms`);
  assert.equal(error.retryable, !["AUTH", "UNSUPPORTED", "REFUSED"].includes(error.code), "retryable is wrong");
  const health = world.connector.health();
  assert.notEqual(health.state, "healthy");
  assert.equal(health.lastError, error.code);
  requireNoSecret(error, subject, "the error");
  requireNoSecret(health, subject, "the health");
}

async function surviveGarbage(subject: ContractSubject, world: ContractWorld): Promise<void> {
  for (let i = 0; i < GARBAGE_READS; i += 1) {
    world.passTime(PAST_BACK_OFF_MS);
    requireNoSecret(await errorOf(world.connector.readStatus()), subject, "the error");
  }
  await world.heal();
  world.passTime(PAST_BACK_OFF_MS);
  const { readings } = await withinGuard(world.connector.readStatus());
  assert.ok(readings.length > 0);
}

/** Asking again is what turns a refusal into a ban. */
async function requireRestraint(world: ContractWorld): Promise<void> {
  const before = world.requests();
  for (let i = 0; i < READS_AFTER_REFUSAL; i += 1) {
    world.passTime(1_000);
    await errorOf(world.connector.readStatus());
  }
  assert.ok(world.requests() - before <= 1, `asked ${world.requests() - before} times more within 5 s`);
}
