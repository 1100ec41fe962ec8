import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { API_ROUTES, REASON_CODES } from "../contracts/index.js";
import { retentionPage } from "../governance/retention-page.js";
import { openApiDocument } from "./openapi.js";
import { reasonCodePage } from "./reason-code-page.js";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

describe("api generated documents", () => {
  it("keep docs/openapi.json equal to the route table; npm run docs writes it anew", () => {
    assert.deepEqual(JSON.parse(read("docs/openapi.json")), JSON.parse(JSON.stringify(openApiDocument())));
  });

  it("keep docs/policies/reason-codes.md equal to the closed list; npm run docs writes it anew", () => {
    assert.equal(read("docs/policies/reason-codes.md"), reasonCodePage());
  });

  it("keep docs/policies/retention.md equal to the table; npm run docs writes it anew", () => {
    assert.equal(read("docs/policies/retention.md"), retentionPage());
  });

  it("describe every route once, with its roles and its refusals", () => {
    const paths = openApiDocument()["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    const described = Object.values(paths).flatMap((methods) => Object.values(methods));
    assert.deepEqual(described.map((it) => it["operationId"]).sort(), Object.keys(API_ROUTES).sort());
    for (const operation of described) {
      const { access } = API_ROUTES[operation["operationId"] as keyof typeof API_ROUTES];
      if (access === "person") assert.ok((operation["x-roles"] as string[]).length > 0);
      else assert.deepEqual(operation["security"], []);
      assert.match(JSON.stringify(operation["responses"]), /UNAUTHENTICATED/);
    }
  });

  it("say of every code what it means and who can lift it", () => {
    for (const [code, { sentence, whoCanLift }] of Object.entries(REASON_CODES)) {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
      assert.match(sentence, /\.$/);
      assert.match(whoCanLift, /\.$/);
    }
  });
});
