import type { Connector, ConnectorErrorCode } from "../../src/connector.js";

/**
 * Ways in which a device can fail a connector. Whatever the transport: `hang` accepts and never answers, `garbage` answers
 * bytes that mean nothing, `untrusted_certificate` is a TLS peer that nobody vouches for.
 */
export const CONTRACT_FAULTS = [
  "unreachable",
  "hang",
  "unauthorized",
  "rate_limited",
  "server_error",
  "garbage",
  "truncated",
  "oversized",
  "empty",
  "web_page",
  "redirect",
  "untrusted_certificate",
] as const;
export type ContractFault = (typeof CONTRACT_FAULTS)[number];

/** What a fault has to be reported as, or why this transport cannot have it. */
type FaultRule = { readonly codes: readonly ConnectorErrorCode[] } | { readonly notApplicable: string };

/** One connector under test, configured for a simulated device that records all it is asked. Started by the check itself. */
export interface ContractWorld {
  readonly connector: Connector;
  /** How much the device was asked so far, allowed or not. */
  readonly requests: () => number;
  /** What it was asked outside of the allow-list. */
  readonly violations: () => readonly string[];
  /** Ends the fault that the world was opened with, where it can end. */
  readonly heal: () => Promise<void>;
  /** Breaks the device while the connector runs, in a way that `heal` ends. */
  readonly spoil: () => Promise<void>;
  /** Lets the connector's clock go on, without waiting. */
  readonly passTime: (ms: number) => void;
  /** Lets the device change and tell it unasked; null where the connector has no live channel. */
  readonly change: (() => void) | null;
  /** What no connector may do: asks the device for an action, past every allow-list. For the bad connector alone. */
  readonly actuate: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How the contract meets one connector. To add a connector: write one of these and list it in the test. */
export interface ContractSubject {
  readonly name: string;
  /** Every value that must never be seen outside the connector. */
  readonly secrets: readonly string[];
  readonly faults: Readonly<Record<ContractFault, FaultRule>>;
  /** The time-out that worlds are opened with. Milliseconds. */
  readonly timeoutMs: number;
  /** The time-out of a connector whose configuration says nothing. Milliseconds. */
  readonly defaultTimeoutMs: number;
  /** Requests that one successful read may take. */
  readonly requestsPerRead: number;
  /** A simulated device, already broken if a fault is named, and a connector configured for it. */
  readonly open: (fault?: ContractFault) => Promise<ContractWorld>;
  /** The connector without a transport. */
  readonly unconfigured: () => Connector;
  /** Configurations that try to make the connector act; each is refused when it is used, or acts on nothing. */
  readonly hostile: (world: ContractWorld) => readonly (() => Connector)[];
}
