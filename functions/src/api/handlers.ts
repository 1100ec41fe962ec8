import { getExport } from "../audit-access/get-export.js";
import { createAuditLink, revokeAuditLink } from "../audit-access/links.js";
import { openEvidence } from "../audit-access/open-evidence.js";
import { requestExport } from "../audit-access/request-export.js";
import { revealWords } from "../audit-access/reveal-words.js";
import type { LogReader } from "../audit/log-store.js";
import { startJob } from "../jobs/start-job.js";
import type { Job } from "../jobs/run-job.js";
import { getControl } from "../policy/look-at-control.js";
import { engageStop } from "../policy/engage-stop.js";
import { engageGlobalStop, releaseGlobalStop } from "../policy/global-control.js";
import { changeOperator, getOperators } from "../policy/change-operators.js";
import { changeStaff } from "../policy/change-staff.js";
import { endCover, startCover } from "../policy/covers.js";
import { grantDelegation, revokeDelegation } from "../policy/delegations.js";
import { grantExemption, revokeExemption } from "../policy/exemptions.js";
import { engageScope, releaseScope } from "../policy/scopes.js";
import { reportQuotas } from "../policy/quota-report.js";
import { resetQuota } from "../policy/reset-quota.js";
import { releaseStop } from "../policy/release-stop.js";
import { enrolAgent } from "../devices/enrol-agent.js";
import { makeEnrolmentCode } from "../devices/make-enrolment-code.js";
import { redeemCode } from "../devices/redeem-code.js";
import { rotateAgentKey } from "../devices/rotate-key.js";
import { revokeAgent } from "../devices/revoke-agent.js";
import { redriveDeadLetter } from "../devices/redrive-dead-letter.js";
import type { UplinkDeps } from "../devices/ingest-envelope.js";
import { liftHold, placeHold } from "../governance/change-holds.js";
import { eraseWords } from "../governance/erase-words.js";
import { planPurge } from "../governance/plan-purge.js";
import { executeProposal } from "../proposals/execute.js";
import { getProposal } from "../proposals/look.js";
import { planProposal } from "../proposals/replan.js";
import { reviseProposal } from "../proposals/revise.js";
import {
  approveProposal,
  rejectProposal,
  reopenProposal,
  revokeProposal,
  withdrawProposal,
} from "../proposals/review.js";
import { rollbackProposal } from "../proposals/rollback.js";
import { submitProposal } from "../proposals/submit.js";
import type { ApiRouteName, ProofRouteName, RouteBody, RouteParams } from "../contracts/index.js";
import { accept } from "../commit/outcome.js";
import type { Outcome } from "../commit/outcome.js";
import { listCapabilities } from "../capabilities/list-capabilities.js";
import type { Handlers, UnprovenCall, VerifiedCall } from "../platform/http/serve.js";

/** A call whose parameters and body are known to be this route's: `readRequest` parsed both with the route's own schemas. */
type CallOf<Name extends ApiRouteName> = Omit<RawCallOf<Name>, "params" | "body"> &
  RouteParams<Name> & { readonly body: RouteBody<Name> };
type RawCallOf<Name extends ApiRouteName> = Name extends ProofRouteName ? UnprovenCall : VerifiedCall;

function handle<Name extends ApiRouteName>(
  _name: Name,
  use: (call: CallOf<Name>) => Promise<Outcome<unknown>>,
): (call: RawCallOf<Name>) => Promise<Outcome<unknown>> {
  return ({ params, ...call }) => use({ ...call, ...(params as RouteParams<Name>) } as CallOf<Name>);
}

/** What some use cases need besides the door to stored state. */
interface MoreMeans {
  readonly log: () => LogReader;
  /** The jobs that may be started by hand. */
  readonly jobs: readonly Job[];
}

/** Which use case answers which route. Nothing is decided here. */
export function apiHandlers(deps: () => UplinkDeps, more: MoreMeans): Handlers {
  return {
    listCapabilities: handle("listCapabilities", () => Promise.resolve(accept(listCapabilities()))),
    submitProposal: handle("submitProposal", (call) => submitProposal(deps(), call)),
    getProposal: handle("getProposal", (call) => getProposal(deps(), call)),
    planProposal: handle("planProposal", (call) => planProposal(deps(), call)),
    approveProposal: handle("approveProposal", (call) => approveProposal(deps(), call)),
    rejectProposal: handle("rejectProposal", (call) => rejectProposal(deps(), call)),
    reopenProposal: handle("reopenProposal", (call) => reopenProposal(deps(), call)),
    revokeProposal: handle("revokeProposal", (call) => revokeProposal(deps(), call)),
    reviseProposal: handle("reviseProposal", (call) => reviseProposal(deps(), call)),
    withdrawProposal: handle("withdrawProposal", (call) => withdrawProposal(deps(), call)),
    executeProposal: handle("executeProposal", (call) => executeProposal(deps(), call)),
    rollbackProposal: handle("rollbackProposal", (call) => rollbackProposal(deps(), call)),
    getControl: handle("getControl", ({ tenantId }) => getControl(deps(), tenantId)),
    engageStop: handle("engageStop", (call) => engageStop(deps(), call)),
    releaseStop: handle("releaseStop", (call) => releaseStop(deps(), call)),
    engageScope: handle("engageScope", (call) => engageScope(deps(), call)),
    releaseScope: handle("releaseScope", (call) => releaseScope(deps(), call)),
    engageGlobalStop: handle("engageGlobalStop", (call) => engageGlobalStop(deps(), call)),
    releaseGlobalStop: handle("releaseGlobalStop", (call) => releaseGlobalStop(deps(), call)),
    getOperators: handle("getOperators", (call) => getOperators(deps(), call)),
    changeOperator: handle("changeOperator", (call) => changeOperator(deps(), call)),
    enrolAgent: handle("enrolAgent", (call) => enrolAgent(deps(), call)),
    revokeAgent: handle("revokeAgent", (call) => revokeAgent(deps(), call)),
    makeEnrolmentCode: handle("makeEnrolmentCode", (call) => makeEnrolmentCode(deps(), call)),
    redeemEnrolmentCode: handle("redeemEnrolmentCode", (call) => redeemCode(deps(), call)),
    rotateAgentKey: handle("rotateAgentKey", (call) => rotateAgentKey(deps(), call)),
    changeStaff: handle("changeStaff", (call) => changeStaff(deps(), call)),
    startCover: handle("startCover", (call) => startCover(deps(), call)),
    endCover: handle("endCover", (call) => endCover(deps(), call)),
    grantDelegation: handle("grantDelegation", (call) => grantDelegation(deps(), call)),
    revokeDelegation: handle("revokeDelegation", (call) => revokeDelegation(deps(), call)),
    grantExemption: handle("grantExemption", (call) => grantExemption(deps(), call)),
    revokeExemption: handle("revokeExemption", (call) => revokeExemption(deps(), call)),
    reportQuotas: handle("reportQuotas", ({ tenantId }) => reportQuotas(deps(), tenantId)),
    resetQuota: handle("resetQuota", (call) => resetQuota(deps(), call)),
    requestExport: handle("requestExport", (call) => requestExport({ ...deps(), log: more.log() }, call)),
    getExport: handle("getExport", ({ tenantId, exportId }) => getExport(deps(), tenantId, exportId)),
    createAuditLink: handle("createAuditLink", (call) => createAuditLink(deps(), call)),
    revokeAuditLink: handle("revokeAuditLink", (call) => revokeAuditLink(deps(), call)),
    runJob: handle("runJob", (call) => startJob(deps(), more.jobs, call)),
    revealWords: handle("revealWords", (call) => revealWords(deps(), call)),
    openEvidence: handle("openEvidence", (call) => openEvidence(deps(), call)),
    eraseWords: handle("eraseWords", (call) => eraseWords(deps(), call)),
    placeHold: handle("placeHold", (call) => placeHold(deps(), call)),
    liftHold: handle("liftHold", (call) => liftHold(deps(), call)),
    planPurge: handle("planPurge", ({ tenantId, collection }) => planPurge(deps(), tenantId, collection)),
    redriveDeadLetter: handle("redriveDeadLetter", (call) => redriveDeadLetter(deps(), call)),
  };
}
