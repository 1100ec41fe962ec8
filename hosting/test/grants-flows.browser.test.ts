import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "./support/browser.js";
import type { ScenarioName } from "./support/scenarios.js";
import { serveStates } from "./support/serve-states.js";
import { callsOf, heard, openState } from "./support/states-page.js";
import type { StudioTest } from "./support/states-page.js";

type TestWindow = Window & { studioTest: StudioTest };
const STUDIO = "/t/clay/studio";
const WHY = "The agent watches the kiln room over the weekend.";

describe("hosting: lending rights and granting exemptions in the cockpit", function () {
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
    "lends rights by keyboard alone, and puts the focus on the first field that is wrong",
    on(`${STUDIO}/lent`, async (page) => {
      await button(page, "Lend rights…").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("checkbox", { name: "Flag a firing for attention" }).waitFor();
      await button(page, "Lend these rights").focus();
      await page.keyboard.press("Enter");
      await page.locator("select[aria-invalid]:focus").waitFor();
      assert.deepEqual(await callsOf(page, "grantDelegation"), []);
      await page.keyboard.type("kiln");
      await page.getByRole("checkbox", { name: "Flag a firing for attention" }).focus();
      await page.keyboard.press("Space");
      await field(page, "Only about these records").focus();
      await page.keyboard.type("firings/f-70");
      await field(page, "Most requests in any 24 hours").focus();
      await page.keyboard.type("3");
      await field(page, "Why").focus();
      await page.keyboard.type(WHY);
      await page.keyboard.press("Control+Enter");
      await page.getByText("Only about firings/f-70 · at most 3 requests in 24 hours").waitFor();
      await heard(page, "polite", /kiln-room agent may ask in your name now/);
      const [body] = (await bodiesOf(page, "grantDelegation")) as { agentId: string; scopes: string[] }[];
      assert.deepEqual([body?.agentId, body?.scopes], ["kiln-room-agent", ["firing.flag"]]);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Lend rights…");
    }),
  );

  it(
    "keeps what was typed through a failure, a reload and a fresh sign-in",
    on(`${STUDIO}/lent`, async (page) => {
      await button(page, "Lend rights…").click();
      await field(page, "Agent").selectOption("kiln-room-agent");
      await page.getByRole("checkbox", { name: "Flag a firing for attention" }).check();
      await field(page, "Why").fill(WHY);
      await fails(page, "grantDelegation", "CONTENTION");
      await button(page, "Lend these rights").click();
      await page.getByText("CONTENTION").waitFor();
      await page.reload();
      await button(page, "Lend rights…").click();
      await page.getByText("What you typed here before was kept.").waitFor();
      assert.equal(await field(page, "Why").inputValue(), WHY);
      await fails(page, "grantDelegation", "REAUTH_REQUIRED");
      await button(page, "Lend these rights").click();
      await page.getByRole("heading", { name: "Sign in again to go on" }).waitFor();
      await page.getByLabel("Password").fill("kiln-and-clay");
      await button(page, "Sign in again").click();
      assert.equal(await field(page, "Agent").inputValue(), "kiln-room-agent");
      await button(page, "Lend these rights").click();
      await button(page, "Lend these rights").waitFor({ state: "detached" });
      await button(page, "Lend rights…").click();
      assert.equal(await field(page, "Why").inputValue(), "", "what was sent is not offered again");
    }),
  );

  it(
    "takes a grant back with a reason, and shows by whom",
    on(`${STUDIO}/lent`, async (page) => {
      await button(page, "Take back: kiln-room agent asks for Ana Reyes").click();
      await page.getByText(/also where it was approved and is not yet executed/).waitFor();
      await field(page, "Why").fill("The weekend is over.");
      await button(page, "Take back").click();
      await page.getByText(/taken back .* by Ana Reyes/).waitFor();
      await heard(page, "polite", /asks in that name no more/);
      assert.deepEqual(await bodiesOf(page, "revokeDelegation"), [{ reason: "The weekend is over." }]);
    }),
  );

  it(
    "offers only one's own grants to take back, and nothing to lend, to whoever may not ask",
    on(
      `${STUDIO}/lent`,
      async (page) => {
        await page.getByText("kiln-room agent asks for Fin Okafor").waitFor();
        assert.equal(await page.getByRole("button", { name: /^Take back/ }).count(), 1);
        await button(page, "Lend rights…").click();
        await page.getByRole("checkbox", { name: "Flag a firing for attention" }).waitFor();
      },
      "cover",
    ),
  );

  it(
    "grants an exemption with its reach, its ticket and its end",
    on(`${STUDIO}/exemptions`, async (page) => {
      await button(page, "Grant one…").click();
      await field(page, "For which capability").selectOption("batch.opsNote.append");
      await page.getByRole("checkbox", { name: "The second approver" }).check();
      await field(page, "For requests of").fill("ana");
      await field(page, "Where it is written down").fill("Ticket 41");
      await field(page, "Why").fill("Bo is alone in the studio this afternoon.");
      await button(page, "Grant it").click();
      await page.getByText("Not for oneself: somebody else grants it.").waitFor();
      assert.deepEqual(await callsOf(page, "grantExemption"), []);
      await field(page, "For requests of").fill("bo");
      await button(page, "Grant it").click();
      await page.getByText(/Ticket 41 · granted by Ana Reyes/).waitFor();
      await heard(page, "polite", /The exemption is on record/);
      const [body] = (await bodiesOf(page, "grantExemption")) as Record<string, unknown>[];
      const { capabilityId, forUid, waives, maxUses, startsAt } = body ?? {};
      assert.deepEqual(
        { capabilityId, forUid, waives, maxUses, startsAt },
        { capabilityId: "batch.opsNote.append", forUid: "bo", waives: ["second_approver"], maxUses: 1, startsAt: null },
      );
    }),
  );

  it(
    "revokes an exemption with a reason, kept through a failure",
    on(`${STUDIO}/exemptions`, async (page) => {
      await fails(page, "revokeExemption", "CONTENTION");
      await page.getByRole("button", { name: /^Revoke: waives the second approver for/ }).click();
      await field(page, "Why").fill("Dee is back.");
      await button(page, "Revoke it").click();
      await page.getByText("CONTENTION").waitFor();
      assert.equal(await field(page, "Why").inputValue(), "Dee is back.");
      await button(page, "Revoke it").click();
      await page.getByText(/revoked .* by Ana Reyes/).waitFor();
      assert.equal((await callsOf(page, "revokeExemption")).length, 2);
    }),
  );

  it(
    "approves under an exemption only where somebody chooses it, and never offers one's own",
    on(
      "/t/clay/queue/p-two",
      async (page) => {
        await page.locator("#action-approve:not([aria-disabled])").click();
        const choices = page.getByRole("group", { name: "Who else has to approve" });
        await choices.getByRole("radio").first().waitFor();
        assert.equal(await choices.getByRole("radio").count(), 2, "the rule, and the one that somebody else granted");
        assert.equal(await choices.getByText("Ana’s own").count(), 0);
        assert.equal(await choices.getByRole("radio").first().isChecked(), true);
        await choices.getByRole("radio").first().focus();
        await page.keyboard.press("ArrowDown");
        await page.getByLabel("Why, in your own words").fill("I looked at both mugs; Bo is alone today.");
        await page.keyboard.press("Control+Enter");
        await page.getByText("An exemption is in use").waitFor();
        const [body] = (await bodiesOf(page, "approveProposal")) as { exemptionId?: string }[];
        assert.equal(body?.exemptionId, "x-1");
      },
      "exempt",
    ),
  );

  it(
    "names no exemption in an approval without one chosen",
    on(
      "/t/clay/queue/p-two",
      async (page) => {
        await page.locator("#action-approve:not([aria-disabled])").click();
        await page.getByLabel("Why, in your own words").fill("I looked at both mugs; they are cracked.");
        await page.keyboard.press("Control+Enter");
        await page.locator("#action-execute").waitFor();
        const [body] = (await bodiesOf(page, "approveProposal")) as object[];
        assert.equal(body !== undefined && "exemptionId" in body, false);
      },
      "exempt",
    ),
  );

  it(
    "executes under an exemption from the limit, where nothing else stands in the way",
    on(
      "/t/clay/queue/p-full",
      async (page) => {
        await page.locator("#action-execute[aria-disabled]").waitFor();
        await button(page, "Execute under it: the exemption Ticket 41").click();
        await page.locator("#action-rollback").waitFor();
        assert.deepEqual(
          ((await bodiesOf(page, "executeProposal")) as { exemptionId?: string }[]).map((body) => body.exemptionId),
          ["x-limit"],
        );
      },
      "exempt",
    ),
  );

  it(
    "says on every screen how many exemptions count, and leads to them",
    on("/t/clay/devices", async (page) => {
      await page.getByRole("link", { name: /1 exemption in force, the first ends in 4 h/ }).click();
      await page.getByRole("heading", { level: 1, name: "Exemptions" }).waitFor();
    }),
  );
});
