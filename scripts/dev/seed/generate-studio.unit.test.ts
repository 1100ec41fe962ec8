import assert from "node:assert/strict";
import * as contracts from "@studio-os/functions/contracts";
import { documentsOf, generateStudio } from "./generate-studio.js";
import type { StudioSeed } from "./generate-studio.js";
import { openCalendar, studioDateOf } from "./studio-calendar.js";
import { JUNIPER, SAGUARO } from "./studio-plans.js";

const TODAY = "2026-11-21";
const at = (day: number, hour: number): string => openCalendar(TODAY).at(day, hour);
const SEEDS = [1, 2, 3, 40, 500, 6_000, -7, 2_147_483_647];
const STUDIOS: readonly (readonly [string, StudioSeed])[] = [
  ...SEEDS.map((number) => [`seed ${number}`, generateStudio(number, TODAY)] as const),
  ...SEEDS.map((number) => [`Juniper, seed ${number}`, generateStudio(number, TODAY, JUNIPER)] as const),
  ["seed 1 on the last day of a leap February", generateStudio(1, "2028-02-29")],
];
const saguaro = generateStudio(1, TODAY);
const juniper = generateStudio(1, TODAY, JUNIPER);

/** A lookup that fails the test where a reference leads nowhere. */
function finder<T>(items: readonly T[], idOf: (item: T) => string): (id: string | null) => T {
  const byId = new Map(items.map((item) => [idOf(item), item]));
  assert.equal(byId.size, items.length, "ids are unique");
  return (id) => byId.get(id ?? "") ?? assert.fail(`${id} leads nowhere`);
}

const hours = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 3_600_000;

/** Runs a check on every studio; the seed is named in the failure. */
function inEveryStudio(check: (seed: StudioSeed) => void): void {
  for (const [name, seed] of STUDIOS)
    try {
      check(seed);
    } catch (cause) {
      throw new Error(`${name}: ${String(cause)}`, { cause });
    }
}

describe("scripts/dev/seed/generate-studio", () => {
  it("gives the demo studio 3 kilns, 60 members, 14 staff, 400 reservations, 70 firings, 900 pieces, 130 batches, 500 orders", () => {
    const volumes = [saguaro.kilns, saguaro.members, saguaro.staff, saguaro.reservations].map((list) => list.length);
    assert.deepEqual(volumes, [3, 60, 14, 400]);
    const work = [saguaro.firings, saguaro.pieces, saguaro.batches, saguaro.orders].map((list) => list.length);
    assert.deepEqual(work, [70, 900, 130, 500]);
    assert.equal(saguaro.firings.filter((it) => it.faultNote !== null).length, 5);
    assert.deepEqual(new Set(saguaro.staff.flatMap((it) => it.roles)), new Set(contracts.ROLES));
  });

  it("keeps the second studio small and apart: no document of the one is a document of the other, but for the kiln's id", () => {
    assert.equal(juniper.kilns.length, 1);
    assert.equal(juniper.members.length, 6);
    const refs = new Set(documentsOf(saguaro).map(({ ref }) => ref));
    const shared = documentsOf(juniper).filter(({ ref }) => refs.has(ref));
    assert.deepEqual(shared.map(({ ref }) => ref).sort(), ["kilns/kiln-a", "staff/rosa-both"]);
  });

  it("gives the same studio for the same seed number and day, and another for another of either", () => {
    assert.deepEqual(generateStudio(1, TODAY), saguaro);
    assert.notDeepEqual(generateStudio(2, TODAY).members, saguaro.members);
    assert.notDeepEqual(generateStudio(1, "2026-11-22").orders, saguaro.orders);
  });

  it("draws every part from a stream of its own: fewer orders leave the pieces as they are", () => {
    const smaller = generateStudio(1, TODAY, { ...SAGUARO, orders: 10 });
    assert.deepEqual(smaller.pieces, saguaro.pieces);
  });

  it("writes only documents that the contracts accept", () => {
    inEveryStudio((seed) => {
      contracts.Tenant.omit({ createdAt: true }).parse(seed.tenant);
      for (const it of seed.staff) contracts.StaffMember.parse(it);
      for (const it of seed.members) contracts.Member.parse(it);
      for (const it of seed.kilns) contracts.Kiln.parse(it);
      for (const it of seed.firings) contracts.Firing.parse(it);
      for (const it of seed.batches) contracts.Batch.parse(it);
      for (const it of seed.pieces) contracts.Piece.parse(it);
      for (const it of seed.reservations) contracts.Reservation.parse(it);
      for (const it of seed.orders) contracts.Order.parse(it);
      for (const { ref } of documentsOf(seed)) contracts.DocRef.parse(ref);
    });
  });

  it("lets every reference lead to a document that agrees with it", () => {
    inEveryStudio((seed) => {
      const member = finder(seed.members, (it) => it.memberId);
      const kiln = finder(seed.kilns, (it) => it.kilnId);
      const firing = finder(seed.firings, (it) => it.firingId);
      const batch = finder(seed.batches, (it) => it.batchId);
      for (const it of seed.batches) {
        assert.equal(member(it.ownerMemberId).displayName, it.ownerName);
        if (it.firingId !== null) assert.ok(firing(it.firingId).batchIds.includes(it.batchId));
        if (it.firingId !== null) assert.equal(firing(it.firingId).kilnId, it.kilnId);
        assert.equal(seed.pieces.filter((piece) => piece.batchId === it.batchId).length, it.pieceCount);
      }
      for (const it of seed.firings) {
        const load = it.batchIds.map((id) => batch(id));
        assert.ok(load.length > 0 && load.every((one) => one.firingId === it.firingId && one.cone === it.cone));
        assert.ok(load.reduce((sum, one) => sum + one.halfShelves, 0) <= kiln(it.kilnId).capacityHalfShelves);
        assert.equal(kiln(it.kilnId).name, it.kilnName);
      }
      for (const it of seed.pieces) assert.equal(batch(it.batchId).ownerMemberId, it.ownerMemberId);
      for (const it of seed.reservations) {
        assert.equal(member(it.ownerMemberId).displayName, it.ownerName);
        kiln(it.kilnId);
        if (it.linkedBatchId !== null) assert.equal(batch(it.linkedBatchId).ownerMemberId, it.ownerMemberId);
        if (it.linkedBatchId !== null) assert.equal(batch(it.linkedBatchId).kilnId, it.kilnId);
      }
      for (const it of seed.orders) assert.equal(member(it.memberId).displayName, it.memberName);
      finder(seed.pieces, (it) => it.code);
      finder(seed.members, (it) => it.email);
    });
  });

  it("adds every order up, and dates a payment only where money came in", () => {
    inEveryStudio((seed) => {
      for (const it of seed.orders) {
        assert.equal(
          it.totalCents,
          it.items.reduce((sum, item) => sum + item.quantity * item.unitPriceCents, 0),
        );
        assert.equal(it.paidAt === null, it.status === "checkout_pending" || it.status === "payment_failed");
        assert.ok(it.paidAt === null || it.paidAt >= it.createdAt);
      }
    });
  });

  it("dates what has happened before the start of today", () => {
    const happened = [
      ...saguaro.members.map((it) => it.memberSince),
      ...saguaro.batches.flatMap((it) => [it.createdAt, it.updatedAt, it.closedAt ?? ""]),
      ...saguaro.reservations.flatMap((it) => [it.createdAt, it.updatedAt]),
      ...saguaro.orders.flatMap((it) => [it.createdAt, it.paidAt ?? ""]),
      ...saguaro.firings.filter((it) => it.peakTempC !== null).map((it) => it.endAt),
    ];
    assert.deepEqual(
      happened.filter((instant) => instant >= at(0, 0)),
      [],
    );
  });

  it("lets the states of firings and batches agree with the dates and with each other", () => {
    inEveryStudio((seed) => {
      const firing = finder(seed.firings, (it) => it.firingId);
      for (const it of seed.firings) {
        assert.ok(hours(it.startAt, it.endAt) > 0 && hours(it.startAt, it.endAt) <= 11);
        assert.equal(["error", "aborted"].includes(it.status), it.faultNote !== null);
        assert.equal(["queued", "armed"].includes(it.status), it.peakTempC === null);
      }
      for (const it of seed.batches) {
        assert.ok(it.createdAt <= it.updatedAt);
        assert.equal(it.isClosed, it.closedAt !== null);
        if (it.firingId === null) assert.ok(it.state === "intake" || it.state === "staged");
        else assert.ok(STATES_AT[firing(it.firingId).status]?.includes(it.state), it.state);
        if (it.firingId !== null) assert.ok(it.createdAt < firing(it.firingId).startAt);
        if (it.closedAt !== null) assert.ok(it.closedAt > firing(it.firingId).endAt);
      }
      for (const kiln of seed.kilns) {
        const own = seed.firings.filter((it) => it.kilnId === kiln.kilnId);
        for (const [index, it] of own.slice(1).entries())
          assert.ok(hours(own[index]?.endAt ?? "", it.startAt) >= 24, "a kiln rests between two firings");
        assert.equal(
          own.some((it) => it.status === "cooling"),
          kiln.status === "cooling",
        );
      }
    });
  });

  it("books reservations over 26 weeks by certified members only, and settles those whose window has passed", () => {
    const starts = saguaro.reservations.map((it) => it.windowStartAt).sort();
    const days = hours(starts[0] ?? "", starts.at(-1) ?? "") / 24;
    assert.ok(days > 24 * 7 && days < 26 * 7, `${days} days`);
    const member = finder(saguaro.members, (it) => it.memberId);
    const firing = finder(saguaro.firings, (it) => it.firingId);
    const batch = finder(saguaro.batches, (it) => it.batchId);
    for (const it of saguaro.reservations) {
      const owner = member(it.ownerMemberId);
      assert.ok(
        owner.isActive && owner.memberSince < it.createdAt && (owner.kilnCertifiedUntil ?? "") > it.windowEndAt,
      );
      assert.ok(it.createdAt <= it.updatedAt && it.createdAt < it.windowEndAt);
      if (it.windowEndAt <= at(0, 0)) assert.ok(it.status === "completed" || it.status === "cancelled");
      if (it.windowStartAt > at(0, 0)) assert.notEqual(it.status, "completed");
      if (it.linkedBatchId === null) continue;
      const { startAt } = firing(batch(it.linkedBatchId).firingId);
      assert.ok(it.windowStartAt <= startAt && startAt < it.windowEndAt);
    }
  });

  it("ended a firing on kiln A last night, has none there for the next two days, and one later this week", () => {
    for (const number of SEEDS) {
      const onA = generateStudio(number, TODAY).firings.filter((it) => it.kilnId === "kiln-a");
      const begun = onA.filter((it) => it.startAt < at(0, 0));
      const last = begun.at(-1);
      assert.equal(last?.status, "complete");
      assert.equal(studioDateOf(new Date(last.endAt)), "2026-11-20");
      assert.ok(last.endAt > at(-1, 19), "it ended in the evening");
      const next = onA.filter((it) => it.startAt >= at(0, 0));
      assert.ok(
        next.length > 0 && next.every((it) => it.startAt > at(3, 0)) && next.some((it) => it.startAt < at(7, 0)),
      );
      // `firing.flag` looks at a kiln's ten newest firings to find the latest one that has begun.
      assert.ok(next.length < 10);
    }
  });
});

const STATES_AT: Partial<Record<string, readonly string[]>> = {
  queued: ["ready_for_program"],
  armed: ["ready_for_start"],
  cooling: ["cooling"],
  complete: ["complete", "ready_for_unload"],
  error: ["exception"],
  aborted: ["exception"],
};
