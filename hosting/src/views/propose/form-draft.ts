import type { Json, JsonObject } from "@studio-os/functions/contracts";
import { fromLocalInput, toLocalInput } from "../../ui/local-time.js";
import type { FormField, FormNode } from "./form-node.js";

/** What a form holds while somebody types: texts where numbers and moments will be. `null`: not there. */
export type Draft = string | boolean | null | readonly Draft[] | { readonly [name: string]: Draft };

/** What is wrong in which place: `thresholds.0.count`. The form as a whole is the empty place. */
export interface FormIssue {
  readonly path: string;
  readonly problem: string;
}

export type FormReading =
  | { readonly kind: "ready"; readonly value: Json }
  | { readonly kind: "missing"; readonly issues: readonly FormIssue[] };

/** The spans that people think in, the largest first, in milliseconds. */
export const SPANS = [
  ["days", 24 * 3_600_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1_000],
  ["milliseconds", 1],
] as const satisfies readonly (readonly [string, number])[];
export type SpanUnit = (typeof SPANS)[number][0];

/** Answers: how does a form look that nobody has touched? Lists start with as many items as they need. */
export function emptyDraft(node: FormNode): Draft {
  switch (node.kind) {
    case "group":
      return Object.fromEntries(node.fields.map((field) => [field.name, fieldDraft(field, undefined)]));
    case "list":
      return Array.from({ length: node.min }, () => emptyDraft(node.item));
    case "checks":
      return [];
    case "boolean":
      return false;
    case "nullable":
      return null;
    case "number":
      return node.unit === "ms" ? " hours" : "";
    case "constant":
    case "text":
    case "instant":
    case "choice":
    case "json":
      return "";
  }
}

/** Answers: how does this value look in the form? A value of another shape leaves that place empty. */
export function draftFrom(node: FormNode, value: Json | undefined): Draft {
  if (value === undefined) return emptyDraft(node);
  switch (node.kind) {
    case "group":
      return isObject(value)
        ? Object.fromEntries(node.fields.map((field) => [field.name, fieldDraft(field, value[field.name])]))
        : emptyDraft(node);
    case "list":
      return Array.isArray(value) ? value.map((item: Json) => draftFrom(node.item, item)) : emptyDraft(node);
    case "checks":
      return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
    case "boolean":
      return value === true;
    case "nullable":
      return value === null ? null : draftFrom(node.node, value);
    case "number":
      return typeof value === "number" ? writeNumber(node, value) : emptyDraft(node);
    case "instant":
      return typeof value === "string" ? toLocalInput(value) : "";
    case "text":
    case "choice":
      return typeof value === "string" ? value : "";
    case "constant":
      return "";
    case "json":
      return JSON.stringify(value);
  }
}

/** What may be left out is null while it is. */
const fieldDraft = ({ node, isRequired }: FormField, value: Json | undefined): Draft =>
  value === undefined && !isRequired ? null : draftFrom(node, value);

/** Answers: what would be sent, or what is missing, in words and by place? */
export function readDraft(node: FormNode, draft: Draft, path = ""): FormReading {
  switch (node.kind) {
    case "group":
      return readGroup(node.fields, draft, path);
    case "list":
      return readItems(node, Array.isArray(draft) ? (draft as readonly Draft[]) : [], path);
    case "checks": {
      const chosen = Array.isArray(draft) ? node.options.filter((option) => draft.includes(option)) : [];
      return chosen.length < node.min ? missing(path, `Choose at least ${node.min}.`) : ready(chosen);
    }
    case "boolean":
      return ready(draft === true);
    case "nullable":
      return draft === null ? ready(null) : readDraft(node.node, draft, path);
    case "constant":
      return ready(node.value);
    case "choice":
      return typeof draft === "string" && node.options.includes(draft) ? ready(draft) : missing(path, "Choose one.");
    case "instant": {
      const at = typeof draft === "string" ? fromLocalInput(draft) : null;
      return at === null ? missing(path, "A day and a time.") : ready(at);
    }
    case "text":
      return readText(node, typeof draft === "string" ? draft : "", path);
    case "number":
      return readNumber(node, typeof draft === "string" ? draft : "", path);
    case "json":
      return readJson(typeof draft === "string" ? draft : "", path);
  }
}

const ready = (value: Json): FormReading => ({ kind: "ready", value });
const missing = (path: string, problem: string): FormReading => ({ kind: "missing", issues: [{ path, problem }] });
const within = (path: string, step: string | number): string => (path === "" ? String(step) : `${path}.${step}`);

function readGroup(fields: readonly FormField[], draft: Draft, path: string): FormReading {
  const held = isDraftGroup(draft) ? draft : {};
  const present = fields.filter(({ name, isRequired }) => isRequired || (held[name] ?? null) !== null);
  const read = present.map(
    ({ name, node }) => [name, readDraft(node, held[name] ?? emptyDraft(node), within(path, name))] as const,
  );
  const issues = read.flatMap(([, reading]) => (reading.kind === "missing" ? reading.issues : []));
  if (issues.length > 0) return { kind: "missing", issues };
  const values = read.flatMap(([name, reading]) => (reading.kind === "ready" ? [[name, reading.value] as const] : []));
  return ready(Object.fromEntries(values));
}

function readItems(node: Extract<FormNode, { kind: "list" }>, items: readonly Draft[], path: string): FormReading {
  if (items.length < node.min) return missing(path, `At least ${node.min}.`);
  if (items.length > node.max) return missing(path, `At most ${node.max}.`);
  const read = items.map((item, index) => readDraft(node.item, item, within(path, index)));
  const issues = read.flatMap((reading) => (reading.kind === "missing" ? reading.issues : []));
  if (issues.length > 0) return { kind: "missing", issues };
  return ready(read.flatMap((reading) => (reading.kind === "ready" ? [reading.value] : [])));
}

function readText(node: Extract<FormNode, { kind: "text" }>, typed: string, path: string): FormReading {
  const text = node.record === null ? typed : typed.trim();
  const length = text.trim().length;
  if (length === 0 && (node.minLength > 0 || node.record !== null || node.pattern?.test("") === false))
    return missing(path, node.record === null ? "Needed." : "Choose one, or type its id.");
  if (length < node.minLength) return missing(path, `At least ${node.minLength} characters.`);
  if (text.length > node.maxLength) return missing(path, `At most ${node.maxLength} characters.`);
  if (node.pattern?.test(text) === false)
    return missing(path, node.record === null ? "Holds a character that cannot be stored." : "That is no id.");
  return ready(text);
}

function readNumber(node: Extract<FormNode, { kind: "number" }>, typed: string, path: string): FormReading {
  const value = numberIn(node, typed);
  if (value === null) return missing(path, node.unit === "cents" ? "An amount, such as 12.50." : "A number.");
  if (node.isInteger && !Number.isSafeInteger(value)) return missing(path, "A whole number.");
  const isLow = node.isOpen ? value <= node.min : value < node.min;
  const isHigh = node.isOpen ? value >= node.max : value > node.max;
  if (isLow) return missing(path, `${node.isOpen ? "More than" : "At least"} ${boundWords(node, node.min)}.`);
  if (isHigh) return missing(path, `${node.isOpen ? "Less than" : "At most"} ${boundWords(node, node.max)}.`);
  return ready(value);
}

/** A draft of a span is `72 hours`, of money `12.50`, of anything else the number itself. */
function numberIn({ unit }: Extract<FormNode, { kind: "number" }>, typed: string): number | null {
  const [amount = "", span] = unit === "ms" ? splitSpan(typed) : [typed.trim()];
  if (!/^-?\d+([.,]\d+)?$/.test(amount)) return null;
  const number = Number(amount.replace(",", "."));
  const factor = unit === "cents" ? 100 : (SPANS.find(([name]) => name === span)?.[1] ?? 1);
  // 12.10 is 1210 cents, though 12.1 times 100 is a hair less.
  return unit === null ? number : Math.round(number * factor * 1e6) / 1e6;
}

/** `72 hours` as its two controls hold it. */
export function splitSpan(typed: string): readonly [amount: string, unit: SpanUnit] {
  const cut = typed.lastIndexOf(" ");
  const unit = SPANS.find(([name]) => name === typed.slice(cut + 1))?.[0] ?? "hours";
  return [cut < 0 ? typed.trim() : typed.slice(0, cut).trim(), unit];
}

function writeNumber({ unit }: Extract<FormNode, { kind: "number" }>, value: number): string {
  if (unit === "cents") return (value / 100).toFixed(2);
  return unit === "ms" ? spanWords(value) : String(value);
}

/** The largest unit in which the span is a whole number: 72 hours, 3 days, 90 seconds. */
function spanWords(ms: number): string {
  const [unit, size] = SPANS.find(([, length]) => ms !== 0 && ms % length === 0) ?? (["seconds", 1_000] as const);
  return `${ms / size} ${unit}`;
}

const boundWords = (node: Extract<FormNode, { kind: "number" }>, bound: number): string =>
  writeNumber(node, bound).replace(/^1 (\w+)s$/, "1 $1");

function readJson(typed: string, path: string): FormReading {
  try {
    return ready(JSON.parse(typed) as Json);
  } catch {
    return missing(path, "This must be JSON.");
  }
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isDraftGroup = (draft: Draft): draft is { readonly [name: string]: Draft } =>
  typeof draft === "object" && draft !== null && !Array.isArray(draft);
