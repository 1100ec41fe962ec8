import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { MemoryControls } from "./memory-studio.js";
import type { aStoredEvent } from "./audit-scenarios.js";
import type { anAgentHealth, aProposal } from "./builders.js";
import { DESKTOP } from "./browser.js";
import type { ScenarioName } from "./scenarios.js";

/** What the test entry puts on `window`. */
export interface StudioTest extends MemoryControls {
  readonly aProposal: typeof aProposal;
  readonly anAgentHealth: typeof anAgentHealth;
  readonly aStoredEvent: typeof aStoredEvent;
}

/** How long a test waits for something that should be there at once, in milliseconds. */
const PATIENCE_MS = 8_000;

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained about so far: errors, and everything that the content security policy refused. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens one state of the cockpit in a fresh browser context. */
export async function openState(
  browser: Browser,
  origin: string,
  scenario: ScenarioName | "no-config",
  path: string,
  viewport = DESKTOP,
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  const [pathname = "", search = ""] = path.split("?");
  const query = new URLSearchParams(search);
  query.set("scenario", scenario);
  await page.goto(`${origin}${pathname}?${query.toString()}`);
  return { page, complaints, close: () => context.close() };
}

/** What the calls of this route carried so far. */
export async function callsOf(page: Page, route: string): Promise<readonly { body: unknown; key: string | null }[]> {
  const calls = await page.evaluate(() => (window as unknown as { studioTest: StudioTest }).studioTest.calls());
  return calls.filter((call) => call.route === route);
}

/** Waits until the polite or assertive region says this. */
export async function heard(page: Page, region: "polite" | "assertive", words: RegExp): Promise<void> {
  const place = page.getByTestId(region);
  await place.filter({ hasText: words }).waitFor({ state: "attached" });
  assert.match(await place.innerText(), words);
}
