import { randomBytes } from "node:crypto";
import type { Outcome } from "../../src/commit/outcome.js";
import { GLOBAL_CONTROL_PATH, PLATFORM_TENANT_ID } from "../../src/contracts/index.js";
import type { HumanActor, Proposal, RouteBody, ScopeKind } from "../../src/contracts/index.js";
import { bootstrapOperators } from "../../src/policy/bootstrap-control.js";
import { engageStop } from "../../src/policy/engage-stop.js";
import { engageGlobalStop, releaseGlobalStop } from "../../src/policy/global-control.js";
import { releaseStop } from "../../src/policy/release-stop.js";
import { engageScope, releaseScope } from "../../src/policy/scopes.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aPerson } from "./builders.js";
import { aFiringDocument, openTestStudio } from "./emulator.js";
import type { TestStudio } from "./emulator.js";

/** What is flipped: a studio's switch, the one above all studios, or a narrower stop that the writers come under. */
export const DRILLED = ["tenant", "global", "capability", "connector", "actor"] as const;
type Drilled = (typeof DRILLED)[number];

/** How long a drill waits for the first refusal before it is a failure, in milliseconds. */
const PATIENCE_MS = 20_000;
const REASON = "The drill of the kill switch";
const [PAT, PIM] = [aPerson("pat", ["operator"]), aPerson("pim", ["operator"])];

interface Round {
  /** From the commit of the flip, by Firestore's clock, to the answer of the first refusal, by this machine's. */
  readonly firstRefusalMs: number;
  readonly written: number;
  readonly refused: number;
  /** Targets whose last write committed after the flip. There must be none (M04.3). */
  readonly late: readonly string[];
  /** Reason codes of all refusals. */
  readonly reasons: ReadonlySet<string>;
}

interface DrillPlan {
  readonly what: Drilled;
  /** Requests of so many people, each executed once. */
  readonly writers: number;
  /** From one execution's start to the next, and from the first one's to the flip, in milliseconds. */
  readonly gapMs: number;
  readonly flipAfterMs: number;
}

export interface Drill {
  round(plan: DrillPlan): Promise<Round>;
  close(): Promise<void>;
}

/**
 * How fast does a stop stop, and does anything slip through? A round lets approved executions run against one flip, and then
 * compares Firestore's own commit times. In a project of its own, so that a stop above all studios stops nobody else.
 */
export async function openDrill(writers: number): Promise<Drill> {
  const studio = await openTestStudio(undefined, `demo-drill-${randomBytes(4).toString("hex")}`);
  await bootstrapOperators(
    studio.deps,
    [PAT, PIM].map(({ id, name }) => ({ uid: id, name })),
  );
  // Requests of one person meet in that person's quota, and would not race.
  const requesters = Array.from({ length: writers }, (_, n) => aPerson(`requester-${n}`, ["operator"]));
  for (const requester of requesters) await studio.list(requester);
  const probed = await approved(studio, studio.owner, "f-probe");
  await execute(studio, probed, "drill-probe-execute-0000");
  let rounds = 0;
  return {
    close: () => studio.close(),
    async round({ what, writers: count, gapMs, flipAfterMs }) {
      rounds += 1;
      const people = requesters.slice(0, count);
      const proposals = await Promise.all(people.map((person, n) => approved(studio, person, `f-${rounds}-${n}`)));
      const probing = untilStopped(studio, probed, `drill-probe-round-${rounds}`);
      const flipping = sleep(flipAfterMs).then(() => flip(studio, what));
      // Writers hold the switch while they commit, and the flip waits for them: the last tenth comes when it is through.
      const early = Math.floor(count * 0.9);
      const writing = proposals.map(async (proposal, n) => {
        await (n < early ? sleep(n * gapMs) : flipping);
        return execute(studio, proposal);
      });
      const [stoppedAtMs, outcomes] = await Promise.all([probing, Promise.all(writing), flipping]);
      const round = await compare(studio, what, proposals, outcomes, stoppedAtMs);
      await unflip(studio, what);
      await studio.firestore.recursiveDelete(studio.firestore.collection(`tenants/${studio.tenantId}/quotas`));
      return round;
    },
  };
}

async function approved(studio: TestStudio, requester: HumanActor, firingId: string): Promise<Proposal> {
  await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
  const about = { tenantId: studio.tenantId, requestId: "drill" };
  const input = { firingId, attention: "room_overheat", note: "41 degrees with both kilns off" };
  const reading = { kind: "reading" as const, ref: "hubitat:12/temperature", summary: "41 degrees", sha256: null };
  const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [reading] };
  const submitted = accepted(await submitProposal(studio.deps, { ...about, actor: requester, body })).proposal;
  const { proposalId, rev, plan } = submitted;
  const decision = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
  const command = { ...about, actor: studio.admin, proposalId, body: decision };
  return accepted(await approveProposal(studio.deps, command)).proposal;
}

function execute(
  { deps, tenantId, approver: actor }: TestStudio,
  { proposalId, plan }: Proposal,
  idempotencyKey = `drill-execute-${proposalId}`,
): Promise<Outcome<unknown>> {
  const about = { actor, tenantId, requestId: "drill", proposalId, idempotencyKey };
  return executeProposal(deps, { ...about, body: { planId: plan.planId } });
}

/**
 * Asks again and again, one call after the other, for what was executed before: refused in any case, and from the flip on
 * because of it. When was it so for the first time?
 */
async function untilStopped(studio: TestStudio, probed: Proposal, key: string): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let n = 0; Date.now() < deadline; n += 1) {
    const outcome = await execute(studio, probed, `${key}-${n}`);
    if (outcome.kind === "refused" && outcome.reason === "KILL_SWITCH") return Date.now();
  }
  throw new Error(`nothing was refused within ${PATIENCE_MS} ms`);
}

const commandOf = <Body>({ tenantId }: Pick<TestStudio, "tenantId">, actor: HumanActor, body: Body) => ({
  ...{ tenantId, actor, body, requestId: "drill" },
});

function scopeOf(what: Drilled, { approver }: TestStudio): { kind: ScopeKind; id: string } | null {
  switch (what) {
    case "capability":
      return { kind: what, id: "firing.flag" };
    case "connector":
      return { kind: what, id: "hubitat" };
    case "actor":
      return { kind: what, id: approver.id };
    case "tenant":
    case "global":
      return null;
  }
}

async function flip(studio: TestStudio, what: Drilled): Promise<void> {
  const { deps, owner } = studio;
  const body: RouteBody<"engageStop"> = { mode: "stopped", reason: REASON };
  const scope = scopeOf(what, studio);
  if (scope !== null) accepted(await engageScope(deps, commandOf(studio, owner, { ...body, ...scope, until: null })));
  else if (what === "global") accepted(await engageGlobalStop(deps, commandOf(PLATFORM, PAT, body)));
  else accepted(await engageStop(deps, commandOf(studio, owner, body)));
}

async function unflip(studio: TestStudio, what: Drilled): Promise<void> {
  const { deps, owner, admin } = studio;
  const body = { reason: REASON, phrase: null };
  const scope = scopeOf(what, studio);
  for (const second of [false, true])
    if (scope !== null)
      accepted(await releaseScope(deps, commandOf(studio, second ? admin : owner, { ...body, ...scope })));
    else if (what === "global") accepted(await releaseGlobalStop(deps, commandOf(PLATFORM, second ? PIM : PAT, body)));
    else accepted(await releaseStop(deps, commandOf(studio, second ? admin : owner, body)));
}

async function compare(
  { firestore, tenantId }: TestStudio,
  what: Drilled,
  proposals: readonly Proposal[],
  outcomes: readonly Outcome<unknown>[],
  stoppedAtMs: number,
): Promise<Round> {
  const control = what === "global" ? GLOBAL_CONTROL_PATH : `tenants/${tenantId}/control/state`;
  const flipped = (await firestore.doc(control).get()).updateTime;
  if (flipped === undefined) throw new Error(`there is no ${control}`);
  const targets = await firestore.getAll(
    ...proposals.map(({ plan }) => firestore.doc(`tenants/${tenantId}/${plan.writes[0]?.ref ?? ""}`)),
  );
  const written = targets.filter((target) => target.get("attention") !== null);
  const late = written.filter(({ updateTime }) => (updateTime?.valueOf() ?? "~") > flipped.valueOf());
  const reasons = outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome.reason] : []));
  return {
    firstRefusalMs: stoppedAtMs - flipped.toMillis(),
    written: written.length,
    refused: reasons.length,
    late: late.map(({ id }) => id),
    reasons: new Set(reasons),
  };
}

const PLATFORM = { tenantId: PLATFORM_TENANT_ID };

function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "refused") throw new Error(`refused with ${outcome.reason}`);
  return outcome.answer;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
