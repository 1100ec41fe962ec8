import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser, PHONE } from "./support/browser.js";
import { checkState } from "./support/check-state.js";
import type { State } from "./support/check-state.js";
import { serveStates } from "./support/serve-states.js";
import { openState } from "./support/states-page.js";

const QUEUE = "/t/clay/queue";
const openTab = (name: string) => (page: Page) => page.getByRole("tab", { name }).click();

const STATES: readonly State[] = [
  { name: "a missing configuration", scenario: "no-config", path: "/", shows: ["The cockpit is not configured"] },
  { name: "the sign-in", scenario: "signed-out", path: "/", shows: ["Sign in to Studio OS"] },
  { name: "the choice of a studio", scenario: "two-studios", path: "/", shows: ["Choose a studio", "mud-lab"] },
  { name: "no role anywhere", scenario: "no-role", path: "/", shows: ["No studio yet", "Ask an owner"] },
  {
    name: "a studio that is not one's own",
    scenario: "busy",
    path: "/t/other/queue",
    shows: ["Your sign-in has no role in"],
  },
  { name: "the queue", scenario: "busy", path: QUEUE, shows: ["Needs me", "Add a note for staff"] },
  { name: "the loading queue", scenario: "loading", path: QUEUE, shows: ["Needs me"] },
  {
    name: "a queue that failed alone",
    scenario: "queue-failed",
    path: QUEUE,
    shows: ["The queue could not be read", "PERMISSION_DENIED", "request req-77", "Try again"],
  },
  { name: "all done", scenario: "empty", path: QUEUE, shows: ["All done", "1 proposal decided in the last 24 hours"] },
  {
    name: "an empty filter",
    scenario: "busy",
    path: `${QUEUE}?q=porcelain&tier=high`,
    shows: ["Nothing matches", "“porcelain” and high risk", "Clear the filter"],
  },
  {
    name: "an effect",
    scenario: "busy",
    path: `${QUEUE}/p-1`,
    shows: ["1 document · 0 members · $0.00 · 0 devices", "code: room_overheat", "It can be rolled back"],
  },
  { name: "the reasons", scenario: "busy", path: `${QUEUE}/p-1`, shows: ["The agent says"], then: openTab("Why") },
  {
    name: "failed checks",
    scenario: "busy",
    path: `${QUEUE}/p-own`,
    shows: ["SELF_APPROVAL", "Asked later", "Who can lift it: Another approver"],
    then: openTab("Checks"),
  },
  {
    name: "the reviews",
    scenario: "busy",
    path: `${QUEUE}/p-high`,
    shows: ["1 of 2 approvals", "Bo Lindqvist", "Cannot be undone, because the pieces leave the building."],
    then: openTab("Reviews"),
  },
  {
    name: "the history",
    scenario: "busy",
    path: `${QUEUE}/p-1`,
    shows: ["Refused", "waits for its place", "The whole chain in the audit"],
    then: openTab("History"),
  },
  {
    name: "the approval being written",
    scenario: "busy",
    path: `${QUEUE}/p-1`,
    shows: ["Approve this effect", "Looks right"],
    then: (page) => page.getByRole("button", { name: "Approve" }).click(),
  },
  {
    name: "an expired proposal by its link",
    scenario: "busy",
    path: `${QUEUE}/p-expired`,
    shows: ["Expired", "The time to decide ran out"],
  },
  {
    name: "a proposal that is gone",
    scenario: "busy",
    path: `${QUEUE}/p-gone`,
    shows: ["There is no such proposal in this studio", "p-gone"],
  },
  {
    name: "an unreadable proposal",
    scenario: "busy",
    path: `${QUEUE}/p-broken?view=all`,
    shows: ["Unreadable record", "p-broken", "plan: Invalid input"],
  },
  {
    name: "a stale plan",
    scenario: "busy",
    path: `${QUEUE}/p-stale?view=blocked`,
    shows: ["STALE_PLAN", "attention on firings/f-70 has changed.", "Plan again"],
  },
  {
    name: "no permission to decide",
    scenario: "viewer",
    path: `${QUEUE}/p-1?view=waiting`,
    shows: ["It needs one of: owner, approver_admin, approver."],
  },
  {
    name: "the stop",
    scenario: "stopped",
    path: `${QUEUE}/p-1`,
    shows: ["Stopped", "by Bo Lindqvist", "Smell of gas", "KILL_SWITCH", "Release…"],
  },
  {
    name: "a release that waits for a second person",
    scenario: "release-asked",
    path: QUEUE,
    shows: ["Confirm the release", "The smell was glaze"],
    then: (page) => page.getByRole("button", { name: "Release…" }).click(),
  },
  {
    name: "a missing control document",
    scenario: "control-missing",
    path: QUEUE,
    shows: ["Stopped", "counts as stopped"],
  },
  {
    name: "no network",
    scenario: "offline",
    path: `${QUEUE}/p-1`,
    shows: ["Offline", "Decisions are never queued", /offline · last 2 min ago/],
  },
  {
    name: "the stop being asked for",
    scenario: "busy",
    path: QUEUE,
    shows: ["Stop the studio", "10 more characters"],
    then: (page) => page.getByRole("button", { name: "Stop" }).click(),
  },
  {
    name: "the record",
    scenario: "busy",
    path: "/t/clay/audit",
    shows: ["Control engaged", "Proposal executed", "waits for its place", "entry 6", "The record begins here."],
  },
  {
    name: "an event with its words",
    scenario: "busy",
    path: "/t/clay/audit?type=proposal.submitted",
    shows: ["env-77", "answers for the agent", "These are the words that the event was recorded with."],
    then: async (page) => {
      await page.getByRole("button", { name: "Proposal submitted" }).click();
      await page.getByRole("button", { name: "Show the words" }).click();
    },
  },
  {
    name: "an event whose copies were altered",
    scenario: "record-altered",
    path: "/t/clay/audit?type=proposal.executed",
    shows: ["The list does not say what the event says: actorName."],
    then: (page) => page.getByRole("button", { name: "Proposal executed" }).click(),
  },
  {
    name: "a search without a find",
    scenario: "busy",
    path: "/t/clay/audit?who=nobody&outcome=refused",
    shows: ["Nothing matches", "by nobody, refused", "Clear the filter"],
  },
  {
    name: "an empty record",
    scenario: "record-none",
    path: "/t/clay/audit",
    shows: ["Nothing is on record yet"],
  },
  { name: "a loading record", scenario: "record-unread", path: "/t/clay/audit", shows: ["Audit"] },
  {
    name: "a record that failed alone",
    scenario: "record-shut",
    path: "/t/clay/audit",
    shows: ["The record could not be read", "PERMISSION_DENIED", "Try again"],
  },
  {
    name: "a long record with an unreadable event",
    scenario: "record-long",
    path: "/t/clay/audit",
    shows: ["ev-broken", "Show older"],
  },
  {
    name: "no permission to read the record",
    scenario: "viewer",
    path: "/t/clay/audit",
    shows: ["Your role does not open the record"],
  },
  {
    name: "the whole chain of a proposal",
    scenario: "busy",
    path: "/t/clay/audit/proposal/p-1?event=ev-3",
    shows: ["5 events in 4 requests", "12 min later", "in the same request", "You are in the chain of this request"],
  },
  {
    name: "a request that nobody made",
    scenario: "busy",
    path: "/t/clay/audit/request/req-none",
    shows: ["Nothing is on record by this name"],
  },
  { name: "the live studio", scenario: "live", path: QUEUE, shows: ["live"] },
];

describe("hosting: every state of the cockpit", function () {
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

  it("gives every press on a phone a target of 44 pixels", async () => {
    const { page, close } = await openState(browser, served.origin, "busy", `${QUEUE}/p-1`, PHONE);
    await page.getByRole("button", { name: "Approve" }).waitFor();
    const heights = await page
      .locator("button:visible, .tab:visible, .page-link:visible, .detail-back:visible")
      .evaluateAll((elements) =>
        elements.map((element) => ({ words: element.textContent, height: element.getBoundingClientRect().height })),
      );
    assert.deepEqual(
      heights.filter(({ height }) => height < 44),
      [],
    );
    await close();
  });
});
