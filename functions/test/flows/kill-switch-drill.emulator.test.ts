import assert from "node:assert/strict";
import { DRILLED, openDrill } from "../support/kill-switch-drill.js";
import type { Drill } from "../support/kill-switch-drill.js";

/** Rounds for each kind of stop, and people's requests in each; the whole count runs with STUDIO_TEST_FULL=1 (M04.3). */
const IS_FULL = process.env["STUDIO_TEST_FULL"] === "1";
const ROUNDS = IS_FULL ? 100 : 2;
const WRITERS = IS_FULL ? 50 : 20;

describe("the kill switch against writers, on Firestore", function () {
  this.timeout(IS_FULL ? 3_600_000 : 240_000);
  let drill: Drill;
  before(async () => {
    drill = await openDrill(WRITERS);
  });
  after(() => drill.close());

  for (const what of DRILLED)
    it(`lets no write commit after the commit of a ${what} stop, in ${ROUNDS} rounds of ${WRITERS} writers racing it`, async () => {
      const seen = { written: 0, refused: 0 };
      for (let n = 0; n < ROUNDS; n += 1) {
        // Some rounds flip before anybody has got through, some in the middle.
        const round = await drill.round({
          what,
          writers: WRITERS,
          gapMs: 2,
          flipAfterMs: n % 2 === 0 ? 5 : 20 + n * 3,
        });
        assert.deepEqual(round.late, [], `round ${n}`);
        assert.equal(round.written + round.refused, WRITERS, "every call is answered, one way or the other");
        for (const reason of round.reasons) assert.ok(["KILL_SWITCH", "CONTROL_CHANGED"].includes(reason), reason);
        seen.written += round.written;
        seen.refused += round.refused;
      }
      assert.ok(seen.refused >= ROUNDS * (WRITERS / 10), "whoever comes after the flip is refused");
      assert.ok(seen.written > 0, "nobody got through before it: nothing was raced");
    });
});
