import assert from "node:assert/strict";
import {
  auditPath,
  chainPath,
  DEVICE_SECTIONS,
  devicesPath,
  noticesPath,
  parsePage,
  proposePath,
  queuePath,
  revisePath,
  STUDIO_SECTIONS,
  exportsPath,
  studioPath,
  tenantOf,
} from "./route.js";

describe("ui/route", () => {
  it("reads back the addresses that it writes", () => {
    assert.deepEqual(parsePage(queuePath("clay", "p 1/2")), { name: "queue", tenantId: "clay", proposalId: "p 1/2" });
    assert.deepEqual(parsePage(queuePath("clay", null)), { name: "queue", tenantId: "clay", proposalId: null });
    assert.equal(devicesPath("clay"), "/t/clay/devices");
    for (const section of DEVICE_SECTIONS)
      assert.deepEqual(parsePage(devicesPath("clay", section)), { name: "devices", tenantId: "clay", section });
    assert.deepEqual(parsePage(auditPath("clay")), { name: "audit", tenantId: "clay", chain: null });
    const chain = { of: "request", id: "job-sweep.2026/1" } as const;
    assert.deepEqual(parsePage(chainPath("clay", chain)), { name: "audit", tenantId: "clay", chain });
    assert.equal(chainPath("clay", { of: "proposal", id: "p-1" }, "ev 2"), "/t/clay/audit/proposal/p-1?event=ev%202");
    const propose = { name: "propose", tenantId: "clay", capabilityId: "firing.flag" };
    assert.deepEqual(parsePage(proposePath("clay", "firing.flag")), propose);
    assert.deepEqual(parsePage(proposePath("clay", null)), { ...propose, capabilityId: null });
    assert.deepEqual(parsePage(revisePath("clay", "p-1")), { name: "revise", tenantId: "clay", proposalId: "p-1" });
    assert.deepEqual(parsePage(noticesPath("clay")), { name: "notices", tenantId: "clay" });
    for (const section of STUDIO_SECTIONS)
      assert.deepEqual(parsePage(studioPath("clay", section)), { name: "studio", tenantId: "clay", section });
    assert.deepEqual(parsePage(exportsPath("clay")), { name: "exports", tenantId: "clay" });
    assert.deepEqual(parsePage(`${exportsPath("clay")}/x`), { name: "unknown" });
    assert.deepEqual(parsePage("/"), { name: "home" });
    assert.deepEqual([tenantOf(parsePage("/t/clay/notices")), tenantOf(parsePage("/"))], ["clay", null]);
  });

  it("calls anything else unknown, and survives a broken escape", () => {
    assert.deepEqual(parsePage("/t/clay/finance"), { name: "unknown" });
    const unknown = [
      "/x",
      "/t/clay/revise",
      "/t/clay/studio/secrets",
      "/t/clay/devices/locks",
      "/t/clay/notices/n-1",
      "/t/clay/queue/a/b",
    ];
    const audit = ["/t/clay/audit/person/ana", "/t/clay/audit/proposal", "/t/clay/audit/proposal/p-1/x"];
    for (const path of [...unknown, ...audit]) assert.deepEqual(parsePage(path), { name: "unknown" }, path);
    assert.deepEqual(parsePage("/t/clay/queue/%E0%A4%A"), {
      name: "queue",
      tenantId: "clay",
      proposalId: "%E0%A4%A",
    });
  });
});
