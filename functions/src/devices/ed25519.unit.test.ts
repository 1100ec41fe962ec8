import assert from "node:assert/strict";
import { keyIdOf, verifyEd25519 } from "./ed25519.js";

/** RFC 8032 §7.1, TEST 2. */
const PUBLIC_KEY = Buffer.from("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "hex");
const MESSAGE = Buffer.from("72", "hex");
const SIGNATURE = Buffer.from(
  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  "hex",
);

describe("devices/ed25519", () => {
  it("accepts the signature of RFC 8032 §7.1, TEST 2", () => {
    assert.equal(verifyEd25519(PUBLIC_KEY, MESSAGE, SIGNATURE), true);
  });

  it("refuses it with any one bit of the signature turned", () => {
    for (let bit = 0; bit < SIGNATURE.length * 8; bit += 1) {
      const tampered = Buffer.from(SIGNATURE);
      tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(verifyEd25519(PUBLIC_KEY, MESSAGE, tampered), false, `bit ${bit}`);
    }
  });

  it("refuses keys and signatures of any other length instead of throwing", () => {
    for (const length of [0, 1, 31, 33, 64])
      assert.equal(verifyEd25519(Buffer.alloc(length), MESSAGE, SIGNATURE), false);
    for (const length of [0, 1, 63, 65]) assert.equal(verifyEd25519(PUBLIC_KEY, MESSAGE, Buffer.alloc(length)), false);
  });

  it("names a key by the first 16 hex digits of its SHA-256", () => {
    assert.equal(keyIdOf(Buffer.alloc(32)), "66687aadf862bd77");
  });
});
