import assert from "node:assert/strict";
import { FirebaseError } from "firebase/app";
import { doc, setDoc } from "firebase/firestore";
import type { Firestore } from "firebase/firestore";
import { COLLECTIONS, PLATFORM_TENANT_ID } from "../../src/contracts/index.js";
import { fetchCoverage, findUncovered } from "./coverage.js";
import { listGroup, openRulesEnvironment, OPERATIONS, perform, PROJECT_ID } from "./environment.js";
import type { Operation, RulesEnvironment } from "./environment.js";
import { callersOf, collectionsWithoutRow, PATHS, STUDIOS } from "./matrix.js";
import type { Caller, Claims, PathRow } from "./matrix.js";
import { readLineOf, RULES, WRITE_LINE } from "./rules-source.js";

/** How many documents the operation reached; or the message of the rules that denied it. */
type Expectation = { readonly reaches: number } | { readonly denial: string };

/** What the emulator says where no statement opens a path: it tells a closed path from one that a condition closed. */
const NO_STATEMENT = "No matching allow statements";

const denies = (operation: "get" | "list", line: number): Expectation => ({
  denial: `false for '${operation}' @ L${line}`,
});

function expectationOf(operation: Operation, caller: Caller, row: PathRow): Expectation {
  if (operation === "update" || operation === "delete") return { denial: `false for '${operation}' @ L${WRITE_LINE}` };
  // The client does not know whether the document exists, so a set asks for both.
  if (operation === "create")
    return { denial: `false for 'create' @ L${WRITE_LINE}, false for 'update' @ L${WRITE_LINE}` };
  // A count is a list that leaves the documents at home: the same statement answers for both.
  const kind = operation === "get" ? "get" : "list";
  const readers = kind === "get" ? row.get : (row.list ?? row.get);
  if (row.match === null || readers.length === 0) return { denial: NO_STATEMENT };
  if (caller.holds.some((role) => readers.includes(role))) return { reaches: 1 };
  return denies(kind, readLineOf(row.match));
}

describe("firestore.rules", function () {
  this.timeout(30_000);
  let rules: RulesEnvironment;
  // Without an emulator nothing was opened, and the one sentence about that is the only failure.
  let close = (): Promise<void> => Promise.resolve();

  before(async () => {
    rules = await openRulesEnvironment();
    close = () => rules.close();
    await rules.asServer(async (db) => {
      const paths = [...STUDIOS, PLATFORM_TENANT_ID].flatMap((tenant) => PATHS.map((row) => inStudio(row, tenant)));
      for (const path of new Set([...paths, "control/global"])) await setDoc(doc(db, path), { isSeeded: true });
    });
  });

  after(() => close());

  async function check(
    claims: Claims | null,
    expected: Expectation,
    work: (db: Firestore) => Promise<number>,
  ): Promise<void> {
    assertOutcome(await outcomeOf(work(rules.as(claims))), expected);
  }

  it("has a matrix row for every collection of the contracts", () => {
    assert.deepEqual(collectionsWithoutRow(), []);
  });

  for (const studio of STUDIOS)
    for (const caller of callersOf(studio))
      describe(`${caller.title}, in ${studio}`, () => {
        const outcomes = new Map<string, Outcome>();
        before(() => askEverything(rules.as(caller.claims), studio, outcomes));
        for (const row of PATHS)
          for (const operation of OPERATIONS) {
            const expected = expectationOf(operation, caller, row);
            it(titleOf(operation, row, expected), () =>
              assertOutcome(outcomes.get(`${operation} ${row.path}`), expected),
            );
          }
      });

  describe("a claim that names the platform tenant", () => {
    const claims = { tenants: { [PLATFORM_TENANT_ID]: ["owner"], "demo-studio": ["owner"] } };
    for (const row of PATHS.filter((it) => it.match !== null)) {
      const line = readLineOf(row.match ?? "");
      it(`does not open ${inStudio(row, PLATFORM_TENANT_ID)}, though the same role opens it in the studio beside it`, async () => {
        await check(claims, denies("get", line), (db) => perform("get", db, inStudio(row, PLATFORM_TENANT_ID)));
        await check(claims, { reaches: 1 }, (db) => perform("get", db, inStudio(row, "demo-studio")));
      });
    }
  });

  describe("control/global", () => {
    const line = readLineOf("/control/global");
    const readers: readonly (readonly [string, Claims])[] = [
      ["an owner", { tenants: { "demo-studio": ["owner"] } }],
      ["a viewer of another studio", { tenants: { "juniper-pottery": ["viewer"] } }],
      [
        "somebody with a studio beside a platform claim",
        { tenants: { platform: ["owner"], "demo-studio": ["viewer"] } },
      ],
    ];
    const others: readonly (readonly [string, Claims | null])[] = [
      ["somebody who is not signed in", null],
      ["an account without claims", {}],
      ["an account with no studio", { tenants: {} }],
      ["an account whose `tenants` is a string", { tenants: "demo-studio" }],
      ["an account whose `tenants` is a list", { tenants: ["demo-studio"] }],
      ["an account with nothing but a platform claim", { tenants: { platform: ["owner"] } }],
    ];
    for (const [title, claims] of readers)
      it(`is read by ${title}`, () => check(claims, { reaches: 1 }, (db) => perform("get", db, "control/global")));
    for (const [title, claims] of others)
      it(`is not read by ${title}`, () =>
        check(claims, denies("get", line), (db) => perform("get", db, "control/global")));
    it("is not listed by an owner", () =>
      check({ tenants: { "demo-studio": ["owner"] } }, { denial: NO_STATEMENT }, (db) =>
        perform("list", db, "control/global"),
      ));
    for (const operation of ["update", "delete"] as const)
      it(`refuses ${operation} by an owner`, () =>
        check(
          { tenants: { "demo-studio": ["owner"] } },
          { denial: `false for '${operation}' @ L${WRITE_LINE}` },
          (db) => perform(operation, db, "control/global"),
        ));
  });

  describe("a collection-group query", () => {
    const everywhere = { tenants: Object.fromEntries(STUDIOS.map((studio) => [studio, ["owner"]])) };
    for (const name of Object.values(COLLECTIONS))
      it(`over ${name} is refused even to the owner of every studio`, () =>
        check(everywhere, { denial: NO_STATEMENT }, (db) => listGroup(db, name)));
  });

  // Last but one: these change what the rows above stand on, and prove that only the rules stood in their way.
  describe("functions, which the rules do not bind", () => {
    for (const row of PATHS)
      it(`update, create beside and delete ${row.path}`, () =>
        rules.asServer(async (db) => {
          const path = inStudio(row, "demo-studio");
          assert.equal(await perform("get", db, path), 1);
          for (const operation of ["update", "create", "delete"] as const) await perform(operation, db, path);
          assert.equal(await perform("get", db, path), 0);
        }));
  });

  // Last: mocha runs the blocks in this order, and a bare `it` before any of them.
  describe("the coverage report", () => {
    it("shows every expression evaluated, every boolean both ways, and none that ended in an error", async () => {
      const report = await fetchCoverage(rules.host, PROJECT_ID);
      assert.ok(
        report.length >= PATHS.filter((row) => row.match !== null).length,
        "the report names too few expressions",
      );
      assert.deepEqual(findUncovered(report, RULES), []);
    });
  });
});

function inStudio(row: PathRow, tenant: string): string {
  return row.path.replace("{t}", tenant);
}

function titleOf(operation: Operation, row: PathRow, expected: Expectation): string {
  if ("reaches" in expected) return `may ${operation} ${row.path}`;
  return `may not ${operation} ${row.path}: ${expected.denial}`;
}

type Outcome = Expectation | { readonly error: unknown };

/**
 * Asks all of one caller's rows at once, because thousands of round trips in a row take minutes. Reads come before the
 * writes: a client's own pending write would show in what it reads.
 */
async function askEverything(db: Firestore, studio: string, outcomes: Map<string, Outcome>): Promise<void> {
  const isRead = (operation: Operation): boolean => ["get", "list", "count"].includes(operation);
  for (const operations of [OPERATIONS.filter(isRead), OPERATIONS.filter((operation) => !isRead(operation))])
    await Promise.all(
      operations.flatMap((operation) =>
        PATHS.map(async (row) => {
          const outcome = await outcomeOf(perform(operation, db, inStudio(row, studio)));
          outcomes.set(`${operation} ${row.path}`, outcome);
        }),
      ),
    );
}

/** A denial by the rules themselves keeps their message whole, so that a denial for another cause is another outcome. */
async function outcomeOf(attempt: Promise<number>): Promise<Outcome> {
  try {
    return { reaches: await attempt };
  } catch (error) {
    if (!(error instanceof FirebaseError) || error.code !== "permission-denied") return { error };
    return { denial: error.message.replace(/^7 PERMISSION_DENIED: /, "").trim() };
  }
}

function assertOutcome(outcome: Outcome | undefined, expected: Expectation): void {
  assert.deepEqual(outcome, expected);
}
