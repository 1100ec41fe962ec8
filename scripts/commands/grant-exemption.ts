import { WAIVABLE, Waivable } from "@studio-os/functions/contracts";
import type { Exemption } from "@studio-os/functions/contracts";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { instantOf } from "./lend-rights.js";

const EXEMPTIONS = ["exemptions", "Requirements that need not be met, for a while and a few times."] as const;

/** `studio exemptions grant`: one named requirement, one capability, one person's requests or one record. */
export const addGrantExemption: AddCommand = (program, { withSession }) => {
  group(program, ...EXEMPTIONS)
    .command("grant <capability>")
    .description("Let one requirement go unmet. Not for yourself, and never the kill switch or the record.")
    .requiredOption("--waives <requirement>", `one of: ${WAIVABLE.join(", ")}`)
    .option("--for <uid>", "whose requests it is about")
    .option("--record <path>", "which record it is about, with what lies below it")
    .requiredOption("--until <instant>", "when it ends, at most seven days from now")
    .option("--uses <count>", "how often it may be used", "1")
    .requiredOption("--ticket <ref>", "where the matter is written down")
    .requiredOption("--reason <text>", "why, in at least 20 characters")
    .action(
      withSession(async ({ call }, given, [capabilityId = ""]) => {
        const waives = Waivable.safeParse(given["waives"]);
        if (!waives.success) throw unusable("USAGE", `--waives is one of: ${WAIVABLE.join(", ")}.`);
        const { exemption } = await call(
          "grantExemption",
          {},
          {
            capabilityId,
            forUid: typeof given["for"] === "string" ? given["for"] : null,
            resourceRef: typeof given["record"] === "string" ? given["record"] : null,
            waives: [waives.data],
            ticketRef: String(given["ticket"]),
            expiresAt: instantOf(given["until"]) ?? "",
            maxUses: Number(given["uses"]),
            reason: String(given["reason"]),
          },
        );
        return { lines: linesOf(exemption), json: { exemption } };
      }),
    );
};

/** `studio exemptions revoke`: ends one before its time. */
export const addRevokeExemption: AddCommand = (program, { withSession }) => {
  group(program, ...EXEMPTIONS)
    .command("revoke <exemption>")
    .description("Take an exemption back. Nothing is approved or executed on it from then on.")
    .requiredOption("--reason <text>", "why")
    .action(
      withSession(async ({ call }, { reason }, [exemptionId = ""]) => {
        const { exemption } = await call("revokeExemption", { exemptionId }, { reason: String(reason) });
        return { lines: linesOf(exemption), json: { exemption } };
      }),
    );
};

function linesOf({ exemptionId, capabilityId, waives, uses, maxUses, expiresAt, revokedAt }: Exemption): string[] {
  const state = revokedAt === null ? `until ${expiresAt}` : `taken back at ${revokedAt}`;
  return [
    `${capabilityId} without ${waives.join(", ")}`,
    `  ${exemptionId}, used ${uses} of ${maxUses} times, ${state}`,
  ];
}
