import { AUDIT_LINK_MAX_DAYS } from "@studio-os/functions/contracts";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { textOf } from "../terminal/read-log.js";

/** `studio audit link`: lets an outsider read the log, and an export. */
export const addLinkAudit: AddCommand = (program, { withSession }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("link")
    .description(
      "Let an outsider read the signed log, and one export. The secret is shown once. Needs a fresh sign-in.",
    )
    .requiredOption("--for <label>", "for whom it is")
    .option("--days <n>", `for how long, up to ${AUDIT_LINK_MAX_DAYS}`, "14")
    .option("--export <id>", "the export that it opens besides the log")
    .action(
      withSession(async ({ call, auditOrigin, tenantId }, given) => {
        const days = Number(textOf(given, "days"));
        if (!Number.isInteger(days) || days < 1 || days > AUDIT_LINK_MAX_DAYS)
          throw unusable("USAGE", `--days is a whole number from 1 to ${AUDIT_LINK_MAX_DAYS}.`);
        const body = { label: textOf(given, "for") ?? "", days, exportId: textOf(given, "export") ?? null };
        const answer = await call("createAuditLink", {}, body);
        const lines = [
          `It counts until ${answer.link.expiresAt}. Hand the secret over by a safe way; it is shown only now:`,
          answer.token,
          `For example: curl -u link:<secret> ${auditOrigin}/audit/${tenantId}/checkpoint`,
          `To end it: studio audit unlink ${answer.link.linkId} --reason …`,
        ];
        return { lines, json: answer };
      }),
    );
};

/** `studio audit unlink`: ends an audit link. */
export const addUnlinkAudit: AddCommand = (program, { withSession }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("unlink <id>")
    .description("End an audit link: it opens nothing from now on.")
    .requiredOption("--reason <text>", "why")
    .action(
      withSession(async ({ call }, given, [linkId = ""]) => {
        const answer = await call("revokeAuditLink", { linkId }, { reason: textOf(given, "reason") ?? "" });
        return { lines: [`The link ended at ${answer.link.revokedAt ?? ""}.`], json: answer };
      }),
    );
};
