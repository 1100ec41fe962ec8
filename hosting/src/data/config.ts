import * as z from "zod";

/** Which world this is. Shown on every screen in a different shape each, so that nobody practises on the live studio. */
export const Environment = z.enum(["emulator", "staging", "live"]);
export type Environment = z.infer<typeof Environment>;

/** Where the cockpit finds its configuration, written beside the built files by the dev stack or the deployment. */
export const CONFIG_URL = "/studio-config.json";
const CONFIG_TIMEOUT_MS = 10_000;

/**
 * Where this cockpit signs in and reads. Served at `/studio-config.json`; written by the dev stack or the deployment;
 * holds no secret (a Firebase web API key names a project and proves nothing). Emulator addresses and the environment
 * `emulator` come together or not at all: a cockpit that says "live" never talks to an emulator, nor the reverse.
 */
export const StudioConfig = z
  .strictObject({
    projectId: z.string().min(1),
    apiKey: z.string().min(1),
    environment: Environment,
    authEmulatorUrl: z.url().optional(),
    /** Which logs this cockpit checks, and by which keys: Ed25519, base64 of 32 bytes. Without it nothing is verified. */
    auditLog: z
      .strictObject({
        host: z.string().min(1).max(255),
        publicKeys: z
          .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/))
          .min(1)
          .max(2),
      })
      .optional(),
    firestoreEmulator: z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }).optional(),
  })
  .refine(
    (config) =>
      (config.environment === "emulator") === (config.authEmulatorUrl !== undefined) &&
      (config.environment === "emulator") === (config.firestoreEmulator !== undefined),
    { message: "emulator addresses belong to the environment `emulator`, and both are needed there" },
  );
export type StudioConfig = z.infer<typeof StudioConfig>;

export type ConfigOutcome =
  | { readonly kind: "ready"; readonly config: StudioConfig }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/** Answers: does this text hold a usable configuration? Lists every problem at once. */
export function parseConfig(text: string): ConfigOutcome {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A host that rewrites unknown paths to the page answers HTML here.
    return { kind: "failed", problems: [`${CONFIG_URL} is not JSON. Was it written beside the built files?`] };
  }
  const parsed = StudioConfig.safeParse(json);
  if (parsed.success) return { kind: "ready", config: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  return { kind: "failed", problems };
}

/** Reads the configuration of this deployment. Never throws: a missing or wrong file is an answer with its problems. */
export async function loadConfig(): Promise<ConfigOutcome> {
  try {
    const response = await fetch(CONFIG_URL, { cache: "no-store", signal: AbortSignal.timeout(CONFIG_TIMEOUT_MS) });
    if (!response.ok) return { kind: "failed", problems: [`${CONFIG_URL} answered ${response.status}.`] };
    return parseConfig(await response.text());
  } catch {
    return { kind: "failed", problems: [`${CONFIG_URL} could not be fetched. Is the network there?`] };
  }
}
