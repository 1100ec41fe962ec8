import { attempt } from "./http-attempts.js";
import type { Attempt } from "./http-attempts.js";
import { AGENT_ID, anApproval, outsider, withClaims } from "./world.js";
import type { Denial, HttpOptions, World } from "./world.js";

const HOUR_MS = 3_600_000;
const WHY = "nobody looks at this anyway, so go on";
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();
const YESTERDAY = { auth_time: Math.floor(Date.now() / 1_000) - 86_400 };

const lend = (w: World, body: object, options: HttpOptions = {}): Promise<Denial> => {
  const asked = { agentId: AGENT_ID, scopes: ["firing.flag"], reason: WHY, ...body };
  return w.http("POST", "delegations", { who: w.owner, body: asked, ...options });
};
const exempt = (w: World, body: object, options: HttpOptions = {}): Promise<Denial> => {
  const about = { capabilityId: "firing.flag", forUid: w.operator.uid, waives: ["second_approver"] };
  const asked = { ...about, ticketRef: "log book", expiresAt: inHours(1), reason: WHY, ...body };
  return w.http("POST", "exemptions", { who: w.owner, body: asked, ...options });
};

/** Rights that are lent, and requirements that go unmet. */
const GRANTS: readonly Attempt[] = [
  attempt("lending rights as a viewer", 403, "ROLE_MISSING", (w) => lend(w, {}, { who: w.viewer })),
  attempt("lending a right that one does not have", 403, "ROLE_MISSING", (w) => lend(w, {}, { who: w.finance })),
  attempt("lending rights on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    lend(w, {}, { who: withClaims(w.owner, YESTERDAY) }),
  ),
  attempt("lending every right by a star", 400, "INVALID_INPUT", (w) => lend(w, { scopes: ["*"] })),
  attempt("lending a family of rights by a star", 400, "INVALID_INPUT", (w) => lend(w, { scopes: ["firing.*"] })),
  attempt("lending a right that agents may not have", 403, "NOT_PROPOSABLE_BY_AGENT", (w) =>
    lend(w, { scopes: ["firing.flag", "batch.opsNote.append"] }),
  ),
  attempt("lending a right that there is not", 422, "CAPABILITY_UNKNOWN", (w) => lend(w, { scopes: ["kiln.start"] })),
  attempt("lending rights to an agent that is not enrolled here", 404, "NOT_FOUND", (w) =>
    lend(w, { agentId: "somebody-elses" }),
  ),
  attempt("lending rights for 31 days", 400, "INVALID_INPUT", (w) => lend(w, { expiresAt: inHours(31 * 24) })),
  attempt("lending somebody else's rights", 400, "INVALID_INPUT", (w) => lend(w, { delegator: w.admin.uid })),
  attempt("lending rights in another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("POST", `/api/v1/tenants/${w.other.tenantId}/delegations`, { who: w.owner, body: {}, absolute: true }),
  ),
  attempt("taking back what somebody else lent", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `delegations/${w.delegationId}:revoke`, { who: w.approver, body: { reason: "not mine" } }),
  ),
  attempt("taking back what was lent in another studio", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("POST", `delegations/${w.delegationId}:revoke`, { who: w.stranger, body: { reason: "not mine" } }),
  ),
  attempt("an exemption granted by an approver", 403, "ROLE_MISSING", (w) => exempt(w, {}, { who: w.approver })),
  attempt("an exemption on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    exempt(w, {}, { who: withClaims(w.owner, YESTERDAY) }),
  ),
  attempt("an exemption for oneself", 403, "SELF_APPROVAL", (w) => exempt(w, { forUid: w.owner.uid })),
  attempt("an exemption from the kill switch", 400, "INVALID_INPUT", (w) => exempt(w, { waives: ["kill_switch"] })),
  attempt("an exemption from the record", 400, "INVALID_INPUT", (w) => exempt(w, { waives: ["audit"] })),
  attempt("an exemption of one's own chain", 400, "INVALID_INPUT", (w) => exempt(w, { waives: ["self_approval"] })),
  attempt("an exemption for every capability", 400, "INVALID_INPUT", (w) => exempt(w, { capabilityId: "*" })),
  attempt("an exemption for everybody and every record", 400, "INVALID_INPUT", (w) => exempt(w, { forUid: null })),
  attempt("an exemption for eight days", 400, "INVALID_INPUT", (w) => exempt(w, { expiresAt: inHours(8 * 24) })),
  attempt("an exemption that is used 21 times", 400, "INVALID_INPUT", (w) => exempt(w, { maxUses: 21 })),
  attempt("an exemption that somebody else is said to grant", 400, "INVALID_INPUT", (w) =>
    exempt(w, { grantedBy: w.admin.uid }),
  ),
  attempt("taking an exemption back as an operator", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `exemptions/${w.exemptionId}:revoke`, { who: w.operator, body: { reason: "not mine" } }),
  ),
  attempt("an approval on an exemption that there is not", 409, "EXEMPTION_MISSING", (w) =>
    w.http("POST", `proposals/${w.pending.proposalId}:approve`, {
      who: w.approver,
      body: { ...anApproval(w.pending), exemptionId: "made-up" },
    }),
  ),
  attempt("an approval on an exemption for somebody else", 409, "EXEMPTION_SCOPE", (w) =>
    w.http("POST", `proposals/${w.pending.proposalId}:approve`, {
      who: w.approver,
      body: { ...anApproval(w.pending), exemptionId: w.exemptionId },
    }),
  ),
  attempt("one's own approval on an exemption that one granted", 403, "SELF_APPROVAL", (w) =>
    w.http("POST", `proposals/${w.pending.proposalId}:approve`, {
      who: w.owner,
      body: { ...anApproval(w.pending), exemptionId: w.exemptionId },
    }),
  ),
  attempt("an execution on an exemption that there is not", 409, "EXEMPTION_MISSING", (w) =>
    w.http("POST", `proposals/${w.approved.proposalId}:execute`, {
      who: w.approver,
      body: { planId: w.approved.plan.planId, exemptionId: "made-up" },
      headers: { "idempotency-key": "bypass-exempted-0123456789" },
    }),
  ),
];

const aMember = { name: "Otto", holds: ["owner"], groups: [], aliases: [], isIn: true, reason: WHY };
const cover = (w: World, body: object, who = w.operator): Promise<Denial> => {
  const about = { from: w.approver.uid, to: w.operator.uid, capabilityIds: null };
  const asked = { ...about, startsAt: inHours(0), endsAt: inHours(24), reason: "for the day", ...body };
  return w.http("POST", "covers", { who, body: asked });
};

/** Who people are and what they may do: the staff list, covers, quotas. */
const PEOPLE: readonly Attempt[] = [
  attempt("a role that an admin gives", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `staff/${w.operator.uid}`, { who: w.admin, body: aMember }),
  ),
  attempt("a role that somebody gives themselves", 403, "OWN_ROLES", (w) =>
    w.http("POST", `staff/${w.owner.uid}`, { who: w.owner, body: { ...aMember, name: "Olive" } }),
  ),
  attempt("a role on a sign-in of yesterday", 403, "REAUTH_REQUIRED", (w) =>
    w.http("POST", `staff/${w.operator.uid}`, { who: withClaims(w.owner, YESTERDAY), body: aMember }),
  ),
  attempt("a role that there is not", 400, "INVALID_INPUT", (w) =>
    w.http("POST", `staff/${w.operator.uid}`, { who: w.owner, body: { ...aMember, holds: ["root"] } }),
  ),
  attempt("an account that two people would share", 400, "INVALID_INPUT", (w) =>
    w.http("POST", `staff/${w.operator.uid}`, { who: w.owner, body: { ...aMember, aliases: [w.approver.uid] } }),
  ),
  attempt("a cover that somebody arranges for themselves", 403, "ROLE_MISSING", (w) => cover(w, {})),
  attempt("a cover for 15 days", 400, "INVALID_INPUT", (w) => cover(w, { endsAt: inHours(15 * 24) }, w.owner)),
  attempt("a cover for oneself", 400, "INVALID_INPUT", (w) => cover(w, { to: w.approver.uid }, w.owner)),
  attempt("the end of a cover that there is not", 404, "NOT_FOUND", (w) =>
    w.http("POST", "covers/made-up:end", { who: w.owner, body: { reason: "over" } }),
  ),
  attempt("a look at whom quotas held back, as an operator", 403, "ROLE_MISSING", (w) =>
    w.http("GET", "quotas", { who: w.operator }),
  ),
  attempt("a quota that the one it holds back resets", 403, "ROLE_MISSING", (w) =>
    w.http("POST", `quotas/default.actor.${w.operator.uid}:reset`, { who: w.operator, body: { reason: WHY } }),
  ),
  attempt("a quota reset without a reason", 400, "INVALID_INPUT", (w) =>
    w.http("POST", `quotas/default.actor.${w.owner.uid}:reset`, { who: w.owner, body: {} }),
  ),
  attempt("a reset of what nobody counted", 404, "NOT_FOUND", (w) =>
    w.http("POST", "quotas/default.actor.made-up:reset", { who: w.owner, body: { reason: WHY } }),
  ),
];

const scope = { kind: "capability", id: "firing.flag", mode: "stopped", reason: "the flags are wrong" };
const platform = (path: string) => `/api/v1/platform/${path}`;
/** Somebody whose token says that they operate the platform, and whom its list does not know. */
const claimant = (): ReturnType<typeof outsider> => outsider({ platform: ["operator"] });
const stopAll = { mode: "stopped", reason: "stop it all, everywhere" };

/** The switch, in one studio and above all of them. */
const SWITCH: readonly Attempt[] = [
  attempt("a stop by a viewer", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "control:engage", { who: w.viewer, body: stopAll }),
  ),
  attempt("a stop that opens", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "control:engage", { who: w.owner, body: { ...stopAll, mode: "normal" } }),
  ),
  attempt("a narrow stop by a viewer", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "control/scopes:engage", { who: w.viewer, body: scope }),
  ),
  attempt("a narrow stop that ended yesterday", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "control/scopes:engage", { who: w.owner, body: { ...scope, until: inHours(-24) } }),
  ),
  attempt("a narrow stop of a whole studio", 400, "INVALID_INPUT", (w) =>
    w.http("POST", "control/scopes:engage", { who: w.owner, body: { ...scope, kind: "tenant" } }),
  ),
  attempt("the release of a narrow stop by an approver", 403, "ROLE_MISSING", (w) =>
    w.http("POST", "control/scopes:release", { who: w.approver, body: { ...scope, mode: undefined } }),
  ),
  attempt("a stop of all studios by the owner of one", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("POST", platform("control:engage"), { who: w.owner, body: stopAll, absolute: true }),
  ),
  attempt("a stop of all studios by a token alone", 403, "ROLE_MISSING", async (w) =>
    w.http("POST", platform("control:engage"), { who: await claimant(), body: stopAll, absolute: true }),
  ),
  attempt("a release of all studios by a token alone", 403, "ROLE_MISSING", async (w) =>
    w.http("POST", platform("control:release"), {
      who: await claimant(),
      body: { reason: "opened by nobody in particular" },
      absolute: true,
    }),
  ),
  attempt("a release of all studios on a sign-in of yesterday", 403, "REAUTH_REQUIRED", async (w) =>
    w.http("POST", platform("control:release"), {
      who: withClaims(await claimant(), YESTERDAY),
      body: { reason: "opened by nobody in particular" },
      absolute: true,
    }),
  ),
  attempt("a studio's role on the platform's route", 403, "ROLE_MISSING", async (w) =>
    w.http("POST", platform("control:engage"), {
      who: await outsider({ platform: ["owner"] }),
      body: stopAll,
      absolute: true,
    }),
  ),
  attempt("the list of operators for the owner of a studio", 404, "CROSS_TENANT_DENIED", (w) =>
    w.http("GET", platform("operators"), { who: w.owner, absolute: true }),
  ),
  attempt("the list of operators for a token alone", 403, "ROLE_MISSING", async (w) =>
    w.http("GET", platform("operators"), { who: await claimant(), absolute: true }),
  ),
  attempt("an operator who lists themselves", 403, "ROLE_MISSING", async (w) => {
    const who = await claimant();
    const body = { name: "Me", isIn: true, reason: WHY };
    return w.http("POST", platform(`operators/${who.uid}`), { who, body, absolute: true });
  }),
  attempt("a platform's operator in a studio", 404, "CROSS_TENANT_DENIED", async (w) =>
    w.http("GET", "control", { who: await claimant() }),
  ),
];

export const AUTHORITY_ATTEMPTS: readonly Attempt[] = [...GRANTS, ...PEOPLE, ...SWITCH];
