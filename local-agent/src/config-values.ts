import * as z from "zod";
import { Secret } from "./secret.js";

/** How a configuration reaches the world: tests give their own. Paths come resolved. */
export interface ConfigHost {
  readonly readText: (path: string) => string;
  readonly env: (name: string) => string | undefined;
  readonly resolvePath: (path: string) => string;
}

const MAX_SECRET_CHARS = 8_192;

/**
 * A secret: the value itself, `{"file": "…"}` (without its last line break) or `{"env": "NAME"}`. `shape` is what the value
 * must look like; the sentence of a refusal never holds it.
 */
export function secretOf(host: ConfigHost, shape: z.ZodType<string>) {
  const forms = z.union([z.string(), z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })], {
    error: 'expected a text, {"file": "path"} or {"env": "NAME"}',
  });
  return forms.transform((form, context): Secret => {
    const found = resolveSecret(host, form);
    const parsed = shape.safeParse(found.value);
    const problem = found.problem ?? parsed.error?.issues[0]?.message;
    if (problem === undefined && parsed.success) return new Secret(parsed.data);
    context.addIssue({ code: "custom", message: problem ?? "not usable" });
    return z.NEVER;
  });
}

type Found = { readonly value: string; readonly problem?: string };

function resolveSecret(host: ConfigHost, form: string | { file: string } | { env: string }): Found {
  if (typeof form === "string") return { value: form };
  if ("env" in form) {
    const value = host.env(form.env);
    return value === undefined ? { value: "", problem: `the environment has no ${form.env}` } : { value };
  }
  try {
    return {
      value: host
        .readText(host.resolvePath(form.file))
        .slice(0, MAX_SECRET_CHARS)
        .replace(/\r?\n$/, ""),
    };
  } catch (error) {
    return { value: "", problem: `${form.file} cannot be read (${errnoOf(error)})` };
  }
}

/** Why text is not JSON, without a piece of the text: it may hold a secret. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    return {
      problem: position === undefined ? "not valid JSON: it ends too early" : `not valid JSON at character ${position}`,
    };
  }
}

export const errnoOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown error";
