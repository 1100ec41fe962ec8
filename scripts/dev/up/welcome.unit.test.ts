import assert from "node:assert/strict";
import { welcomeLines } from "./welcome.js";
import type { WelcomeFacts } from "./welcome.js";

const MAYA: WelcomeFacts["signIns"][number] = {
  uid: "maya",
  displayName: "Maya",
  email: "maya@studio.example",
  password: "clay-and-fire",
  tenants: { saguaro: ["owner"] },
};
const VIC = {
  ...MAYA,
  uid: "vic",
  email: "vic@studio.example",
  tenants: { saguaro: ["viewer"], juniper: ["operator"] },
} as const;
const FACTS: WelcomeFacts = {
  cockpit: "http://127.0.0.1:5050",
  signIns: [MAYA, VIC],
  studios: [
    { tenantId: "saguaro", name: "Saguaro Clay" },
    { tenantId: "juniper", name: "Juniper Pottery" },
  ],
  hubOrigin: "http://127.0.0.1:4321",
  logFiles: ["a.log"],
};

describe("scripts/dev/up/welcome", () => {
  it("names the address, and each studio's people with their roles there and nowhere else", () => {
    const text = welcomeLines(FACTS).join("\n");
    assert.match(text, /Cockpit +http:\/\/127\.0\.0\.1:5050\n/);
    assert.match(text, /Saguaro Clay\n +maya@studio\.example +owner\n +vic@studio\.example +viewer\n/);
    assert.match(text, /Juniper Pottery\n +vic@studio\.example +operator\n\n/);
  });

  it("shows a shared password once", () => {
    assert.equal(welcomeLines(FACTS).join("\n").split("clay-and-fire").length, 2);
  });
});
