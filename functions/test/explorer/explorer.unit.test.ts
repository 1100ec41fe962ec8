import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { toDocument } from "../../src/commit/document-change.js";
import { Delegation, Exemption, Proposal, REASON_CODES, controlRef, inTenant } from "../../src/contracts/index.js";
import type { Json, JsonObject, UtcInstant } from "../../src/contracts/index.js";
import { DEFAULT_APPROVAL_POLICY } from "../../src/policy/approval-policy.js";
import { Oracle } from "../model/oracle.js";
import { TENANT_ID, ruleOf } from "../support/builders.js";
import { testDeps } from "../support/fake-means.js";
import { openMemoryStudio } from "../support/memory-studio.js";
import { MOVES, WAITS } from "./moves.js";
import type { View } from "./moves.js";

/** How many moves deep every order of them is tried: `npm run explore` goes deeper. */
const DEPTH = Number(process.env["STUDIO_EXPLORE_DEPTH"] ?? (process.env["STUDIO_TEST_FULL"] === "1" ? "5" : "4"));
/** Ids that one move may draw. */
const IDS_PER_MOVE = 1_000;

type Documents = Readonly<Record<string, JsonObject>>;

interface State {
  readonly documents: Documents;
  readonly now: UtcInstant;
  /** The moves that lead here, for whoever has to understand a violation. */
  readonly path: readonly string[];
}

describe("the approval engine, explored", () => {
  it(`holds every rule in every order of moves, ${DEPTH} deep`, async function () {
    this.timeout(3_600_000);
    const seen = new Set<string>();
    const reached = new Set<string>();
    const beginning = await theBeginning();
    let frontier: State[] = [beginning, await whenEverybodyHasAsked(beginning)];
    let tried = 0;
    for (let depth = 0; depth < DEPTH; depth += 1) {
      const next: State[] = [];
      for (const state of frontier)
        for (const successor of await successorsOf(state)) {
          tried += 1;
          if (successor === null) continue;
          const name = signatureOf(successor);
          if (seen.has(name)) continue;
          seen.add(name);
          for (const status of statusesIn(successor.documents)) reached.add(status);
          next.push(successor);
        }
      frontier = next;
    }
    const sum = `${seen.size} states, ${tried} moves tried, 0 violations; reached ${[...reached].sort().join(", ")}`;
    process.stdout.write(`      ${sum}\n`);
    // An explorer that never gets to an effect has looked at nothing.
    for (const status of ["pending_approval", "approved", "executed", "rolled_back", "blocked", "revoked", "expired"])
      assert.ok(reached.has(status) || DEPTH < 4, `never ${status}`);
  });
});

/** An open studio with nothing lent, nothing asked and nothing exempt; two people must agree to move a batch on. */
async function theBeginning(): Promise<State> {
  const studio = await openMemoryStudio();
  const [low, ...others] = DEFAULT_APPROVAL_POLICY.rules;
  const two = { ...low, ...ruleOf(2), when: { capabilityId: "batch.state.advance" } };
  studio.change(
    controlRef(),
    toDocument({ approvalPolicy: { ...DEFAULT_APPROVAL_POLICY, rules: [two, low, ...others] } }),
  );
  const kept = Object.entries(studio.deps.transactor.dump()).filter(([path]) => !path.includes("/delegations/"));
  return { documents: withoutRecord(Object.fromEntries(kept)), now: studio.deps.clock.now(), path: [] };
}

/** Half-way: the right is lent, both proposals wait, and the second approver of one is waived. */
async function whenEverybodyHasAsked(beginning: State): Promise<State> {
  let state = beginning;
  for (const name of ["Olga lends", "pi-1 asks", "Olga asks", "Omar exempts"]) {
    const move = MOVES.find((candidate) => candidate.name === name);
    const next = move === undefined ? null : await successor(state, name, move.make);
    assert.ok(next !== null, name);
    state = next;
  }
  return state;
}

/** Where each move leads; null where it leads nowhere new, because it was refused or could not be made. */
async function successorsOf(state: State): Promise<(State | null)[]> {
  const moved = [];
  for (const { name, make } of MOVES) moved.push(await successor(state, name, make));
  const waited = WAITS.map(({ name, until }) => ({ ...state, now: until(state.now), path: [...state.path, name] }));
  return [...moved, ...waited];
}

async function successor(
  { documents, now, path }: State,
  name: string,
  make: (view: View) => ReturnType<(typeof MOVES)[number]["make"]>,
): Promise<State | null> {
  const oracle = new Oracle(TENANT_ID, () => now);
  const drawnBefore = (path.length + 1) * IDS_PER_MOVE;
  const deps = testDeps(documents, { drawnBefore, onCommit: (commit) => oracle.watch(commit) });
  deps.clock.set(now);
  try {
    const outcome = await make({ deps, ...lookAt(documents) });
    if (outcome === null) return null;
    if (outcome.kind === "refused") {
      assert.ok(outcome.reason in REASON_CODES);
      const isOnRecord = oracle.refusals.some(({ reasonCode }) => reasonCode === outcome.reason);
      assert.ok(isOnRecord, `refused with ${outcome.reason}, and nothing says so`);
    }
  } catch (error) {
    throw new Error(`after ${path.join("; ")}: ${name} broke a rule`, { cause: error });
  }
  return { documents: withoutRecord(deps.transactor.dump()), now, path: [...path, name] };
}

/** The record grows with every refusal and decides nothing, so two states that differ in it alone are one. */
function withoutRecord(documents: Documents): Documents {
  const kept = Object.entries(documents).filter(([path]) => !/\/(auditEvents|auditPayloads|outbox)\//.test(path));
  return Object.fromEntries(kept);
}

function lookAt(documents: Documents): Omit<View, "deps"> {
  const below = (collection: string): JsonObject[] =>
    Object.entries(documents).flatMap(([path, data]) =>
      path.startsWith(inTenant(TENANT_ID, `${collection}/`)) ? [data] : [],
    );
  const proposals = below("proposals").map((data) => Proposal.parse(data));
  return {
    flag: proposals.find(({ capabilityId }) => capabilityId === "firing.flag") ?? null,
    batch: proposals.find(({ capabilityId }) => capabilityId === "batch.state.advance") ?? null,
    delegationId: below("delegations").map((data) => Delegation.parse(data).delegationId)[0] ?? null,
    exemptionId: below("exemptions").map((data) => Exemption.parse(data).exemptionId)[0] ?? null,
  };
}

const statusesIn = (documents: Documents): string[] =>
  Object.entries(documents).flatMap(([path, { status }]) =>
    path.includes("/proposals/") && typeof status === "string" ? [status] : [],
  );

/** One name for states in which the same things are possible: ids, by which nothing is decided, are left out. */
function signatureOf({ documents, now }: State): string {
  const names = new Map<string, string>();
  const unnamed = (value: Json): Json => {
    if (typeof value === "string") return nameOf(names, value);
    if (Array.isArray(value)) return value.map(unnamed);
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).filter(([field]) => !BOOKKEEPING.has(field));
    return Object.fromEntries(fields.map(([field, member]) => [field, unnamed(member)]));
  };
  const all = Object.entries(documents).map(([path, data]): Json => [
    path
      .split("/")
      .map((segment) => nameOf(names, segment))
      .join("/"),
    unnamed(data),
  ]);
  return createHash("sha256")
    .update(JSON.stringify([now, all]))
    .digest("base64");
}

const BOOKKEEPING = new Set(["lastEventId", "eventId", "auditEventIds", "auditVersion", "updatedAt", "entries"]);

/** Drawn ids, by the order in which they are met. */
function nameOf(names: Map<string, string>, value: string): string {
  if (!/^id\d{18}$/.test(value)) return value;
  const name = names.get(value) ?? `id-${names.size}`;
  names.set(value, name);
  return name;
}
