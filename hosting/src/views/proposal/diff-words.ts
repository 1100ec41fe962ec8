import type { FieldChange, Json } from "@studio-os/functions/contracts";

/** What happens to one field, ready to be read or spoken. */
export interface DiffLine {
  readonly path: string;
  /** `clay body` for `clayBody`: names of fields are written for people. */
  readonly label: string;
  readonly kind: "added" | "removed" | "changed";
  readonly before: readonly string[] | null;
  readonly after: readonly string[] | null;
  readonly isPersonal: boolean;
}

/** Answers: how does this change read? An absent side is absent, not "empty": `null` is a value and is said. */
export function diffLine(change: FieldChange): DiffLine {
  const before = change.before === undefined ? null : valueLines(change.before);
  const after = change.after === undefined ? null : valueLines(change.after);
  return {
    path: change.path,
    label: fieldWords(change.path),
    kind: before === null ? "added" : after === null ? "removed" : "changed",
    before,
    after,
    isPersonal: change.sensitivity === "pii",
  };
}

/** A value as lines of text: one for a scalar, `name: value` per entry of an object, `– value` per entry of a list. */
export function valueLines(value: Json): readonly string[] {
  if (Array.isArray(value)) {
    // `isArray` turns a read-only list of JSON into a list of anything.
    const entries = value as readonly Json[];
    return entries.length === 0 ? ["(empty list)"] : entries.map((entry) => `– ${scalar(entry)}`);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? ["(no fields)"]
      : entries.map(([key, entry]) => `${fieldWords(key)}: ${scalar(entry)}`);
  }
  return [scalar(value)];
}

function scalar(value: Json): string {
  if (value === null) return "nothing";
  if (value === "") return "(empty text)";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** `kilnCertifiedUntil` as `kiln certified until`; a unit at the end stays readable: `batteryPct` as `battery pct`. */
export function fieldWords(path: string): string {
  return path.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}
