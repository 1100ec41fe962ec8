import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { makeSelfSigned } from "../../test/support/self-signed-certificate.js";
import { hubFailed } from "./hub-answer.js";
import { createHubitatClient } from "./hubitat-client.js";
import { HubitatConfig } from "./hubitat-config.js";

const TOKEN = "3f1c9a52-0d1b-4c0e-9a77-6b8d2f5e4a10";

describe("local-agent/hubitat/send-read over TLS", () => {
  const own = makeSelfSigned("Hubitat");
  const other = makeSelfSigned("Hubitat");
  const asked: string[] = [];
  let server: Server;

  before(async () => {
    server = createServer({ cert: own.certificatePem, key: own.keyPem }, (request, response) => {
      asked.push(request.url ?? "");
      response.end("[]");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => asked.splice(0));
  after(() => server.close());

  function aClient(pinned?: string) {
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pin = pinned === undefined ? {} : { pinnedCertificatePem: pinned };
    return createHubitatClient(
      HubitatConfig.parse({ origin, appId: "37", token: TOKEN, temperatureUnit: "°F", ...pin }),
    );
  }

  it("trusts exactly the pinned certificate, whatever name it bears", async () => {
    assert.deepEqual(await aClient(own.certificatePem).readDevices(), { kind: "ok", value: { items: [], skipped: 0 } });
    assert.equal(asked.length, 1);
  });

  it("verifies certificates by default and sends nothing to a hub that nobody vouches for", async () => {
    assert.deepEqual(await aClient().readDevices(), hubFailed("untrustedCertificate"));
    assert.deepEqual(asked, []);
  });

  it("sends nothing to a hub with another certificate than the pinned one, of the same name", async () => {
    assert.deepEqual(await aClient(other.certificatePem).readDevices(), hubFailed("untrustedCertificate"));
    assert.deepEqual(asked, []);
  });

  it("refuses a pin that is no certificate when the configuration is read", () => {
    const config = { origin: "https://hub", appId: "37", token: TOKEN, temperatureUnit: "°F" };
    assert.equal(HubitatConfig.safeParse({ ...config, pinnedCertificatePem: "no certificate" }).success, false);
  });
});
