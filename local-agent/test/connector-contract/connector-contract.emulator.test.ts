import assert from "node:assert/strict";
import { spoilSubject } from "./bad-connector.js";
import { CHECK_IDS, describeConnectorContract, runCheck } from "./contract.js";
import type { CheckId } from "./contract.js";
import { aHubitatSubject } from "./hubitat-subject.js";
import { writeReport } from "./report.js";
import type { CheckResult } from "./report.js";
import { roborockAccountSubject } from "./roborock-account-subject.js";
import { roborockSubject } from "./roborock-subject.js";

/** What a live channel has a part in; its own polls would blur the checks that count requests. */
const WITH_LIVE_CHANNEL: readonly CheckId[] = [
  "reads-only",
  "write-refused",
  "unproved-not-healthy",
  "readings-valid",
  "stop-cleans",
  "push-valid",
  "hostile-config",
  "fault:unreachable",
  "fault:unauthorized",
  "fault:redirect",
  "fault:untrusted_certificate",
];

describeConnectorContract(aHubitatSubject({ isJournalled: true, live: "none" }));
for (const live of ["event_socket", "post_url"] as const) {
  describeConnectorContract(aHubitatSubject({ isJournalled: true, live }), WITH_LIVE_CHANNEL);
}
for (const subject of [roborockSubject, roborockAccountSubject]) describeConnectorContract(subject);

describe("local-agent connector contract: a bad connector", function () {
  this.timeout(30_000);
  const results: CheckResult[] = [];
  after(() => writeReport({ connector: "bad-connector", results }));

  for (const id of CHECK_IDS) {
    it(`fails ${id} and is told why`, async () => {
      const result = await runCheck(id, spoilSubject(aHubitatSubject({ isJournalled: false, live: liveOf(id) }), id));
      results.push(result);
      assert.equal(result.outcome, "FAIL", `${id} does not see its flaw`);
      assert.notEqual(result.detail, "");
    });
  }
});

/** Without a live channel there is nothing to break in it. */
function liveOf(id: CheckId): "none" | "event_socket" {
  return id === "push-valid" ? "event_socket" : "none";
}
