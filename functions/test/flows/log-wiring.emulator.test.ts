import assert from "node:assert/strict";
import { openCheckpoint } from "../../src/audit/checkpoint.js";
import { readLogSettings } from "../../src/audit/log-settings.js";
import { nodeCrypto } from "../../src/audit/node-crypto.js";
import { ed25519Verifier } from "../../src/audit/note.js";
import { seedSigner } from "../../src/audit/seed-signer.js";
import { LogCheckpoint, LogHead } from "../../src/contracts/index.js";
import { fromFirestore } from "../../src/platform/firestore-codec.js";
import { aFiringDocument, openTestStudio } from "../support/emulator.js";
import type { TestStudio } from "../support/emulator.js";
import { requireEnv } from "../support/require-env.js";

const PATIENCE_MS = 90_000;
const POLL_MS = 250;

describe("the audit log on the functions emulator", function () {
  this.timeout(150_000);
  let studio: TestStudio;
  before(async () => {
    studio = await openTestStudio();
    await studio.put("firings/f-1", aFiringDocument("f-1"));
  });
  after(() => studio.close());

  it("puts what a call over HTTP did under a signed checkpoint, without anybody asking for it", async () => {
    const owner = await studio.signIn("olive", ["owner"]);
    const response = await fetch(
      `${requireEnv("STUDIO_FUNCTIONS_ORIGIN")}/api/api/v1/tenants/${studio.tenantId}/proposals`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${owner.idToken}`,
          "content-type": "application/json",
          "idempotency-key": "log-wiring-0000001",
        },
        body: JSON.stringify({
          capabilityId: "firing.flag",
          input: { firingId: "f-1", attention: "room_overheat", note: "41 °C with both kilns off" },
          rationale: "The room is hot while both kilns are off.",
          evidence: [],
        }),
      },
    );
    assert.equal(response.status, 201, await response.text());
    const head = await untilPublished(studio);
    const stored = await studio.read(`auditLog/e1/checkpoints/${head.size}`);
    const checkpoint = LogCheckpoint.parse(fromFirestore(stored ?? {}));
    const [key] = readLogSettings({ FUNCTIONS_EMULATOR: "true", GCLOUD_PROJECT: requireEnv("GCLOUD_PROJECT") }).keys;
    assert.ok(key?.kind === "seed");
    const { verifierKey } = seedSigner(head.origin, key.seed);
    const signed = await openCheckpoint(
      Buffer.from(checkpoint.note),
      [ed25519Verifier(nodeCrypto, verifierKey)],
      `${requireEnv("GCLOUD_PROJECT")}.web.app/audit/${studio.tenantId}`,
    );
    assert.equal(signed.size, head.size);
  });
});

/** The head, once every event has its index and is under a published checkpoint. */
async function untilPublished(studio: TestStudio): Promise<LogHead> {
  const pending = studio.firestore.collection(`tenants/${studio.tenantId}/auditEvents`).where("pending", "==", true);
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
    const stored = await studio.read("auditLog/head");
    const head = stored === undefined ? null : LogHead.parse(fromFirestore(stored));
    const isDone = head?.needsSweep === undefined && head?.publishedSize === head?.size;
    if (head !== null && isDone && (await pending.limit(1).get()).empty) return head;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`the log was not published within ${PATIENCE_MS / 1_000} s`);
}
