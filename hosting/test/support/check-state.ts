import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { DESKTOP, PHONE, seriousViolations } from "./browser.js";
import type { ScenarioName } from "./scenarios.js";
import { openState } from "./states-page.js";

/** One state that a screen must have, how one gets there, and what it must show. */
export interface State {
  readonly name: string;
  readonly scenario: ScenarioName | "no-config";
  readonly path: string;
  /** Words that the state must show. */
  readonly shows: readonly (string | RegExp)[];
  readonly then?: (page: Page) => Promise<void>;
}

/** Width of the narrowest screen that nothing may be wider than, in pixels. */
const NARROW = { width: 320, height: 640 };

const LOOKS = [
  { viewport: DESKTOP, colorScheme: "light" },
  { viewport: DESKTOP, colorScheme: "dark" },
  { viewport: PHONE, colorScheme: "dark" },
  { viewport: PHONE, colorScheme: "light" },
] as const;

/** Both themes and both sizes once, in pairs that differ between states; all four with STUDIO_TEST_FULL=1. */
const looksOf = ({ name }: State) =>
  LOOKS.filter((_, index) => process.env["STUDIO_TEST_FULL"] === "1" || index % 2 === name.length % 2);

/**
 * Shows the state on a desk and on a phone, in both themes, and fails on serious accessibility findings, on missing words,
 * on complaints of the browser, and on sideways scrolling at 320 pixels.
 */
export async function checkState(browser: Browser, origin: string, state: State): Promise<void> {
  const { page, complaints, close } = await openState(browser, origin, state.scenario, state.path);
  await state.then?.(page);
  for (const words of state.shows) await page.getByText(words).first().waitFor({ state: "attached" });
  for (const { viewport, colorScheme } of looksOf(state)) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await seriousViolations(page), [], `${colorScheme} at ${viewport.width} pixels`);
  }
  await page.setViewportSize(NARROW);
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(excess <= 0, `${excess} pixels too wide at ${NARROW.width}`);
  assert.deepEqual(complaints, []);
  await close();
}
