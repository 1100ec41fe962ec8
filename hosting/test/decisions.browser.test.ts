import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { hash } from "./support/builders.js";
import { openBrowser } from "./support/browser.js";
import { INJECTION } from "./support/scenarios.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

type TestWindow = Window & { studioTest: StudioTest; pwned?: number };
const QUEUE = "/t/clay/queue";
const WHY = "The vent was stuck, I have seen it myself.";

describe("hosting: deciding in the cockpit", function () {
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

  /** Runs the test on a fresh page, and fails it on anything that the browser complained about. */
  const on =
    (path: string, test: (page: Page) => Promise<void>, options: { scenario?: "busy" | "stopped" | "many" } = {}) =>
    async () => {
      const opened = await openState(browser, served.origin, options.scenario ?? "busy", path);
      await test(opened.page);
      assert.deepEqual(opened.complaints, []);
      await opened.close();
    };
  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const rowIds = (page: Page) =>
    page.locator("[data-row]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-row")));

  it(
    "walks from the list to an executed and rolled back change by keyboard alone",
    on(QUEUE, async (page) => {
      await page.locator("[data-row='p-1']").waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-row")), "p-1");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 2, name: /Glaze load 12/ }).waitFor();
      await page.locator("#action-approve:not([aria-disabled])").waitFor();
      await page.keyboard.press("a");
      await page.keyboard.type(WHY);
      await page.keyboard.press("Control+Enter");
      await page.locator("#action-execute:not([aria-disabled])").waitFor();
      await heard(page, "polite", /Approved\. Execute is next\. 3 left\./);
      await page.keyboard.press("e");
      await page.keyboard.press("Enter");
      await page.locator("#action-rollback:not([aria-disabled])").waitFor();
      await page.keyboard.press("z");
      await page.keyboard.type("It was the wrong firing after all.");
      await page.keyboard.press("Control+Enter");
      await page.getByText("This was executed and rolled back.").waitFor();
      const [approval] = await callsOf(page, "approveProposal");
      assert.deepEqual(approval?.body, { ifRev: 1, planId: hash("b"), rationale: WHY, reasonCode: null });
      const [execution] = await callsOf(page, "executeProposal");
      assert.match(execution?.key ?? "", /^[\x21-\x7e]{16,255}$/);
    }),
  );

  it(
    "never approves by a single letter, and types letters as letters",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.locator("#action-approve:not([aria-disabled])").waitFor();
      await page.keyboard.press("a");
      await page.keyboard.type("area");
      assert.equal(await page.getByRole("textbox", { name: /own words/ }).inputValue(), "area");
      await page.keyboard.press("Escape");
      for (const key of ["a", "Enter", "a", "e", "Enter", "y"]) await page.keyboard.press(key);
      assert.deepEqual(await callsOf(page, "approveProposal"), []);
    }),
  );

  it(
    "takes a quick reason for low risk, and asks medium risk for 20 characters",
    on(`${QUEUE}/p-note`, async (page) => {
      await button(page, "Approve").click();
      assert.equal(await page.getByRole("group", { name: "Quick reason" }).count(), 0);
      await page.getByRole("textbox", { name: /own words/ }).fill("too short");
      await button(page, "Confirm approval").click();
      await page.getByText("11 more characters.").first().waitFor();
      assert.deepEqual(await callsOf(page, "approveProposal"), []);
      await page.goto(page.url().replace("p-note", "p-1"));
      await button(page, "Approve").click();
      await button(page, "Looks right").click();
      await button(page, "Confirm approval").click();
      await page.locator("#action-execute").waitFor();
      const [approval] = await callsOf(page, "approveProposal");
      assert.deepEqual(approval?.body, { ifRev: 1, planId: hash("b"), rationale: null, reasonCode: "looks_right" });
    }),
  );

  it(
    "shows no approved before the server's answer",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.evaluate(() => (window as unknown as TestWindow).studioTest.setLatency(400));
      await button(page, "Approve").waitFor();
      await page.locator("#action-approve:not([aria-disabled])").click();
      await button(page, "Looks right").click();
      await button(page, "Confirm approval").click();
      await button(page, "Sending…").waitFor();
      assert.equal(await page.locator(".detail-head .badge").innerText(), "Pending");
      await page.locator("#action-execute").waitFor();
    }),
  );

  it(
    "keeps what was typed through a failure and a reload",
    on(`${QUEUE}/p-note`, async (page) => {
      await page.evaluate(() =>
        (window as unknown as TestWindow).studioTest.failNext("approveProposal", { code: "NETWORK_UNREACHABLE" }),
      );
      await button(page, "Approve").click();
      await page.getByRole("textbox", { name: /own words/ }).fill(WHY);
      await button(page, "Confirm approval").click();
      await page.getByText("NETWORK_UNREACHABLE").waitFor();
      assert.equal(await page.getByRole("textbox", { name: /own words/ }).inputValue(), WHY);
      await page.reload();
      await button(page, "Approve").click();
      assert.equal(await page.getByRole("textbox", { name: /own words/ }).inputValue(), WHY);
    }),
  );

  it(
    "sends the same Idempotency-Key again after a failure, and over a reload",
    on(`${QUEUE}/p-done?view=done`, async (page) => {
      const attempt = async () => {
        await page.evaluate(() =>
          (window as unknown as TestWindow).studioTest.failNext("rollbackProposal", { code: "CONTENTION" }),
        );
        await button(page, "Roll back").click();
        await page.getByRole("textbox", { name: /own words/ }).fill("It was the wrong firing.");
        await button(page, "Confirm roll back").click();
        await page.getByText("CONTENTION").waitFor();
        return (await callsOf(page, "rollbackProposal"))[0]?.key;
      };
      const first = await attempt();
      await page.reload();
      assert.equal(await attempt(), first);
      assert.ok(first);
    }),
  );

  it(
    "says who was faster and how the proposal differs now",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.evaluate(() => {
        const { failNext, aProposal } = (window as unknown as TestWindow).studioTest;
        const seen = aProposal({}, Date.now());
        const review = {
          reviewer: { id: "bo", name: "Bo Lindqvist" },
          decision: "approve" as const,
          rev: 1,
          planId: seen.plan.planId,
          reasonCode: "looks_right" as const,
          rationale: "",
          at: new Date(Date.now() - 4000).toISOString(),
          for: null,
          isSolo: false,
          voidedAt: null,
        };
        const proposal = { ...seen, status: "approved" as const, reviews: [review] };
        failNext("approveProposal", { code: "REV_MISMATCH", details: { proposal } });
      });
      await page.locator("#action-approve:not([aria-disabled])").click();
      await button(page, "Looks right").click();
      await button(page, "Confirm approval").click();
      await page.getByText(/Bo Lindqvist approved \d s ago/).waitFor();
      await page.getByText("You saw Pending; it is Approved.").waitFor();
    }),
  );

  it(
    "shows what made a plan stale, and plans again in one step",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.locator("#action-approve:not([aria-disabled])").click();
      await page.evaluate(() =>
        (window as unknown as TestWindow).studioTest.failNext("approveProposal", {
          code: "STALE_PLAN",
          details: { changed: [{ ref: "firings/f-70", field: "title", was: "Glaze load 12", now: "Glaze load 13" }] },
        }),
      );
      await button(page, "Looks right").click();
      await button(page, "Confirm approval").click();
      await page.getByRole("row", { name: /title.*Glaze load 12.*Glaze load 13/ }).waitFor();
      await button(page, "Plan again").click();
      await page.getByText("revision 2").waitFor();
    }),
  );

  it(
    "says by the clock when to try again where a quota holds somebody back",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.locator("#action-approve:not([aria-disabled])").click();
      await page.evaluate(() => {
        const resetAt = new Date(Date.now() + 600_000).toISOString();
        const quota = { key: "default.actor.olga", limit: 60, remaining: 0, resetAt, retryAfterMs: 600_000 };
        (window as unknown as TestWindow).studioTest.failNext("approveProposal", { code: "QUOTA", details: { quota } });
      });
      await button(page, "Looks right").click();
      await button(page, "Confirm approval").click();
      await page.getByText(/^Try again at .*\d{2}:\d{2}\.$/).waitFor();
    }),
  );

  it(
    "asks to look again when the plan changes under somebody's words",
    on(`${QUEUE}/p-1`, async (page) => {
      await page.locator("#action-approve:not([aria-disabled])").click();
      await page.getByRole("textbox", { name: /own words/ }).fill(WHY);
      await page.evaluate(() => {
        const { put, aProposal } = (window as unknown as TestWindow).studioTest;
        put({ kind: "proposal", id: "p-1", proposal: { ...aProposal({ rev: 2, auditVersion: 5 }, Date.now()) } });
      });
      await page.getByText("The plan changed while you were writing.").waitFor();
      await button(page, "Confirm approval").click();
      assert.deepEqual(await callsOf(page, "approveProposal"), []);
      await button(page, "I have seen it").click();
      await button(page, "Confirm approval").click();
      await page.locator("#action-execute").waitFor();
      assert.equal(((await callsOf(page, "approveProposal"))[0]?.body as { ifRev: number }).ifRev, 2);
    }),
  );

  it(
    "rejects with a code and words",
    on(`${QUEUE}/p-1`, async (page) => {
      await button(page, "Reject").click();
      await page.getByRole("textbox", { name: /own words/ }).fill("The sensor hangs over the kiln vent.");
      await button(page, "Confirm rejection").click();
      await page.getByText("Choose why.").waitFor();
      await button(page, "Bad data").click();
      await button(page, "Confirm rejection").click();
      await page.getByText("This was rejected.").waitFor();
      assert.equal(((await callsOf(page, "rejectProposal"))[0]?.body as { reasonCode: string }).reasonCode, "bad_data");
    }),
  );

  it(
    "shows the words of an agent as text: no element, no link, no script",
    on(`${QUEUE}/p-inject`, async (page) => {
      await page.getByRole("tab", { name: "Why" }).click();
      const words = page.getByTestId("requester-words");
      assert.equal(await words.innerText(), INJECTION);
      assert.equal(await words.locator("*").count(), 0);
      assert.equal(await page.evaluate(() => (window as unknown as TestWindow).pwned), undefined);
    }),
  );

  it(
    "opens a record that is evidence by a press alone, and says that the look is on record and that it was changed",
    on(`${QUEUE}/p-high`, async (page) => {
      await page.getByRole("tab", { name: "Why" }).click();
      await page.getByText("That you looked goes on record.").waitFor();
      assert.deepEqual(await callsOf(page, "openEvidence"), []);
      await button(page, "Open batches/b-7").click();
      await page.getByText("This is not what the requester saw.").waitFor();
      await page.getByText("That you looked is on record.").waitFor();
      await page.getByText("<b>C 2</b>").waitFor();
      assert.deepEqual((await callsOf(page, "openEvidence"))[0]?.body, { index: 0 });
    }),
  );

  it(
    "moves no row under the pointer: what comes waits behind a button, what leaves stays dimmed",
    on(QUEUE, async (page) => {
      await page.locator("[data-row='p-1']").waitFor();
      const before = await rowIds(page);
      await page.evaluate(() => {
        const { put, aProposal } = (window as unknown as TestWindow).studioTest;
        const soon = new Date(Date.now() + 30_000).toISOString();
        put({
          kind: "proposal",
          id: "p-new",
          proposal: aProposal({ proposalId: "p-new", expiresAt: soon }, Date.now()),
        });
        put({ kind: "proposal", id: "p-1", proposal: aProposal({ status: "withdrawn" }, Date.now()) });
      });
      await button(page, "1 new, 1 moved on — show").waitFor();
      assert.deepEqual(await rowIds(page), before);
      await page.locator("[data-row='p-1']").getByText("moved on").waitFor();
      await button(page, "1 new, 1 moved on — show").click();
      await page.locator("[data-row='p-new']").waitFor();
      assert.equal((await rowIds(page)).includes("p-1"), false);
    }),
  );

  it(
    "keeps 600 rows in a list of fixed heights with only those in view in the page",
    on(
      QUEUE,
      async (page) => {
        await page.locator("[data-row='p-0000']").waitFor();
        // The list of a long queue is loaded when it is needed.
        await page.waitForFunction(() => document.querySelectorAll("[data-row]").length < 60);
        assert.equal(await page.locator("li:has([data-row='p-0000'])").getAttribute("aria-setsize"), "600");
        assert.equal((await page.locator("[data-row='p-0000']").boundingBox())?.height, 64);
        for (let step = 0; step < 40; step += 1) await page.keyboard.press("j");
        await page.waitForFunction(() => document.activeElement?.getAttribute("data-row") === "p-0039");
      },
      { scenario: "many" },
    ),
  );

  it(
    "stops the studio in two actions from anywhere, with a reason of ten characters",
    on("/t/clay/devices", async (page) => {
      await page.getByRole("heading", { name: "Devices" }).waitFor();
      await page.keyboard.press("Shift+K");
      await page.keyboard.type("smoke");
      await page.keyboard.press("Control+Enter");
      assert.deepEqual(await callsOf(page, "engageStop"), []);
      await page.keyboard.type(" in room two");
      await page.keyboard.press("Control+Enter");
      await page.getByTestId("mode").getByText("Stopped").waitFor();
      await heard(page, "assertive", /The studio is Stopped by Ana Reyes/);
    }),
  );

  it(
    "asks for a release, and tells the same person how long until they may release alone",
    on(
      QUEUE,
      async (page) => {
        await button(page, "Release…").click();
        await page.getByRole("textbox", { name: /safe to go on/ }).fill("The pipe was closed and checked.");
        await button(page, "Ask for the release").click();
        await page.getByText(/Ana Reyes asked for the release/).waitFor();
        await button(page, "Release…").click();
        await page.getByText(/alone you can release in 4 min/).waitFor();
      },
      { scenario: "stopped" },
    ),
  );

  it(
    "asks for a fresh sign-in when a release needs one, and goes on there",
    on(
      QUEUE,
      async (page) => {
        await button(page, "Release…").click();
        await page.evaluate(() =>
          (window as unknown as TestWindow).studioTest.failNext("releaseStop", { code: "REAUTH_REQUIRED" }),
        );
        await page.getByRole("textbox", { name: /safe to go on/ }).fill("The pipe was closed and checked.");
        await button(page, "Ask for the release").click();
        await page.getByLabel("Password").fill("kiln-and-clay");
        await button(page, "Sign in again").click();
        await page.getByRole("heading", { name: "Release the stop" }).waitFor();
      },
      { scenario: "stopped" },
    ),
  );

  it(
    "covers an ended session with a sign-in, and finds the words again afterwards",
    on(`${QUEUE}/p-note`, async (page) => {
      await button(page, "Approve").click();
      await page.getByRole("textbox", { name: /own words/ }).fill(WHY);
      await page.evaluate(() => (window as unknown as TestWindow).studioTest.expireSession());
      await page.getByRole("heading", { name: "Your sign-in has ended" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByLabel("Password").fill("wrong");
      await button(page, "Sign in again").click();
      await page.getByText("do not belong together").waitFor();
      await page.getByLabel("Password").fill("kiln-and-clay");
      await button(page, "Sign in again").click();
      await page.getByRole("heading", { name: "Your sign-in has ended" }).waitFor({ state: "detached" });
      if ((await page.getByRole("textbox", { name: /own words/ }).count()) === 0) await button(page, "Approve").click();
      assert.equal(await page.getByRole("textbox", { name: /own words/ }).inputValue(), WHY);
    }),
  );

  it(
    "turns decisions off when the network goes, keeps the words, and says so at once",
    on(`${QUEUE}/p-note`, async (page) => {
      await button(page, "Approve").click();
      await page.getByRole("textbox", { name: /own words/ }).fill(WHY);
      await page.evaluate(() =>
        (window as unknown as TestWindow).studioTest.setConnection({ kind: "offline", lastMs: Date.now() }),
      );
      await heard(page, "assertive", /The connection is lost/);
      await page.getByRole("textbox", { name: /own words/ }).press("Control+Enter");
      assert.deepEqual(await callsOf(page, "approveProposal"), []);
      assert.equal(await page.getByRole("textbox", { name: /own words/ }).inputValue(), WHY);
    }),
  );

  it(
    "shows the keys by ?, and lets single letters be switched off",
    on(QUEUE, async (page) => {
      await page.locator("[data-row='p-1']").waitFor();
      await page.keyboard.press("?");
      await page.getByRole("checkbox", { name: /Single-letter/ }).uncheck();
      await button(page, "Close").click();
      await page.keyboard.press("/");
      assert.notEqual(await page.evaluate(() => document.activeElement?.id), "queue-search");
      await page.keyboard.press("Shift+K");
      await page.getByRole("heading", { name: "Stop the studio" }).waitFor();
    }),
  );
});
