import { API_ROUTES } from "../../contracts/index.js";
import type { ApiRoute, ApiRouteName } from "../../contracts/index.js";

export interface RouteMatch {
  readonly name: ApiRouteName;
  readonly route: ApiRoute;
  readonly params: Readonly<Record<string, string>>;
}

const COMPILED = (Object.entries(API_ROUTES) as [ApiRouteName, ApiRoute][]).map(([name, route]) => ({
  name,
  route,
  pattern: toPattern(route.path),
}));

/**
 * Which route does this request mean? Path parameters are one segment each, of the characters that our ids have, so a
 * percent sign, a dot segment or an empty segment never matches. null: there is none.
 */
export function matchRoute(method: string, path: string): RouteMatch | null {
  for (const { name, route, pattern } of COMPILED) {
    const found = route.method === method ? pattern.exec(path) : null;
    if (found !== null) return { name, route, params: { ...found.groups } };
  }
  return null;
}

/** `/a/{id}:plan` as an anchored expression with one named group for each parameter. */
function toPattern(template: string): RegExp {
  const source = template
    .split(/(\{[A-Za-z]+\})/)
    .map((part) => (part.startsWith("{") ? `(?<${part.slice(1, -1)}>[A-Za-z0-9][A-Za-z0-9_.-]{0,127})` : escape(part)))
    .join("");
  return new RegExp(`^${source}$`);
}

function escape(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
