import type { AgentKey, UtcInstant } from "../contracts/index.js";

/** How long the old key still counts beside the new one, so that a rotation has no gap (M05.7). Milliseconds. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;
/** As many keys as the contract lets an agent hold. */
const MAX_KEYS = 4;

/** Is this key good at this instant? `notAfter` is the first instant at which it is not. */
export function isKeyValid(key: AgentKey, now: UtcInstant): boolean {
  return key.revokedAt === null && key.notBefore <= now && (key.notAfter === null || now < key.notAfter);
}

/**
 * Which keys does the agent have once it gets this one? The new key counts from now on. The newest of the old ones counts
 * for `ROTATION_OVERLAP_MS` more, the others no longer: at most two are good at once. Revoked keys stay on the list as long
 * as there is room, since a refusal should name them.
 */
export function addKey(
  keys: readonly AgentKey[],
  added: Pick<AgentKey, "keyId" | "publicKey">,
  now: UtcInstant,
): AgentKey[] {
  const overlapEnd = new Date(Date.parse(now) + ROTATION_OVERLAP_MS).toISOString();
  const current = keys.filter((key) => isKeyValid(key, now)).at(-1);
  const ended = keys.map((key) => {
    if (key.revokedAt !== null) return key;
    const end = key === current ? overlapEnd : now;
    return key.notAfter !== null && key.notAfter < end ? key : { ...key, notAfter: end };
  });
  // Keys stand in the order in which they were enrolled, so the oldest go first.
  return [...ended.slice(-(MAX_KEYS - 1)), { ...added, notBefore: now, notAfter: null, revokedAt: null }];
}

/** The keys with this one among them; a key that is on the list already comes back as new. */
export function withKey(
  keys: readonly AgentKey[],
  added: Pick<AgentKey, "keyId" | "publicKey">,
  now: UtcInstant,
): AgentKey[] {
  return addKey(
    keys.filter((key) => key.keyId !== added.keyId),
    added,
    now,
  );
}

/** Every key revoked at this instant; those that were revoked before keep their time. */
export function revokeKeys(keys: readonly AgentKey[], now: UtcInstant): AgentKey[] {
  return keys.map((key) => (key.revokedAt === null ? { ...key, revokedAt: now } : key));
}
