import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import type { TimedOutcome } from "./pending-requests.js";
import type { ReadMethod } from "./read-only.js";

/** One vacuum, as far as requests to it need to know. */
export interface RpcDevice {
  readonly duid: string;
  readonly localKey: string;
  readonly pv: string;
}

/** One read, already checked against the allow-list. It is checked again where it becomes bytes. */
export interface ReadCall {
  readonly method: ReadMethod;
  readonly params: readonly unknown[];
}

/** One way to a vacuum: its broker in the cloud, or the local network. */
export interface RpcChannel {
  /** Rejects with a `ConnectorError` when no answer came. */
  ask(device: RpcDevice, call: ReadCall): Promise<TimedOutcome>;
}

/** Answers: did the way fail, and not the vacuum? Only then does another way help. */
export function isChannelFault(error: unknown): boolean {
  const faults: readonly ConnectorErrorCode[] = ["TIMEOUT", "UNREACHABLE", "BAD_RESPONSE"];
  return error instanceof ConnectorError && faults.includes(error.code);
}

/** A version comes from outside: anything that is no short word is not repeated. */
export function unsupportedVersion(version: string): ConnectorError {
  const shown = /^[\w.]{1,8}$/u.test(version) ? version : "(unreadable)";
  return new ConnectorError("UNSUPPORTED", `Protocol version ${shown} is not supported, expected 1.0`);
}
