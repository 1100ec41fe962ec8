import { AttributeName, DeviceId, DocId, KilnBinding, TenantId, UPLINK_TOPIC } from "@studio-os/functions/contracts";
import * as z from "zod";
import { errnoOf, parseJson, secretOf } from "./config-values.js";
import type { ConfigHost } from "./config-values.js";
import { HubitatConfig } from "./hubitat/hubitat-config.js";
import { LiveConfig, PostUrlConfig } from "./hubitat/live/live-config.js";
import { LOG_LEVELS } from "./logger.js";
import { AttributePolicy, MAX_HUB_POLL_MS, MAX_VACUUM_POLL_MS, ROUTINE_EVERY_MS } from "./observe/report-policy.js";
import { AccountFields, AccountOptions, RoborockOptions, VacuumConfig } from "./roborock/options.js";
import { Rules } from "./rules/rule.js";
import type { Rule } from "./rules/rule.js";
import type { Secret } from "./secret.js";
import { UnusableKey, readKeyFile } from "./uplink/agent-key.js";
import type { AgentSigningKey } from "./uplink/agent-key.js";

/** A hub is small: polls come slowly, and simulators play faster than life. */
const PollIntervalMs = z.int().min(100);
const HUBITAT_POLL_MS = 20_000;
const ROBOROCK_POLL_MS = 30_000;
const GOES_STALE = "polls so rare that readings go stale between two of them";
const STATUS_PORT = 8_754;

/** An origin, without a path. Plain HTTP to this machine alone: there the emulators answer. */
export const CloudOrigin = z
  .string()
  .regex(
    /^(https:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/,
    "expected https://host, without a path",
  );

/**
 * The configuration file of the agent, JSON. Written by the operator; read once, at start. Unknown keys are refused
 * wherever they stand, so that a mistyped bound, or a hope for an action, never passes in silence.
 */
export function configSchema(host: ConfigHost) {
  return z
    .strictObject({
      tenantId: TenantId,
      agentId: DocId,
      /** Ed25519 private key, PKCS #8 PEM, readable by its owner alone. Made by `keygen`. */
      keyFile: z
        .string()
        .min(1)
        .transform((path, context) => readKey(host, path, context)),
      /** Holds the outbox. One agent, one folder. */
      stateDir: z.string().min(1).transform(host.resolvePath),
      pubsub: z.strictObject({
        projectId: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "expected the id of a Google Cloud project"),
        topic: z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$/, "expected the name of a topic")
          .default(UPLINK_TOPIC),
        region: z
          .string()
          .regex(/^[a-z]+-[a-z]+\d{1,2}$/, "expected a region such as europe-west3")
          .optional(),
      }),
      hubitat: hubitatSection(host).nullable().default(null),
      /** The vacuums that are named here. */
      roborock: roborockSection(host).nullable().default(null),
      /** The vacuums of an account, found after `roborock login`. */
      roborockAccount: accountSection(host).nullable().default(null),
      /** Which sensors sit in which zone of which kiln: while it is hot, they are sampled every 30 s. */
      kilnSensors: z.record(DeviceId, KilnBinding).default({}),
      /** How long a routine envelope waits for more to carry: the longer, the fewer writes in the cloud. Milliseconds. */
      routineEveryMs: z.int().min(500).max(ROUTINE_EVERY_MS).default(ROUTINE_EVERY_MS),
      deadbands: z.record(AttributeName, AttributePolicy).default({}),
      rules: z
        .union([z.array(z.unknown()), z.strictObject({ file: z.string() })], {
          error: 'expected a list of rules or {"file": "path"}',
        })
        .transform((form, context) => readRules(host, form, context))
        .default([]),
      /** The page and the health addresses of this machine alone; null: the agent listens nowhere. */
      status: z
        .strictObject({ port: z.int().min(0).max(65_535).default(STATUS_PORT) })
        .nullable()
        .default(null),
      /** Where the studio's API is: asked by `enrol` and `rotate-key`, and by nothing that runs. */
      cloudOrigin: CloudOrigin.optional(),
      /** True: the devices are simulators, and no reading of theirs is ever called live. */
      simulated: z.boolean().default(false),
      logLevel: z.enum(LOG_LEVELS).default("info"),
    })
    .refine(({ roborock, roborockAccount }) => roborock === null || roborockAccount === null, {
      path: ["roborockAccount"],
      error: "either the account or the named vacuums, not both",
    });
}
export type AgentConfig = z.output<ReturnType<typeof configSchema>>;

/** Every secret of a configuration, so that the log can strike them out. */
export function secretsOf(config: AgentConfig): Secret[] {
  const { hubitat, roborock } = config;
  const vacuums = roborock === null ? [] : roborock.devices.map(({ localKey }) => localKey);
  const account = roborock === null ? [] : [roborock.rriot.u, roborock.rriot.s, roborock.rriot.k];
  const email = config.roborockAccount === null ? [] : [config.roborockAccount.email];
  const hub = hubitat === null ? [] : [hubitat.token];
  const events = hubitat?.live.kind === "post_url" ? [hubitat.live.pathSecret] : [];
  return [...hub, ...events, ...account, ...vacuums, ...email];
}

/** Without what is the agent's own in the sections: how often it polls. */
const OPTIONS = RoborockOptions.strip();
const ACCOUNT = AccountFields.strip();

/** The hub's own options, with the token in the open: given to the client and to nothing else. */
export function revealHubitat(section: NonNullable<AgentConfig["hubitat"]>): HubitatConfig {
  const { live, token } = section;
  const openLive = live.kind === "post_url" ? { ...live, pathSecret: live.pathSecret.reveal() } : live;
  return HubitatConfig.strip().parse({ ...section, token: token.reveal(), live: openLive });
}

/** The vacuums' own options, with their secrets in the open: given to the client and to nothing else. */
export function revealRoborock(section: NonNullable<AgentConfig["roborock"]>, isSimulated: boolean): RoborockOptions {
  return OPTIONS.parse(openRoborock(section, isSimulated));
}

/** The account's own options, with its address in the open: given to the client and to nothing else. */
export function revealAccount(
  section: NonNullable<AgentConfig["roborockAccount"]>,
  isSimulated: boolean,
): AccountOptions {
  return AccountOptions.parse(ACCOUNT.parse({ ...section, email: section.email.reveal(), isSimulated }));
}

function openRoborock(section: NonNullable<AgentConfig["roborock"]>, isSimulated: boolean): unknown {
  const { rriot, devices } = section;
  return {
    ...section,
    isSimulated,
    rriot: { u: rriot.u.reveal(), s: rriot.s.reveal(), k: rriot.k.reveal() },
    devices: devices.map((device) => ({ ...device, localKey: device.localKey.reveal() })),
  };
}

function hubitatSection(host: ConfigHost) {
  const postUrl = PostUrlConfig.extend({ pathSecret: secretOf(host, PostUrlConfig.shape.pathSecret) });
  const [none, eventSocket] = LiveConfig.options;
  return HubitatConfig.omit({ token: true, live: true }).extend({
    token: secretOf(host, HubitatConfig.shape.token),
    // The hub tells its changes by itself; polls then only make sure.
    live: z.discriminatedUnion("kind", [none, eventSocket, postUrl]).default({ kind: "event_socket" }),
    pollIntervalMs: PollIntervalMs.max(MAX_HUB_POLL_MS, GOES_STALE).default(HUBITAT_POLL_MS),
  });
}

function accountSection(host: ConfigHost) {
  return AccountFields.omit({ email: true, isSimulated: true })
    .extend({
      email: secretOf(host, AccountFields.shape.email),
      pollIntervalMs: PollIntervalMs.max(MAX_VACUUM_POLL_MS, GOES_STALE).default(ROBOROCK_POLL_MS),
    })
    .superRefine((section, context) => {
      const whole = ACCOUNT.parse({ ...section, email: section.email.reveal() });
      for (const { path, message } of AccountOptions.safeParse(whole).error?.issues ?? [])
        context.addIssue({ code: "custom", path: [...path], message });
    });
}

function roborockSection(host: ConfigHost) {
  const { u, s, k } = RoborockOptions.shape.rriot.shape;
  const vacuum = VacuumConfig.omit({ localKey: true }).extend({
    localKey: secretOf(host, VacuumConfig.shape.localKey),
  });
  return RoborockOptions.omit({ rriot: true, devices: true, isSimulated: true })
    .extend({
      rriot: z.strictObject({ u: secretOf(host, u), s: secretOf(host, s), k: secretOf(host, k) }),
      devices: z.array(vacuum),
      pollIntervalMs: PollIntervalMs.max(MAX_VACUUM_POLL_MS, GOES_STALE).default(ROBOROCK_POLL_MS),
    })
    .superRefine((section, context) => {
      // What the fields alone cannot say, such as one duid twice, is said by the client's own schema.
      const issues = OPTIONS.safeParse(openRoborock(section, false)).error?.issues ?? [];
      const whole = issues.filter(({ path }) => path.length === 1 && path[0] === "devices");
      for (const { path, message } of whole) context.addIssue({ code: "custom", path: [...path], message });
    });
}

function readKey(host: ConfigHost, path: string, context: z.RefinementCtx): AgentSigningKey {
  try {
    return readKeyFile(host.resolvePath(path));
  } catch (error) {
    context.addIssue({
      code: "custom",
      message: error instanceof UnusableKey ? error.message : "the key cannot be read",
    });
    return z.NEVER;
  }
}

function readRules(host: ConfigHost, form: unknown[] | { file: string }, context: z.RefinementCtx): readonly Rule[] {
  const loaded = Array.isArray(form) ? { value: form } : loadJson(host, form.file);
  if ("problem" in loaded) {
    context.addIssue({ code: "custom", message: loaded.problem });
    return z.NEVER;
  }
  const rules = Rules.safeParse(loaded.value);
  if (rules.success) return rules.data;
  for (const issue of rules.error.issues) context.issues.push({ ...issue, input: undefined });
  return z.NEVER;
}

function loadJson(host: ConfigHost, file: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    const parsed = parseJson(host.readText(host.resolvePath(file)));
    return "problem" in parsed ? { problem: `${file}: ${parsed.problem}` } : parsed;
  } catch (error) {
    return { problem: `${file} cannot be read (${errnoOf(error)})` };
  }
}
