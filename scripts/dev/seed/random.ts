import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { skipN } from "pure-rand/utils/skipN";

/** Repeatable chance: the same seed number and stream give the same answers in the same order, on every machine. */
export interface Random {
  /** A whole number; both ends are included. */
  int(min: number, max: number): number;
  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A new list in another order. */
  shuffle<T>(list: readonly T[]): T[];
  /** `prefix` and eight characters without order, as ids in Firestore should be. */
  id(prefix: string): string;
}

/** The generator starts from a state that is mostly zeros and ones: its first numbers resemble those of other seeds. */
const WARM_UP = 32;
const ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Opens one stream of chance. Each part of a studio draws from a stream of its own name, so that one more draw for the
 * orders does not change every firing.
 */
export function openRandom(seedNumber: number, stream: string): Random {
  const generator = xoroshiro128plus(mix(seedNumber, stream));
  skipN(generator, WARM_UP);
  const int = (min: number, max: number): number => uniformInt(generator, min, max);
  return {
    int,
    chance: (percent) => int(1, 100) <= percent,
    pick: (list) => itemOf(list, int(0, list.length - 1)),
    shuffle: (list) => {
      const shuffled = [...list];
      // Fisher and Yates, from the end.
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = int(0, last);
        [shuffled[last], shuffled[other]] = [itemOf(shuffled, other), itemOf(shuffled, last)];
      }
      return shuffled;
    },
    id: (prefix) => `${prefix}-${Array.from({ length: 8 }, () => ID_ALPHABET.charAt(int(0, 31))).join("")}`,
  };
}

function itemOf<T>(list: readonly T[], index: number): T {
  if (index < 0 || index >= list.length) throw new Error(`a list of ${list.length} has no item ${index}`);
  return list[index] as T;
}

/** FNV-1a over the stream's name, starting from the seed number: 32 bits, which is what the generator takes. */
function mix(seedNumber: number, stream: string): number {
  let hash = seedNumber ^ 0x811c9dc5;
  for (const character of stream) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash | 0;
}
