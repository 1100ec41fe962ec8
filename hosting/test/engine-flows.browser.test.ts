import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./support/browser.js";
import type { ScenarioName } from "./support/scenarios.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

type TestWindow = Window & { studioTest: StudioTest };
const STUDIO = "/t/clay/studio";
const WHY = "Agreed on at the Monday meeting, for good.";

describe("hosting: running the studio in the cockpit", function () {
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
    (path: string, test: (page: Page) => Promise<void>, scenario: ScenarioName = "busy") =>
    async () => {
      const opened = await openState(browser, served.origin, scenario, path);
      await test(opened.page);
      assert.deepEqual(opened.complaints, []);
      await opened.close();
    };
  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const fails = (page: Page, route: Parameters<StudioTest["failNext"]>[0], code: "REAUTH_REQUIRED" | "CONTENTION") =>
    page.evaluate(([at, why]) => (window as unknown as TestWindow).studioTest.failNext(at, { code: why }), [
      route,
      code,
    ] as const);
  const bodiesOf = async (page: Page, route: string) => (await callsOf(page, route)).map(({ body }) => body);

  it(
    "changes what somebody may do by keyboard alone, with a reason, and shows it at once",
    on(`${STUDIO}/people`, async (page) => {
      await button(page, "Change Fin Okafor").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await page.getByRole("checkbox", { name: "Operator" }).focus();
      await page.keyboard.press("Space");
      await page.getByLabel("Groups").focus();
      await page.keyboard.type("office, shop");
      await field(page, "Why").focus();
      await page.keyboard.type(WHY);
      await page.keyboard.press("Control+Enter");
      await page.getByText("groups: office, shop").waitFor();
      await heard(page, "polite", /Fin Okafor is on the list as you said/);
      const body = { name: "Fin Okafor", holds: ["operator", "finance"], groups: ["office", "shop"], aliases: [] };
      assert.deepEqual(await bodiesOf(page, "changeStaff"), [{ ...body, isIn: true, reason: WHY }]);
      assert.equal(
        await page.evaluate(() => document.activeElement?.getAttribute("aria-label")),
        "Change Fin Okafor",
        "the focus is back where it was",
      );
    }),
  );

  it(
    "asks for a fresh sign-in over the form, and finds the words again behind it",
    on(`${STUDIO}/people`, async (page) => {
      await fails(page, "changeStaff", "REAUTH_REQUIRED");
      await button(page, "Change Bo Lindqvist").click();
      await page.getByLabel("Is in.").uncheck();
      await field(page, "Why").fill(WHY);
      await button(page, "Put on record").click();
      await page.getByRole("heading", { name: "Sign in again to go on" }).waitFor();
      await page.getByLabel("Password").fill("kiln-and-clay");
      await button(page, "Sign in again").click();
      assert.equal(await field(page, "Why").inputValue(), WHY);
      await button(page, "Put on record").click();
      await page.getByText("Out since").nth(1).waitFor();
      assert.equal((await callsOf(page, "changeStaff")).length, 2);
    }),
  );

  it(
    "refuses an account that two people would share before it is sent",
    on(`${STUDIO}/people`, async (page) => {
      await button(page, "Add somebody").click();
      await page.getByLabel("Account id").fill("bo");
      await button(page, "Put on record").click();
      await page.getByText("Bo Lindqvist already stands on the list with one of these accounts.").waitFor();
      assert.deepEqual(await callsOf(page, "changeStaff"), []);
    }),
  );

  it(
    "arranges a cover for one capability and ends it with a reason",
    on(`${STUDIO}/people`, async (page) => {
      await button(page, "Add a cover").click();
      await page.getByLabel("Who decides meanwhile").selectOption("fin");
      await page.getByRole("checkbox", { name: "Flag a firing for attention" }).check();
      await field(page, "Why").fill("Away at a fair.");
      await button(page, "Start the cover").click();
      await page.getByText("Only for firing.flag").waitFor();
      const [started] = (await bodiesOf(page, "startCover")) as { from: string; to: string; capabilityIds: string[] }[];
      assert.deepEqual([started?.from, started?.to, started?.capabilityIds], ["ana", "fin", ["firing.flag"]]);
      await button(page, "End now: Fin Okafor covers for Ana Reyes").click();
      await field(page, "Why").fill("Back early.");
      await button(page, "End the cover").click();
      await heard(page, "polite", /Fin Okafor no longer covers for Ana Reyes/);
      assert.deepEqual(await bodiesOf(page, "endCover"), [{ reason: "Back early." }]);
    }),
  );

  it(
    "resets a full limit with a reason, and keeps the reason through a failure",
    on(`${STUDIO}/limits`, async (page) => {
      await fails(page, "resetQuota", "CONTENTION");
      await button(page, /Reset the count of kiln-room-agent/).click();
      await field(page, "Why").fill(WHY);
      await button(page, "Reset the count").click();
      await page.getByText("CONTENTION").waitFor();
      assert.equal(await field(page, "Why").inputValue(), WHY);
      await button(page, "Reset the count").click();
      await page.getByText("10 of 10").waitFor({ state: "detached" });
      assert.deepEqual(await bodiesOf(page, "resetQuota"), [{ reason: WHY }, { reason: WHY }]);
    }),
  );

  it(
    "stops one thing, and releases another as the second person",
    on(`${STUDIO}/stops`, async (page) => {
      await button(page, "Stop one thing…").click();
      await page.getByLabel("What kind").selectOption("connector");
      await page.getByLabel("Which one").fill("hubitat");
      await field(page, "Why").fill("Readings jump by 20 degrees");
      await page.keyboard.press("Control+Enter");
      await page.getByText("“Readings jump by 20 degrees”").waitFor();
      assert.deepEqual(await bodiesOf(page, "engageScope"), [
        { kind: "connector", id: "hubitat", mode: "stopped", reason: "Readings jump by 20 degrees", until: null },
      ]);
      await button(page, "Release announcement.draft.store").click();
      await page.getByText(/Dee Admin asked .* Your confirmation releases announcement.draft.store/).waitFor();
      await page.getByLabel(/safe to go on/).fill("Checked every price again");
      await button(page, "Confirm the release").click();
      await heard(page, "polite", /announcement.draft.store is released/);
    }),
  );

  it(
    "proposes a change from a form: mistakes by their fields, words kept over a reload, then the proposal itself",
    on("/t/clay/propose/firing.flag", async (page) => {
      await button(page, "Submit for approval").click();
      await page.locator(".field", { hasText: "Firing" }).locator("input:focus").waitFor();
      assert.deepEqual(await callsOf(page, "submitProposal"), []);
      await field(page, "Firing").fill("f-70");
      await page.locator(".hint", { hasText: "Glaze load 12 · Big Electric" }).waitFor();
      await field(page, "Note").fill("41 °C for 12 minutes");
      await page.reload();
      await page.getByText("What you typed here before was kept.").waitFor();
      assert.equal(await field(page, "Note").inputValue(), "41 °C for 12 minutes");
      await field(page, "Attention").selectOption("room_overheat");
      await page.getByLabel(/Why, for those/).fill("The vent is stuck again.");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("heading", { level: 2, name: "Your request: firing.flag" }).waitFor();
      const input = { firingId: "f-70", attention: "room_overheat", note: "41 °C for 12 minutes" };
      assert.deepEqual(await bodiesOf(page, "submitProposal"), [
        { capabilityId: "firing.flag", input, rationale: "The vent is stuck again." },
      ]);
      await page.goBack();
      await field(page, "Firing").waitFor();
      assert.equal(await field(page, "Note").inputValue(), "", "what was submitted is not offered again");
    }),
  );

  it(
    "puts what only the server found wrong beside its field",
    on("/t/clay/propose/firing.flag", async (page) => {
      await page.evaluate(() =>
        (window as unknown as TestWindow).studioTest.failNext("submitProposal", {
          code: "INVALID_INPUT",
          details: { issues: [{ path: "input.note", problem: "Names a member." }] },
        }),
      );
      await field(page, "Firing").fill("f-70");
      await field(page, "Attention").selectOption("other");
      await field(page, "Note").fill("Ines left the lid open");
      await button(page, "Submit for approval").click();
      await page.locator(".field", { hasText: "Note" }).getByText("Names a member.").waitFor();
      await page.locator(".field", { hasText: "Note" }).locator("textarea:focus").waitFor();
      await field(page, "Note").fill("The lid was open");
      assert.equal(await page.getByText("Names a member.").count(), 0, "it was about the old words");
    }),
  );

  it(
    "edits the approval rules: what changes is said in words, and the whole policy is proposed",
    on("/t/clay/propose/policy.approval.replace", async (page) => {
      await page.getByLabel("How many people").first().fill("2");
      const changes = page.getByRole("region", { name: "What changes, in words" });
      await changes.getByText("Needs the approval of 2 different people").waitFor();
      await changes.getByText("Needs the approval of one person").waitFor();
      await button(page, "Move Rule 2 up").click();
      await button(page, "Remove Rule 4").click();
      await page.getByLabel("Time to decide").first().fill("0");
      await button(page, "Submit for approval").click();
      await page.getByText("At least 1 minute.").waitFor();
      await page.getByLabel("Time to decide").first().fill("5");
      await button(page, "Submit for approval").click();
      await page.getByRole("heading", { level: 2, name: /policy.approval.replace/ }).waitFor();
      const [body] = (await bodiesOf(page, "submitProposal")) as [
        { input: { fromVersion: number; rules: { when: object; thresholds: { count: number }[] }[]; soloMode: null } },
      ];
      const { fromVersion, rules, soloMode } = body.input;
      assert.deepEqual([fromVersion, soloMode, rules.length], [2, null, 3]);
      assert.deepEqual(
        rules.map(({ when, thresholds }) => [when, thresholds[0]?.count]),
        [
          [{ riskTier: "medium" }, 1],
          [{ riskTier: "low" }, 2],
          [{ riskTier: "high" }, 1],
        ],
      );
    }),
  );

  it(
    "revises one's own request from the proposal, by the revision that was seen",
    on("/t/clay/queue/p-own?view=all", async (page) => {
      await button(page, "Revise…").click();
      assert.equal(await field(page, "Batch").inputValue(), "b-7");
      await field(page, "Text").fill("Three mugs have hairline cracks.");
      await button(page, "Submit the revision").click();
      await page.getByRole("heading", { level: 2, name: /Mugs, October/ }).waitFor();
      const input = { batchId: "b-7", text: "Three mugs have hairline cracks." };
      const rationale = "Found while loading the bisque kiln this morning.";
      assert.deepEqual(await bodiesOf(page, "reviseProposal"), [{ ifRev: 1, input, rationale }]);
    }),
  );

  it(
    "reopens what was rejected, with words, and offers the next plan",
    on(
      "/t/clay/queue/p-rejected?view=all",
      async (page) => {
        await button(page, "Reopen").click();
        await page.getByRole("textbox", { name: /own words/ }).fill("too short");
        await button(page, "Confirm reopening").click();
        await page.getByText("11 more characters.").first().waitFor();
        await page.getByRole("textbox", { name: /own words/ }).fill(WHY);
        await page.keyboard.press("Control+Enter");
        await page.locator(".detail-head").getByText("Draft").waitFor();
        await page.locator("#action-replan").waitFor();
        assert.deepEqual(await bodiesOf(page, "reopenProposal"), [{ ifRev: 1, rationale: WHY }]);
      },
      "admin",
    ),
  );

  it(
    "counts the hold window down, and takes the approval back by Z and Enter",
    on(
      "/t/clay/queue/p-held",
      async (page) => {
        const seconds = async () => Number(/\d+/.exec(await page.locator("#hold-bar strong").innerText())?.[0]);
        await page.locator("#action-execute[aria-disabled]").waitFor();
        assert.equal(await page.locator("#action-execute").getAttribute("aria-describedby"), "hold-bar");
        const before = await seconds();
        await page.waitForFunction(
          (was) => !document.querySelector("#hold-bar strong")?.textContent.includes(`${was} s`),
          before,
        );
        assert.ok((await seconds()) < before);
        await page.keyboard.press("z");
        await page.keyboard.press("Enter");
        await page.getByText("The approval was taken back before anything was written.").waitFor();
        assert.deepEqual(await callsOf(page, "executeProposal"), []);
      },
      "held",
    ),
  );

  it(
    "goes to every page by g and a letter, and not while somebody types",
    on("/t/clay/queue", async (page) => {
      await page.locator("[data-row]").first().waitFor();
      for (const [letter, heading] of [
        ["p", "Propose a change"],
        ["n", "Notices"],
        ["h", "People and covers"],
        ["d", "Devices"],
        ["q", "Needs me"],
      ] as const) {
        await page.keyboard.press("g");
        await page.keyboard.press(letter);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      }
      await page.getByLabel("Search the list").fill("g");
      await page.keyboard.press("n");
      assert.equal(await page.getByLabel("Search the list").inputValue(), "gn");
    }),
  );

  it(
    "calls a notice new once, on this device",
    on("/t/clay/notices", async (page) => {
      await page.getByText("New", { exact: true }).first().waitFor();
      await page.getByRole("link", { name: "Devices" }).click();
      await page.getByRole("heading", { level: 1, name: "Devices" }).waitFor();
      await page.goBack();
      await page.getByText("Executed · by Bo Lindqvist").waitFor();
      assert.equal(await page.getByText("New", { exact: true }).count(), 0);
    }),
  );

  it(
    "lets somebody decide who covers for an approver, and puts it under Needs me",
    on(
      "/t/clay/queue",
      async (page) => {
        await page.locator("[data-row='p-1']").click();
        await button(page, "Approve").click();
        await button(page, "Looks right").click();
        await button(page, "Confirm approval").click();
        await page.locator("#action-execute").waitFor();
      },
      "cover",
    ),
  );
});
