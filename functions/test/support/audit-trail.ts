import assert from "node:assert/strict";
import { canonicalJson } from "../../src/audit/canonical-json.js";
import { AuditEvent, AuditPayload, StoredAuditEvent } from "../../src/contracts/index.js";
import type { JsonObject } from "../../src/contracts/index.js";
import { sha256 } from "./fake-means.js";

type Dump = Readonly<Record<string, JsonObject>>;

/** Every event on a studio's record, in the order of its id: those of `testDeps` count up. */
export function eventsOf(dump: Dump, tenantId: string): AuditEvent[] {
  const prefix = `tenants/${tenantId}/auditEvents/`;
  return Object.entries(dump)
    .filter(([path]) => path.startsWith(prefix))
    .map(([, data]) => AuditEvent.parse(JSON.parse(StoredAuditEvent.parse(data).canonical)));
}

/** Is the record what M07.1 says it is? Throws at the first event, payload or version that is not. */
export function assertTrailIsSound(dump: Dump, tenantId: string): void {
  const prefix = `tenants/${tenantId}/`;
  const versions = new Map<string, { auditVersion: number; eventId: string }[]>();
  const erased = erasedIn(eventsOf(dump, tenantId));
  for (const [path, data] of Object.entries(dump)) {
    if (!path.startsWith(`${prefix}auditEvents/`)) continue;
    const stored = StoredAuditEvent.parse(data);
    const event = assertEventIsSound(path, stored);
    const payload = dump[`${prefix}auditPayloads/${event.eventId}`];
    if (erased.has(event.eventId)) assert.equal(payload, undefined, "what was erased is gone");
    else assertPayloadIsSound(event, payload, stored.canonical);
    for (const { path: ref, auditVersion } of event.resourceRefs)
      versions.set(ref, [...(versions.get(ref) ?? []), { auditVersion, eventId: event.eventId }]);
  }
  for (const [ref, found] of versions) {
    const sorted = found.sort((a, b) => a.auditVersion - b.auditVersion);
    assert.deepEqual(
      sorted.map(({ auditVersion }) => auditVersion),
      sorted.map((_, i) => i + 1),
      `the versions of ${ref}`,
    );
    const document = dump[`${prefix}${ref}`];
    if (document === undefined) continue; // taken back: its last version is on record, and nothing else is left
    assert.equal(document["auditVersion"], sorted.length, ref);
    assert.equal(document["lastEventId"], sorted.at(-1)?.eventId, ref);
  }
}

/** The events whose words an event says were erased. */
function erasedIn(events: readonly AuditEvent[]): ReadonlySet<unknown> {
  return new Set(events.filter(({ type }) => type === "words.erased").map(({ data }) => data["eventId"]));
}

function assertEventIsSound(path: string, stored: StoredAuditEvent): AuditEvent {
  const parsed: unknown = JSON.parse(stored.canonical);
  assert.equal(canonicalJson(parsed), stored.canonical, "the stored bytes are canonical");
  const event = AuditEvent.parse(parsed);
  assert.ok(path.endsWith(`/${event.eventId}`));
  assert.ok(event.actChain.length > 0, `nobody answers for ${event.type}`);
  const { v, type, severity, at, outcome, reasonCode, capabilityId, proposalId, requestId, actor } = event;
  const copies = { v, type, severity, at, outcome, reasonCode, capabilityId, proposalId, requestId };
  const who = { actorId: actor.id, actorName: actor.name, actorType: actor.type };
  assert.deepEqual(stored, { ...copies, ...who, canonical: stored.canonical, pending: true });
  return event;
}

function assertPayloadIsSound(event: AuditEvent, stored: JsonObject | undefined, canonical: string): void {
  assert.equal(stored === undefined, event.payloadHash === null, "a payload and its hash go together");
  if (stored === undefined) return;
  const { salt, payload } = AuditPayload.parse(stored);
  assert.equal(sha256(salt + canonicalJson(payload)), event.payloadHash);
  for (const text of Object.values(payload))
    assert.ok(!canonical.includes(JSON.stringify(text).slice(1, -1)), "free text lies in the payload alone");
}
