import assert from "node:assert/strict";
import { schedulerConfig } from "./cloud-scheduler.js";

const REAL = { GCLOUD_PROJECT: "kiln-house-prod", STUDIO_SCHEDULER_LOCATION: "us-central1" };

describe("platform/cloud-scheduler", () => {
  it("knows the jobs of one project and location, named with a prefix", () => {
    const parent = "projects/kiln-house-prod/locations/us-central1";
    assert.deepEqual(schedulerConfig(REAL), { kind: "cloud", parent, jobPrefix: "studio-" });
    const other = schedulerConfig({ ...REAL, STUDIO_SCHEDULER_JOB_PREFIX: "pottery_" });
    assert.deepEqual(other, { kind: "cloud", parent, jobPrefix: "pottery_" });
  });

  it("has no scheduler on an emulator or a demo project, however it is configured", () => {
    assert.equal(schedulerConfig({ ...REAL, FUNCTIONS_EMULATOR: "true" }).kind, "none");
    assert.equal(schedulerConfig({ ...REAL, GCLOUD_PROJECT: "demo-studio" }).kind, "none");
  });

  it("names what is not configured, and takes no prefix that could fit every job of the project", () => {
    assert.deepEqual(schedulerConfig({ GCLOUD_PROJECT: "kiln-house-prod" }), {
      kind: "none",
      why: "not configured: STUDIO_SCHEDULER_LOCATION",
    });
    for (const prefix of ["", "s", "-studio", "a/b"]) {
      const config = schedulerConfig({ ...REAL, STUDIO_SCHEDULER_JOB_PREFIX: prefix });
      assert.deepEqual(config, { kind: "none", why: "not configured: STUDIO_SCHEDULER_JOB_PREFIX" }, prefix);
    }
  });
});
