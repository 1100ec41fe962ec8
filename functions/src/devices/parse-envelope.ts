import type * as z from "zod";
import { canonicalJson } from "../audit/canonical-json.js";
import { AgentEnvelope, ENVELOPE_MAX_BYTES, ENVELOPE_SIGNING_CONTEXT, TenantId } from "../contracts/index.js";

export type ParsedEnvelope =
  | {
      readonly kind: "parsed";
      readonly envelope: AgentEnvelope;
      /** The exact bytes that the signature must cover. */
      readonly signedMessage: Uint8Array;
    }
  | {
      readonly kind: "malformed";
      /** What was expected and what came, without a word of the message itself. */
      readonly detail: string;
      /** The tenant that it claims to be for, where that much can be read. Nothing vouches for it. */
      readonly namedTenantId: string | null;
    };

/** Connector ids are one half of a document id, and so are boot ids: see `connectorHealthRef` and `observationRef`. */
const CONNECTOR_ID = /^[a-z0-9-]{2,30}$/;
const SHOWN_ISSUES = 3;

/**
 * Are these bytes one agent envelope? At most `ENVELOPE_MAX_BYTES` of UTF-8 that is one JSON text, spelt so that every
 * parser reads the same from it: no byte order mark, no white space, no key twice. Pure, and safe on any bytes.
 */
export function parseEnvelope(body: Uint8Array): ParsedEnvelope {
  if (body.length > ENVELOPE_MAX_BYTES)
    return malformed(`${body.length} bytes, at most ${ENVELOPE_MAX_BYTES} are allowed`, null);
  const text = decodeUtf8(body);
  if (text === null) return malformed("not UTF-8", null);
  const raw = parseJson(text);
  if (raw === undefined) return malformed("not JSON", null);
  const namedTenantId = tenantNamedBy(raw);
  const canonical = toCanonical(raw);
  if (canonical === null) return malformed("JSON that has no canonical form", namedTenantId);
  // A key that stands twice is read differently by different parsers; it does not survive a round trip.
  if (text !== canonical && text !== JSON.stringify(raw))
    return malformed("JSON with white space, a key twice or an unusual spelling", namedTenantId);
  const parsed = AgentEnvelope.safeParse(raw);
  if (!parsed.success) return malformed(describe(parsed.error), namedTenantId);
  const problem = unfitForPath(parsed.data);
  if (problem !== null) return malformed(problem, namedTenantId);
  return { kind: "parsed", envelope: parsed.data, signedMessage: messageToSign(raw as AgentEnvelope) };
}

function malformed(detail: string, namedTenantId: string | null): ParsedEnvelope {
  return { kind: "malformed", detail, namedTenantId };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function tenantNamedBy(raw: unknown): string | null {
  if (typeof raw !== "object" || raw === null || !Object.hasOwn(raw, "tenantId")) return null;
  const named = TenantId.safeParse((raw as { tenantId: unknown }).tenantId);
  return named.success ? named.data : null;
}

/** Also bounds the depth, before anything recursive looks at the value. */
function toCanonical(raw: unknown): string | null {
  try {
    return canonicalJson(raw);
  } catch {
    return null;
  }
}

/** Paths and codes only: the values are the sender's, and a message must not carry them into a log. */
function describe(error: z.ZodError): string {
  const shown = error.issues.slice(0, SHOWN_ISSUES).map((issue) => {
    const path = issue.path
      .map(String)
      .join(".")
      .replace(/[^\w.-]/g, "?")
      .slice(0, 80);
    return `${path === "" ? "envelope" : path}: ${issue.code}`;
  });
  const more = error.issues.length - shown.length;
  return more > 0 ? `${shown.join("; ")}; and ${more} more` : shown.join("; ");
}

function unfitForPath({ bootId, payload }: AgentEnvelope): string | null {
  if (bootId.includes(".")) return "bootId: holds a dot";
  const health = payload.kind === "observations" ? payload.health : payload.kind === "health" ? payload : undefined;
  if (health === undefined) return null;
  return health.connectors.every(({ connectorId }) => CONNECTOR_ID.test(connectorId))
    ? null
    : "payload.connectors: a connectorId that is not lower-case letters, digits and hyphens";
}

function messageToSign(raw: AgentEnvelope): Uint8Array {
  const unsigned: Partial<AgentEnvelope> = { ...raw };
  delete unsigned.signature;
  return new TextEncoder().encode(ENVELOPE_SIGNING_CONTEXT + canonicalJson(unsigned));
}
