import assert from "node:assert/strict";
import { jobOwner } from "./job-names.js";

const owner = (jobId: string) => {
  const found = jobOwner("studio-", jobId);
  return found === null ? null : `${found.tenantId}: ${found.name}`;
};

describe("scheduling/job-names", () => {
  it("tells the studio and what the job starts", () => {
    assert.equal(owner("studio-kiln-house_morning-digest"), "kiln-house: morning-digest");
    assert.equal(owner("studio-kiln-house_weekly_report"), "kiln-house: weekly_report");
  });

  it("does not take one studio's job for that of another whose id begins alike", () => {
    assert.equal(owner("studio-kiln_digest"), "kiln: digest");
    assert.equal(owner("studio-kiln-house_digest"), "kiln-house: digest");
    assert.equal(owner("studio-kiln-house-digest"), null);
  });

  it("knows nothing of jobs that are not named like ours, the platform's own among them", () => {
    for (const jobId of [
      "",
      "studio-",
      "studio-_digest",
      "studio-kiln_",
      "studio-kiln_-x",
      "studio-Kiln_x",
      "studio-0_x",
      "firebase-schedule-expirySweep-us-central1",
      "other-studio-kiln_digest",
    ])
      assert.equal(owner(jobId), null, jobId);
  });
});
