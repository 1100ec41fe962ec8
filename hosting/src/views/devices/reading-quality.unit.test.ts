import assert from "node:assert/strict";
import { instant, NOON_MS } from "../../../test/support/builders.js";
import type { LatestReading } from "@studio-os/functions/contracts";
import { readingText, shownQuality } from "./reading-quality.js";

const aReading = (overrides: Partial<LatestReading> = {}): LatestReading => ({
  value: 41.23,
  unit: "°C",
  observedAt: instant(NOON_MS),
  receivedAt: instant(NOON_MS),
  source: "poll",
  quality: "live",
  ...overrides,
});

describe("views/devices/reading-quality", () => {
  it("turns a live temperature stale at 120 s and any other attribute at 300 s", () => {
    assert.equal(shownQuality("temperature", aReading(), NOON_MS + 119_999), "live");
    assert.equal(shownQuality("temperature", aReading(), NOON_MS + 120_000), "stale");
    assert.equal(shownQuality("humidity", aReading(), NOON_MS + 299_999), "live");
    assert.equal(shownQuality("humidity", aReading(), NOON_MS + 300_000), "stale");
    assert.equal(shownQuality("toString", aReading(), NOON_MS + 300_000), "stale");
  });

  it("calls a reading without a value unknown, and leaves simulated and stale as they were called", () => {
    assert.equal(shownQuality("temperature", aReading({ value: null }), NOON_MS), "unknown");
    assert.equal(shownQuality("temperature", aReading({ quality: "simulated" }), NOON_MS), "simulated");
    assert.equal(shownQuality("temperature", aReading({ quality: "stale" }), NOON_MS), "stale");
  });

  it("writes a value with its unit", () => {
    assert.equal(readingText({ value: 41.234, unit: "°C" }), "41.23 °C");
    assert.equal(readingText({ value: false, unit: null }), "no");
    assert.equal(readingText({ value: null, unit: "W" }), "no value");
  });
});
