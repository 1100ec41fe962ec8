import { ConnectorError } from "../connector.js";
import { consumableAttributes } from "./attributes.js";
import type { AttributeReading } from "./attribute-values.js";
import type { SlowRead } from "./cadence.js";
import { recordAttributes, summaryAttributes } from "./history-attributes.js";
import { parseCleanRecord, parseCleanSummary } from "./history.js";
import type { ReadMethod } from "./read-only.js";
import { parseConsumables } from "./schema.js";
import type { RpcSession } from "./session.js";
import { mapAttributes, networkAttributes, quietHoursAttributes, roomAttributes } from "./setup-attributes.js";
import { parseMaps, parseNetwork, parseQuietHours, parseRooms } from "./setup-facts.js";

interface SlowReadDeps {
  readonly session: RpcSession;
  readonly duid: string;
  /** Which methods the configuration leaves on. */
  readonly reads: ReadonlySet<ReadMethod>;
  /** Names of the home's rooms by id. */
  readonly roomNames: ReadonlyMap<string, string>;
  /** Is told the address of the vacuum in its own network. */
  readonly onAddress: (address: string) => void;
}

type Run = (deps: SlowReadDeps) => Promise<AttributeReading[]>;

/** What is asked besides the status: the method it begins with, and what becomes of the answer. */
export const SLOW_READ_RUNS: Readonly<Record<SlowRead, { readonly method: ReadMethod; readonly run: Run }>> = {
  network: {
    method: "get_network_info",
    run: async (deps) => {
      const { parsed, deviceTime } = await read(deps, "get_network_info", parseNetwork);
      if (parsed.ip !== undefined) deps.onAddress(parsed.ip);
      return networkAttributes(parsed, deviceTime);
    },
  },
  consumables: {
    method: "get_consumable",
    run: async (deps) => {
      const { parsed, deviceTime } = await read(deps, "get_consumable", parseConsumables);
      return consumableAttributes(parsed, deviceTime);
    },
  },
  history: { method: "get_clean_summary", run: readHistory },
  quietHours: {
    method: "get_dnd_timer",
    run: async (deps) => {
      const { parsed, deviceTime } = await read(deps, "get_dnd_timer", parseQuietHours);
      return quietHoursAttributes(parsed, deviceTime);
    },
  },
  rooms: {
    method: "get_room_mapping",
    run: async (deps) => {
      const { parsed, deviceTime } = await read(deps, "get_room_mapping", parseRooms);
      return roomAttributes(parsed, deps.roomNames, deviceTime);
    },
  },
  maps: {
    method: "get_multi_maps_list",
    run: async (deps) => {
      const { parsed, deviceTime } = await read(deps, "get_multi_maps_list", parseMaps);
      return mapAttributes(parsed, deviceTime);
    },
  },
};

/** Totals, and the newest run that the vacuum says it remembers: older ones are gone. */
async function readHistory(deps: SlowReadDeps): Promise<AttributeReading[]> {
  const { parsed, deviceTime } = await read(deps, "get_clean_summary", parseCleanSummary);
  const totals = summaryAttributes(parsed, deviceTime);
  const [newest] = parsed.records;
  if (newest === undefined || !deps.reads.has("get_clean_record")) return totals;
  const run = await read(deps, "get_clean_record", parseCleanRecord, [newest]);
  return [...totals, ...recordAttributes(run.parsed, run.deviceTime)];
}

async function read<T>(
  { session, duid }: SlowReadDeps,
  method: ReadMethod,
  parse: (result: unknown) => T | null,
  params: readonly unknown[] = [],
): Promise<{ readonly parsed: T; readonly deviceTime: number | null }> {
  const { value, deviceTime } = await session.request(duid, method, params);
  const parsed = parse(value);
  if (parsed === null) throw new ConnectorError("BAD_RESPONSE", `${method} gave nothing that could be read`);
  return { parsed, deviceTime };
}
