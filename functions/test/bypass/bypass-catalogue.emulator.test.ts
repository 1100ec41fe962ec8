import assert from "node:assert/strict";
import { FIRESTORE_ATTEMPTS } from "./firestore-attempts.js";
import { AUTHORITY_ATTEMPTS } from "./authority-attempts.js";
import { HTTP_ATTEMPTS } from "./http-attempts.js";
import { RECORD_ATTEMPTS } from "./record-attempts.js";
import { openWorld } from "./world.js";
import type { World } from "./world.js";

const CATALOGUE = [
  { way: "the HTTP API", attempts: [...HTTP_ATTEMPTS, ...AUTHORITY_ATTEMPTS, ...RECORD_ATTEMPTS] },
  { way: "Firestore itself", attempts: FIRESTORE_ATTEMPTS },
] as const;

describe("the catalogue of ways around an approval", function () {
  this.timeout(120_000);
  let world: World;
  let before_: string;

  before(async () => {
    world = await openWorld();
    before_ = await world.fingerprint();
  });
  after(async () => {
    await world.studio.close();
    await world.other.close();
  });

  it("holds at least sixty different attempts", () => {
    const names = CATALOGUE.flatMap(({ way, attempts }) => attempts.map(({ what }) => `${way}: ${what}`));
    assert.equal(new Set(names).size, names.length, "no attempt is listed twice");
    assert.ok(names.length >= 60, `${names.length} attempts`);
  });

  for (const { way, attempts } of CATALOGUE)
    for (const { what, expected, run } of attempts)
      it(`${way} answers ${expected.status} ${expected.code} to ${what}, and nothing changes`, async () => {
        assert.deepEqual(await run(world), expected);
        assert.equal(await world.fingerprint(), before_);
      });
});
