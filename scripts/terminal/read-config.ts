import * as z from "zod";
import { unreachable, unusable } from "./failure.js";
import type { Means } from "./means.js";

/** Where one deployment of Studio OS signs people in, answers and keeps its documents. */
export interface StudioAddresses {
  /** Below these lie `/api/…` and `/audit/…`: one host, but on the functions emulator. */
  readonly apiOrigin: string;
  readonly auditOrigin: string;
  readonly projectId: string;
  /** Names the project to Identity Toolkit. No secret. */
  readonly apiKey: string;
  /** `accounts:signInWithPassword` lies below this. */
  readonly identityOrigin: string;
  /** Firestore's REST API. */
  readonly firestoreOrigin: string;
  readonly isEmulator: boolean;
}

/** Where `npm start` answers. */
const LOCAL_ORIGIN = "http://127.0.0.1:5050";
const CONFIG_TIMEOUT_MS = 30_000;

/** What the cockpit of the same deployment is configured with. Only the fields that a terminal needs. */
const CockpitConfig = z.object({
  projectId: z.string().min(1),
  apiKey: z.string().min(1),
  authEmulatorUrl: z.url().optional(),
  firestoreEmulator: z.object({ host: z.string().min(1), port: z.int().min(1).max(65_535) }).optional(),
});
type CockpitConfig = z.infer<typeof CockpitConfig>;

/**
 * Where does this studio answer? `--studio`, then STUDIO_ORIGIN, then the emulators' own variables, then `npm start` on this
 * machine; the rest comes from the `studio-config.json` that the cockpit reads. Throws NOT_CONFIGURED and NETWORK_UNREACHABLE.
 */
export async function readAddresses(means: Means, studioOption: string | undefined): Promise<StudioAddresses> {
  const fromEmulators = studioOption === undefined ? emulatorAddresses(means.env) : null;
  if (fromEmulators !== null) return fromEmulators;
  const origin = toOrigin(studioOption ?? means.env["STUDIO_ORIGIN"] ?? LOCAL_ORIGIN);
  return { apiOrigin: origin, auditOrigin: origin, ...toAddresses(await fetchConfig(means, origin)) };
}

/** Programs that `scripts/dev/with-emulators.ts` runs find all of it in their environment. */
function emulatorAddresses(env: Means["env"]): StudioAddresses | null {
  const [projectId, functionsOrigin] = [env["GCLOUD_PROJECT"], env["STUDIO_FUNCTIONS_ORIGIN"]];
  const [auth, firestore] = [env["FIREBASE_AUTH_EMULATOR_HOST"], env["FIRESTORE_EMULATOR_HOST"]];
  if (env["STUDIO_ORIGIN"] !== undefined || projectId === undefined || functionsOrigin === undefined) return null;
  if (auth === undefined || firestore === undefined) return null;
  return {
    // There each function answers below its own name.
    apiOrigin: `${functionsOrigin}/api`,
    auditOrigin: `${functionsOrigin}/auditLog`,
    projectId,
    apiKey: "emulator",
    identityOrigin: `http://${auth}/identitytoolkit.googleapis.com`,
    firestoreOrigin: `http://${firestore}`,
    isEmulator: true,
  };
}

function toOrigin(text: string): string {
  if (!URL.canParse(text))
    throw unusable("NOT_CONFIGURED", `"${text}" is no address of a studio: give scheme and host.`);
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal(url.hostname)))
    throw unusable("NOT_CONFIGURED", `${url.origin} is not https: a sign-in is sent to no other address.`);
  return url.origin;
}

const isLocal = (hostname: string): boolean => ["127.0.0.1", "localhost", "[::1]"].includes(hostname);

async function fetchConfig(means: Means, origin: string): Promise<CockpitConfig> {
  const url = `${origin}/studio-config.json`;
  let text: string;
  try {
    const response = await means.fetch(url, { signal: AbortSignal.timeout(CONFIG_TIMEOUT_MS) });
    if (!response.ok) throw unusable("NOT_CONFIGURED", `${url} answered ${response.status}. Is this a studio?`);
    text = await response.text();
  } catch (error) {
    if (error instanceof Error && error.name === "CommandFailure") throw error;
    throw unreachable("NETWORK_UNREACHABLE", `${origin} could not be reached. Does the studio run there?`);
  }
  const parsed = CockpitConfig.safeParse(parseJson(text));
  if (!parsed.success) throw unusable("NOT_CONFIGURED", `${url} is not the configuration of a studio.`);
  return parsed.data;
}

function toAddresses(config: CockpitConfig): Omit<StudioAddresses, "apiOrigin" | "auditOrigin"> {
  const { projectId, apiKey, authEmulatorUrl, firestoreEmulator } = config;
  const emulators = [authEmulatorUrl && new URL(authEmulatorUrl).hostname, firestoreEmulator?.host];
  if (emulators.some((host) => host !== undefined && !isLocal(host)))
    throw unusable("NOT_CONFIGURED", "The studio names an emulator on another machine: a sign-in is not sent there.");
  return {
    projectId,
    apiKey,
    identityOrigin:
      authEmulatorUrl === undefined
        ? "https://identitytoolkit.googleapis.com"
        : `${new URL(authEmulatorUrl).origin}/identitytoolkit.googleapis.com`,
    firestoreOrigin:
      firestoreEmulator === undefined
        ? "https://firestore.googleapis.com"
        : `http://${firestoreEmulator.host}:${firestoreEmulator.port}`,
    isEmulator: authEmulatorUrl !== undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
