import assert from "node:assert/strict";
import { Firestore } from "firebase-admin/firestore";
import type { Transaction } from "firebase-admin/firestore";
import type { Deps } from "../../src/commit/deps.js";
import type { Outcome } from "../../src/commit/outcome.js";
import { StudioError } from "../../src/commit/studio-error.js";
import type { Proposal } from "../../src/contracts/index.js";
import { firestoreTransactor } from "../../src/platform/firestore-transactor.js";
import { refusedReply } from "../../src/platform/http/serve.js";
import { executeProposal } from "../../src/proposals/execute.js";
import { approveProposal } from "../../src/proposals/review.js";
import { submitProposal } from "../../src/proposals/submit.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { afterHold } from "../support/fake-means.js";
import { requireEnv } from "../support/require-env.js";

/** gRPC codes that a read may fail with for good: what Firestore's client does not try again by itself. */
const FOR_GOOD = { PERMISSION_DENIED: 7, NOT_FOUND: 5, FAILED_PRECONDITION: 9, DATA_LOSS: 15, OUT_OF_RANGE: 11 };

/** A sign-in as the emulator takes it: unsigned, and with no studio in it. */
function unsignedToken(uid: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part({ sub: uid, user_id: uid, iat: 0, exp: 4_000_000_000 })}.`;
}

describe("a switch that cannot be read, on Firestore", function () {
  this.timeout(120_000);
  let studio: TestStudio;
  let proposal: Proposal;
  before(async () => {
    studio = await openTestStudio();
    proposal = await approved();
  });
  after(() => studio.close());

  it("says CONTROL_UNREADABLE and writes nothing when Firestore itself answers PERMISSION_DENIED", async () => {
    // A caller without any rights: the emulator judges it by the rules, as production judges an account by its grants.
    const denied = new Firestore({
      projectId: requireEnv("GCLOUD_PROJECT"),
      customHeaders: { Authorization: `Bearer ${unsignedToken("nobody")}` },
    });
    try {
      const before = await everything();
      const error = await failureOf(execute({ ...studio.deps, transactor: firestoreTransactor(denied) }));
      assert.equal((error.cause as { code?: unknown }).code, FOR_GOOD.PERMISSION_DENIED);
      assertUnreadable(error);
      assert.deepEqual(await everything(), before);
    } finally {
      await denied.terminate();
    }
  });

  for (const [name, code] of Object.entries(FOR_GOOD))
    it(`says CONTROL_UNREADABLE and writes nothing when the read fails with ${name}`, async () => {
      const before = await everything();
      assertUnreadable(await failureOf(execute(failing((paths) => paths.some(isControl), code))));
      assert.deepEqual(await everything(), before);
    });

  it("says CONTROL_UNREADABLE when the read fails with no code at all", async () => {
    assertUnreadable(await failureOf(execute(failing((paths) => paths.some(isControl), undefined))));
  });

  it("does not blame the switch for another document that cannot be read", async () => {
    await assert.rejects(
      execute(failing((paths) => !paths.some(isControl), FOR_GOOD.PERMISSION_DENIED)),
      (error: unknown) => !(error instanceof StudioError),
    );
  });

  it("executes what was approved once the switch reads again", async () => {
    assert.equal((await execute(studio.deps)).kind, "accepted");
  });

  const isControl = (path: string): boolean => path === "control/global" || path.endsWith("/control/state");

  /** The same studio through a connection on which these reads fail. */
  function failing(which: (paths: string[]) => boolean, code: number | undefined): Deps {
    const broken = (transaction: Transaction): Transaction =>
      new Proxy(transaction, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function") return member;
          if (name !== "getAll") return member.bind(target) as unknown;
          return (...refs: { path: string }[]): unknown =>
            which(refs.map(({ path }) => path))
              ? Promise.reject(Object.assign(new Error("broken on purpose"), code === undefined ? {} : { code }))
              : (Reflect.apply(member, target, refs) as unknown);
        },
      });
    const firestore = new Proxy(studio.firestore, {
      get(target, name) {
        if (name === "runTransaction")
          return (body: (transaction: Transaction) => Promise<unknown>, options?: object) =>
            target.runTransaction((transaction) => body(broken(transaction)), options);
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? (member.bind(target) as unknown) : member;
      },
    });
    return { ...studio.deps, transactor: firestoreTransactor(firestore) };
  }

  function execute(deps: Deps): Promise<Outcome<unknown>> {
    const { proposalId, plan } = proposal;
    const about = { actor: studio.approver, tenantId: studio.tenantId, requestId: "unreadable-test" };
    const command = { ...about, proposalId, idempotencyKey: "unreadable-test-key-1", body: { planId: plan.planId } };
    return executeProposal(afterHold(deps), command);
  }

  async function approved(): Promise<Proposal> {
    await studio.put("firings/f-1", aFiringDocument("f-1"));
    const about = { tenantId: studio.tenantId, requestId: "unreadable-test" };
    const input = { firingId: "f-1", attention: "other", note: "something is odd" };
    const body = { capabilityId: "firing.flag", input, rationale: "", evidence: [] };
    const submitted = await submitProposal(studio.deps, { ...about, actor: studio.owner, body });
    assert.ok(submitted.kind === "accepted");
    const { proposalId, rev, plan } = submitted.answer.proposal;
    const decision = { ifRev: rev, planId: plan.planId, rationale: null, reasonCode: "looks_right" as const };
    const done = await approveProposal(studio.deps, { ...about, actor: studio.approver, proposalId, body: decision });
    assert.ok(done.kind === "accepted");
    return done.answer.proposal;
  }

  /** Every document of the studio that an execution could touch. */
  async function everything(): Promise<unknown> {
    const collections = ["firings", "proposals", "executions", "quotas", "auditEvents"];
    const found = await Promise.all(
      collections.map((name) => studio.firestore.collection(`tenants/${studio.tenantId}/${name}`).get()),
    );
    return found.flatMap(({ docs }) => docs.map(({ ref, updateTime }) => [ref.path, updateTime.valueOf()]));
  }

  async function failureOf(doing: Promise<unknown>): Promise<StudioError> {
    const error: unknown = await doing.then(
      () => assert.fail("it was answered"),
      (cause: unknown) => cause,
    );
    assert.ok(error instanceof StudioError, String(error));
    return error;
  }

  /** With the status that the caller sees, and an invitation to try again. */
  function assertUnreadable(error: StudioError): void {
    assert.deepEqual([error.code, error.isRetryable], ["CONTROL_UNREADABLE", true]);
    const about = { requestId: "unreadable-test", route: "executeProposal" };
    assert.equal(refusedReply({ kind: "refused", reason: error.code }, about).status, 503);
  }
});
