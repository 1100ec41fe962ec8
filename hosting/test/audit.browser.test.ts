import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { aLog } from "../../functions/test/support/audit-bundles.js";
import { memoryLog } from "../../functions/test/support/memory-log.js";
import { seedSigner } from "../../functions/src/audit/seed-signer.js";
import type { HistoryEntry } from "../src/data/studio-data.js";
import { openBrowser, seriousViolations } from "./support/browser.js";
import type { MemoryLogDocuments } from "./support/memory-audit.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

const AUDIT = "/t/clay/audit";
const rows = (page: Page) => page.locator(".audit-row");
const addEvent = (page: Page, eventId: string) =>
  page.evaluate((id) => {
    const { studioTest } = window as unknown as { studioTest: StudioTest };
    const at = new Date().toISOString();
    const actor = { type: "system", id: "drill", name: "Drill" } as const;
    const draft = { type: "control.released", actor, eventId: id, at } as const;
    studioTest.addEvent(studioTest.aStoredEvent(draft, { pending: true }));
  }, eventId);

describe("hosting: the record", function () {
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

  it("reads page by page to the beginning, and goes on after a page that failed", async () => {
    const { page, close } = await openState(browser, served.origin, "record-long", AUDIT);
    await rows(page).nth(49).waitFor();
    assert.equal(await rows(page).count(), 50);
    await page.getByRole("button", { name: "Show older" }).click();
    await page.getByText("Older events could not be read").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await rows(page).nth(99).waitFor();
    await page.getByRole("button", { name: "Show older" }).click();
    await page.getByText("The record begins here.").waitFor();
    const entries = await page.locator(".audit-log").allInnerTexts();
    assert.deepEqual(
      entries,
      Array.from({ length: 120 }, (_, index) => `entry ${119 - index}`),
    );
    await close();
  });

  it("holds what comes new back until it is asked for, and says so", async () => {
    const { page, close } = await openState(browser, served.origin, "busy", AUDIT);
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await addEvent(page, "ev-new");
    const news = page.getByRole("button", { name: "1 new — show" });
    await news.waitFor();
    await heard(page, "polite", /1 new event on record/);
    assert.equal(await rows(page).count(), before);
    await news.click();
    await page.getByRole("button", { name: "Control released" }).first().waitFor();
    assert.equal(await rows(page).count(), before + 1);
    assert.match(await rows(page).first().innerText(), /Drill/);
    await close();
  });

  it("keeps the search in the address, and finds by it", async () => {
    const { page, close } = await openState(browser, served.origin, "busy", AUDIT);
    await page.getByLabel("Event", { exact: true }).selectOption("proposal.*");
    await page.getByLabel("Who").fill("ana");
    await page.getByLabel("Who").press("Enter");
    await page.getByText("Nothing older matches.").waitFor();
    assert.match(new URL(page.url()).search, /type=proposal\.\*&who=ana/);
    assert.equal(await rows(page).count(), 2);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("The record begins here.").waitFor();
    assert.equal(new URL(page.url()).search, "");
    await close();
  });

  it("is walked and opened by keyboard alone, to the chain of a proposal and back", async () => {
    const { page, close } = await openState(browser, served.origin, "busy", `/t/clay/queue`);
    await page.getByRole("link", { name: "Audit" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await rows(page).first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ""), /Proposal expired/);
    await page.keyboard.press("Enter");
    await page.getByText("job-expirySweep.1").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-expanded")), "true");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "One proposal p-9" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    await close();
  });

  it("shows a person's words as text, and that words which are gone were erased", async () => {
    const { page, complaints, close } = await openState(browser, served.origin, "busy", `${AUDIT}/proposal/p-1`);
    await page.getByText("Proposal submitted").click();
    assert.deepEqual(await callsOf(page, "revealWords"), [], "nobody looks by opening an event");
    await page.getByText("That you looked goes on record.").waitFor();
    await page.getByRole("button", { name: "Show the words" }).click();
    await page.getByText("<img src=x onerror=alert(1)>").waitFor();
    await page.getByText("That you looked is on record.").waitFor();
    assert.equal((await callsOf(page, "revealWords")).length, 1);
    await page.getByText("Proposal approved").click();
    await page.getByRole("button", { name: "Show the words" }).click();
    await page.getByText("Erased.").waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("erases words for ever with a reason, kept through a refusal, and shows that they are gone", async () => {
    const { page, complaints, close } = await openState(browser, served.origin, "busy", `${AUDIT}/proposal/p-1`);
    await page.getByText("Proposal submitted").click();
    await page.evaluate(() =>
      (window as unknown as { studioTest: StudioTest }).studioTest.failNext("eraseWords", { code: "LEGAL_HOLD" }),
    );
    await page.getByRole("button", { name: "Erase the words…" }).click();
    await page.getByLabel("Why", { exact: true }).fill("Asked for by letter of 3 November.");
    await page.getByRole("button", { name: "Erase for ever" }).click();
    await page.getByText("LEGAL_HOLD").waitFor();
    assert.equal(await page.getByLabel("Why", { exact: true }).inputValue(), "Asked for by letter of 3 November.");
    await page.getByRole("button", { name: "Erase for ever" }).click();
    await page.getByText("Erased.", { exact: true }).waitFor();
    await heard(page, "polite", /The words are erased/);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("says that words are not those that the event was recorded with", async () => {
    const { page, close } = await openState(
      browser,
      served.origin,
      "record-altered",
      `${AUDIT}/proposal/p-1?event=ev-2`,
    );
    await page.getByRole("button", { name: "Show the words" }).click();
    await page.getByText("These are not the words that the event was recorded with.").waitFor();
    await close();
  });

  it("proves what it shows by itself, shouts when it is shown another past, and does not forget with a reload", async () => {
    const { page, complaints, close } = await openState(browser, served.origin, "busy", AUDIT);
    const showLog = async (salt: string, size: number) => {
      const log = await aStoredLog(salt, size);
      await page.evaluate((it) => (window as unknown as { studioTest: StudioTest }).studioTest.setLog(it), log);
      await page.getByRole("button", { name: "new — show" }).click();
    };
    const chip = page.getByTestId("chain-chip");
    await chip.getByText("This cockpit was given no key of the log.").waitFor();
    await showLog("a", 5);
    await chip.getByText("5 shown events are in the signed log of 5 entries.").waitFor();
    await showLog("a", 7);
    await chip.getByText("It only grew since this browser saw it last.").waitFor();

    await showLog("b", 9);
    const alarm = page.getByTestId("chain-alarm");
    await alarm.getByText("The audit log is not sound.").waitFor();
    await heard(page, "assertive", /The audit log is not sound/);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await seriousViolations(page), []);
    }
    await page.reload();
    await page.getByTestId("chain-chip").waitFor();
    await showLog("a", 7);
    await alarm.getByText("two pasts of this log that cannot both be true").waitFor();
    await page.getByText("The evidence: two signed checkpoints").click();
    assert.equal(await page.getByText("studio.example/audit/clay").count(), 2);
    await page.getByRole("button", { name: "The evidence is kept…" }).click();
    await page.getByRole("button", { name: "I have kept both: stop showing this" }).click();
    await chip.getByText("It only grew since this browser saw it last.").waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });
});

const SIGNER = seedSigner("studio.example/audit/clay", Buffer.alloc(32, 1));

/** A signed log of this studio as the database holds it. Another salt is another past. */
async function aStoredLog(salt: string, size: number): Promise<MemoryLogDocuments> {
  const stored = await memoryLog(aLog(size, { salt, signer: SIGNER }), [size]);
  const checkpoint = stored.checkpoints.get(size);
  assert.ok(checkpoint !== undefined);
  const { origin, root } = checkpoint;
  const at = "2026-11-20T09:00:00.000Z";
  const key = Buffer.from(SIGNER.verifierKey.split("+").slice(2).join("+"), "base64").subarray(1);
  return {
    identity: { host: "studio.example", publicKeys: [key.toString("base64")] },
    head: { v: 1, epoch: 1, origin, size, root, edge: [], sequencedAt: at, publishedSize: size, publishedAt: at },
    checkpoints: { [size]: checkpoint },
    tiles: Object.fromEntries(stored.tiles),
    entries: [...stored.documents.values()].map(
      ({ id, data }) => ({ ...data, eventId: id }) as unknown as HistoryEntry,
    ),
  };
}
