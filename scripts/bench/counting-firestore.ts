import type { Firestore, Transaction } from "firebase-admin/firestore";

/** Documents as Firestore bills them: a query costs one read for each result, and one when it has none or only counts. */
export interface Cost {
  readonly reads: number;
  readonly writes: number;
}

const WRITES: ReadonlySet<string> = new Set(["create", "set", "update", "delete"]);

/**
 * A Firestore client whose transactions are counted where they leave this process: every document read and written, also
 * by attempts that were run again. `take` gives the cost since the last call.
 */
export function countingFirestore(firestore: Firestore): { firestore: Firestore; take: () => Cost } {
  let reads = 0;
  let writes = 0;
  const counted = (transaction: Transaction): Transaction =>
    new Proxy(transaction, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          if (WRITES.has(String(name))) writes += 1;
          const result: unknown = Reflect.apply(member, target, args);
          return name === "get" || name === "getAll" ? count(result) : result;
        };
      },
    });
  const count = async (pending: unknown): Promise<unknown> => {
    const found: unknown = await pending;
    if (Array.isArray(found)) reads += found.length;
    else if (typeof found === "object" && found !== null && "size" in found) reads += Math.max(1, Number(found.size));
    else reads += 1;
    return found;
  };
  const proxy = new Proxy(firestore, {
    get(target, name) {
      if (name === "runTransaction")
        return (body: (transaction: Transaction) => Promise<unknown>, options?: object) =>
          target.runTransaction((transaction) => body(counted(transaction)), options);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  return {
    firestore: proxy,
    take: () => {
      const cost = { reads, writes };
      reads = 0;
      writes = 0;
      return cost;
    },
  };
}
