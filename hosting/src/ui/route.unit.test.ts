import assert from "node:assert/strict";
import { parsePage, queuePath } from "./route.js";

describe("ui/route", () => {
  it("reads back the addresses that it writes", () => {
    assert.deepEqual(parsePage(queuePath("clay", "p 1/2")), { name: "queue", tenantId: "clay", proposalId: "p 1/2" });
    assert.deepEqual(parsePage(queuePath("clay", null)), { name: "queue", tenantId: "clay", proposalId: null });
    assert.deepEqual(parsePage("/t/clay/devices"), { name: "devices", tenantId: "clay" });
    assert.deepEqual(parsePage("/"), { name: "home" });
  });

  it("calls anything else unknown, and survives a broken escape", () => {
    assert.deepEqual(parsePage("/t/clay/finance"), { name: "unknown" });
    assert.deepEqual(parsePage("/x"), { name: "unknown" });
    assert.deepEqual(parsePage("/t/clay/queue/%E0%A4%A"), {
      name: "queue",
      tenantId: "clay",
      proposalId: "%E0%A4%A",
    });
  });
});
