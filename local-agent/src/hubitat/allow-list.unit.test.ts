import assert from "node:assert/strict";
import fc from "fast-check";
import { HUB_READS, hubReadUrl, refuseRequest } from "./allow-list.js";
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
  "devices/5",
  "devices/5/events",
  "devices/*",
  "devices/",
  "devices/all/",
  "modes/",
  "Devices",
  "hsm",
  "rooms",
  "",
  "devices;/on",
  "devices\\5\\on",
  "devices/all/../5/on",
  "./devices",
  "devices\n",
  "devices/5/setLabel",
];

describe("local-agent/hubitat/allow-list", () => {
  it("knows three reads and no more", () => {
    assert.deepEqual([...HUB_READS], ["devices", "devices/all", "modes"]);
  });

  for (const read of HUB_READS) {
    it(`lets GET ${read} out`, () => {
      assert.equal(refuseRequest(HUB, "GET", hubReadUrl(HUB, read) ?? ""), null);
    });
  }

  for (const path of REFUSED_PATHS) {
    it(`refuses ${JSON.stringify(path)}`, () => {
      assert.notEqual(refuseRequest(HUB, "GET", `${BASE}${path}${QUERY}`), null);
      assert.equal(hubReadUrl(HUB, path as HubRead), null);
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

  it("lets nothing but the three exact texts out, whatever is put behind the instance", () => {
    const allowed = new Set(HUB_READS.map((read) => hubReadUrl(HUB, read)));
    const piece = fc.oneof(
      fc.constantFrom(
        "devices",
        "all",
        "modes",
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
        return allowed.has(url) === (refuseRequest(HUB, "GET", url) === null);
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
        const url = hubReadUrl(hub, "devices") ?? "";
        const isPlain = /^\d{1,9}$/.test(appId) && /^[A-Za-z0-9-]+$/.test(token);
        return (refuseRequest(hub, "GET", url) === null) === isPlain;
      }),
      { numRuns: 2_000 },
    );
  });
});
