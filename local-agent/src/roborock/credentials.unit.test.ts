import assert from "node:assert/strict";
import { deriveTopics, parseBrokerUrl } from "./credentials.js";

const SESSION = { u: "user123", s: "pass123", k: "qiCNieZa" };

describe("local-agent/roborock/credentials", () => {
  it("takes TLS for any host and plain text for loopback hosts alone", () => {
    assert.deepEqual(parseBrokerUrl("ssl://mqtt-eu-3.roborock.com:8883"), {
      host: "mqtt-eu-3.roborock.com",
      port: 8_883,
      tls: true,
    });
    assert.equal(parseBrokerUrl("mqtts://10.0.0.4:8883")?.tls, true);
    for (const host of ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"]) {
      assert.equal(parseBrokerUrl(`mqtt://${host}:1883`)?.tls, false);
    }
    for (const url of [
      "tcp://mqtt-us.roborock.com:1883",
      "mqtt://10.0.0.4:1883",
      "mqtt://127.0.0.1.evil.example:1883",
    ]) {
      assert.equal(parseBrokerUrl(url), null);
    }
  });

  it("takes no address without host or port, with a user, a path or another scheme", () => {
    for (const url of [
      "ssl://host",
      "ssl://:8883",
      "ssl://h:0",
      "ssl://h:65536",
      "ssl://u:p@h:1",
      "ssl://h:1/x",
      "http://h:1",
      "",
      "ssl://h:1\n",
    ]) {
      assert.equal(parseBrokerUrl(url), null, url);
    }
  });

  it("refuses a device id that would reach into other topics, without repeating it", () => {
    for (const duid of ["", "#", "+", "a/b", "a b", "a\u0000", "x".repeat(129)]) {
      assert.throws(
        () => deriveTopics(SESSION, duid),
        (error) => error instanceof RangeError && !error.message.includes("user123"),
      );
    }
  });
});
