import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./support/browser.js";
import { checkState } from "./support/check-state.js";
import type { State } from "./support/check-state.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

const EXPORTS = "/t/clay/audit/exports";
const STATES: readonly State[] = [
  {
    name: "exports in every phase",
    scenario: "busy",
    path: EXPORTS,
    shows: [
      "Entries 0 to 14,999",
      "6,000 of 15,000 entries written",
      "Part 2: 10,000–14,999",
      "Entries whose proposalId is p-1",
      "Verified, it proves that each of its entries is in the log, not that no other one fits.",
      "LOG_DAMAGED",
      "x-odd",
    ],
  },
  {
    name: "how an outsider verifies, without a key",
    scenario: "busy",
    path: EXPORTS,
    shows: ["This cockpit was given no key of the log. The studio’s operator has it."],
    then: (page) => page.getByText("How an outsider verifies it").first().click(),
  },
  {
    name: "a choice with what is missing",
    scenario: "busy",
    path: EXPORTS,
    shows: ["Which one? Its id, at most 128 characters."],
    then: async (page) => {
      await page.getByRole("radio", { name: /A choice/ }).check();
      await page.getByRole("button", { name: "Make the export" }).click();
    },
  },
  { name: "no export", scenario: "record-none", path: EXPORTS, shows: ["Nothing was taken out yet."] },
  { name: "exports that are being read", scenario: "record-unread", path: EXPORTS, shows: ["Asked for lately"] },
  {
    name: "exports that failed alone",
    scenario: "record-shut",
    path: EXPORTS,
    shows: ["The exports could not be read", "PERMISSION_DENIED", "Make the export"],
  },
  { name: "exports to a viewer", scenario: "viewer", path: EXPORTS, shows: ["Your role takes nothing out"] },
  {
    name: "exports offline",
    scenario: "offline",
    path: EXPORTS,
    shows: ["You are offline. Nothing is ever queued"],
  },
];

describe("hosting: taking the record out", function () {
  this.timeout(60_000);
  let browser: Browser;
  let served: Awaited<ReturnType<typeof serveStates>>;
  before(async () => {
    [served, browser] = await Promise.all([serveStates(), openBrowser()]);
  });
  after(async () => {
    await browser.close();
    await served.close();
  });

  for (const state of STATES)
    it(`shows ${state.name}, accessibly in both themes, from 1440 down to 320 pixels`, () =>
      checkState(browser, served.origin, state));

  const on = (test: (page: Page) => Promise<void>) => async () => {
    const opened = await openState(browser, served.origin, "busy", EXPORTS);
    await test(opened.page);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  };
  const card = (page: Page, exportId: string) => page.locator("li.card").filter({ hasText: exportId });

  it(
    "asks for a range by its first and last entry, by keyboard alone, and keeps it through a failure and a reload",
    on(async (page) => {
      await page.getByLabel("First entry").focus();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("100");
      await page.getByLabel("Last entry").focus();
      await page.keyboard.type("199");
      await page.evaluate(() =>
        (window as unknown as { studioTest: StudioTest }).studioTest.failNext("requestExport", {
          code: "LOG_UNSIGNED",
        }),
      );
      await page.keyboard.press("Enter");
      await page.getByText("LOG_UNSIGNED").waitFor();
      await page.reload();
      await page.getByText("What you typed here before was kept.").waitFor();
      assert.equal(await page.getByLabel("Last entry").inputValue(), "199");
      await page.getByRole("button", { name: "Make the export" }).click();
      await page.getByText("x-new").waitFor();
      await heard(page, "polite", /The export is being made/);
      const [body] = await callsOf(page, "requestExport");
      assert.deepEqual(body?.body, { fromIndex: 100, toIndex: 200, proofs: false, earlierSize: null });
    }),
  );

  it(
    "saves a whole bundle as one file that unpacks into one folder",
    on(async (page) => {
      const saved = page.waitForEvent("download");
      await card(page, "x-done").getByRole("button", { name: "Download the bundle (ZIP)" }).click();
      const download = await saved;
      assert.equal(download.suggestedFilename(), "audit-clay-x-done.zip");
      const files = unzipSync(await readFile(await download.path()));
      assert.deepEqual(Object.keys(files).slice(0, 5), [
        "audit-clay-x-done/bundle.json",
        "audit-clay-x-done/README.txt",
        "audit-clay-x-done/verify.mjs",
        "audit-clay-x-done/checkpoint",
        "audit-clay-x-done/range-proof.txt",
      ]);
      assert.equal(Object.keys(files).length, 11);
      const events = files["audit-clay-x-done/part-00001/events.jsonl"];
      assert.equal(new TextDecoder().decode(events), "part-00001/events.jsonl of x-done\n");
      await page.getByText("Saved as audit-clay-x-done.zip.").waitFor();
    }),
  );

  it(
    "saves one part by itself",
    on(async (page) => {
      const saved = page.waitForEvent("download");
      await card(page, "x-done").getByRole("button", { name: "Part 2: 10,000–14,999" }).click();
      const files = unzipSync(await readFile(await (await saved).path()));
      assert.deepEqual(
        Object.keys(files),
        ["leaves", "events", "copies"].map((name) => `audit-clay-x-done/part-00001/${name}.jsonl`),
      );
    }),
  );

  it(
    "saves nothing where a file is missing, and says which code and request",
    on(async (page) => {
      let saved = 0;
      page.on("download", () => (saved += 1));
      await card(page, "x-choice").getByRole("button", { name: "Download the bundle (ZIP)" }).click();
      await card(page, "x-choice").getByText("NOT_FOUND").waitFor();
      await card(page, "x-choice").getByText("request req-7").waitFor();
      assert.equal(saved, 0);
    }),
  );
});
