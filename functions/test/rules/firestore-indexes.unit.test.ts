import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as z from "zod";
import { COLLECTIONS } from "../../src/contracts/index.js";

const Scope = z.enum(["COLLECTION", "COLLECTION_GROUP"]);
const Direction = z.enum(["ASCENDING", "DESCENDING"]);
const CollectionName = z.enum(Object.values(COLLECTIONS));

/** What `firebase deploy` reads. Stricter than its own reader, which passes over an unknown key in silence. */
const IndexFile = z.strictObject({
  indexes: z.array(
    z.strictObject({
      collectionGroup: CollectionName,
      queryScope: Scope,
      // One field alone is indexed by Firestore itself, and a declaration of it is refused at deploy.
      fields: z.array(z.strictObject({ fieldPath: z.string().min(1), order: Direction })).min(2),
    }),
  ),
  fieldOverrides: z.array(
    z.strictObject({
      collectionGroup: CollectionName,
      fieldPath: z.string().min(1),
      indexes: z.array(
        z.union([
          z.strictObject({ order: Direction, queryScope: Scope }),
          z.strictObject({ arrayConfig: z.literal("CONTAINS"), queryScope: Scope }),
        ]),
      ),
    }),
  ),
});

const FILE = IndexFile.parse(
  JSON.parse(readFileSync(new URL("../../../firestore.indexes.json", import.meta.url), "utf8")),
);
const shapes = FILE.indexes.map(
  ({ collectionGroup, queryScope, fields }) =>
    `${queryScope} ${collectionGroup} ${fields.map(({ fieldPath, order }) => `${fieldPath} ${order}`).join(", ")}`,
);

/** Queries of more than one field that the cockpit and the functions ask. The emulator answers them without any index. */
const ASKED = [
  "COLLECTION proposals status ASCENDING, expiresAt ASCENDING",
  "COLLECTION_GROUP proposals status ASCENDING, expiresAt ASCENDING",
  "COLLECTION_GROUP proposals status ASCENDING, approvedUntil ASCENDING",
  "COLLECTION_GROUP proposals status ASCENDING, nextReminderAt ASCENDING",
  "COLLECTION auditEvents proposalId ASCENDING, at ASCENDING",
  ...["proposalId", "requestId", "actorId", "outcome", "severity"].map(
    (field) => `COLLECTION auditEvents ${field} ASCENDING, at DESCENDING`,
  ),
  "COLLECTION auditEvents reasonCode ASCENDING, at DESCENDING",
  "COLLECTION auditEvents type ASCENDING, at DESCENDING",
  "COLLECTION auditEvents capabilityId ASCENDING, at DESCENDING",
  "COLLECTION auditEvents pending ASCENDING, at ASCENDING",
  "COLLECTION_GROUP auditEvents pending ASCENDING, at ASCENDING",
  "COLLECTION auditLinks revokedAt ASCENDING, expiresAt ASCENDING",
  "COLLECTION observations agentId ASCENDING, receivedAt DESCENDING",
  "COLLECTION delegations delegate ASCENDING, revokedAt ASCENDING, expiresAt DESCENDING",
  "COLLECTION delegations delegate ASCENDING, expiresAt DESCENDING",
  "COLLECTION proposals delegationId ASCENDING, submittedAt ASCENDING",
  "COLLECTION firings kilnId ASCENDING, startAt DESCENDING",
  "COLLECTION_GROUP connectorHealth availability ASCENDING, lastHeardAt ASCENDING",
  "COLLECTION_GROUP firingLogs stepS ASCENDING, endedAt ASCENDING",
  "COLLECTION firingLogs kilnId ASCENDING, lastSampleAt ASCENDING",
];

describe("firestore.indexes.json", () => {
  it("declares each index once", () => {
    assert.equal(new Set(shapes).size, shapes.length);
  });

  for (const shape of ASKED) it(`has an index for ${shape}`, () => assert.ok(shapes.includes(shape)));

  it("lets functions find an agent by its id in all studios", () => {
    const agents = FILE.fieldOverrides.find((it) => it.collectionGroup === "agents" && it.fieldPath === "agentId");
    assert.ok(agents?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("lets the sweep find unsent events in all studios", () => {
    const outbox = FILE.fieldOverrides.find((it) => it.collectionGroup === "outbox" && it.fieldPath === "at");
    assert.ok(outbox?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("lets the sweep find logs that are not done, in all studios", () => {
    const logs = FILE.fieldOverrides.find((it) => it.collectionGroup === "auditLog" && it.fieldPath === "needsSweep");
    assert.ok(logs?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("lets the retention job find approved purges in all studios", () => {
    const purges = FILE.fieldOverrides.find((it) => it.collectionGroup === "purges" && it.fieldPath === "status");
    assert.ok(purges?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("keeps the index of an event out of the automatic indexes: it grows with every write", () => {
    assert.deepEqual(FILE.fieldOverrides.find((it) => it.fieldPath === "seq")?.indexes, []);
  });

  it("lets a flip above all studios find what is approved in them", () => {
    const approved = FILE.fieldOverrides.find((it) => it.collectionGroup === "proposals" && it.fieldPath === "status");
    assert.ok(approved?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("lets the sweep find the jobs that are held in all studios", () => {
    const jobs = FILE.fieldOverrides.find((it) => it.collectionGroup === "scheduledJobs" && it.fieldPath === "state");
    assert.ok(jobs?.indexes.some((index) => "order" in index && index.queryScope === "COLLECTION_GROUP"));
  });

  it("keeps what is long or nested out of the automatic indexes", () => {
    const exempt = FILE.fieldOverrides.filter((it) => it.indexes.length === 0);
    const names = exempt.map((it) => `${it.collectionGroup}.${it.fieldPath}`);
    assert.ok(names.includes("auditEvents.canonical") && names.includes("deadLetters.body"));
  });
});
