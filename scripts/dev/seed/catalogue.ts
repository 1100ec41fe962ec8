import type { Firing, Piece } from "@studio-os/functions/contracts";

type Program = Firing["program"];

/** What a program reaches and how long it takes (L&L eQ2827-3 and a gas kiln; Orton's large cones at 60 °C an hour). */
export const PROGRAMS = {
  bisque: { title: "Bisque", cone: "04", peakTempC: 1_060, hours: [9, 11] },
  glaze: { title: "Glaze", cone: "6", peakTempC: 1_222, hours: [8, 9] },
  reduction: { title: "Reduction", cone: "10", peakTempC: 1_285, hours: [8, 10] },
  raku: { title: "Raku", cone: "06", peakTempC: 999, hours: [3, 4] },
} as const satisfies Partial<Record<Program, unknown>>;
export type ProgramName = keyof typeof PROGRAMS;

/** Clay bodies and the programs they stand: a low-fire clay in a hot kiln melts onto the shelves. */
export const CLAYS: readonly {
  readonly name: string;
  readonly ware: Piece["ware"];
  readonly programs: readonly ProgramName[];
}[] = [
  { name: "B-Mix cone 10", ware: "stoneware", programs: ["bisque", "glaze", "reduction"] },
  { name: "Speckled buff cone 6", ware: "stoneware", programs: ["bisque", "glaze"] },
  { name: "Recycled stoneware cone 6", ware: "stoneware", programs: ["bisque", "glaze"] },
  { name: "Frost porcelain cone 6", ware: "porcelain", programs: ["bisque", "glaze"] },
  { name: "Terra cotta cone 04", ware: "earthenware", programs: ["bisque"] },
  { name: "Soldate 60 raku body", ware: "raku", programs: ["bisque", "raku", "reduction"] },
];

/** The shop's shelf. Prices are cents. */
export const PRODUCTS = [
  { sku: "DAY-PASS", name: "Day pass", unitPriceCents: 4_000, most: 2 },
  { sku: "CLAY-BMIX-25", name: "B-Mix clay, 25 lb", unitPriceCents: 4_000, most: 3 },
  { sku: "CLAY-BMIX-50", name: "B-Mix clay, 50 lb", unitPriceCents: 8_000, most: 2 },
  { sku: "CLAY-SPECK-25", name: "Speckled clay, 25 lb", unitPriceCents: 4_500, most: 3 },
  { sku: "CLAY-SPECK-50", name: "Speckled clay, 50 lb", unitPriceCents: 9_000, most: 2 },
  { sku: "CLAY-RECYCLED-LB", name: "Recycled clay, 1 lb", unitPriceCents: 100, most: 25 },
  { sku: "WAX-RESIST-SMALL", name: "Wax resist, small", unitPriceCents: 800, most: 2 },
  { sku: "WAX-RESIST-GALLON", name: "Wax resist, gallon", unitPriceCents: 7_000, most: 1 },
  { sku: "LOCKER-MONTH", name: "Locker, one month", unitPriceCents: 500, most: 6 },
  { sku: "GLAZE-4OZ", name: "Take-home glaze, 4 oz", unitPriceCents: 400, most: 4 },
  { sku: "GLAZE-16OZ", name: "Take-home glaze, 16 oz", unitPriceCents: 1_600, most: 3 },
  { sku: "GLAZE-32OZ", name: "Take-home glaze, 32 oz", unitPriceCents: 2_800, most: 2 },
  { sku: "GLAZE-64OZ", name: "Take-home glaze, 64 oz", unitPriceCents: 5_600, most: 1 },
] as const;

const BISQUE_HALF_SHELF_CENTS = 1_500;
const GLAZE_HALF_SHELF_CENTS = 2_500;
/** From four half-shelves on, a firing costs at most this. */
const WHOLE_KILN_CENTS = 8_500;

/** What does this much of a kiln cost? In cents; bisque by its own rate, everything hotter by the glaze rate. */
export function firingCostCents(program: ProgramName, halfShelves: number): number {
  const rate = program === "bisque" ? BISQUE_HALF_SHELF_CENTS : GLAZE_HALF_SHELF_CENTS;
  const cost = Math.round(rate * halfShelves);
  return halfShelves >= 4 ? Math.min(cost, WHOLE_KILN_CENTS) : cost;
}
