import assert from "node:assert/strict";
import fc from "fast-check";
import { createAccountApi } from "./account-api.js";
import { AccountError } from "./account-error.js";
import { isAllowedCall, parseOrigin, VENDOR_HOSTS } from "./allowed-calls.js";
import { parseHome, protocolOf } from "./home-data.js";
import type { SendCall } from "./send-call.js";

const odd = fc.oneof(
  fc.anything(),
  fc.string(),
  fc.constantFrom(
    "https://evil.example",
    "ssl://evil.example:1",
    "../../nc/prepare",
    "\r\nx: y",
    "#",
    "+",
    2 ** 53,
    -1,
  ),
);
const hostileDevice = fc.record(
  { duid: odd, name: odd, localKey: odd, productId: odd, pv: odd, online: odd, roomId: odd, deviceStatus: odd },
  { requiredKeys: [] },
);
const hostileHome = fc.record(
  { devices: fc.oneof(odd, fc.array(hostileDevice)), receivedDevices: odd, products: odd, rooms: odd },
  { requiredKeys: [] },
);
const hostileData = fc.oneof(
  odd,
  fc.record({ url: odd, country: odd, countrycode: odd, k: odd, rrHomeId: odd }, { requiredKeys: [] }),
  fc.record({ token: odd, rriot: fc.record({ u: odd, s: odd, h: odd, k: odd, r: fc.record({ a: odd, m: odd }) }) }),
);
const hostileJson = fc.oneof(
  odd,
  fc.record({ code: fc.oneof(fc.constant(200), odd), data: hostileData }),
  fc.record({ success: fc.oneof(fc.constant(true), odd), result: hostileHome, timestamp: odd }),
);

describe("local-agent/roborock/account with hostile answers", () => {
  it("makes allowed calls to trusted hosts only, and fails with an AccountError or not at all, whatever comes", async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(200, 401, 429, 500), hostileJson), { minLength: 1, maxLength: 6 }),
        fc.string(),
        async (answers, email) => {
          let next = 0;
          const send: SendCall = ({ verb, base, path }) => {
            made += 1;
            assert.ok(isAllowedCall(verb, path) && parseOrigin(base, VENDOR_HOSTS) !== null, `${verb} ${path}`);
            const [status, json] = answers[next++ % answers.length] ?? [200, null];
            return Promise.resolve({ status, json, serverTimeMs: null, retryAfterSec: null });
          };
          const identity = { email, deviceIdentifier: "AAAAAAAAAAAAAAAAAAAAAA" };
          const api = createAccountApi({ send, identity, trustedHosts: VENDOR_HOSTS, nowMs: () => 1_700_000_000_000 });
          try {
            const { region } = await api.discover(["https://usiot.roborock.com", "https://euiot.roborock.com"]);
            await api.sendCode(region);
            const userData = await api.loginWithCode(region, "123456");
            await api.readHome(userData, await api.readHomeId(region.base, userData.token));
          } catch (error) {
            assert.ok(error instanceof AccountError, String(error));
          }
        },
      ),
      { numRuns: 1_000 },
    );
    assert.ok(made > 1_000);
  });

  it("reads a home of anything without an exception, bounded, and each device with a protocol", () => {
    fc.assert(
      fc.property(fc.oneof(hostileHome, fc.anything()), (result) => {
        const home = parseHome(result);
        if (home === null) return;
        assert.ok(home.devices.length <= 64 && home.rooms.length <= 256);
        for (const device of home.devices) {
          assert.ok(/^[^\s/+#]{1,128}$/u.test(device.duid) && device.name.length > 0 && protocolOf(device) !== "");
          assert.ok(Object.values(device.points).every(Number.isFinite));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps only what it needs of a home: no place, no serial number, no name of the home", () => {
    const home = parseHome({
      name: "Our house",
      lon: 8.68,
      lat: 50.11,
      devices: [{ duid: "a", name: "V", localKey: "k", pv: "1.0", online: true, sn: "SERIAL1", productId: "p" }],
      products: [{ id: "p", model: "roborock.wm.a102", category: "roborock.wm" }],
      rooms: null,
    });
    assert.ok(!/SERIAL1|Our house|8\.68|50\.11/.test(JSON.stringify(home)));
    assert.equal(home?.devices[0] && protocolOf(home.devices[0]), "no_vacuum");
  });
});
