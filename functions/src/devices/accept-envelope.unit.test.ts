import assert from "node:assert/strict";
import { aKey, anEnvelope, anObservation, at, observations } from "../../test/support/uplink-fixtures.js";
import { BOARD_MAX_BYTES, DeviceBoard } from "../contracts/index.js";
import type { DocumentChange } from "../commit/document-change.js";
import { planTelemetry } from "./accept-envelope.js";

const signer = aKey();
const boardIn = (changes: readonly DocumentChange[]): DeviceBoard =>
  DeviceBoard.parse(
    changes.flatMap((change) => (change.op === "set" && change.path.includes("/devices/") ? [change.data] : []))[0],
  );

describe("devices/accept-envelope", () => {
  it("keeps a board within what one document holds, however long its readings are, and the newest devices on it", () => {
    let board: DeviceBoard | null = null;
    for (let n = 0; n < 10; n += 1) {
      const list = Array.from({ length: 200 }, (_, i) =>
        anObservation({
          deviceId: `hubitat:${n * 1_000 + i}`,
          attribute: "note",
          value: "窯".repeat(200),
          observedAt: at(n * 1_000),
        }),
      );
      const envelope = anEnvelope(signer, { seq: n + 1, payload: observations(...list) });
      const window = { highestSeq: n + 1, window: "0".repeat(256) };
      const acceptance = { envelope, receivedAt: at(n * 1_000), isLate: false, window };
      board = boardIn(planTelemetry({ stream: null, board, health: null }, acceptance));
    }
    const bytes = Buffer.byteLength(JSON.stringify(board));
    assert.ok(bytes <= BOARD_MAX_BYTES + 1_000, String(bytes));
    assert.ok(board !== null && "hubitat:9199" in board.devices && !("hubitat:0" in board.devices));
  });
});
