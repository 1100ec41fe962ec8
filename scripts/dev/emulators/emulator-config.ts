import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What can be asked for. Eventarc, hub and logging come along by themselves. */
export const EMULATOR_NAMES = ["auth", "firestore", "functions", "hosting", "pubsub", "tasks"] as const;
export type EmulatorName = (typeof EMULATOR_NAMES)[number];

/** Every port that a run of the emulators listens on. */
export const PORT_NAMES = [...EMULATOR_NAMES, "firestoreWebsocket", "hub", "logging", "eventarc"] as const;
export type PortName = (typeof PORT_NAMES)[number];
export type EmulatorPorts = Readonly<Record<PortName, number>>;

const PortSetting = z.object({ port: z.int().min(1).max(65_535) });

/** The fields of `firebase.json` that a run reads or changes; everything else is passed on as it is. */
const FirebaseJson = z.looseObject({
  functions: z.array(z.looseObject({ source: z.string() })),
  hosting: z.looseObject({
    public: z.string(),
    headers: z.array(
      z.looseObject({ source: z.string(), headers: z.array(z.object({ key: z.string(), value: z.string() })) }),
    ),
  }),
  emulators: z.object({
    auth: PortSetting,
    firestore: PortSetting.extend({ websocketPort: z.int() }),
    functions: PortSetting,
    hosting: PortSetting,
    pubsub: PortSetting,
    tasks: PortSetting,
    hub: PortSetting,
    logging: PortSetting,
    eventarc: PortSetting,
  }),
});
export type FirebaseJson = z.infer<typeof FirebaseJson>;

export function readFirebaseJson(root: string): FirebaseJson {
  return FirebaseJson.parse(JSON.parse(readFileSync(join(root, "firebase.json"), "utf8")));
}

/** Answers: which ports does `firebase.json` fix, each moved by `offset`? */
export function fixedPorts(config: FirebaseJson, offset: number): EmulatorPorts {
  const { emulators } = config;
  const moved = (name: Exclude<PortName, "firestoreWebsocket">): number => emulators[name].port + offset;
  return {
    auth: moved("auth"),
    firestore: moved("firestore"),
    functions: moved("functions"),
    hosting: moved("hosting"),
    pubsub: moved("pubsub"),
    tasks: moved("tasks"),
    firestoreWebsocket: emulators.firestore.websocketPort + offset,
    hub: moved("hub"),
    logging: moved("logging"),
    eventarc: moved("eventarc"),
  };
}

/** A run's own copies of what was built, relative to the repository root. */
export interface StagedPaths {
  readonly functionsSource: string;
  readonly hostingPublic: string;
}

/**
 * Answers: what does firebase-tools read for one run? The project's `firebase.json` with this run's ports and its own
 * copies of the built functions and pages. Paths stay relative to the repository root: firebase-tools refuses others.
 */
export function configForRun(config: FirebaseJson, ports: EmulatorPorts, staged: StagedPaths): FirebaseJson {
  const at = (port: number): { host: string; port: number } => ({ host: "127.0.0.1", port });
  return {
    ...config,
    functions: config.functions.map((codebase) => ({ ...codebase, source: staged.functionsSource })),
    hosting: {
      ...config.hosting,
      public: staged.hostingPublic,
      headers: config.hosting.headers.map(withLoopbackAllowed),
    },
    emulators: {
      ...config.emulators,
      auth: at(ports.auth),
      firestore: { ...at(ports.firestore), websocketPort: ports.firestoreWebsocket },
      functions: at(ports.functions),
      hosting: at(ports.hosting),
      pubsub: at(ports.pubsub),
      tasks: at(ports.tasks),
      hub: at(ports.hub),
      logging: at(ports.logging),
      eventarc: at(ports.eventarc),
      // The UI cannot be had offline. Several project ids keep tests apart on one Firestore emulator.
      ...{ ui: { enabled: false }, singleProjectMode: false },
    },
  };
}

type HeaderRule = FirebaseJson["hosting"]["headers"][number];

/** The cockpit's content security policy names Google's hosts only; a run adds the emulators', so production never trusts loopback. */
function withLoopbackAllowed(rule: HeaderRule): HeaderRule {
  const headers = rule.headers.map(({ key, value }) =>
    key === "Content-Security-Policy"
      ? { key, value: value.replace("connect-src 'self'", "connect-src 'self' http://127.0.0.1:*") }
      : { key, value },
  );
  return { ...rule, headers };
}

/** Answers: on which ports will something listen when these emulators run? */
export function listeningPorts(only: readonly EmulatorName[], ports: EmulatorPorts): number[] {
  const names: PortName[] = ["hub", "logging", ...only.filter((name) => name !== "tasks")];
  if (only.includes("firestore")) names.push("firestoreWebsocket");
  // firebase-tools starts the task queues beside the functions and never without them.
  if (only.includes("functions")) names.push("eventarc", "tasks");
  return [...new Set(names)].map((name) => ports[name]);
}

/** Answers: what must a program's environment say so that the Google SDKs in it talk to these emulators and nothing else? */
export function environmentFor(
  only: readonly EmulatorName[],
  ports: EmulatorPorts,
  projectId: string,
  region: string,
): Record<string, string> {
  const at = (name: PortName): string => `127.0.0.1:${ports[name]}`;
  return {
    GCLOUD_PROJECT: projectId,
    GOOGLE_CLOUD_PROJECT: projectId,
    // Google's clients otherwise ask the network for a cloud machine's identity, and warn that there is none.
    METADATA_SERVER_DETECTION: "none",
    ...(only.includes("firestore") && { FIRESTORE_EMULATOR_HOST: at("firestore") }),
    ...(only.includes("auth") && { FIREBASE_AUTH_EMULATOR_HOST: at("auth") }),
    ...(only.includes("pubsub") && { PUBSUB_EMULATOR_HOST: at("pubsub") }),
    ...(only.includes("functions") && {
      STUDIO_FUNCTIONS_ORIGIN: `http://${at("functions")}/${projectId}/${region}`,
      CLOUD_TASKS_EMULATOR_HOST: at("tasks"),
    }),
    ...(only.includes("hosting") && { STUDIO_HOSTING_ORIGIN: `http://${at("hosting")}` }),
  };
}
