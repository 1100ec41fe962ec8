import assert from "node:assert/strict";
import { spoilSubject } from "./bad-connector.js";
import { CHECK_IDS, describeConnectorContract, runCheck } from "./contract.js";
import { aHubitatSubject, hubitatSubject } from "./hubitat-subject.js";
import { writeReport } from "./report.js";
import type { CheckResult } from "./report.js";
import { roborockAccountSubject } from "./roborock-account-subject.js";
import { roborockSubject } from "./roborock-subject.js";

for (const subject of [hubitatSubject, roborockSubject, roborockAccountSubject]) describeConnectorContract(subject);

describe("local-agent connector contract: a bad connector", function () {
  this.timeout(30_000);
  const results: CheckResult[] = [];
  after(() => writeReport({ connector: "bad-connector", results }));

  for (const id of CHECK_IDS) {
    it(`fails ${id} and is told why`, async () => {
      const result = await runCheck(id, spoilSubject(aHubitatSubject(false), id));
      results.push(result);
      assert.equal(result.outcome, "FAIL", `${id} does not see its flaw`);
      assert.notEqual(result.detail, "");
    });
  }
});
