import * as z from "zod";
import type { Witness } from "./ask-witness.js";
import { cosignatureVerifier } from "./cosignature.js";
import type { ProofCrypto } from "./note.js";

/** Each asks for a request of its own, and adds a line to every checkpoint. */
const MAX_WITNESSES = 8;

const Setting = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .regex(/[^/]$/, "ends without a slash"),
  verifierKey: z.string().max(500),
});

/**
 * Which witnesses does AUDIT_WITNESSES name, as a JSON list of `{url, verifierKey}`? None, if it is not set. Only https, but for witnesses of
 * an emulator on this machine. Throws an error that lists what is wrong.
 */
export function readWitnesses(crypto: ProofCrypto, env: Readonly<Record<string, string | undefined>>): Witness[] {
  const text = env["AUDIT_WITNESSES"] ?? "";
  if (text === "") return [];
  const settings = z.array(Setting).max(MAX_WITNESSES).safeParse(parseJson(text));
  if (!settings.success)
    throw new Error(`AUDIT_WITNESSES is not a list of witnesses: ${z.prettifyError(settings.error)}`);
  for (const { url, verifierKey } of settings.data) {
    if (!url.startsWith("https://") && env["FUNCTIONS_EMULATOR"] !== "true")
      throw new Error("AUDIT_WITNESSES names a witness without https");
    cosignatureVerifier(crypto, verifierKey);
  }
  return settings.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
