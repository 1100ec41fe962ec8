import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { openBrowser, PHONE } from "./support/browser.js";
import { checkState } from "./support/check-state.js";
import type { State } from "./support/check-state.js";
import { serveStates } from "./support/serve-states.js";
import { openState } from "./support/states-page.js";

const STUDIO = "/t/clay/studio";
const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).click();

const STATES: readonly State[] = [
  {
    name: "the staff list and the covers",
    scenario: "busy",
    path: `${STUDIO}/people`,
    shows: [
      "Bo Lindqvist",
      "Out since",
      "Another owner changes your entry.",
      "Bo Lindqvist covers for Dee Admin",
      "Over",
    ],
  },
  {
    name: "a change of somebody's roles, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/people`,
    shows: ["Change Fin Okafor", "20 more characters."],
    then: async (page) => {
      await press("Change Fin Okafor")(page);
      await press("Put on record")(page);
    },
  },
  {
    name: "a cover being arranged, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/people`,
    shows: ["In whose place", "Who stands in?", "None chosen: for everything."],
    then: async (page) => {
      await press("Add a cover")(page);
      await page.getByText("Flag a firing for attention").waitFor();
      await press("Start the cover")(page);
    },
  },
  {
    name: "the staff list to a viewer",
    scenario: "viewer",
    path: `${STUDIO}/people`,
    shows: ["Only for people who are owner. An owner can grant it."],
  },
  {
    name: "the staff list offline",
    scenario: "engine-offline",
    path: `${STUDIO}/people`,
    shows: ["the server cannot be reached", "You are offline. Nothing is ever queued"],
  },
  {
    name: "the staff list without its document",
    scenario: "control-missing",
    path: `${STUDIO}/people`,
    shows: ["The staff list is not there"],
  },
  {
    name: "no covers",
    scenario: "engine-empty",
    path: `${STUDIO}/people`,
    shows: ["Nobody stands in for anybody."],
  },
  {
    name: "the approval rules in words, and what a version changed",
    scenario: "busy",
    path: `${STUDIO}/rules`,
    shows: [
      "In force: version 2",
      "1. Changes of low risk",
      /or of 2 different people who are owner or approver of the group office or kilns, each from another group/,
      "Omar Haddad asked for an edit and does not decide",
      "Changed since version 1",
      "The decision may take 3 d; without one it is refused.",
    ],
    then: (page) => page.getByText("Version 2", { exact: true }).click(),
  },
  {
    name: "no stored version",
    scenario: "engine-empty",
    path: `${STUDIO}/rules`,
    shows: ["No version was stored yet."],
  },
  {
    name: "versions that failed alone",
    scenario: "engine-failed",
    path: `${STUDIO}/rules`,
    shows: ["In force: version 2", "The versions could not be read", "PERMISSION_DENIED"],
  },
  {
    name: "what is lent to agents, and how far it reaches",
    scenario: "busy",
    path: `${STUDIO}/lent`,
    shows: [
      "kiln-room agent asks for Ana Reyes",
      "Only about firings/f-70, firings/f-71 · at most 25.00 in one change · at most 12 requests in 24 hours",
      "Counts for nothing now",
      /Fin Okafor may not ask for .*, so neither may kiln-room agent/,
      "Agent revoked",
      /taken back .* by Omar Haddad/,
      "Over",
      "d-odd",
    ],
  },
  {
    name: "rights being lent, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/lent`,
    shows: ["Which agent?", "At least one. The agent may ask for nothing else.", "20 more characters."],
    then: async (page) => {
      await press("Lend rights…")(page);
      await page.getByRole("checkbox", { name: "Flag a firing for attention" }).waitFor();
      await press("Lend these rights")(page);
    },
  },
  { name: "nothing lent", scenario: "engine-empty", path: `${STUDIO}/lent`, shows: ["Nobody has lent an agent"] },
  { name: "what is lent, loading", scenario: "engine-loading", path: `${STUDIO}/lent`, shows: ["Lent to agents"] },
  {
    name: "what is lent, failed alone",
    scenario: "engine-failed",
    path: `${STUDIO}/lent`,
    shows: ["What is lent could not be read", "The agents could not be read", "PERMISSION_DENIED"],
  },
  {
    name: "what is lent, to a viewer",
    scenario: "viewer",
    path: `${STUDIO}/lent`,
    shows: [/Only for people who are owner, .* An owner can grant it\./],
  },
  {
    name: "what is lent, offline",
    scenario: "engine-offline",
    path: `${STUDIO}/lent`,
    shows: ["the server cannot be reached", "You are offline. Nothing is ever queued"],
  },
  {
    name: "the exemptions in every phase",
    scenario: "busy",
    path: `${STUDIO}/exemptions`,
    shows: [
      "Waives the second approver",
      "Counts now",
      "Not yet",
      "Used up",
      "Void: the stop was used since",
      /revoked .* by Dee Admin/,
      "Waives the limit and the review at intake",
      "x-odd",
    ],
  },
  {
    name: "an exemption being granted, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/exemptions`,
    shows: ["Which capability?", "What need not be met?", "Whose requests, or which record: one of the two at least."],
    then: async (page) => {
      await press("Grant one…")(page);
      await press("Grant it")(page);
    },
  },
  { name: "no exemption", scenario: "engine-empty", path: `${STUDIO}/exemptions`, shows: ["Nothing is exempt"] },
  { name: "exemptions, loading", scenario: "engine-loading", path: `${STUDIO}/exemptions`, shows: ["Exemptions"] },
  {
    name: "exemptions that failed alone",
    scenario: "engine-failed",
    path: `${STUDIO}/exemptions`,
    shows: ["The exemptions could not be read", "PERMISSION_DENIED"],
  },
  {
    name: "exemptions to a viewer",
    scenario: "viewer",
    path: `${STUDIO}/exemptions`,
    shows: ["Only for people who are owner or approver admin. An owner can grant it."],
  },
  {
    name: "exemptions offline",
    scenario: "engine-offline",
    path: `${STUDIO}/exemptions`,
    shows: ["You are offline. Nothing is ever queued"],
  },
  {
    name: "an approval that could do without the second person",
    scenario: "exempt",
    path: "/t/clay/queue/p-two",
    shows: ["Who else has to approve", /One person less, by exemption: .*Log book, page 12, granted by Omar Haddad/],
    then: (page) => page.locator("#action-approve").click(),
  },
  {
    name: "an execution that only the limit holds back",
    scenario: "exempt",
    path: "/t/clay/queue/p-full",
    shows: [/An exemption waives the limit: .*Ticket 41, granted by Dee Admin.* used 1 of 5/],
  },
  {
    name: "an exemption in use",
    scenario: "exempt",
    path: "/t/clay/queue/p-eased",
    shows: ["An exemption is in use: one person less had to approve this than its rule says."],
  },
  {
    name: "the limits, with one that is full",
    scenario: "busy",
    path: `${STUDIO}/limits`,
    shows: [/10 of 10 in 60 min; the next one at/, "26 of 30 in 60 min", "Full", "money.actor.x", "12 times"],
  },
  { name: "no use of any limit", scenario: "engine-empty", path: `${STUDIO}/limits`, shows: ["Nobody used anything"] },
  { name: "the loading limits", scenario: "engine-loading", path: `${STUDIO}/limits`, shows: ["Used now"] },
  {
    name: "counts that failed alone",
    scenario: "engine-failed",
    path: `${STUDIO}/limits`,
    shows: ["The counts could not be read", "Held back in the last week"],
  },
  {
    name: "limits offline",
    scenario: "engine-offline",
    path: `${STUDIO}/limits`,
    shows: ["The limits could not be read", "This is answered by the server."],
  },
  {
    name: "a narrower stop that waits for a second person",
    scenario: "busy",
    path: `${STUDIO}/stops`,
    shows: ["announcement.draft.store", "Read-only", "Dee Admin asked for the release"],
  },
  {
    name: "no narrower stop",
    scenario: "engine-empty",
    path: `${STUDIO}/stops`,
    shows: ["Nothing is stopped by itself."],
  },
  {
    name: "one thing being stopped, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/stops`,
    shows: ["Which capability? Choose or type its id.", "10 more characters."],
    then: async (page) => {
      await press("Stop one thing…")(page);
      await press("Stop it now")(page);
    },
  },
  {
    name: "what is held, purged and can be erased",
    scenario: "busy",
    path: `${STUDIO}/keeping`,
    shows: [
      "What concerns Zoe Left is kept",
      "All deadLetters are kept",
      /lifted .* by Omar Haddad/,
      "412 documents of notices from before 2026-08-20",
      "1 of 2 parts deleted",
      "Stopped: something was there that nobody had approved",
    ],
  },
  {
    name: "a dry run of what may be deleted, of nothing, and of what is held",
    scenario: "busy",
    path: `${STUDIO}/keeping`,
    shows: [
      "412 documents from before 2026-08-20.",
      "Nothing is past its time.",
      "Held: h-2. While that is so, nothing of it is deleted.",
    ],
    then: async (page) => {
      await press("Dry run: Notices to people")(page);
      await press("Dry run: What devices said")(page);
      await press("Dry run: Messages that were refused")(page);
    },
  },
  {
    name: "a hold being placed, with what is missing",
    scenario: "busy",
    path: `${STUDIO}/keeping`,
    shows: ["Which one? Choose or type its id.", "10 more characters."],
    then: async (page) => {
      await press("Place a hold…")(page);
      await press("Place the hold")(page);
    },
  },
  {
    name: "what a person wrote",
    scenario: "busy",
    path: `${STUDIO}/keeping`,
    shows: ["Written with", /Proposal approved/, "Erase 0 texts…", "Choose what to erase."],
    then: async (page) => {
      await page.getByLabel("Whose words").fill("ana");
      await press("Look")(page);
    },
  },
  {
    name: "nothing held and nothing purged",
    scenario: "engine-empty",
    path: `${STUDIO}/keeping`,
    shows: ["Nothing is held.", "Nothing was ever purged."],
  },
  { name: "what is held, loading", scenario: "engine-loading", path: `${STUDIO}/keeping`, shows: ["Legal holds"] },
  {
    name: "holds and purges that failed alone",
    scenario: "engine-failed",
    path: `${STUDIO}/keeping`,
    shows: ["The legal holds could not be read", "The purges could not be read", "PERMISSION_DENIED"],
  },
  {
    name: "what is held, to a viewer",
    scenario: "viewer",
    path: `${STUDIO}/keeping`,
    shows: ["Only for people who are owner. An owner can grant it."],
  },
  {
    name: "what is held, offline",
    scenario: "engine-offline",
    path: `${STUDIO}/keeping`,
    shows: ["You are offline. Nothing is ever queued"],
  },
  {
    name: "the notices and what was held back",
    scenario: "busy",
    path: "/t/clay/notices",
    shows: ["New", "Executed · by Bo Lindqvist", "2 requests held back", "asked 5 times in all"],
  },
  {
    name: "no notices",
    scenario: "engine-empty",
    path: "/t/clay/notices",
    shows: ["Nothing is waiting for you to read", "Nothing was held back."],
  },
  {
    name: "notices that failed alone",
    scenario: "engine-failed",
    path: "/t/clay/notices",
    shows: ["The notices could not be read", "What was held back could not be read"],
  },
  {
    name: "what can be proposed",
    scenario: "busy",
    path: "/t/clay/propose",
    shows: ["Flag a firing for attention", "cannot be rolled back: versions only grow"],
  },
  {
    name: "what can be proposed to a viewer",
    scenario: "viewer",
    path: "/t/clay/propose",
    shows: ["Only for people who are owner or approver admin. An owner can grant it."],
  },
  {
    name: "what can be proposed, loading",
    scenario: "engine-loading",
    path: "/t/clay/propose",
    shows: ["Propose a change"],
  },
  {
    name: "what can be proposed, offline",
    scenario: "engine-offline",
    path: "/t/clay/propose",
    shows: ["What can be proposed could not be read"],
  },
  {
    name: "a form with mistakes",
    scenario: "busy",
    path: "/t/clay/propose/firing.flag",
    shows: ["Choose one, or type its id.", "Needed.", "3 fields need another look."],
    then: press("Submit for approval"),
  },
  {
    name: "a form whose records cannot be listed",
    scenario: "engine-failed",
    path: "/t/clay/propose/firing.flag",
    shows: ["The list of firings could not be read (PERMISSION_DENIED); type the id."],
  },
  {
    name: "a capability that does not exist",
    scenario: "busy",
    path: "/t/clay/propose/kiln.start",
    shows: ["There is no such capability"],
  },
  {
    name: "an edit of the approval rules",
    scenario: "busy",
    path: "/t/clay/propose/policy.approval.replace",
    shows: ["How many people", "Time to decide", "Nothing changes yet."],
  },
  {
    name: "a revision",
    scenario: "busy",
    path: "/t/clay/revise/p-own",
    shows: ["Ask for something else", "Two mugs have hairline cracks."],
  },
  {
    name: "a revision of what is over",
    scenario: "busy",
    path: "/t/clay/revise/p-done",
    shows: ["Only those in its own chain may revise it."],
  },
  {
    name: "an approval that is held",
    scenario: "held",
    path: "/t/clay/queue/p-held",
    shows: [/Approved, and held for \d+ s\./, "Undo"],
  },
];

describe("hosting: every state of the approval engine's screens", function () {
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
    for (const path of [
      `${STUDIO}/people`,
      `${STUDIO}/stops`,
      `${STUDIO}/lent`,
      `${STUDIO}/exemptions`,
      `${STUDIO}/keeping`,
      "/t/clay/propose/policy.approval.replace",
    ]) {
      const { page, close } = await openState(browser, served.origin, "busy", path, PHONE);
      await page.locator("main button:visible").first().waitFor();
      const targets = await page
        .locator("main button:visible, main select:visible, main .check:visible, main .rail-link:visible")
        .evaluateAll((all) => all.map((it) => ({ words: it.textContent, height: it.getBoundingClientRect().height })));
      assert.deepEqual(
        targets.filter(({ height }) => height < 44),
        [],
        path,
      );
      await close();
    }
  });
});
