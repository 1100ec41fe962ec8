import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { aFiringDocument, openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { requireEnv } from "../../functions/test/support/require-env.js";
import { TEST_PASSWORD } from "../../functions/test/support/sign-in.js";
import type { SignedIn } from "../../functions/test/support/sign-in.js";
import { openBrowser, PHONE, seriousViolations } from "./support/browser.js";

/** Cold functions in the emulator take seconds; nothing here waits this long when they are warm. */
const PATIENCE_MS = 30_000;
/** How long a stored change may take to reach an open cockpit, in milliseconds. */
const WRITE_TO_DOM_MS = 1_000;
const SAMPLES = 5;

/** The cockpit as it is deployed, over the real hosting, auth, Firestore and functions emulators. */
describe("hosting: the cockpit over the emulators", function () {
  this.timeout(120_000);
  let origin: string;
  let browser: Browser;
  let studio: TestStudio;
  let requester: SignedIn;
  let approver: SignedIn;
  let page: Page;
  let proposalId: string;
  const complaints: string[] = [];

  before(async () => {
    origin = requireEnv("STUDIO_HOSTING_ORIGIN");
    [browser, studio] = await Promise.all([openBrowser(), openTestStudio()]);

    [requester, approver] = await Promise.all([
      studio.signIn("rita", ["operator"]),
      studio.signIn("pia", ["approver_admin"]),
    ]);
    await studio.put("firings/f-1", aFiringDocument("f-1"));
    await studio.put("firings/f-2", aFiringDocument("f-2"));
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text());
    });
  });
  after(async () => {
    await browser.close();
    await studio.close();
  });

  it("refuses a wrong password in one sentence and lets the right one in", async () => {
    await page.goto(origin);
    await page.getByLabel("E-mail address").fill(`${approver.uid}@example.test`);
    await page.getByLabel("Password").fill("not this one");
    await button("Sign in").click();
    await page.getByText("do not belong together").waitFor();
    await page.getByLabel("Password").fill(TEST_PASSWORD);
    await button("Sign in").click();
    await page.getByText("All done").waitFor();
    await page.getByTestId("mode").getByText("Normal").waitFor();
    await page.getByTestId("connection").getByText("live").waitFor();
  });

  it("shows a new proposal live", async () => {
    proposalId = await submit("f-1", "The kiln room was above 40 °C for twelve minutes.");
    await row(proposalId).waitFor();
    assert.equal(await page.getByTestId("count-needs-me").innerText(), "1");
  });

  it(`shows a stored change within ${WRITE_TO_DOM_MS} ms`, async () => {
    const spans: number[] = [];
    for (let sample = 1; sample <= SAMPLES; sample += 1) {
      const before = performance.now();
      await studio.firestore.doc(`tenants/${studio.tenantId}/proposals/${proposalId}`).update({ duplicates: sample });
      await row(proposalId)
        .getByText(`×${sample + 1}`)
        .waitFor();
      spans.push(performance.now() - before);
    }
    const median = [...spans].sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? Infinity;
    assert.ok(median < WRITE_TO_DOM_MS, `median ${Math.round(median)} ms`);
  });

  it("shows the exact effect, and approves it with a reason", async () => {
    await row(proposalId).click();
    await page.getByText("code: room_overheat").waitFor();
    await page.locator("#action-approve:not([aria-disabled])").waitFor();
    assert.deepEqual(await seriousViolations(page), []);
    await page.locator("#action-approve").click();
    await ownWords().fill("I was there: the vent flap is stuck, somebody must look.");
    await ownWords().press("Control+Enter");
    await page.locator("#action-execute:not([aria-disabled])").waitFor();
    assert.equal((await studio.read("firings/f-1"))?.["attention"], null);
  });

  it("executes it once", async () => {
    await page.locator("#action-execute").click();
    await page.locator("#action-rollback:not([aria-disabled])").waitFor();
    const flag = (await studio.read("firings/f-1"))?.["attention"] as { proposalId: string };
    assert.equal(flag.proposalId, proposalId);
  });

  it("has the whole story under History", async () => {
    await page.getByRole("tab", { name: "History" }).click();
    for (const event of ["Submitted", "Approved", "Executed"])
      await page.getByText(event, { exact: true }).last().waitFor();
    assert.equal(await page.getByText("Unreadable record").count(), 0);
  });

  it("rolls it back with a reason", async () => {
    await page.locator("#action-rollback").click();
    await ownWords().fill("It was the other kiln.");
    await button("Confirm roll back").click();
    await page.getByText("This was executed and rolled back.").waitFor();
    assert.equal((await studio.read("firings/f-1"))?.["attention"], null);
  });

  it("turns execute off on every open cockpit once the studio is stopped, and the server agrees", async () => {
    const second = await submit("f-2", "A sensor has been silent since the morning.");
    await page.goto(`${origin}/t/${studio.tenantId}/queue/${second}`);
    await page.locator("#action-approve:not([aria-disabled])").click();
    await button("Looks right").click();
    await button("Confirm approval").click();
    await page.locator("#action-execute:not([aria-disabled])").waitFor();
    const phone = await openPhone();
    await phone.getByRole("button", { name: "Stop" }).click();
    await phone.getByLabel("Why").fill("Smoke in the kiln room");
    await phone.getByRole("button", { name: "Stop now" }).click();
    await page.getByTestId("mode").getByText("Stopped").waitFor();
    await page.locator("#action-execute[aria-disabled='true']").waitFor();
    const { plan } = await proposalOf(second);
    const refusal = await post(`proposals/${second}:execute`, { planId: plan.planId }, "flow-test-execute-stopped");
    assert.equal(refusal.status, 423);
    assert.equal((await studio.read("firings/f-2"))?.["attention"], null);
  });

  it("complains about nothing: no script error, nothing that the content security policy refused", () => {
    assert.deepEqual(complaints, []);
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const row = (id: string) => page.locator(`[data-row="${id}"]`);
  const ownWords = () => page.getByRole("textbox", { name: /own words/ });

  async function openPhone(): Promise<Page> {
    const phone = await (await browser.newContext({ viewport: PHONE })).newPage();
    phone.setDefaultTimeout(PATIENCE_MS);
    await phone.goto(origin);
    await phone.getByLabel("E-mail address").fill(`${approver.uid}@example.test`);
    await phone.getByLabel("Password").fill(TEST_PASSWORD);
    await phone.getByRole("button", { name: "Sign in" }).click();
    await phone.getByTestId("mode").getByText("Normal").waitFor();
    return phone;
  }

  async function submit(firingId: string, rationale: string): Promise<string> {
    const input = { firingId, attention: "room_overheat", note: "41.2 °C in the kiln room" };
    const answer = await post("proposals", { capabilityId: "firing.flag", input, rationale, evidence: [] });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return (answer.body as { proposal: { proposalId: string } }).proposal.proposalId;
  }

  async function proposalOf(id: string): Promise<{ plan: { planId: string } }> {
    return (await studio.read(`proposals/${id}`)) as { plan: { planId: string } };
  }

  async function post(path: string, body: object, key?: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${origin}/api/v1/tenants/${studio.tenantId}/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${requester.idToken}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }
});
