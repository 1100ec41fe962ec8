import assert from "node:assert/strict";
import { parseConfig } from "./config.js";

const emulator = {
  projectId: "demo-studio",
  apiKey: "any",
  environment: "emulator",
  authEmulatorUrl: "http://127.0.0.1:9099",
  firestoreEmulator: { host: "127.0.0.1", port: 8080 },
};

describe("data/config", () => {
  it("takes a full emulator configuration and a live one without emulators", () => {
    assert.equal(parseConfig(JSON.stringify(emulator)).kind, "ready");
    const live = { projectId: "studio", apiKey: "k", environment: "live" };
    assert.equal(parseConfig(JSON.stringify(live)).kind, "ready");
  });

  it("refuses a live environment that names emulators, and an emulator environment that names none", () => {
    assert.equal(parseConfig(JSON.stringify({ ...emulator, environment: "live" })).kind, "failed");
    assert.equal(parseConfig(JSON.stringify({ projectId: "p", apiKey: "k", environment: "emulator" })).kind, "failed");
  });

  it("lists every problem at once, and says so when the page itself came back", () => {
    const outcome = parseConfig("{}");
    assert.equal(outcome.kind === "failed" && outcome.problems.length >= 3, true);
    const html = parseConfig("<!doctype html>");
    assert.match(html.kind === "failed" ? (html.problems[0] ?? "") : "", /not JSON/);
  });
});
