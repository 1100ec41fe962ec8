import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchDirectly } from "./fetch-directly.js";

async function listening(answer: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("scripts/terminal/fetch-directly", () => {
  it("sends what it was given to the address that it was given, and to none that a redirect names", async () => {
    let heard = 0;
    const elsewhere = await listening((_, response) => {
      heard += 1;
      response.end("{}");
    });
    const studio = await listening((_, response) => response.writeHead(307, { location: elsewhere.origin }).end());
    try {
      const sent = { method: "POST", body: JSON.stringify({ password: "correct horse" }) };
      await assert.rejects(fetchDirectly(`${studio.origin}/sign-in`, sent));
      assert.equal(heard, 0);
      assert.equal((await fetchDirectly(elsewhere.origin, sent)).status, 200);
    } finally {
      for (const { server } of [studio, elsewhere]) server.close();
    }
  });
});
