import { ConnectorError } from "../connector.js";

/**
 * Every method that this client can send. The robot acts by method name, so this list *is* the read-only guarantee: exact
 * names, no prefixes ("get" names start camera sessions and uploads too).
 */
export const READ_METHODS = [
  "get_status",
  "get_consumable",
  "get_clean_summary",
  "get_clean_record",
  "get_dnd_timer",
  "get_network_info",
  "get_room_mapping",
  "get_multi_maps_list",
] as const;
export type ReadMethod = (typeof READ_METHODS)[number];

/** The one method with a parameter: the start of a run, in Unix seconds. */
const WITH_TIMESTAMP: ReadMethod = "get_clean_record";
const MAX_TIMESTAMP = 0xffff_ffff;

/**
 * Answers: is this request one of the reads? Called by the one function that turns a request into bytes. Throws `READ_ONLY`
 * for any other name and for any parameter that the method does not take; the refused name is not repeated, because a caller
 * chooses it.
 */
export function requireReadRequest(method: string, params: readonly unknown[]): ReadMethod {
  const known = READ_METHODS.find((name) => name === method);
  if (known === undefined)
    throw new ConnectorError("READ_ONLY", `Only these can be asked of a vacuum: ${READ_METHODS.join(", ")}`);
  if (known === WITH_TIMESTAMP) requireTimestamp(params);
  else if (params.length > 0) throw new ConnectorError("READ_ONLY", `${known} takes no parameters here`);
  return known;
}

function requireTimestamp(params: readonly unknown[]): void {
  const [startedAt] = params;
  const isTimestamp = Number.isSafeInteger(startedAt) && Number(startedAt) > 0 && Number(startedAt) <= MAX_TIMESTAMP;
  if (params.length !== 1 || !isTimestamp)
    throw new ConnectorError("READ_ONLY", `${WITH_TIMESTAMP} takes the start of one run and nothing else`);
}
