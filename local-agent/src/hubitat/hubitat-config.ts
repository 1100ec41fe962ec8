import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { LiveConfig } from "./live/live-config.js";

/** Whole time that one read may take, connection, headers, body and a repeated attempt included. */
const DEFAULT_TIMEOUT_MS = 5_000;
/** A device that has not spoken for this long is not believed any more, whatever the hub still lists for it. */
const DEFAULT_SILENT_AFTER_MS = 24 * 60 * 60 * 1_000;

/**
 * How to reach one Maker API instance on the local network. The token can actuate everything that the instance shares:
 * there is no read-only token, so the instance should share sensors only. Written by the operator; read at start.
 */
export const HubitatConfig = z.strictObject({
  /** Scheme, host and port, nothing after them: `http://192.168.1.20` or `https://hubitat.local`. */
  origin: z.string().max(200).refine(isPlainOrigin, "expected scheme and host alone, such as http://192.168.1.20"),
  appId: z.string().regex(/^\d{1,9}$/, "expected the number of the Maker API instance"),
  token: z.string().regex(/^[A-Za-z0-9-]{8,128}$/, "expected the access token: letters, digits and dashes"),
  /** The hub's temperature scale. Maker API does not say it, so it is asked once and never guessed. */
  temperatureUnit: z.enum(["°C", "°F"]),
  /** Pressure sensors differ; null: the unit is not known and none is claimed. */
  pressureUnit: z.string().min(1).max(16).nullable().default(null),
  /** Reads `modes` too. Off by default: Maker API shares modes for reading and writing together. */
  readsModes: z.boolean().default(false),
  /** Reads the state of the alarm system too. Off by default for the same reason. */
  readsSafety: z.boolean().default(false),
  /** Reads `rooms` too, for devices that name none. Newer firmware alone has it. */
  readsRooms: z.boolean().default(false),
  /** Reads each device with numbers once a day by itself, because only there units are stated. Started connectors only. */
  readsDetails: z.boolean().default(true),
  /** How changes are heard of between two polls. */
  live: LiveConfig.default({ kind: "none" }),
  /** The hub's UUID at the vendor's relay: reads then go there, and live changes do not exist. */
  cloudHubId: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "expected the hub's UUID, in small letters")
    .optional(),
  timeoutMs: z.int().min(50).max(60_000).default(DEFAULT_TIMEOUT_MS),
  silentAfterMs: z
    .int()
    .min(60_000)
    .max(31 * 86_400_000)
    .default(DEFAULT_SILENT_AFTER_MS),
  /** The hub's own certificate for `https`; it is self-signed, so that exactly this one is trusted instead of a name. */
  pinnedCertificatePem: z.string().max(20_000).refine(isCertificate, "expected one certificate in PEM form").optional(),
});
export type HubitatConfig = z.infer<typeof HubitatConfig>;

/** A path, query, fragment or user name in the origin would change what the templates mean. */
function isPlainOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === "http:" || url.protocol === "https:") && url.origin === text;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== "";
  } catch {
    return false;
  }
}
