import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser, PHONE } from "./support/browser.js";
import { checkState } from "./support/check-state.js";
import type { State } from "./support/check-state.js";
import type { ScenarioName } from "./support/scenarios.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

type TestWindow = Window & { studioTest: StudioTest };
const DEVICES = "/t/clay/devices";
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
const press = (name: string | RegExp) => (page: Page) => button(page, name).click();

async function makeCode(page: Page): Promise<void> {
  await press("Enrol an agent…")(page);
  await page.getByLabel("Agent id").fill("attic-pi");
  await page.getByLabel("Name", { exact: true }).fill("Attic Pi");
  await press("Make the code")(page);
  await page.getByTestId("enrolment-code").waitFor();
}

const STATES: readonly State[] = [
  {
    name: "the readings, each with its age and quality, and the connectors",
    scenario: "busy",
    path: DEVICES,
    shows: [
      "41.23 °C",
      "20 s ago",
      "stale",
      "unknown",
      "simulated",
      "Degraded",
      "Breaker half open",
      "Unreadable record",
    ],
  },
  {
    name: "no devices, and connectors that failed alone",
    scenario: "no-devices",
    path: DEVICES,
    shows: ["No device has reported yet", "The connectors could not be read"],
  },
  {
    name: "a firing with its curve, a gap and an alarm",
    scenario: "busy",
    path: `${DEVICES}/firings`,
    shows: [
      "Bisque of the week · L&L eQ2827-3",
      "Rises 108 °C an hour; the program allows 67.",
      /1 gap, the longest of 15 minutes/,
      "Grey: nothing was heard.",
    ],
  },
  {
    name: "a firing as a table, with what was not heard",
    scenario: "busy",
    path: `${DEVICES}/firings`,
    shows: ["not heard", "1 h 10 min", "Asked for"],
    then: (page) => page.getByText("As a table").click(),
  },
  {
    name: "a firing that is over, thinned, without a known curve",
    scenario: "firing-over",
    path: `${DEVICES}/firings`,
    shows: ["This program has no known curve.", "Earlier alarms (1)", "kept every 2 min"],
  },
  { name: "no firings", scenario: "devices-empty", path: `${DEVICES}/firings`, shows: ["No firing was logged yet"] },
  { name: "loading firings", scenario: "devices-loading", path: `${DEVICES}/firings`, shows: ["Firings"] },
  {
    name: "the agents with what they say of themselves, their gaps and their keys",
    scenario: "busy",
    path: `${DEVICES}/agents`,
    shows: [
      "12,400 readings, 1 request, 1.5 MB",
      "4.2 s behind (± 0.1 s), measured 3 min ago",
      "4 in force; the file as it is now is not, and the agent says why in its log",
      "0.1.0",
      "1 gap: 1,204 readings lost",
      "Replaced",
      /counts until/,
      "Not heard yet",
      "shop agent",
      "attic",
    ],
  },
  { name: "no agents", scenario: "devices-empty", path: `${DEVICES}/agents`, shows: ["No agent is enrolled"] },
  { name: "loading agents", scenario: "devices-loading", path: `${DEVICES}/agents`, shows: ["Enrolled agents"] },
  {
    name: "agents that failed alone",
    scenario: "no-devices",
    path: `${DEVICES}/agents`,
    shows: ["The agents could not be read", "What the agents say of themselves could not be read"],
  },
  {
    name: "the agents offline",
    scenario: "offline",
    path: `${DEVICES}/agents`,
    shows: ["You are offline. Nothing is ever queued", "Online"],
  },
  {
    name: "the agents to a viewer",
    scenario: "viewer",
    path: `${DEVICES}/agents`,
    shows: ["Only for people who are owner or approver admin. An owner can grant it.", "kiln-room agent"],
  },
  {
    name: "an enrolment with what is missing",
    scenario: "busy",
    path: `${DEVICES}/agents`,
    shows: ["Letters, digits, dots, dashes and underscores, as in kiln-room-pi.", "A name that colleagues know"],
    then: async (page) => {
      await press("Enrol an agent…")(page);
      await press("Make the code")(page);
    },
  },
  {
    name: "a one-time code with what to type on the machine",
    scenario: "busy",
    path: `${DEVICES}/agents`,
    shows: [
      "7K2QM-4D8TX-P0ZVB-91HCR",
      /^(10:00|9:5\d)$/,
      "studio-agent enrol --config /etc/studio-agent/agent.json",
      /"cloudOrigin": "http:\/\/127\.0\.0\.1/,
      "Waiting for the machine…",
    ],
    then: makeCode,
  },
  {
    name: "a revocation with what is missing",
    scenario: "busy",
    path: `${DEVICES}/agents`,
    shows: ["Revoke kiln-room agent", "From this moment on nothing that it signs counts", "3 more characters."],
    then: async (page) => {
      await press("Revoke kiln-room agent")(page);
      await page.getByRole("dialog").getByRole("button", { name: "Revoke the agent" }).click();
    },
  },
  {
    name: "the dead letters, with why each was refused",
    scenario: "busy",
    path: `${DEVICES}/dead-letters`,
    shows: [
      "Pub/Sub gave up after the configured number of attempts.",
      "What helps: An operator, by re-driving the dead letter.",
      /It says it is from kiln-room-agent, no\. 4211, with 3 readings/,
      /14 times, last 5 min ago/,
      "It was too large to be kept whole, so it cannot be re-driven.",
      "Re-driven and counted: 1",
    ],
    then: (page) => page.getByText("The message as it came, 257 bytes").click(),
  },
  {
    name: "no dead letters",
    scenario: "devices-empty",
    path: `${DEVICES}/dead-letters`,
    shows: ["Nothing was refused"],
  },
  {
    name: "loading dead letters",
    scenario: "devices-loading",
    path: `${DEVICES}/dead-letters`,
    shows: ["Refused messages"],
  },
  {
    name: "dead letters that failed alone",
    scenario: "no-devices",
    path: `${DEVICES}/dead-letters`,
    shows: ["The dead letters could not be read", "PERMISSION_DENIED"],
  },
  {
    name: "the dead letters offline",
    scenario: "offline",
    path: `${DEVICES}/dead-letters`,
    shows: ["You are offline. Nothing is ever queued"],
  },
  {
    name: "the dead letters to a viewer",
    scenario: "viewer",
    path: `${DEVICES}/dead-letters`,
    shows: ["Only for people who are owner, approver admin or operator. An owner can grant it."],
  },
  {
    name: "the devices of an agent that is silent",
    scenario: "silent",
    path: `${DEVICES}/agents`,
    shows: [/^Device view last seen (\d\d? \w+, )?\d\d:\d\d$/, "Silent", "Breaker open", "9 failures in a row"],
  },
  {
    name: "the queue while the agent has been down for a day",
    scenario: "down-a-day",
    path: "/t/clay/queue",
    shows: [
      /^Device view last seen \d\d? \w+, \d\d:\d\d$/,
      /, 24 h ago, by kiln-room agent\./,
      "The queue and everything else go on.",
    ],
  },
];

describe("hosting: the devices, their agents, and what was refused", function () {
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

  /** Runs the test on a fresh page, and fails it on anything that the browser complained about. */
  const on =
    (path: string, test: (page: Page) => Promise<void>, scenario: ScenarioName = "busy") =>
    async () => {
      const opened = await openState(browser, served.origin, scenario, path);
      await test(opened.page);
      assert.deepEqual(opened.complaints, []);
      await opened.close();
    };
  const bodiesOf = async (page: Page, route: string) => (await callsOf(page, route)).map(({ body }) => body);
  const fails = (page: Page, route: Parameters<StudioTest["failNext"]>[0], code: "REAUTH_REQUIRED" | "CONTENTION") =>
    page.evaluate(([at, why]) => (window as unknown as TestWindow).studioTest.failNext(at, { code: why }), [
      route,
      code,
    ] as const);

  it(
    "shows a code once, copies it, and says so as soon as the machine is in",
    on(`${DEVICES}/agents`, async (page) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await makeCode(page);
      assert.deepEqual(await bodiesOf(page, "makeEnrolmentCode"), [{ name: "Attic Pi" }]);
      await press("Copy the code")(page);
      await page.getByText("Copied", { exact: true }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "7K2QM-4D8TX-P0ZVB-91HCR");
      await page.keyboard.press("Escape");
      await page.getByTestId("enrolment-code").waitFor();
      await page.evaluate(() => (window as unknown as TestWindow).studioTest.enrolMachine("attic-pi", "Attic Pi"));
      await page.getByRole("dialog").getByText("f00dfeed12345678").waitFor();
      await heard(page, "polite", /The machine is in/);
      assert.equal(await page.getByTestId("enrolment-code").count(), 0);
      await press("Done")(page);
      await page.getByRole("article", { name: "Attic Pi" }).waitFor();
      assert.equal(await page.getByText("7K2QM").count(), 0);
    }),
  );

  it(
    "counts a code down, warns at five minutes and at one, and offers another once it is over",
    on(`${DEVICES}/agents`, async (page) => {
      await page.clock.install();
      await makeCode(page);
      await page.clock.fastForward("05:01");
      await page.getByText(/^4:5\d$/).waitFor();
      await heard(page, "polite", /five minutes more/);
      await page.clock.fastForward("04:10");
      await page.clock.fastForward("00:10");
      await heard(page, "polite", /one minute more/);
      await page.clock.fastForward("01:00");
      await page.getByText("This code no longer holds, and nobody came in by it.").waitFor();
      assert.equal(await page.getByText("7K2QM").count(), 0);
      await press("Make another…")(page);
      await page.getByLabel("Agent id").waitFor();
    }),
  );

  it(
    "asks for a fresh sign-in over the form before it makes a code, and keeps what was typed",
    on(`${DEVICES}/agents`, async (page) => {
      await fails(page, "makeEnrolmentCode", "REAUTH_REQUIRED");
      await press("Enrol an agent…")(page);
      await page.getByLabel("Agent id").fill("attic-pi");
      await page.getByLabel("Name", { exact: true }).fill("Attic Pi");
      await press("Make the code")(page);
      await page.getByRole("heading", { name: "Sign in again to go on" }).waitFor();
      await page.getByLabel("Password").fill("kiln-and-clay");
      await press("Sign in again")(page);
      assert.equal(await page.getByLabel("Agent id").inputValue(), "attic-pi");
      await press("Make the code")(page);
      await page.getByTestId("enrolment-code").waitFor();
    }),
  );

  it(
    "says what becomes of the machine that has the id, before the code is made",
    on(`${DEVICES}/agents`, async (page) => {
      await press("New code for kiln-room agent")(page);
      await page.getByText("the old key counts for a day more").waitFor();
      assert.equal(await page.getByLabel("Agent id").getAttribute("readonly"), "");
    }),
  );

  it(
    "revokes one key, and then the agent, each with a reason",
    on(`${DEVICES}/agents`, async (page) => {
      await press("Revoke this key, 0badc0de0badc0de")(page);
      await page.getByLabel("Why", { exact: true }).fill("The old card was lost.");
      await page.keyboard.press("Control+Enter");
      await heard(page, "polite", /the key 0badc0de0badc0de of kiln-room agent signs counts/);
      const card = page.getByRole("article", { name: "kiln-room agent" });
      await card.getByText("Revoked", { exact: true }).waitFor();
      assert.equal(await page.getByRole("button", { name: /Revoke this key/ }).count(), 0);
      await press("Revoke kiln-room agent")(page);
      await page.getByLabel("Why", { exact: true }).fill("The Pi was stolen.");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await card.getByText("Let in again…").waitFor();
      assert.deepEqual(await bodiesOf(page, "revokeAgent"), [
        { reason: "The old card was lost.", keyId: "0badc0de0badc0de" },
        { reason: "The Pi was stolen.", keyId: null },
      ]);
    }),
  );

  it(
    "re-drives a message and shows what became of it",
    on(`${DEVICES}/dead-letters`, async (page) => {
      await press("Re-drive aaaaaaaaaaaa")(page);
      await page.getByText("Re-driven and counted: 2").waitFor();
      await heard(page, "polite", /1 message now count, 0 refused again/);
      await press("Re-drive ffffffffffff")(page);
      await page.getByText("Refused again: The signature does not match").waitFor();
    }),
  );

  it(
    "re-drives all that wait, the oldest first, and stops where the server fails",
    on(`${DEVICES}/dead-letters`, async (page) => {
      await fails(page, "redriveDeadLetter", "CONTENTION");
      await press("Re-drive all 2, the oldest first")(page);
      await page.getByText("Too many people changed the same record at once.").waitFor();
      assert.equal((await callsOf(page, "redriveDeadLetter")).length, 1);
      await press("Re-drive all 2, the oldest first")(page);
      await page.getByText("Refused again: The signature does not match").waitFor();
      await page.getByText("Re-driven and counted: 2").waitFor();
      assert.equal((await callsOf(page, "redriveDeadLetter")).length, 3);
    }),
  );

  it(
    "shows what a message says as text and nothing else",
    on(`${DEVICES}/dead-letters`, async (page) => {
      await page.getByText("The message as it came, 257 bytes").click();
      await page.getByText('<img src=x onerror="window.pwned=1">').first().waitFor();
      assert.equal(await page.evaluate(() => "pwned" in window), false);
      assert.equal(await page.locator("main img").count(), 0);
    }),
  );

  it(
    "lets a moment of a firing be chosen by keys alone",
    on(`${DEVICES}/firings`, async (page) => {
      const slider = page.getByRole("slider", { name: "Look at a moment" });
      await slider.focus();
      await page.keyboard.press("Home");
      await page.getByText("0:00 h, asked for 20 °C: bottom 20 °C, middle 26 °C, top 34 °C").waitFor();
      for (let step = 0; step < 14; step += 1) await page.keyboard.press("ArrowRight");
      await page.getByText("1:10 h, asked for 73 °C: bottom not heard, middle not heard, top not heard").waitFor();
    }),
  );

  it(
    "takes the banner away as soon as the agent is heard again, and decides on proposals under it meanwhile",
    on(
      "/t/clay/queue/p-1",
      async (page) => {
        await page.getByText("Device view last seen").waitFor();
        await heard(page, "polite", /Nothing is heard of kiln-room agent/);
        await page.locator("#action-approve:not([aria-disabled])").waitFor();
        await page.evaluate(() => {
          const { studioTest } = window as unknown as TestWindow;
          studioTest.setHealth([studioTest.anAgentHealth({}, Date.now())]);
        });
        await page.getByText("Device view last seen").waitFor({ state: "detached" });
      },
      "down-a-day",
    ),
  );

  it("blames no agent while the cockpit itself has no connection", async () => {
    const { page, close } = await openState(browser, served.origin, "down-a-day", "/t/clay/queue");
    await page.getByText("Device view last seen").waitFor();
    await page.evaluate(() =>
      (window as unknown as TestWindow).studioTest.setConnection({ kind: "offline", lastMs: Date.now() }),
    );
    await page.getByText("Device view last seen").waitFor({ state: "detached" });
    await close();
  });

  it("gives every press on a phone a target of 44 pixels", async () => {
    for (const part of ["agents", "dead-letters", "firings"]) {
      const { page, close } = await openState(browser, served.origin, "busy", `${DEVICES}/${part}`, PHONE);
      await page.locator("main summary:visible").first().waitFor();
      const targets = await page
        .locator("main button:visible, main summary:visible, main input:visible, main .rail-link:visible")
        .evaluateAll((all) => all.map((it) => ({ words: it.textContent, height: it.getBoundingClientRect().height })));
      assert.deepEqual(
        targets.filter(({ height }) => height < 44),
        [],
        part,
      );
      await close();
    }
  });
});
