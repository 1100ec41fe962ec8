import assert from "node:assert/strict";
import { sign } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { UtcInstant, keyProofMessage } from "../../functions/src/contracts/index.js";
import { ingestEnvelope } from "../../functions/src/devices/ingest-envelope.js";
import { openTestStudio } from "../../functions/test/support/emulator.js";
import type { TestStudio } from "../../functions/test/support/emulator.js";
import { requireEnv } from "../../functions/test/support/require-env.js";
import { TEST_PASSWORD } from "../../functions/test/support/sign-in.js";
import {
  aDelivery,
  aKey,
  anEnvelope,
  anObservation,
  observations,
  toBytes,
} from "../../functions/test/support/uplink-fixtures.js";
import { openBrowser } from "./support/browser.js";

/** Cold functions in the emulator take seconds; nothing here waits this long when they are warm. */
const PATIENCE_MS = 30_000;
const AGENT_ID = "attic-pi";

/** A machine's whole way through the cockpit, over the real hosting, auth, Firestore and functions emulators. */
describe("hosting: an agent in the cockpit over the emulators", function () {
  this.timeout(120_000);
  const signer = aKey();
  let origin: string;
  let browser: Browser;
  let studio: TestStudio;
  let page: Page;
  let code: string;
  let seq = 0;

  before(async () => {
    origin = requireEnv("STUDIO_HOSTING_ORIGIN");
    [browser, studio] = await Promise.all([openBrowser(), openTestStudio()]);
    const admin = await studio.signIn("pia", ["approver_admin"]);
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${origin}/t/${studio.tenantId}/devices/agents`);
    await page.getByLabel("E-mail address").fill(`${admin.uid}@example.test`);
    await page.getByLabel("Password").fill(TEST_PASSWORD);
    await button("Sign in").click();
  });
  after(async () => {
    await browser.close();
    await studio.close();
  });

  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const agent = () => page.getByRole("article", { name: "Attic Pi" });
  const open = (part: string) => page.getByRole("link", { name: part }).click();
  const now = (): string => UtcInstant.parse(new Date().toISOString());

  /** One envelope with one reading, signed by the machine's key, into the ingest that the push function calls. */
  async function send(value: number): Promise<string> {
    seq += 1;
    const payload = observations(anObservation({ value, observedAt: now() }));
    const { tenantId } = studio;
    const envelope = anEnvelope(signer, { tenantId, agentId: AGENT_ID, seq, sentAt: now(), payload });
    const clock = { now };
    const deps = { ...studio.deps, clock, submitAgentProposal: () => Promise.reject(new Error("no proposal")) };
    const outcome = await ingestEnvelope(deps, aDelivery(toBytes(envelope)));
    return outcome.kind === "accepted" ? "accepted" : outcome.reason;
  }

  it("makes a one-time code that is shown once and stored hashed", async () => {
    await page.getByText("No agent is enrolled").waitFor();
    await button("Enrol an agent…").click();
    await page.getByLabel("Agent id").fill(AGENT_ID);
    await page.getByLabel("Name", { exact: true }).fill("Attic Pi");
    await button("Make the code").click();
    code = await page.getByTestId("enrolment-code").innerText();
    assert.match(code, /^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
    assert.equal(JSON.stringify(await studio.read(`enrolments/${AGENT_ID}`)).includes(code), false);
  });

  it("says so as soon as a machine came in by it, with the key to compare", async () => {
    const { publicKey } = signer.key;
    const facts = { purpose: "enrol", tenantId: studio.tenantId, agentId: AGENT_ID, publicKey } as const;
    const proof = sign(null, Buffer.from(keyProofMessage(facts)), signer.privateKey).toString("base64");
    const response = await fetch(`${origin}/api/v1/tenants/${studio.tenantId}/agents/${AGENT_ID}:redeem-code`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, publicKey, proof }),
    });
    assert.equal(response.status, 201, await response.clone().text());
    await page.getByRole("dialog").getByText(signer.key.keyId).waitFor();
    await button("Done").click();
    await agent().getByText("Not heard yet").waitFor();
  });

  it("shows a reading as soon as the ingest has taken it", async () => {
    await open("Readings");
    await page.getByText("No device has reported yet").waitFor();
    assert.equal(await send(21.5), "accepted");
    await page.getByText("21.5 °C").waitFor();
    assert.equal(await send(38.25), "accepted");
    await page.getByText("38.25 °C").waitFor();
  });

  it("revokes the agent with a reason, and shows what it sends from then on among the dead letters", async () => {
    await open("Agents");
    await button("Revoke Attic Pi").click();
    await page.getByLabel("Why", { exact: true }).fill("The Pi was stolen.");
    await page.keyboard.press("Control+Enter");
    await agent().getByText("Revoked", { exact: true }).first().waitFor();
    assert.equal(await send(99), "AGENT_REVOKED");
    await open("Dead letters");
    await page.getByText("It says it is from attic-pi, no. 3, with 1 reading").waitFor();
  });

  it("re-drives it, is told that it is refused again, and leaves the reading as it was", async () => {
    await page.getByRole("button", { name: /^Re-drive / }).click();
    await page.getByText("Refused again:").waitFor();
    await page.getByText(/re-driven .* and refused/).waitFor();
    await open("Readings");
    await page.getByText("38.25 °C").waitFor();
    assert.equal(await page.getByText("99 °C").count(), 0);
  });

  it("says over the queue since when the view of the devices is old, once the agent is silent", async () => {
    // The banner is about agents that should be heard: this one is let in again, and has not reported for a day.
    const lastHeardAt = new Date(Date.now() - 24 * 3_600_000).toISOString();
    await studio.put("agents/barn-pi", {
      ...((await studio.read(`agents/${AGENT_ID}`)) ?? {}),
      ...{ agentId: "barn-pi", name: "Barn Pi", status: "active", revokedAt: null },
    });
    await studio.put("connectorHealth/barn-pi", {
      ...{ agentId: "barn-pi", connectors: [], vitals: null, vitalsAt: null, gaps: [] },
      ...{ availability: "offline", availableSince: lastHeardAt, lastHeardAt },
    });
    await page.getByRole("link", { name: "Queue" }).click();
    await page.getByText(/^Device view last seen .*\d\d:\d\d$/).waitFor();
    await page.getByText("All done").waitFor();
  });
});
