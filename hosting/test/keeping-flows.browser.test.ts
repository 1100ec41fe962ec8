import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./support/browser.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

type TestWindow = Window & { studioTest: StudioTest };
const KEEPING = "/t/clay/studio/keeping";

describe("hosting: keeping and erasing in the cockpit", function () {
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

  const on = (test: (page: Page) => Promise<void>) => async () => {
    const opened = await openState(browser, served.origin, "busy", KEEPING);
    await test(opened.page);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  };
  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const fails = (page: Page, route: Parameters<StudioTest["failNext"]>[0], code: "LEGAL_HOLD" | "CONTENTION") =>
    page.evaluate(([at, why]) => (window as unknown as TestWindow).studioTest.failNext(at, { code: why }), [
      route,
      code,
    ] as const);
  const bodiesOf = async (page: Page, route: string) => (await callsOf(page, route)).map(({ body }) => body);

  it(
    "places a hold on a person and lifts it, each with a reason",
    on(async (page) => {
      await button(page, "Place a hold…").click();
      await field(page, "Which one").fill("bo");
      await field(page, "Why").fill("The insurer asked on Monday.");
      await page.keyboard.press("Control+Enter");
      await page.getByText("What concerns Bo Lindqvist is kept").waitFor();
      await heard(page, "polite", /It is held from now on/);
      assert.deepEqual(await bodiesOf(page, "placeHold"), [
        { about: { kind: "person", id: "bo" }, reason: "The insurer asked on Monday." },
      ]);
      await button(page, "Lift… What concerns Bo Lindqvist is kept").click();
      await field(page, "Why").fill("The insurer has answered.");
      await button(page, "Lift the hold").click();
      await page.getByText(/lifted .* by Ana Reyes/).waitFor();
      assert.deepEqual(await bodiesOf(page, "liftHold"), [{ reason: "The insurer has answered." }]);
    }),
  );

  it(
    "holds everything without asking which",
    on(async (page) => {
      await button(page, "Place a hold…").click();
      await page.getByRole("radio", { name: "Everything" }).check();
      assert.equal(await field(page, "Which one").count(), 0);
      await field(page, "Why").fill("An inspection is announced.");
      await button(page, "Place the hold").click();
      await page.getByText("Everything is kept").first().waitFor();
      assert.deepEqual(await bodiesOf(page, "placeHold"), [
        { about: { kind: "everything" }, reason: "An inspection is announced." },
      ]);
    }),
  );

  it(
    "looks first, and then asks for approval of exactly what was found",
    on(async (page) => {
      assert.equal(await page.getByRole("button", { name: /^Ask to delete/ }).count(), 0, "nothing without a dry run");
      await fails(page, "planPurge", "CONTENTION");
      await button(page, "Dry run: Notices to people").click();
      await page.getByText("CONTENTION").waitFor();
      await button(page, "Dry run: Notices to people").click();
      await button(page, "Ask to delete… Notices to people").click();
      await page
        .getByRole("dialog")
        .getByText(/Exactly these are deleted once others approved it, or none/)
        .waitFor();
      await field(page, "Why").fill("Nobody has looked for these since the summer.");
      await button(page, "Ask for approval").click();
      await page.getByRole("heading", { level: 2, name: "Your request: retention.purge" }).waitFor();
      const [body] = (await bodiesOf(page, "submitProposal")) as [
        { capabilityId: string; input: { collection: string; parts: { count: number }[] } },
      ];
      assert.equal(body.capabilityId, "retention.purge");
      assert.equal(body.input.collection, "notices");
      assert.deepEqual(
        body.input.parts.map((part) => part.count),
        [400, 12],
      );
    }),
  );

  it(
    "asks for no deletion of what is held",
    on(async (page) => {
      await button(page, "Dry run: Messages that were refused").click();
      await page.getByText("Held: h-2.").waitFor();
      assert.equal(await page.getByRole("button", { name: /^Ask to delete/ }).count(), 0);
    }),
  );

  it(
    "erases what a person wrote, and keeps what was refused chosen",
    on(async (page) => {
      await field(page, "Whose words").fill("kiln-room-agent");
      await field(page, "Whose words").press("Enter");
      await page.getByRole("checkbox", { name: /Proposal submitted/ }).check();
      await fails(page, "eraseWords", "LEGAL_HOLD");
      await button(page, "Erase 1 text…").click();
      await field(page, "Why").fill("Asked for by letter.");
      await button(page, "Erase for ever").click();
      await page.getByText("LEGAL_HOLD").waitFor();
      assert.equal(await field(page, "Why").inputValue(), "Asked for by letter.");
      await button(page, "Erase for ever").click();
      await page.getByText("Erased", { exact: true }).waitFor();
      assert.equal(await page.getByRole("checkbox", { name: /Proposal submitted/ }).isDisabled(), true);
      assert.equal((await callsOf(page, "eraseWords")).length, 2);
    }),
  );
});
