import assert from "node:assert/strict";
import { API_ROUTES, COLLECTIONS } from "../contracts/index.js";
import type { JsonObject } from "../contracts/index.js";
import { listCapabilities } from "./list-capabilities.js";
import { REGISTRY } from "./registry.js";

describe("capabilities/list-capabilities", () => {
  it("offers every capability of the registry once, in the shape of its route", () => {
    const answer = API_ROUTES.listCapabilities.answer.parse(listCapabilities());
    assert.deepEqual(answer.capabilities.map(({ id }) => id).sort(), [...REGISTRY.keys()].sort());
    for (const { quotaId, id } of answer.capabilities)
      assert.ok(
        answer.quotas.some((quota) => quota.id === quotaId),
        id,
      );
  });

  it("gives each input as a closed object of required fields, and names the records that ids belong to", () => {
    const known: readonly string[] = Object.values(COLLECTIONS);
    for (const { id, inputSchema } of listCapabilities().capabilities) {
      assert.equal(inputSchema["type"], "object", id);
      assert.equal(inputSchema["additionalProperties"], false, id);
      for (const record of recordsIn(inputSchema)) assert.ok(known.includes(record), `${id}: ${record}`);
    }
    const flag = listCapabilities().capabilities.find(({ id }) => id === "firing.flag");
    assert.deepEqual(recordsIn(flag?.inputSchema ?? {}), ["firings"]);
  });
});

const recordsIn = (schema: JsonObject): string[] =>
  [...JSON.stringify(schema).matchAll(/"record":"([^"]+)"/g)].map(([, name]) => name ?? "");
