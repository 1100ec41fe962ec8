import assert from "node:assert/strict";
import { isAuthenticPush, pushAuthMode as modeOf } from "./push-auth.js";
import type { AudienceSetting, PushAuthMode, VerifyIdToken } from "./push-auth.js";

const AUDIENCE = "https://agentuplinkpush-abc-uc.a.run.app/";
const ACCOUNT = "uplink-push@studio.iam.gserviceaccount.com";
const NOW_MS = Date.parse("2026-11-20T10:00:00.000Z");
const production = {
  GCLOUD_PROJECT: "studio",
  UPLINK_PUSH_VERIFIER: "cloudRunIam",
  UPLINK_PUSH_AUDIENCE: AUDIENCE,
  UPLINK_PUSH_SERVICE_ACCOUNT: ACCOUNT,
};
const iam: PushAuthMode = { kind: "cloudRunIam", audience: AUDIENCE, serviceAccount: ACCOUNT };
const own: PushAuthMode = { ...iam, kind: "function" };
const claims = {
  iss: "https://accounts.google.com",
  aud: AUDIENCE,
  email: ACCOUNT,
  email_verified: true,
  exp: NOW_MS / 1_000 + 60,
};

const CUT = "SIGNATURE_REMOVED_BY_GOOGLE";
const token = (payload: unknown, signature: string): string =>
  `Bearer e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.${signature}`;
const never: VerifyIdToken = () => Promise.reject(new Error("not asked for"));
const google: VerifyIdToken = (idToken) =>
  Promise.resolve(JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString()) as unknown);

const pushAuthMode = (
  env: Readonly<Record<string, string | undefined>>,
  setting: AudienceSetting = "UPLINK_PUSH_AUDIENCE",
): PushAuthMode => modeOf(env, setting);

describe("devices/push-auth", () => {
  it("lets pushes in without a token only in the functions emulator on a demo- project", () => {
    assert.deepEqual(pushAuthMode({ FUNCTIONS_EMULATOR: "true", GCLOUD_PROJECT: "demo-studio" }), { kind: "emulator" });
  });

  it("is closed on half an emulator, whatever else is configured", () => {
    assert.equal(pushAuthMode({ ...production, FUNCTIONS_EMULATOR: "true" }).kind, "closed");
    assert.equal(pushAuthMode({ ...production, GCLOUD_PROJECT: "demo-studio" }).kind, "closed");
    assert.equal(pushAuthMode({ FUNCTIONS_EMULATOR: "1", GCLOUD_PROJECT: "demo-studio" }).kind, "closed");
    assert.equal(pushAuthMode({ FUNCTIONS_EMULATOR: "true" }).kind, "closed");
    assert.equal(pushAuthMode({}).kind, "closed");
  });

  it("takes the verifier, the audience and the service account from the environment", () => {
    assert.deepEqual(pushAuthMode(production), iam);
    assert.deepEqual(pushAuthMode({ ...production, UPLINK_PUSH_VERIFIER: "function" }), own);
  });

  it("is closed where any one setting is missing or not what it must be, and names it", () => {
    for (const name of ["UPLINK_PUSH_VERIFIER", "UPLINK_PUSH_AUDIENCE", "UPLINK_PUSH_SERVICE_ACCOUNT"])
      for (const value of [undefined, "", "none", "http://plain.example"])
        assert.deepEqual(pushAuthMode({ ...production, [name]: value }), {
          kind: "closed",
          problem: `not configured: ${name}`,
        });
  });

  it("takes each function's own audience, and the other's never in its place", () => {
    const setting = "UPLINK_DEAD_LETTER_PUSH_AUDIENCE";
    assert.deepEqual(pushAuthMode(production, setting), { kind: "closed", problem: `not configured: ${setting}` });
    const mode = pushAuthMode({ ...production, [setting]: "https://dead.example/" }, setting);
    assert.deepEqual(mode, { ...iam, audience: "https://dead.example/" });
  });

  it("lets nobody in while closed, not even with a token", async () => {
    const closed: PushAuthMode = { kind: "closed", problem: "not configured" };
    assert.equal(await isAuthenticPush(closed, token(claims, CUT), NOW_MS, google), false);
  });

  it("believes a token whose signature Cloud Run has cut off only where Cloud Run stands in front", async () => {
    assert.equal(await isAuthenticPush(iam, token(claims, CUT), NOW_MS, never), true);
    assert.equal(await isAuthenticPush(own, token(claims, CUT), NOW_MS, google), false);
    assert.equal(await isAuthenticPush(iam, token(claims, "c2ln"), NOW_MS, google), false);
  });

  it("has a whole token verified by Google's library, and refuses what that refuses", async () => {
    assert.equal(await isAuthenticPush(own, token(claims, "c2ln"), NOW_MS, google), true);
    assert.equal(await isAuthenticPush(own, token(claims, "c2ln"), NOW_MS, never), false);
  });

  it("refuses a token for another audience, of another account, of another issuer, unverified or expired", async () => {
    const wrong = [
      { aud: "https://other.example/" },
      { email: "other@studio.iam.gserviceaccount.com" },
      { iss: "https://accounts.example.com" },
      { email_verified: false },
      { exp: NOW_MS / 1_000 },
      { exp: undefined },
    ];
    for (const change of wrong) {
      assert.equal(
        await isAuthenticPush(iam, token({ ...claims, ...change }, CUT), NOW_MS, never),
        false,
        JSON.stringify(change),
      );
      assert.equal(await isAuthenticPush(own, token({ ...claims, ...change }, "c2ln"), NOW_MS, google), false);
    }
  });

  it("refuses no token, another scheme and what is no token", async () => {
    for (const header of [
      undefined,
      "",
      "Bearer",
      "Bearer x",
      `Basic a.b.${CUT}`,
      `Bearer !.b.${CUT}`,
      `Bearer a.b.${CUT}`,
    ])
      assert.equal(await isAuthenticPush(iam, header, NOW_MS, never), false, header ?? "none");
  });
});
