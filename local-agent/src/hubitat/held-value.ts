import type { Reading } from "../connector.js";

/**
 * What is held of one attribute, and when it was learned. Orders are numbers that grow with every question and every push;
 * the clock, which may be set, has no say in what is newer.
 */
export interface HeldValue {
  readonly reading: Reading;
  /** When the question was put whose answer was last taken; 0: never. */
  readonly askedOrder: number;
  /** When the last push came that was taken; 0: never. */
  readonly pushOrder: number;
}

/** Something heard of the attribute: an answer to a question put at `askedOrder`, or a push that came at `order`. */
export type Heard =
  | { readonly kind: "poll"; readonly askedOrder: number; readonly reading: Reading }
  | { readonly kind: "push"; readonly order: number; readonly reading: Reading };

export interface Merged {
  readonly held: HeldValue;
  /** True: value, unit or quality is another one now. */
  readonly isChange: boolean;
}

/**
 * Answers: what holds after this was heard? Polls and pushes become one line of values, each change in it once. The hub
 * says neither when nor in which order things happened, so: a push that came after the question was put beats the answer,
 * which may have been written before it; a push that came before the question was put is beaten by the answer. What loses
 * changes nothing, and the next poll settles what is then still wrong.
 */
export function mergeHeard(held: HeldValue | undefined, heard: Heard): Merged {
  const { reading } = heard;
  if (held === undefined) return { held: toHeld({ askedOrder: 0, pushOrder: 0 }, heard), isChange: true };
  const isSame = saysTheSame(held.reading, reading);
  const isBeaten = heard.kind === "poll" ? held.pushOrder > heard.askedOrder : held.askedOrder > heard.order;
  if (isBeaten && !isSame) return { held, isChange: false };
  return { held: toHeld(held, heard), isChange: !isSame };
}

function toHeld(before: Pick<HeldValue, "askedOrder" | "pushOrder">, heard: Heard): HeldValue {
  const { reading } = heard;
  return heard.kind === "poll"
    ? { reading, askedOrder: Math.max(before.askedOrder, heard.askedOrder), pushOrder: before.pushOrder }
    : { reading, askedOrder: before.askedOrder, pushOrder: Math.max(before.pushOrder, heard.order) };
}

function saysTheSame(one: Reading, other: Reading): boolean {
  return one.value === other.value && one.unit === other.unit && one.quality === other.quality;
}
