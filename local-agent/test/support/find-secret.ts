import { inspect } from "node:util";

/**
 * Answers: where does this secret show in a thrown value or an answer? Looks at the message, stack, cause chain, JSON and
 * the deepest inspection, in plain, URL-encoded and base64 form. Empty: nowhere.
 */
export function findSecret(value: unknown, secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").replace(/=+$/, "")];
  return viewsOf(value)
    .filter(([, text]) => forms.some((form) => text.includes(form)))
    .map(([view]) => view);
}

function viewsOf(value: unknown): [view: string, text: string][] {
  const views: [string, string][] = [
    ["inspect", inspect(value, { depth: 12, showHidden: true, getters: true, maxStringLength: null })],
    ["json", jsonOf(value)],
  ];
  let link: unknown = value;
  for (let depth = 0; link instanceof Error && depth < 10; depth += 1) {
    views.push([`message ${depth}`, link.message], [`stack ${depth}`, link.stack ?? ""]);
    views.push([`own json ${depth}`, JSON.stringify(link, Object.getOwnPropertyNames(link))]);
    link = link.cause;
  }
  return views;
}

function jsonOf(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value);
}
