import assert from "node:assert/strict";
import { createFeed } from "./live.js";
import type { Live } from "./live.js";

const ready = (value: number): Live<number> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: 0 });

function countedFeed() {
  const emitters: ((live: Live<number>) => void)[] = [];
  let stops = 0;
  const feed = createFeed<number>((emit) => {
    emitters.push(emit);
    return () => {
      stops += 1;
    };
  }, 0);
  return { feed, emitters, stops: () => stops };
}

describe("data/live", () => {
  it("starts one listener for all readers and stops it after the last has left", async () => {
    const { feed, emitters, stops } = countedFeed();
    const ends = [feed.subscribe(() => undefined), feed.subscribe(() => undefined)];
    assert.equal(emitters.length, 1);
    emitters[0]?.(ready(1));
    assert.deepEqual(feed.getSnapshot(), ready(1));
    for (const end of ends) end();
    await new Promise((done) => setTimeout(done, 5));
    assert.equal(stops(), 1);
  });

  it("starts again on retry and hears nothing more of the run before", () => {
    const { feed, emitters } = countedFeed();
    const end = feed.subscribe(() => undefined);
    emitters[0]?.({ state: "failed", code: "X", message: "", requestId: null });
    feed.retry();
    assert.equal(feed.getSnapshot().state, "loading");
    emitters[0]?.(ready(1));
    assert.equal(feed.getSnapshot().state, "loading");
    emitters[1]?.(ready(2));
    assert.deepEqual(feed.getSnapshot(), ready(2));
    end();
  });
});
