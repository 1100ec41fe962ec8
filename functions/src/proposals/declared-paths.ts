import type { DeclaredPath, EffectWrite } from "../contracts/index.js";

/**
 * Which writes leave what the capability declared? Names each offender as `ref`, or as `ref.field`. The executor refuses
 * an effect with any, whatever the capability's own code says.
 */
export function undeclaredWrites(writes: readonly EffectWrite[], declared: readonly DeclaredPath[]): string[] {
  return writes.flatMap(({ ref, op, fields }) => {
    const allowed = declared.filter(({ path, ops }) => ops.includes(op) && isAt(ref, path));
    if (allowed.length === 0) return [`${op} ${ref}`];
    return fields
      .map(({ path }) => path)
      .filter((field) => !allowed.some((entry) => entry.fields.includes(field)))
      .map((field) => `${ref}.${field}`);
  });
}

/** `firings/*` is any document of `firings`, and no document below one. */
function isAt(ref: string, pattern: string): boolean {
  const have = ref.split("/");
  const want = pattern.split("/");
  return have.length === want.length && want.every((segment, i) => segment === "*" || segment === have[i]);
}
