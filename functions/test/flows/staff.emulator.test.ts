import assert from "node:assert/strict";
import { getAuth } from "firebase-admin/auth";
import { adminApp } from "../../src/platform/production-deps.js";
import { ControlState } from "../../src/contracts/index.js";
import type { Proposal, Role } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";
import type { SignedIn } from "../support/sign-in.js";

const PATIENCE_MS = 30_000;

describe("the staff list on the emulators", function () {
  this.timeout(60_000);
  let studio: TestStudio;
  let owner: SignedIn;
  before(async () => {
    studio = await openTestStudio();
    owner = await studio.signIn("olive", ["owner"]);
  });
  after(() => studio.close());

  it("takes a role away from the next request on, and from the token's claims soon after", async () => {
    const leaver = await studio.signIn("lee", ["operator"]);
    const elsewhere = { tenants: { [studio.tenantId]: ["operator"], "another-studio": ["viewer"] } };
    await getAuth(adminApp()).setCustomUserClaims(leaver.uid, elsewhere);
    const changed = await post(owner, `staff/${leaver.uid}`, aChange(["viewer"]));
    assert.equal(changed.status, 200, await changed.clone().text());
    // The old token still says operator; the list does not.
    const submission = {
      capabilityId: "firing.flag",
      input: { firingId: "f-1", attention: "other", note: "as before" },
      rationale: "",
    };
    const refused = await post(leaver, "proposals", submission);
    assert.equal(((await refused.json()) as { error: { code: string } }).error.code, "ROLE_MISSING");
    await until(async () => {
      const { customClaims } = await getAuth(adminApp()).getUser(leaver.uid);
      const tenants = (customClaims?.["tenants"] ?? {}) as Record<string, Role[]>;
      return tenants[studio.tenantId]?.join() === "viewer" && tenants["another-studio"]?.join() === "viewer";
    });
  });

  it("takes the claims of somebody who is out, and keeps an owner", async () => {
    const leaver = await studio.signIn("lou", ["approver"]);
    await post(owner, `staff/${leaver.uid}`, { ...aChange(["approver"]), isIn: false });
    await until(async () => {
      const { customClaims } = await getAuth(adminApp()).getUser(leaver.uid);
      return !(studio.tenantId in ((customClaims?.["tenants"] ?? {}) as object));
    });
    const own = await post(owner, `staff/${owner.uid}`, aChange(["viewer"]));
    assert.equal(((await own.json()) as { error: { code: string } }).error.code, "OWN_ROLES");
    const control = ControlState.parse(fromFirestore((await studio.read("control/state")) ?? {}));
    assert.ok(control.staff.some(({ uid, roles }) => uid === owner.uid && roles.includes("owner")));
  });

  it("lets an operator decide for an approver who asked them to, over HTTP, and nobody else's operator", async () => {
    const [approver, operator] = [await studio.signIn("ana", ["approver"]), await studio.signIn("otto", ["operator"])];
    await studio.put("firings/f-cover", aFiringDocument("f-cover"));
    const input = { firingId: "f-cover", attention: "other", note: "something is odd" };
    const submission = { capabilityId: "firing.flag", input, rationale: "" };
    const { proposal } = (await (await post(owner, "proposals", submission)).json()) as { proposal: Proposal };
    const decision = { ifRev: proposal.rev, planId: proposal.plan.planId, reasonCode: "looks_right" };
    const early = await post(operator, `proposals/${proposal.proposalId}:approve`, decision);
    assert.equal(((await early.json()) as { error: { code: string } }).error.code, "ROLE_MISSING");
    const now = Date.now();
    const cover = {
      ...{ from: approver.uid, to: operator.uid, capabilityIds: null, reason: "away until Friday" },
      startsAt: new Date(now - 1_000).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
    };
    assert.equal((await post(approver, "covers", cover)).status, 201);
    const approved = await post(operator, `proposals/${proposal.proposalId}:approve`, decision);
    const { reviews } = ((await approved.json()) as { proposal: Proposal }).proposal;
    assert.deepEqual([reviews[0]?.reviewer.id, reviews[0]?.for], [operator.uid, approver.uid]);
  });

  const aChange = (holds: Role[]) => ({
    ...{ name: "Lee", holds, groups: [], aliases: [], isIn: true },
    reason: "Moves to the shop from Monday on.",
  });

  const post = (who: SignedIn, path: string, body: unknown): Promise<Response> =>
    fetch(`${requireEnv("STUDIO_FUNCTIONS_ORIGIN")}/api/api/v1/tenants/${studio.tenantId}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${who.idToken}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, "it did not come to be in time");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
