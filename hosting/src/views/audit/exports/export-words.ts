import { SIGNATURE_TYPES, decodeBase64, formatOrigin, formatVerifierKey } from "@studio-os/functions/audit-proofs";
import type { AuditExport } from "@studio-os/functions/contracts";
import type { LogData } from "../../../data/audit-data.js";
import { browserCrypto } from "../browser-crypto.js";

/** The folder that a bundle unpacks into, and the name of its file. */
export const bundleName = ({ tenantId, exportId }: AuditExport): string => `audit-${tenantId}-${exportId}`;

/** Ends of a range as people write them: the first and the last entry. */
export function contentWords({ content, count }: AuditExport): string {
  if (content.kind === "filtered") return `Entries whose ${content.field} is ${content.value}`;
  const { from, to } = content;
  const size = count ?? to - from;
  if (size === 0) return "No entries";
  return `Entries ${from.toLocaleString("en")} to ${(to - 1).toLocaleString("en")}`;
}

/** What it proves and what it does not: a choice never shows that nothing is missing. */
export const proofWords = ({ content }: AuditExport): string =>
  content.kind === "range"
    ? "Verified, it proves that nothing in it was altered, reordered, added or left out."
    : "Verified, it proves that each of its entries is in the log, not that no other one fits.";

/** The verifier keys of the log that this export is of, as this cockpit was configured: never from the database. */
export function verifierKeys(identity: LogData["identity"], { tenantId, epoch }: AuditExport): readonly string[] {
  if (identity === null) return [];
  const origin = formatOrigin({ host: identity.host, tenantId, epoch });
  return identity.publicKeys.map((key) =>
    formatVerifierKey(browserCrypto.sha256, origin, SIGNATURE_TYPES.ed25519, decodeBase64(key)),
  );
}

/** One line that verifies the unpacked folder, offline. The options say what was asked for. */
export function verifyCommand(exported: AuditExport, key: string): string {
  const { content, treeSize } = exported;
  const folder = bundleName(exported);
  const whole = content.kind === "range" && content.from === 0 && content.to === treeSize;
  const asked = content.kind === "filtered" ? " --filtered" : whole ? "" : ` --range ${content.from}:${content.to}`;
  return `node ${folder}/verify.mjs --key "${key}"${asked} ${folder}`;
}
