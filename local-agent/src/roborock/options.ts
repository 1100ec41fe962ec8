import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { ConnectorError } from "../connector.js";
import { ACCOUNT_BASES, parseOrigin, VENDOR_HOSTS } from "./account/allowed-calls.js";
import { parseBrokerUrl } from "./credentials.js";
import { isLocalAddress } from "./lan/lan-address.js";
import { READ_METHODS } from "./read-only.js";

const MAX_DEVICES = 64;
/** The vendor's port on the local network. */
const LAN_PORT = 58_867;

/** A topic level, an id in a map: no separators, no wildcards, nothing invisible. */
const Word = z.string().regex(/^[^\s\p{Cc}/+#]{1,128}$/u, "a word without spaces, slashes or wildcards");
const Secret = z.string().min(1).max(512);

/** One vacuum of the account, as the vendor's home data names it. */
export const VacuumConfig = z.strictObject({
  duid: Word,
  name: z.string().min(1).max(100),
  localKey: Secret,
  /** Protocol version by the home data. Anything but `1.0` is reported as unsupported. */
  pv: z.string().min(1).max(16),
  model: z.string().min(1).max(100),
  room: z.string().min(1).max(100).optional(),
  /** The name of this vacuum in readings. Without it, one derived from a hash of the duid, which is personal data. */
  deviceId: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/u)
    .optional(),
  /** Where it is on the studio's network. Without it the vacuum is asked, over the cloud. */
  lanAddress: z
    .string()
    .refine((address) => isLocalAddress(address, true), "an IPv4 address of the studio's own network")
    .optional(),
});
export type VacuumConfig = z.infer<typeof VacuumConfig>;

const Lan = z.strictObject({
  /** False: the cloud alone, for studios whose vacuums are on another network. */
  isEnabled: z.boolean().default(true),
  port: z.int().min(1).max(65_535).default(LAN_PORT),
});

/** Which of the reads are made. A name that is no read is refused, whoever hopes that it acts. */
const Reads = z
  .array(z.enum(READ_METHODS, { error: `the vacuum client only reads; expected ${READ_METHODS.join(", ")}` }))
  .max(READ_METHODS.length)
  .refine((reads) => reads.includes("get_status"), "get_status is always read")
  .default([...READ_METHODS]);

/** What holds for the vacuums whichever way they are found. */
export const SharedOptions = z.strictObject({
  /** PEM of a private certificate authority, for a broker or a cloud of one's own. */
  ca: z.string().max(100_000).refine(isCertificate, "certificates in PEM form").optional(),
  /** MQTT protocol level: 5, or 4 (MQTT 3.1.1). */
  protocolVersion: z.union([z.literal(4), z.literal(5)]).default(5),
  /** Marks every reading as simulated, so that no surface takes it for a real one. */
  isSimulated: z.boolean().default(false),
  lan: Lan.prefault({}),
  reads: Reads,
});
export type SharedOptions = z.output<typeof SharedOptions>;

/** What the agent's configuration says about the vacuums of one account. `rriot` and every `localKey` are secrets. */
export const RoborockOptions = SharedOptions.extend({
  brokerUrl: z
    .string()
    .refine((url) => parseBrokerUrl(url) !== null, "ssl://host:port, or mqtt://host:port on the loopback interface"),
  rriot: z.object({ u: Word, s: Secret, k: Secret }),
  devices: z
    .array(VacuumConfig)
    .max(MAX_DEVICES)
    .refine((devices) => new Set(devices.map(({ duid }) => duid)).size === devices.length, "each duid once"),
});
export type RoborockOptions = z.output<typeof RoborockOptions>;
export type RoborockOptionsInput = z.input<typeof RoborockOptions>;

/** What the configuration says where the vacuums are found through the account. The login is stored apart from it. */
export const AccountFields = SharedOptions.extend({
  /** Exactly as it was typed in the vendor's app. */
  email: z.email("an e-mail address").max(254),
  /** Where the account is asked for, in this order: the vendor's regions, or a server of one's own. */
  bases: z
    .array(z.url())
    .min(1)
    .max(8)
    .default([...ACCOUNT_BASES]),
  /** Hosts that credentials may go to; a leading dot means any name below it. */
  trustedHosts: z
    .array(z.string().regex(/^\.?[a-z0-9.-]{3,253}$/u, "a host, or a domain behind a dot"))
    .min(1)
    .max(8)
    .default([...VENDOR_HOSTS]),
  /** Devices of the account that are left out, by name. */
  without: z.array(z.string().max(200)).max(MAX_DEVICES).default([]),
});
export const AccountOptions = AccountFields.refine(
  ({ bases, trustedHosts }) => bases.every((base) => parseOrigin(base, trustedHosts) !== null),
  {
    path: ["bases"],
    error: "https origins of trusted hosts",
  },
);
export type AccountOptions = z.output<typeof AccountOptions>;
export type AccountOptionsInput = z.input<typeof AccountOptions>;

/** Answers: can the client run with this? Throws `NOT_CONFIGURED` naming every wrong field, and no value of any. */
export function parseOptions<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "options"}: ${message}`);
  throw new ConnectorError("NOT_CONFIGURED", `The vacuum configuration is not valid: ${problems.join("; ")}`);
}

function isCertificate(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).fingerprint256 !== "");
  } catch {
    return false;
  }
}
