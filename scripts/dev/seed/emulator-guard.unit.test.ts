import assert from "node:assert/strict";
import { requireEmulators } from "./emulator-guard.js";

const HOSTS = { firestoreHost: "127.0.0.1:8080", authHost: "localhost:9099", projectId: "demo-studio" };

describe("scripts/dev/seed/emulator-guard", () => {
  it("lets emulators on this machine pass, by name, IPv4 and IPv6", () => {
    for (const authHost of ["localhost:9099", "127.0.0.1:9099", "[::1]:9099"]) requireEmulators({ ...HOSTS, authHost });
  });

  it("refuses a project that is not a demo one", () => {
    for (const projectId of ["studio-production", "my-demo-studio", ""])
      assert.throws(() => requireEmulators({ ...HOSTS, projectId }), /must be called demo-…/);
  });

  it("refuses a host that is not on this machine, however it is dressed up", () => {
    for (const host of [
      "firestore.googleapis.com:443",
      "192.168.1.20:8080",
      "127.0.0.1.example.com:8080",
      "127.0.0.1:8080@example.com:443",
      "localhost",
      "localhost:8080/path",
      "",
    ]) {
      assert.throws(() => requireEmulators({ ...HOSTS, firestoreHost: host }), /the Firestore emulator is at/);
      assert.throws(() => requireEmulators({ ...HOSTS, authHost: host }), /the Auth emulator is at/);
    }
  });
});
