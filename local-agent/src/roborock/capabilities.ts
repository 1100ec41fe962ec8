import { ConnectorError } from "../connector.js";

/** What can be read of a vacuum. There is no other mode. */
export const CAPABILITIES = [
  { id: "roborock.status.read", mode: "read", riskTier: "low" },
  { id: "roborock.consumables.read", mode: "read", riskTier: "low" },
  { id: "roborock.history.read", mode: "read", riskTier: "low" },
  { id: "roborock.setup.read", mode: "read", riskTier: "low" },
] as const;

export function refuseIntent(): Promise<never> {
  return Promise.reject(new ConnectorError("READ_ONLY", "The vacuum client reads; it has no way to act"));
}
