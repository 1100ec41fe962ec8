import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openApiDocument } from "../../functions/src/api/openapi.js";
import { retentionPage } from "../../functions/src/governance/retention-page.js";
import { reasonCodePage } from "../../functions/src/api/reason-code-page.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Writes the documents that are made from the contracts. A unit test fails while they are out of date. */
const documents = {
  "docs/openapi.json": `${JSON.stringify(openApiDocument(), undefined, 2)}\n`,
  "docs/policies/reason-codes.md": reasonCodePage(),
  "docs/policies/retention.md": retentionPage(),
};

for (const [path, text] of Object.entries(documents)) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
  console.log(`wrote ${path}`);
}
