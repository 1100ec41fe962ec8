import assert from "node:assert/strict";
import { OAuth2Client } from "google-auth-library";
import { ACCESS_TOKEN, SECRET_VERSION, openSecretServer } from "../../test/support/secret-server.js";
import type { SecretServer } from "../../test/support/secret-server.js";
import { secretReader } from "../platform/google-clients.js";
import { utf8 } from "./bytes.js";
import { formatCheckpoint, openCheckpoint } from "./checkpoint.js";
import type { LogKeys } from "./checkpoint-signer.js";
import { logKeys } from "./log-keys.js";
import { nodeCrypto } from "./node-crypto.js";
import { ed25519Verifier, signNote } from "./note.js";
import { seedSigner } from "./seed-signer.js";

const ORIGIN = "studio.example/audit/kiln-house";
const SEED = Buffer.alloc(32, 5);

/** The Google client is the real one; the server speaks what Secret Manager's REST API says. */
describe("audit/log-keys, with a seed in Secret Manager", () => {
  let server: SecretServer;
  beforeEach(async () => {
    server = await openSecretServer(SEED);
  });
  afterEach(() => server.close());

  function keys(token = ACCESS_TOKEN, secretVersion = SECRET_VERSION, { endpoint } = server): LogKeys {
    const auth = new OAuth2Client();
    auth.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
    const secret = secretReader(endpoint, auth);
    const kms = () => Promise.reject(new Error("no key of this studio is in Cloud KMS"));
    return logKeys([{ kind: "secret", secretVersion }], { kms, secret });
  }

  it("signs a checkpoint that the seed's verifier key opens, and reads the secret once", async () => {
    const open = keys();
    const signers = await open(ORIGIN);
    const root = new Uint8Array(32);
    const note = await signNote(nodeCrypto.sha256, formatCheckpoint({ origin: ORIGIN, size: 3, root }), signers);
    const verifier = ed25519Verifier(nodeCrypto, seedSigner(ORIGIN, SEED).verifierKey);
    assert.equal((await openCheckpoint(utf8(note), [verifier], ORIGIN)).size, 3);
    await open(ORIGIN);
    assert.deepEqual(server.calls, [`GET /v1/${SECRET_VERSION}:access`]);
  });

  it("refuses a seed that was damaged on its way, and tries again the next time", async () => {
    const open = keys();
    server.spoil(({ body }) => {
      if (body.payload !== undefined) body.payload.data = Buffer.alloc(32, 6).toString("base64");
    });
    await assert.rejects(open(ORIGIN), { code: "KEY_MALFORMED" });
    assert.equal((await open(ORIGIN)).length, 1);
  });

  it("refuses a secret that is no seed, or comes without its checksum", async () => {
    const open = keys();
    server.spoil(
      ({ body }) => delete body.payload?.dataCrc32c,
      ({ body }) => delete body.payload,
    );
    for (let n = 0; n < 2; n++) await assert.rejects(open(ORIGIN), /something else than a secret/);
    const short = await openSecretServer(Buffer.alloc(31, 5));
    try {
      await assert.rejects(keys(ACCESS_TOKEN, SECRET_VERSION, short)(ORIGIN), { code: "KEY_MALFORMED" });
    } finally {
      await short.close();
    }
  });

  it("says neither token nor seed nor address where it gets nothing", async () => {
    const refused = [keys("another-token-entirely"), keys(ACCESS_TOKEN, SECRET_VERSION.replace("/1", "/2"))];
    for (const open of refused)
      await assert.rejects(open(ORIGIN), (error: Error) => {
        assert.match(error.message, /^Secret Manager gave no secret \(HTTP 40[13]\)$/);
        assert.equal(error.cause, undefined);
        assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes("token"));
        return true;
      });
    await server.close();
    await assert.rejects(keys()(ORIGIN), /^Error: Secret Manager gave no secret$/);
  });
});
