import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { beginNewLog } from "../../functions/src/audit/begin-new-log.js";
import { checkAndRebuild } from "../../functions/src/audit/check-all-logs.js";
import { checkLog } from "../../functions/src/audit/check-log.js";
import { openLogMeans } from "../../functions/src/audit/open-log-means.js";
import { sealLog } from "../../functions/src/audit/seal-log.js";
import { sequenceLog } from "../../functions/src/audit/sequence-log.js";
import { TenantId } from "../../functions/src/contracts/index.js";
import { productionDeps } from "../../functions/src/platform/production-deps.js";

const USAGE = `Usage: npx tsx scripts/admin/audit-log.ts check STUDIO [--repair]
       npx tsx scripts/admin/audit-log.ts sequence STUDIO
       npx tsx scripts/admin/audit-log.ts seal STUDIO
       npx tsx scripts/admin/audit-log.ts begin-new-log STUDIO --reason "Why the old log cannot go on"

For administrators of the project, with their own credentials and the settings of the audit functions
(GCLOUD_PROJECT, AUDIT_SIGNING_KEYS, AUDIT_MEMORY_BUCKET): docs/runbooks/audit-log.md.`;
const MIN_REASON = 10;
const MAX_REASON = 500;

/** Exit codes: 0 all is well or done, 1 findings or nothing to begin, 2 unusable input. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { reason: { type: "string" }, repair: { type: "boolean" } },
  });
  const [command, studio] = positionals;
  const tenantId = TenantId.safeParse(studio);
  if (!tenantId.success || positionals.length !== 2) return say(USAGE, 2);
  const means = await openLogMeans(productionDeps(), `admin-${Date.now()}`);
  switch (command) {
    case "check": {
      const repaired = values.repair === true ? await checkAndRebuild(means, tenantId.data) : null;
      const { size, count, findings } = repaired ?? (await checkLog(means, tenantId.data));
      if (repaired !== null) console.log(`Rebuilt: ${repaired.rebuilt.join(", ") || "nothing"}.`);
      for (const { kind, text } of findings) console.log(`${kind}: ${text}`);
      return say(`${size} entries checked, ${count} findings.`, count === 0 ? 0 : 1);
    }
    case "sequence": {
      const report = await sequenceLog(means, tenantId.data);
      return say(JSON.stringify(report), report.outcome === "done" ? 0 : 1);
    }
    case "seal": {
      const { outcome, entries } = await sealLog(means, tenantId.data);
      return say(`${outcome}: ${entries} entries.`, outcome === "sealed" || outcome === "nothing" ? 0 : 1);
    }
    case "begin-new-log": {
      const reason = values.reason?.trim() ?? "";
      if (reason.length < MIN_REASON || reason.length > MAX_REASON)
        return say(`--reason takes ${MIN_REASON} to ${MAX_REASON} characters.`, 2);
      const actor = { type: "system" as const, id: "project-administrator", name: userInfo().username.slice(0, 120) };
      const begun = await beginNewLog(means, { tenantId: tenantId.data, actor, reason });
      if (begun === null) return say("The log is not frozen: there is nothing to begin.", 1);
      return say(`${begun.origin} takes the place of ${begun.previousOrigin}. Hand its key out anew.`, 0);
    }
    default:
      return say(USAGE, 2);
  }
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  },
);
