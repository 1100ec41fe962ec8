import assert from "node:assert/strict";
import { classifyRequest } from "./classify-request.js";
import type { RequestClass } from "./classify-request.js";

const CASES: [method: string, path: string, expected: RequestClass][] = [
  ["GET", "devices", "allowed"],
  ["GET", "devices/all", "allowed"],
  ["GET", "modes", "allowed"],
  ["POST", "devices", "read"],
  ["GET", "devices/5", "allowed"],
  ["GET", "devices/5/events", "allowed"],
  ["GET", "devices/5/commands", "allowed"],
  ["GET", "devices/5/capabilities", "allowed"],
  ["GET", "devices/5/", "read"],
  ["GET", "devices/05", "read"],
  ["GET", "devices/5/events/", "read"],
  ["GET", "devices/5/attribute/switch", "read"],
  ["GET", "devices/*", "read"],
  ["GET", "hsm", "allowed"],
  ["GET", "rooms", "allowed"],
  ["GET", "hubvariables", "read"],
  ["GET", "rooms/1", "unknown"],
  ["GET", "nothing", "unknown"],
  ["GET", "", "unknown"],
  ["GET", "devices/5/on", "actuates"],
  ["GET", "devices/5/refresh", "actuates"],
  ["GET", "devices/5/events/on", "actuates"],
  ["GET", "devices/5%2Fon", "actuates"],
  ["GET", "devices/5/../5/on", "actuates"],
  ["GET", "devices/5/Events", "actuates"],
  ["GET", "devices/all/on", "actuates"],
  ["GET", "modes/1", "actuates"],
  ["GET", "hsm/disarm", "actuates"],
  ["GET", "postURL", "actuates"],
  ["GET", "postURL/http%3A%2F%2Fx", "actuates"],
  ["GET", "hubvariables/a/b", "actuates"],
  ["GET", "room/delete/1", "actuates"],
];

describe("scripts/dev/hub-simulator/classify-request", () => {
  for (const [method, path, expected] of CASES) {
    it(`calls ${method} ${path || "nothing"} ${expected}`, () => {
      assert.equal(classifyRequest(method, `/apps/api/37/${path}?access_token=t`, "37").requestClass, expected);
    });
  }

  it("allows a read only with the token and nothing else in the query", () => {
    assert.equal(classifyRequest("GET", "/apps/api/37/devices", "37").requestClass, "read");
    assert.equal(classifyRequest("GET", "/apps/api/37/devices?access_token=t&label=x", "37").requestClass, "read");
  });

  it("allows the event socket and calls the log socket, which may tell secrets, an admin page", () => {
    assert.equal(classifyRequest("GET", "/eventsocket", "37").requestClass, "allowed");
    assert.equal(classifyRequest("GET", "/eventsocket?access_token=t", "37").requestClass, "unknown");
    assert.equal(classifyRequest("GET", "/logsocket", "37").requestClass, "admin");
  });

  it("calls the hub's own pages admin and another instance unknown", () => {
    assert.equal(classifyRequest("POST", "/hub/reboot", "37").requestClass, "admin");
    assert.equal(classifyRequest("GET", "/apps/api/38/devices?access_token=t", "37").requestClass, "unknown");
  });
});
