import assert from "node:assert/strict";
import { auditPath, chainPath, parsePage, queuePath } from "./route.js";

describe("ui/route", () => {
  it("reads back the addresses that it writes", () => {
    assert.deepEqual(parsePage(queuePath("clay", "p 1/2")), { name: "queue", tenantId: "clay", proposalId: "p 1/2" });
    assert.deepEqual(parsePage(queuePath("clay", null)), { name: "queue", tenantId: "clay", proposalId: null });
    assert.deepEqual(parsePage("/t/clay/devices"), { name: "devices", tenantId: "clay" });
    assert.deepEqual(parsePage(auditPath("clay")), { name: "audit", tenantId: "clay", chain: null });
    const chain = { of: "request", id: "job-sweep.2026/1" } as const;
    assert.deepEqual(parsePage(chainPath("clay", chain)), { name: "audit", tenantId: "clay", chain });
    assert.equal(chainPath("clay", { of: "proposal", id: "p-1" }, "ev 2"), "/t/clay/audit/proposal/p-1?event=ev%202");
    assert.deepEqual(parsePage("/"), { name: "home" });
  });

  it("calls anything else unknown, and survives a broken escape", () => {
    assert.deepEqual(parsePage("/t/clay/finance"), { name: "unknown" });
    assert.deepEqual(parsePage("/x"), { name: "unknown" });
    for (const path of ["/t/clay/audit/person/ana", "/t/clay/audit/proposal", "/t/clay/audit/proposal/p-1/x"])
      assert.deepEqual(parsePage(path), { name: "unknown" });
    assert.deepEqual(parsePage("/t/clay/queue/%E0%A4%A"), {
      name: "queue",
      tenantId: "clay",
      proposalId: "%E0%A4%A",
    });
  });
});
