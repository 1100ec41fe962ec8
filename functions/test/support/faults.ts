/** What a process that dies looks like to whoever called into it: whatever it had done stands, and nothing more happens. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface Faults {
  /** Draws a number in [0, 1). */
  readonly random: () => number;
  /** The chance of dying right before a call, and right after it: then its outcome is unknown to the next one. */
  readonly crash: number;
  /** The chance of falling asleep between two calls, and for how long. */
  readonly stall: number;
  readonly stallMs: number;
  /** Counts what was injected. */
  readonly injected: { crashes: number; stalls: number };
}

/** The same thing, but that each call of each of its methods may crash before and after, or stall. */
export function faulty<T extends object>(target: T, faults: Faults): T {
  const mayCrash = (): void => {
    if (faults.random() >= faults.crash) return;
    faults.injected.crashes += 1;
    throw new Crash();
  };
  return new Proxy(target, {
    get(object, name, receiver) {
      const member: unknown = Reflect.get(object, name, receiver);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]): Promise<unknown> => {
        mayCrash();
        const result: unknown = await Reflect.apply(member, object, args);
        if (faults.random() < faults.stall) {
          faults.injected.stalls += 1;
          await new Promise((resolve) => setTimeout(resolve, faults.stallMs));
        }
        mayCrash();
        return result;
      };
    },
  });
}
