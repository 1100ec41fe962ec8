import { sign } from "node:crypto";
import { EnrolmentCode, keyProofMessage } from "@studio-os/functions/contracts";
import type { AgentSigningKey } from "../uplink/agent-key.js";

/** The signature by this key over these facts: shows that the machine holds it. */
export function proveKey({ privateKey }: AgentSigningKey, facts: Parameters<typeof keyProofMessage>[0]): string {
  return sign(null, Buffer.from(keyProofMessage(facts), "utf8"), privateKey).toString("base64");
}

const MISREAD: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };

/** The code that a person typed: case, spaces, missing hyphens and the letters that are read as digits are mended. null: no code. */
export function readTypedCode(typed: string): string | null {
  const letters = typed
    .toUpperCase()
    .replace(/[\s-]/g, "")
    .replace(/[OIL]/g, (letter) => MISREAD[letter] ?? letter);
  const code = EnrolmentCode.safeParse((letters.match(/.{1,5}/g) ?? []).join("-"));
  return code.success ? code.data : null;
}
