import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectorError } from "../connector.js";
import { READ_METHODS } from "./read-only.js";
import { encodeRequest, parseMessage } from "./rpc.js";

/** Names that move the robot, write to it, or start an upload or a camera session. None of them is ever sent. */
const ACTUATING =
  `app_charge app_start app_stop app_pause app_spot app_goto_target app_segment_clean app_zoned_clean app_rc_start
  app_rc_move app_start_collect_dust app_start_wash app_wakeup_robot find_me load_multi_map reset_consumable reset_map del_map
  set_custom_mode set_water_box_custom_mode set_timer set_dnd_timer set_camera_status start_camera_preview start_clean stop_camera_preview
  dnld_install_sound enable_log_upload user_upload_log change_sound_volume prop.set prop.get matter.reset service.start_clean get_map_v1
  get_photo get_prop get_recover_map get_random_pkey get_turn_server get_device_sdp get_device_ice get_homesec_connect_status app_stat
  retry_request Get_Status GET_STATUS get_statu get_status2 get_clean_record_map toString __proto__ constructor`.split(
    /\s+/u,
  );

const asks = (method: string, params: readonly unknown[] = []): string =>
  encodeRequest({ id: 1, method, params, t: 1 });
const isReadOnlyRefusal = (error: unknown): boolean => error instanceof ConnectorError && error.code === "READ_ONLY";
const said = (text: string): ReturnType<typeof parseMessage> => parseMessage(Buffer.from(text, "utf8"));
const outcomeOf = (inner: string): unknown => said(JSON.stringify({ dps: { "102": inner } }))?.answers[0]?.outcome;

describe("local-agent/roborock/read-only", () => {
  it("allows eight reads by their exact names, and nothing else", () => {
    assert.deepEqual(READ_METHODS, [
      "get_status",
      "get_consumable",
      "get_clean_summary",
      "get_clean_record",
      "get_dnd_timer",
      "get_network_info",
      "get_room_mapping",
      "get_multi_maps_list",
    ]);
    for (const method of READ_METHODS)
      assert.ok(asks(method, method === "get_clean_record" ? [1_700_000_000] : []).includes(method));
  });

  it("takes one run's start with get_clean_record, and no other parameter", () => {
    for (const params of [[], [1, 2], ["1"], ["app_start"], [0], [-1], [1.5], [2 ** 32], [null], [{ a: 1 }], [[1]]])
      assert.throws(() => asks("get_clean_record", params), isReadOnlyRefusal, JSON.stringify(params));
    assert.ok(asks("get_clean_record", [1_700_000_000]).includes('\\"params\\":[1700000000]'));
  });

  for (const method of [
    ...ACTUATING,
    "",
    "get_status ",
    " get_status",
    "get_status\u0000",
    "get_status\n",
    "gеt_status",
  ]) {
    it(`answers READ_ONLY to ${JSON.stringify(method)}`, () => {
      assert.throws(() => asks(method), isReadOnlyRefusal);
    });
  }

  it("answers READ_ONLY to a read that carries a parameter", () => {
    assert.throws(() => asks("get_status", ["app_start"]), isReadOnlyRefusal);
  });

  it("builds only requests whose method is on the list, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (method) => {
        try {
          asks(method);
          return READ_METHODS.some((name) => name === method);
        } catch (error) {
          return isReadOnlyRefusal(error);
        }
      }),
    );
  });

  it("does not repeat a refused name, which a caller chooses", () => {
    assert.throws(
      () => asks("app_start"),
      (error) => error instanceof Error && !error.message.includes("app_start"),
    );
  });
});

describe("local-agent/roborock/rpc", () => {
  it("reads a result, an error, a busy robot and an unknown method", () => {
    assert.deepEqual(outcomeOf('{"id":1,"result":[{"state":8}]}'), { kind: "result", value: [{ state: 8 }] });
    assert.deepEqual(outcomeOf('{"id":1,"error":{"code":-10007,"message":"invalid status"}}'), { kind: "busy" });
    assert.deepEqual(outcomeOf('{"id":1,"error":{"code":-1}}'), { kind: "error", errorCode: -1 });
    assert.deepEqual(outcomeOf('{"id":1,"error":"no"}'), { kind: "error", errorCode: null });
    assert.deepEqual(outcomeOf('{"id":1,"result":"unknown_method"}'), { kind: "unknown_method" });
    assert.deepEqual(outcomeOf('{"id":1,"result":["retry"]}'), { kind: "busy" });
    assert.deepEqual(outcomeOf('{"id":1,"result":["ok"]}'), { kind: "error", errorCode: null });
    assert.deepEqual(outcomeOf('{"id":1}'), { kind: "error", errorCode: null });
  });

  it("ignores an answer whose id is missing or no whole number", () => {
    assert.equal(outcomeOf('{"result":[]}'), undefined);
    assert.equal(outcomeOf('{"id":"1","result":[]}'), undefined);
    assert.equal(outcomeOf('{"id":1.5,"result":[]}'), undefined);
  });

  it("reads pushes and an answer from one message, with numeric text as numbers", () => {
    const message = said(
      '{"dps":{"121":18,"122":"87","128":{"a":1},"x":1,"102":"{\\"id\\":7,\\"result\\":[]}"},"t":5}',
    );
    assert.deepEqual(
      [...(message?.points ?? [])],
      [
        [121, 18],
        [122, 87],
      ],
    );
    assert.equal(message?.answers[0]?.id, 7);
    assert.equal(message.deviceTime, 5);
  });

  it("answers null to what is not UTF-8, not JSON, no envelope or above 256 KiB", () => {
    assert.equal(parseMessage(Buffer.from([0xff, 0xfe])), null);
    for (const text of ["", "{", "[]", "null", "7", '{"dps":[]}', '{"t":1}']) assert.equal(said(text), null);
    assert.equal(parseMessage(Buffer.alloc(262_145, 0x20)), null);
  });

  it("never throws, whatever JSON arrives", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (inner, outer) => {
        said(outer);
        said(JSON.stringify({ dps: { "102": inner, "121": inner } }));
        said(`{"dps":${outer}}`);
      }),
    );
  });
});
