import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import type { Agent, ApprovalPolicy } from "@studio-os/functions/contracts";
import { DEFAULT_APPROVAL_POLICY } from "../../functions/src/policy/approval-policy.js";
import { aFiringDocument, openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { requireEnv } from "../../functions/test/support/require-env.js";
import { TEST_PASSWORD } from "../../functions/test/support/sign-in.js";
import type { SignedIn } from "../../functions/test/support/sign-in.js";
import { openBrowser, seriousViolations } from "./support/browser.js";

const PATIENCE_MS = 45_000;
/** How long an event may take until it stands under a signed checkpoint (M07.5), in milliseconds. */
const MERGE_DELAY_MS = 60_000;
const WHY = "The agent watches the kiln room over the weekend.";

/** Two people for everything, nobody held back. */
const TWO_PEOPLE: ApprovalPolicy = {
  ...DEFAULT_APPROVAL_POLICY,
  rules: DEFAULT_APPROVAL_POLICY.rules.map((rule) => ({
    ...rule,
    holdMs: 0,
    thresholds: rule.thresholds.map((way) => ({ ...way, count: 2 })),
  })),
};

/** What is lent, waived and taken out, over the real hosting, auth, Firestore, functions and tasks emulators. */
describe("hosting: lent rights, exemptions and exports over the emulators", function () {
  this.timeout(180_000);
  let origin: string;
  let browser: Browser;
  let studio: TestStudio;
  let folder: string;
  let granter: SignedIn;
  let approver: SignedIn;
  let requester: SignedIn;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    origin = requireEnv("STUDIO_HOSTING_ORIGIN");
    [browser, studio, folder] = await Promise.all([
      openBrowser(),
      openTestStudio(TWO_PEOPLE),
      mkdtemp(join(tmpdir(), "studio-export-")),
    ]);
    granter = await studio.signIn("gina", ["owner", "approver_admin"]);
    approver = await studio.signIn("pia", ["approver_admin"]);
    requester = await studio.signIn("rita", ["operator"]);
    await studio.put("firings/f-1", aFiringDocument("f-1"));
    await studio.put("agents/pi-1", anAgent(studio.tenantId));
    page = await signedIn(granter);
  });
  after(async () => {
    await browser.close();
    await studio.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("lends an agent a right, and takes it back", async () => {
    await page.goto(at("studio/lent"));
    await page.getByText("Nobody has lent an agent anything").waitFor();
    await button("Lend rights…").click();
    await page.getByLabel("Agent", { exact: true }).selectOption("pi-1");
    await page.getByRole("checkbox", { name: "Flag a firing for attention" }).check();
    await page.getByLabel("Only about these records").fill("firings/f-1");
    await page.getByLabel("Why", { exact: true }).fill(WHY);
    await button("Lend these rights").click();
    await page.getByText("Counts now").waitFor();
    await page.getByText("Only about firings/f-1").waitFor();
    assert.deepEqual(await seriousViolations(page), []);
    const [grant] = await documents("delegations");
    assert.equal(grant?.["revokedAt"], null);
    assert.equal(grant["delegator"], granter.uid);
    await page.getByRole("button", { name: /^Take back: kiln-room agent/ }).click();
    await page.getByLabel("Why", { exact: true }).fill("The weekend is over.");
    await button("Take back").click();
    await page.getByText("Taken back", { exact: true }).waitFor();
    const [ended] = await documents("delegations");
    assert.equal(ended?.["revokedBy"], granter.uid);
  });

  it("grants an exemption, and shows on every screen that it counts", async () => {
    await page.goto(at("studio/exemptions"));
    await page.getByText("Nothing is exempt").waitFor();
    await button("Grant one…").click();
    await page.getByLabel("For which capability").selectOption("firing.flag");
    await page.getByRole("checkbox", { name: "The second approver" }).check();
    await page.getByLabel("Only about this record").fill("firings/f-1");
    await page.getByLabel("Where it is written down").fill("Log book, page 12");
    await page.getByLabel("Why", { exact: true }).fill("Pia is alone in the studio this afternoon.");
    await button("Grant it").click();
    await page.getByText("Waives the second approver").waitFor();
    await page.getByRole("link", { name: /1 exemption in force/ }).waitFor();
  });

  it("lets one person approve under it, says so, and counts the use when it is executed", async () => {
    const proposalId = await submit();
    const theirs = await signedIn(approver);
    await theirs.goto(at(`queue/${proposalId}`));
    await theirs.locator("#action-approve:not([aria-disabled])").click();
    await theirs.getByRole("radio", { name: /One person less, by exemption: Log book, page 12/ }).check();
    await theirs.getByRole("textbox", { name: /own words/ }).fill("I was there: the vent flap is stuck for good.");
    await theirs.getByRole("textbox", { name: /own words/ }).press("Control+Enter");
    await theirs.getByText("An exemption is in use").waitFor();
    await theirs.locator("#action-execute:not([aria-disabled])").click();
    await theirs.locator("#action-rollback:not([aria-disabled])").waitFor();
    const [exemption] = await documents("exemptions");
    assert.equal(exemption?.["uses"], 1);
    assert.equal(((await studio.read("firings/f-1"))?.["attention"] as { proposalId: string }).proposalId, proposalId);
    await page.getByText("Used up").waitFor();
    await theirs.context().close();
  });

  it(`proves in the browser what happened, at most ${MERGE_DELAY_MS / 1_000} s after it did`, async () => {
    await page.goto(at("audit"));
    const chip = page.getByTestId("chain-chip");
    await chip.getByText("Verified by this browser").waitFor();
    await page.goto(at("studio/exemptions"));
    const happened = Date.now();
    await button("Grant one…").click();
    await button("Grant it").click();
    await page.getByLabel("For which capability").selectOption("firing.flag");
    await page.getByRole("checkbox", { name: "The limit" }).check();
    await page.getByLabel("Only about this record").fill("firings/f-1");
    await page.getByLabel("Where it is written down").fill("Log book, page 13");
    await page.getByLabel("Why", { exact: true }).fill("More kilns are looked after today than usual.");
    await button("Grant it").click();
    await page.getByText("Log book, page 13").waitFor();
    await page.goto(at("audit"));
    const newest = page.locator(".audit-entry", { hasText: "Exemption granted" }).first();
    await newest.locator(".audit-log", { hasText: /entry \d+/ }).waitFor({ timeout: MERGE_DELAY_MS });
    await chip.getByText(/It only grew since this browser saw it last/).waitFor();
    await page.waitForFunction(
      () => {
        const words = document.querySelector("[data-testid='chain-chip']")?.textContent ?? "";
        return words.includes("Verified by this browser") && !words.includes("not yet");
      },
      undefined,
      { timeout: MERGE_DELAY_MS },
    );
    assert.ok(Date.now() - happened < MERGE_DELAY_MS, `${Date.now() - happened} ms`);
    assert.equal(await page.getByTestId("chain-alarm").count(), 0);
  });

  it("takes the record out, and an outsider verifies the folder with the command and the key that are shown", async () => {
    await page.getByRole("link", { name: "Exports for outsiders" }).click();
    await page.getByText("Nothing was taken out yet.").waitFor();
    await button("Make the export").click();
    await page.getByText("Ready", { exact: true }).waitFor({ timeout: MERGE_DELAY_MS });
    const saved = page.waitForEvent("download");
    await button("Download the bundle (ZIP)").click();
    await unpack(await (await saved).path());
    await page.getByText("How an outsider verifies it").click();
    const command = await page.getByLabel("Command", { exact: true }).innerText();
    const verified = await run(command);
    assert.equal(verified.code, 0, verified.output);
    const damaged = await run(command.replace(/\+[0-9a-f]{8}\+/, "+00000000+"));
    assert.notEqual(damaged.code, 0, "another key does not verify it");
    const types = await studio.eventTypes();
    for (const type of ["export.requested", "export.generated", "export.downloaded"])
      assert.ok(types.includes(type), type);
  });

  it("shows the words behind an event only on asking, and puts that on record", async () => {
    await page.goto(at("audit"));
    await page.getByRole("button", { name: "Delegation granted" }).first().click();
    await button("Show the words").click();
    await page.getByText(WHY).waitFor();
    assert.ok((await studio.eventTypes()).includes("words.revealed"));
  });

  it("complains about nothing: no script error, nothing that the content security policy refused", () => {
    assert.deepEqual(complaints, []);
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const at = (path: string) => `${origin}/t/${studio.tenantId}/${path}`;
  const documents = async (name: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const found = await studio.firestore.collection(`tenants/${studio.tenantId}/${name}`).get();
    return found.docs.map((document) => document.data());
  };

  async function signedIn(who: SignedIn): Promise<Page> {
    const opened = await (await browser.newContext({ acceptDownloads: true })).newPage();
    opened.setDefaultTimeout(PATIENCE_MS);
    opened.on("pageerror", (error) => complaints.push(error.message));
    opened.on("console", (message) => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text());
    });
    await opened.goto(origin);
    await opened.getByLabel("E-mail address").fill(`${who.uid}@example.test`);
    await opened.getByLabel("Password").fill(TEST_PASSWORD);
    await opened.getByRole("button", { name: "Sign in" }).click();
    await opened.getByTestId("mode").getByText("Normal").waitFor();
    return opened;
  }

  async function submit(): Promise<string> {
    const input = { firingId: "f-1", attention: "room_overheat", note: "41.2 °C in the kiln room" };
    const response = await fetch(`${origin}/api/v1/tenants/${studio.tenantId}/proposals`, {
      method: "POST",
      headers: { authorization: `Bearer ${requester.idToken}`, "content-type": "application/json" },
      body: JSON.stringify({ capabilityId: "firing.flag", input, rationale: "The kiln room was above 40 °C." }),
    });
    assert.equal(response.status, 201, await response.clone().text());
    return ((await response.json()) as { proposal: { proposalId: string } }).proposal.proposalId;
  }

  async function unpack(zip: string): Promise<void> {
    for (const [path, bytes] of Object.entries(unzipSync(await readFile(zip)))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  }

  /** The line as somebody would type it, in the folder that the ZIP was unpacked in. */
  function run(command: string): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      execFile("sh", ["-c", command], { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
      );
    });
  }
});

const anAgent = (tenantId: string): Agent => ({
  ...{ agentId: "pi-1", tenantId, name: "kiln-room agent", ownerUid: "olive", status: "active" },
  keys: [
    {
      ...{ keyId: "0".repeat(16), publicKey: `${"A".repeat(43)}=`, notBefore: "2026-01-01T00:00:00.000Z" },
      ...{ notAfter: null, revokedAt: null },
    },
  ],
  ...{ enrolledAt: "2026-01-01T00:00:00.000Z", revokedAt: null, auditVersion: 1, lastEventId: "ev-a" },
});
