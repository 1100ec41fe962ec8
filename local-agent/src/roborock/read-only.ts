import { ConnectorError } from "../connector.js";

/**
 * Every method that this client can send. The robot acts by method name, so this list *is* the read-only guarantee: exact
 * names, no prefixes ("get" names start camera sessions too), all without parameters.
 */
export const READ_METHODS = ["get_status", "get_consumable"] as const;
export type ReadMethod = (typeof READ_METHODS)[number];

/**
 * Answers: is this request one of the reads? Called by the one function that turns a request into bytes. Throws `READ_ONLY`
 * for any other name and for any parameter; the refused name is not repeated, because a caller chooses it.
 */
export function requireReadRequest(method: string, params: readonly unknown[]): ReadMethod {
  const known = READ_METHODS.find((name) => name === method);
  if (known === undefined)
    throw new ConnectorError("READ_ONLY", `Only ${READ_METHODS.join(" and ")} can be asked of a vacuum`);
  if (params.length > 0) throw new ConnectorError("READ_ONLY", `${known} takes no parameters here`);
  return known;
}
