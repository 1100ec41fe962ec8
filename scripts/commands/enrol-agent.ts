import { readFileSync } from "node:fs";
import { unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";

/** `studio agents enrol`: an agent by its public key. The caller becomes the person who answers for it. */
export const addEnrolAgent: AddCommand = (program, { withSession }) => {
  group(program, "agents", "The programs beside the kilns.")
    .command("enrol <id>")
    .description("Enrol an agent by its public key, or give it a new one. You become the person who answers for it.")
    .requiredOption("--name <text>", "what people call it")
    .requiredOption("--key <base64 or file>", "its raw Ed25519 public key in base64, or a file that holds it")
    .action(
      withSession(async ({ call }, { name, key }, [agentId = ""]) => {
        const publicKey = readKey(String(key));
        const { agent } = await call("enrolAgent", {}, { agentId, name: String(name), publicKey });
        const keys = agent.keys.map((it) => `  key ${it.keyId}${it.notAfter === null ? "" : ` until ${it.notAfter}`}`);
        return {
          lines: [`${agent.agentId} is ${agent.status}; ${agent.ownerUid} answers for it.`, ...keys],
          json: { agent },
        };
      }),
    );
};

const BASE64_KEY = /^[A-Za-z0-9+/]{43}=$/;

function readKey(given: string): string {
  if (BASE64_KEY.test(given)) return given;
  let text: string;
  try {
    text = readFileSync(given, "utf8").trim();
  } catch {
    throw unusable("USAGE", "--key is 44 characters of base64, or a file that can be read.");
  }
  if (!BASE64_KEY.test(text)) throw unusable("USAGE", `${given} does not hold an Ed25519 public key in base64.`);
  return text;
}
