import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { ApiError, ControlState } from "../../src/contracts/index.js";
import type { ApprovalPolicy, ApprovalThreshold, Proposal, ReasonCode, Role } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";
import type { SignedIn } from "../support/sign-in.js";

const COOLING_MS = 30 * 60_000;

describe("the approval policy over HTTP on the emulators", function () {
  this.timeout(120_000);
  let studio: TestStudio;
  let serial = 0;
  afterEach(() => studio.close());

  it("asks two distinct people where the policy says two, and one of them twice is one", async () => {
    studio = await openTestStudio(aPolicy({ count: 2 }));
    const [olive, pia, ada] = await people(["owner"], ["approver"], ["approver_admin"]);
    const asked = await submit(olive);
    const first = await taken(await approve(pia, asked));
    assert.deepEqual([first.status, first.approvedUntil], ["pending_approval", null]);
    await refused(approve(pia, first), 409, "ALREADY_REVIEWED");
    await refused(execute(olive, first), 409, "INVALID_TRANSITION");
    const second = await taken(await approve(ada, first));
    assert.equal(second.status, "approved");
    const done = await taken(await execute(olive, second));
    assert.deepEqual([done.status, done.reviews.length], ["executed", 2]);
  });

  it("stops counting somebody who lost the role between approval and execution: QUORUM_LOST, and nothing is written", async () => {
    studio = await openTestStudio(aPolicy({ count: 2 }));
    const [olive, pia, ada] = await people(["owner"], ["approver"], ["approver_admin"]);
    const approved = await taken(await approve(ada, await taken(await approve(pia, await submit(olive)))));
    const change = { name: "Pia", holds: ["viewer"], groups: [], aliases: [], isIn: true };
    const changed = await post(olive, `staff/${pia.uid}`, { ...change, reason: "Pia follows the work only from now." });
    assert.equal(changed.status, 200);
    const { details } = await refused(execute(olive, approved), 409, "QUORUM_LOST");
    assert.match(details?.policy?.trace.find(({ check }) => check === "quorum")?.detail ?? "", /1 of 2.*1 no longer/);
    const { firingId } = approved.input as { firingId: string };
    assert.equal((await studio.read(`firings/${firingId}`))?.["attention"], null);
    assert.ok((await studio.eventTypes()).includes("proposal.refused"));
  });

  it("lets the roles decide that the policy names, and no approver in their place", async () => {
    studio = await openTestStudio(aPolicy({ roles: ["finance"] }));
    const [olive, pia, fin] = await people(["owner"], ["approver"], ["finance"]);
    const asked = await submit(olive);
    assert.deepEqual(asked.eligibleApprovers.count, 1);
    await refused(approve(pia, asked), 403, "ROLE_MISSING");
    await refused(reject(pia, asked), 403, "ROLE_MISSING");
    assert.equal((await taken(await approve(fin, asked))).status, "approved");
    const other = await submit(olive);
    assert.equal((await taken(await reject(fin, other))).status, "rejected");
  });

  it("blocks at once what nobody could decide: NO_ELIGIBLE_APPROVER, with the roles that are missing", async () => {
    studio = await openTestStudio(aPolicy({ roles: ["finance"] }));
    const [fin] = await people(["operator", "finance"]);
    const asked = await submit(fin);
    assert.deepEqual(asked.problem, {
      code: "NO_ELIGIBLE_APPROVER",
      detail: "needs 1 of finance; 0 may decide",
    });
    assert.equal(asked.status, "blocked");
    await refused(approve(fin, asked), 403, "SELF_APPROVAL");
    // Somebody comes who may: a new plan leads back to the deciders.
    const [second] = await people(["finance"]);
    const planned = await taken(await post(fin, `proposals/${asked.proposalId}:plan`, { ifRev: asked.rev }));
    assert.deepEqual([planned.status, planned.problem], ["pending_approval", null]);
    assert.equal((await taken(await approve(second, planned))).status, "approved");
  });

  it("takes a solo decision from submission to execution after the cooling time, and says so everywhere", async () => {
    studio = await openTestStudio({ ...aPolicy({ roles: ["finance"] }), soloMode: { coolingMs: COOLING_MS } });
    const [sol] = await people(["operator", "finance"]);
    const asked = await submit(sol);
    assert.equal(asked.status, "pending_approval");
    const early = await refused(approve(sol, asked), 403, "SELF_APPROVAL");
    assert.match(
      early.details?.policy?.trace.find(({ result }) => result === "fail")?.detail ?? "",
      /on record as alone/,
    );
    // The server's own clock decides: what was asked half an hour ago is what the test makes of it.
    const submittedAt = Timestamp.fromMillis(Date.now() - COOLING_MS);
    await studio.firestore.doc(`tenants/${studio.tenantId}/proposals/${asked.proposalId}`).update({ submittedAt });
    const approved = await taken(await approve(sol, asked));
    assert.deepEqual([approved.soloApproved, approved.reviews[0]?.isSolo], [true, true]);
    const executed = await taken(await execute(sol, approved));
    assert.deepEqual([executed.status, executed.soloApproved], ["executed", true]);
    const events = await studio.firestore.collection(`tenants/${studio.tenantId}/auditEvents`).get();
    const solo = events.docs.filter((event) => String(event.get("canonical")).includes('"soloApproved":true'));
    assert.ok(solo.length >= 1);
  });

  it("edits the policy by a proposal of high risk; what waits keeps its rule, and the editor does not decide under it", async () => {
    studio = await openTestStudio(aPolicy({}));
    const [olive, pia, ada, otto] = await people(["owner"], ["approver"], ["approver_admin"], ["operator"]);
    const waiting = await submit(otto);
    const { approvalPolicy } = await control();
    const rules = approvalPolicy.rules.map((rule) => ({
      ...rule,
      thresholds: rule.thresholds.map((threshold) => ({ ...threshold, count: 2 })),
    }));
    const edit = {
      capabilityId: "policy.approval.replace",
      input: { fromVersion: 1, rules, soloMode: null },
      rationale: "Two people look at everything from now on.",
    };
    const asked = await taken(await post(olive, "proposals", edit), 201);
    assert.deepEqual([asked.riskTier, asked.approvalsRequired], ["high", 2]);
    const approved = await taken(await approve(ada, await taken(await approve(pia, asked))));
    assert.equal((await taken(await execute(ada, approved))).status, "executed");
    const after = (await control()).approvalPolicy;
    assert.deepEqual([after.version, after.editors.map(({ uid }) => uid)], [2, [olive.uid]]);
    assert.equal((await studio.read("approvalPolicies/2"))?.["version"], 2);
    await refused(approve(olive, waiting), 403, "SELF_APPROVAL");
    assert.equal(
      (await taken(await approve(pia, waiting))).status,
      "approved",
      "one suffices, as when it was submitted",
    );
    const later = await submit(otto);
    assert.deepEqual([later.policyVersion, later.approvalsRequired], [2, 2]);
    await refused(post(olive, "proposals", edit), 422, "TARGET_STATE");
  });

  const control = async () => ControlState.parse(fromFirestore((await studio.read("control/state")) ?? {}));

  const people = <Held extends readonly Role[][]>(...roles: Held): Promise<{ [K in keyof Held]: SignedIn }> =>
    Promise.all(roles.map((held) => studio.signIn(held[0] ?? "", held))) as never;

  async function submit(who: SignedIn): Promise<Proposal> {
    const firingId = `f-${(serial += 1)}`;
    await studio.put(`firings/${firingId}`, aFiringDocument(firingId));
    const input = { firingId, attention: "room_overheat", note: "41 °C with both kilns off" };
    return taken(await post(who, "proposals", { capabilityId: "firing.flag", input, rationale: "" }), 201);
  }

  const approve = (who: SignedIn, { proposalId, rev, plan }: Proposal): Promise<Response> => {
    const rationale = `Looked at all of it, for revision ${rev} of ${proposalId}.`;
    return post(who, `proposals/${proposalId}:approve`, { ifRev: rev, planId: plan.planId, rationale });
  };

  const reject = (who: SignedIn, { proposalId, rev }: Proposal): Promise<Response> => {
    const rationale = "The room is cool again, I was there.";
    return post(who, `proposals/${proposalId}:reject`, { ifRev: rev, reasonCode: "not_needed", rationale });
  };

  const execute = (who: SignedIn, { proposalId, plan }: Proposal): Promise<Response> =>
    post(who, `proposals/${proposalId}:execute`, { planId: plan.planId }, `execute-${proposalId}-once`);

  const post = (who: SignedIn, path: string, body: unknown, key?: string): Promise<Response> =>
    fetch(`${requireEnv("STUDIO_FUNCTIONS_ORIGIN")}/api/api/v1/tenants/${studio.tenantId}/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${who.idToken}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
});

/** The policy that studios start with, without hold windows, with this one way to the quorum for everything below high risk. */
function aPolicy({ count = 1, roles = ["owner", "approver_admin", "approver"] }: { count?: number; roles?: Role[] }) {
  const threshold: ApprovalThreshold = { count, filter: { roles, groups: null, distinctGroups: false } };
  const policy: ApprovalPolicy = {
    ...DEFAULT_APPROVAL_POLICY,
    rules: DEFAULT_APPROVAL_POLICY.rules.map((rule) =>
      rule.when.riskTier === "low" || rule.when.riskTier === "medium"
        ? { ...rule, thresholds: [threshold], holdMs: 0 }
        : rule,
    ),
  };
  return policy;
}

async function taken(reply: Response, expected = 200): Promise<Proposal> {
  const body = (await reply.json()) as { proposal: Proposal };
  assert.equal(reply.status, expected, JSON.stringify(body).slice(0, 600));
  return body.proposal;
}

async function refused(pending: Promise<Response>, status: number, code: ReasonCode): Promise<ApiError["error"]> {
  const reply = await pending;
  const { error } = ApiError.parse(await reply.json());
  assert.deepEqual({ status: reply.status, code: error.code }, { status, code });
  return error;
}
