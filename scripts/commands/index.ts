import type { AddCommand } from "../terminal/program.js";
import { addApproveProposal } from "./approve-proposal.js";
import { addChangeOperators, addListOperators } from "./change-operators.js";
import { addDownloadExport, addExportAudit } from "./export-audit.js";
import { addEngageStop } from "./engage-stop.js";
import { addEnrolAgent } from "./enrol-agent.js";
import { addExecuteProposal } from "./execute-proposal.js";
import { addGrantExemption, addRevokeExemption } from "./grant-exemption.js";
import { addLendRights, addTakeRightsBack } from "./lend-rights.js";
import { addLinkAudit, addUnlinkAudit } from "./link-audit.js";
import { addListProposals } from "./list-proposals.js";
import { addProveEntry } from "./prove-entry.js";
import { addRejectProposal } from "./reject-proposal.js";
import { addReleaseStop } from "./release-stop.js";
import { addReportQuotas } from "./report-quotas.js";
import { addRunJob } from "./run-job.js";
import { addShowAuditKey } from "./show-audit-key.js";
import { addShowControl } from "./show-control.js";
import { addShowProposal } from "./show-proposal.js";
import { addTailAudit } from "./tail-audit.js";
import { addVerifyBundle } from "./verify-bundle.js";

/** Every command of the terminal, one a line. */
export const COMMANDS: readonly AddCommand[] = [
  addShowControl,
  addEngageStop,
  addReleaseStop,
  addListOperators,
  addChangeOperators,
  addListProposals,
  addShowProposal,
  addApproveProposal,
  addRejectProposal,
  addExecuteProposal,
  addReportQuotas,
  addEnrolAgent,
  addLendRights,
  addTakeRightsBack,
  addGrantExemption,
  addRevokeExemption,
  addRunJob,
  addTailAudit,
  addProveEntry,
  addExportAudit,
  addDownloadExport,
  addVerifyBundle,
  addLinkAudit,
  addUnlinkAudit,
  addShowAuditKey,
];
