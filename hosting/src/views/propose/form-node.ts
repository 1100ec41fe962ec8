import type { Json, JsonObject } from "@studio-os/functions/contracts";
import { RECORD_COLLECTIONS } from "../../data/studio-data.js";
import type { RecordCollection } from "../../data/studio-data.js";

/** What a number counts, by the end of its name: spans are milliseconds, money is cents. */
type Unit = "ms" | "cents" | null;

/** One part of a form, read from a JSON Schema: what can be entered there, and within which bounds. */
export type FormNode =
  | {
      readonly kind: "text";
      readonly minLength: number;
      readonly maxLength: number;
      readonly pattern: RegExp | null;
      /** Whose id it is; null: it is words. */
      readonly record: RecordCollection | null;
    }
  | { readonly kind: "instant" }
  | { readonly kind: "choice"; readonly options: readonly string[] }
  | {
      readonly kind: "number";
      readonly isInteger: boolean;
      readonly min: number;
      readonly max: number;
      /** The bounds themselves are outside. */
      readonly isOpen: boolean;
      readonly unit: Unit;
    }
  | { readonly kind: "boolean" }
  | { readonly kind: "constant"; readonly value: Json }
  | { readonly kind: "checks"; readonly options: readonly string[]; readonly min: number }
  | { readonly kind: "list"; readonly item: FormNode; readonly min: number; readonly max: number }
  | { readonly kind: "group"; readonly fields: readonly FormField[] }
  /** May be null: there, or not. */
  | { readonly kind: "nullable"; readonly node: FormNode }
  /** A schema of a shape that forms do not know: entered as JSON, and judged by the server alone. */
  | { readonly kind: "json" };

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly node: FormNode;
  readonly isRequired: boolean;
}

/** A bound for what a schema leaves open, so that every list and text has one. */
const OPEN_LENGTH = 4_000;
const OPEN_ITEMS = 50;

/** Answers: what does a form for this JSON Schema ask? `name` tells the unit of a number. Never throws. */
export function readSchema(schema: JsonObject, name = ""): FormNode {
  const variants = listOf(schema["anyOf"]);
  if (variants.length === 2 && variants.some(isNull)) {
    const [other] = variants.filter((variant) => !isNull(variant));
    return other === undefined ? { kind: "json" } : { kind: "nullable", node: readSchema(other, name) };
  }
  if ("const" in schema) return { kind: "constant", value: schema["const"] ?? null };
  const options = stringsOf(schema["enum"]);
  if (options.length > 0) return { kind: "choice", options };
  switch (schema["type"]) {
    case "string":
      return schema["format"] === "date-time" ? { kind: "instant" } : textNode(schema);
    case "integer":
    case "number":
      return numberNode(schema, name);
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return listNode(schema, name);
    case "object":
      return groupNode(schema);
    default:
      return { kind: "json" };
  }
}

function textNode(schema: JsonObject): FormNode {
  const record = RECORD_COLLECTIONS.find((collection) => collection === schema["record"]) ?? null;
  return {
    kind: "text",
    minLength: numberOf(schema["minLength"], 0),
    maxLength: numberOf(schema["maxLength"], OPEN_LENGTH),
    pattern: patternOf(schema["pattern"]),
    record,
  };
}

function numberNode(schema: JsonObject, name: string): FormNode {
  const isOpen = "exclusiveMinimum" in schema || "exclusiveMaximum" in schema;
  return {
    kind: "number",
    isInteger: schema["type"] === "integer",
    min: numberOf(schema["minimum"] ?? schema["exclusiveMinimum"], -Number.MAX_SAFE_INTEGER),
    max: numberOf(schema["maximum"] ?? schema["exclusiveMaximum"], Number.MAX_SAFE_INTEGER),
    isOpen,
    unit: name.endsWith("Ms") ? "ms" : name.endsWith("Cents") ? "cents" : null,
  };
}

function listNode(schema: JsonObject, name: string): FormNode {
  const item = isObject(schema["items"]) ? readSchema(schema["items"], name) : null;
  if (item === null) return { kind: "json" };
  const [min, max] = [numberOf(schema["minItems"], 0), numberOf(schema["maxItems"], OPEN_ITEMS)];
  return item.kind === "choice" ? { kind: "checks", options: item.options, min } : { kind: "list", item, min, max };
}

function groupNode(schema: JsonObject): FormNode {
  if (!isObject(schema["properties"])) return { kind: "json" };
  const required = stringsOf(schema["required"]);
  return {
    kind: "group",
    fields: Object.entries(schema["properties"]).flatMap(([name, child]) =>
      isObject(child)
        ? [
            {
              name,
              label: titleOf(child) ?? labelOf(name),
              node: readSchema(child, name),
              isRequired: required.includes(name),
            },
          ]
        : [],
    ),
  };
}

/** `windowStartAt` → `Window start`; units and ids are said by the control itself. */
export function labelOf(name: string): string {
  const words = name
    .replace(/(Ms|Cents|At|Id|Ids|Uid)$/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** `ready_for_program` → `ready for program`; `policyEditor24h` → `policy editor 24h`. */
export const optionWords = (option: string): string =>
  option
    .replaceAll("_", " ")
    .replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);

const titleOf = (schema: JsonObject): string | null => (typeof schema["title"] === "string" ? schema["title"] : null);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNull = (schema: JsonObject): boolean => schema["type"] === "null";
const listOf = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const stringsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

/** A pattern that this browser cannot read checks nothing here: the server has its own. */
function patternOf(value: Json | undefined): RegExp | null {
  if (typeof value !== "string") return null;
  try {
    return new RegExp(value, "u");
  } catch {
    return null;
  }
}
