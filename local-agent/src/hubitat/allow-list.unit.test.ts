import assert from "node:assert/strict";
import fc from "fast-check";
import { HUB_READS, hubEventSocketUrl, hubReadUrl, refuseRequest } from "./allow-list.js";
import type { HubRead } from "./allow-list.js";

const HUB = { origin: "http://192.168.1.20", appId: "37", token: "3f1c9a52-0d1b-4c0e-9a77-6b8d2f5e4a10" };
const BASE = `${HUB.origin}/apps/api/${HUB.appId}/`;
const QUERY = `?access_token=${HUB.token}`;

/** Paths that a hub would take for a command, a write, another page or something nobody documented. */
const REFUSED_PATHS = [
  "devices/5/on",
  "devices/5/refresh",
  "devices/5/events/on",
  "devices/5/commands/",
  "devices/5%2Fon",
  "devices/5/../5/on",
  "devices/5/Events",
  "devices//on",
  "modes/1",
  "hsm/disarm",
  "postURL",
  "postURL/http%3A%2F%2Fx",
  "hubvariables/a/b",
  "devices/all/on",
  "rooms/1",
  "devices/0",
  "devices/05",
  "devices/-5",
  "devices/5e3",
  "devices/1234567890",
  "devices/5/attribute/switch",
  "devices/5/poll",
  "devices/5/event",
  "devices/5/eventson",
  "devices/all/events",
  "devices/{id}",
  "devices/{id}/events",
  "hubvariables",
  "room/select/1",
  "devices/*",
  "devices/",
  "devices/all/",
  "modes/",
  "Devices",
  "",
  "devices;/on",
  "devices\\5\\on",
  "devices/all/../5/on",
  "./devices",
  "devices\n",
  "devices/5/setLabel",
];

describe("local-agent/hubitat/allow-list", () => {
  const readOf = (template: string): HubRead =>
    (template.includes("{id}") ? { template, deviceId: "5" } : { template }) as HubRead;

  it("knows nine reads and no more", () => {
    const ofDevice = ["devices/{id}", "devices/{id}/events", "devices/{id}/commands", "devices/{id}/capabilities"];
    assert.deepEqual([...HUB_READS], ["devices", "devices/all", ...ofDevice, "modes", "hsm", "rooms"]);
  });

  for (const template of HUB_READS) {
    it(`lets GET ${template} out`, () => {
      const url = hubReadUrl(HUB, readOf(template)) ?? "";
      assert.equal(url, `${BASE}${template.replace("{id}", "5")}${QUERY}`);
      assert.equal(refuseRequest(HUB, "GET", url), null);
    });
  }

  for (const deviceId of [
    "",
    "0",
    "05",
    "-1",
    "5/on",
    "5?x",
    "../5",
    "5%2Fon",
    "all",
    "1234567890",
    " 5",
    "5\n",
    "٥",
  ]) {
    it(`builds no URL for the device ${JSON.stringify(deviceId)}`, () => {
      for (const template of ["devices/{id}", "devices/{id}/events"] as const) {
        assert.equal(hubReadUrl(HUB, { template, deviceId }), null);
      }
    });
  }

  it("builds no URL for a device that is missing, or that the template has no place for", () => {
    assert.equal(hubReadUrl(HUB, { template: "devices/{id}" } as unknown as HubRead), null);
    assert.equal(hubReadUrl(HUB, { template: "devices", deviceId: "5" } as unknown as HubRead), null);
  });

  it("goes to the vendor's relay and to no other hub there when the hub's UUID is configured", () => {
    const cloudHubId = "0a1b2c3d-0d1b-4c0e-9a77-6b8d2f5e4a10";
    const cloud = { ...HUB, origin: "https://cloud.hubitat.com", cloudHubId };
    const url = hubReadUrl(cloud, { template: "devices/all" }) ?? "";
    assert.equal(url, `https://cloud.hubitat.com/api/${cloudHubId}/apps/37/devices/all${QUERY}`);
    assert.equal(refuseRequest(cloud, "GET", url), null);
    assert.equal(refuseRequest(cloud, "GET", url.replace("0a1b", "ffff")), "PATH_NOT_ALLOWED");
    assert.equal(refuseRequest({ ...HUB, origin: cloud.origin }, "GET", url), "PATH_NOT_ALLOWED");
    assert.equal(hubEventSocketUrl(cloud), null);
  });

  it("knows one socket, without the token, and none under an origin that is more than an origin", () => {
    assert.equal(hubEventSocketUrl(HUB), "ws://192.168.1.20/eventsocket");
    assert.equal(hubEventSocketUrl({ ...HUB, origin: "https://hub" }), "wss://hub/eventsocket");
    for (const origin of [
      "http://hub/x?",
      "http://hub/logsocket#",
      "http://a:b@hub",
      "http://hub%2f",
      "ftp://hub",
      "",
    ]) {
      assert.equal(hubEventSocketUrl({ ...HUB, origin }), null, origin);
    }
  });

  for (const path of REFUSED_PATHS) {
    it(`refuses ${JSON.stringify(path)}`, () => {
      assert.notEqual(refuseRequest(HUB, "GET", `${BASE}${path}${QUERY}`), null);
      assert.equal(hubReadUrl(HUB, { template: path } as unknown as HubRead), null);
    });
  }

  for (const method of ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get", ""]) {
    it(`refuses the method ${JSON.stringify(method)} on an allowed path`, () => {
      assert.equal(refuseRequest(HUB, method, `${BASE}devices${QUERY}`), "METHOD_NOT_GET");
    });
  }

  const REFUSED_URLS: [string, string, string][] = [
    ["another host", `http://192.168.1.21/apps/api/37/devices${QUERY}`, "ORIGIN_NOT_CONFIGURED"],
    ["another port", `http://192.168.1.20:8080/apps/api/37/devices${QUERY}`, "ORIGIN_NOT_CONFIGURED"],
    ["another scheme", `https://192.168.1.20/apps/api/37/devices${QUERY}`, "ORIGIN_NOT_CONFIGURED"],
    ["another instance", `http://192.168.1.20/apps/api/38/devices${QUERY}`, "PATH_NOT_ALLOWED"],
    ["a user name", `http://a:b@192.168.1.20/apps/api/37/devices${QUERY}`, "URL_NOT_PLAIN"],
    ["a fragment", `${BASE}devices${QUERY}#x`, "URL_NOT_PLAIN"],
    ["no token", `${BASE}devices`, "QUERY_NOT_ALLOWED"],
    ["another token", `${BASE}devices?access_token=other`, "QUERY_NOT_ALLOWED"],
    ["a second parameter", `${BASE}devices${QUERY}&label=x`, "QUERY_NOT_ALLOWED"],
    ["a token given twice", `${BASE}devices${QUERY}&access_token=x`, "QUERY_NOT_ALLOWED"],
    ["the hub's reboot page", `${HUB.origin}/hub/reboot${QUERY}`, "PATH_NOT_ALLOWED"],
    ["an admin page", `${HUB.origin}/device/edit/5${QUERY}`, "PATH_NOT_ALLOWED"],
  ];
  for (const [what, url, reason] of REFUSED_URLS) {
    it(`refuses ${what} with ${reason}`, () => {
      assert.equal(refuseRequest(HUB, "GET", url), reason);
    });
  }

  it("lets nothing but the nine forms out, whatever is put behind the instance", () => {
    // A third opinion, segment by segment.
    const isAllowed = (path: string): boolean => {
      const [root, id, what, ...more] = path.split("/");
      if (more.length > 0) return false;
      if (root !== "devices") return id === undefined && ["modes", "hsm", "rooms"].includes(root ?? "");
      if (id === undefined) return true;
      if (what === undefined && id === "all") return true;
      const isId = String(Number.parseInt(id, 10)) === id && Number(id) > 0 && id.length < 10;
      return isId && (what === undefined || ["events", "commands", "capabilities"].includes(what));
    };
    const piece = fc.oneof(
      fc.constantFrom(
        "devices",
        "all",
        "modes",
        "hsm",
        "events",
        "/",
        "/",
        "/",
        "//",
        "..",
        ".",
        "%2F",
        "%2e",
        "on",
        "5",
        "*",
        ";",
        "\\",
        "?",
        "#",
      ),
      fc.string({ maxLength: 4, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, withQuery) => {
        const url = `${BASE}${pieces.join("")}${withQuery ? QUERY : ""}`;
        return (withQuery && isAllowed(pieces.join(""))) === (refuseRequest(HUB, "GET", url) === null);
      }),
      { numRuns: 3_000 },
    );
  });

  it("builds no URL that leaves the instance, however hostile the configuration", () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        "37/devices/5/on?",
        "37/../38",
        "37#",
        "1/devices/5/off#",
        "&x=1",
        "a%2Fb",
        "../../hub/reboot?",
        "37",
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, (appId, token) => {
        const hub = { origin: HUB.origin, appId, token };
        const url = hubReadUrl(hub, { template: "devices" }) ?? "";
        const isPlain = /^\d{1,9}$/.test(appId) && /^[A-Za-z0-9-]+$/.test(token);
        return (refuseRequest(hub, "GET", url) === null) === isPlain;
      }),
      { numRuns: 2_000 },
    );
  });
});
