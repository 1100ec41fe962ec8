import { randomInt } from "node:crypto";
import { ConnectorError } from "../connector.js";
import type { ConnectorErrorCode } from "../connector.js";
import type { RpcAnswer, RpcOutcome } from "./rpc.js";
import type { Runtime } from "./runtime.js";

/** What came instead of an answer while a request waited. */
export interface Fault {
  readonly code: ConnectorErrorCode;
  readonly message: string;
}

export interface TimedOutcome {
  readonly outcome: RpcOutcome;
  readonly deviceTime: number | null;
}

export interface PendingRequests {
  /** Sends under a fresh id and waits. A throwing `send` rejects at once; silence rejects with the fault noted, or `TIMEOUT`. */
  ask(duid: string, send: (id: number) => void): Promise<TimedOutcome>;
  /** Gives an answer to the request that waits for it. Late, foreign and repeated answers find nobody and are ignored. */
  settle(duid: string, answer: RpcAnswer, deviceTime: number | null): void;
  /** Remembers why the answer of this vacuum may be missing. A good answer that still comes wins. */
  note(duid: string, fault: Fault): void;
  /** The connection is gone: no answer can come any more. */
  failAll(error: ConnectorError): void;
  /** The same for one vacuum. */
  failFor(duid: string, error: ConnectorError): void;
  readonly size: number;
}

interface Waiting {
  readonly duid: string;
  readonly reject: (error: ConnectorError) => void;
  readonly resolve: (result: TimedOutcome) => void;
  fault: Fault | null;
}

const MIN_REQUEST_ID = 10_000;
const MAX_REQUEST_ID = 32_767;

/** The requests that wait for an answer, each for `timeoutMs` at most. Bounded by its caller: one per vacuum. */
export function createPendingRequests(
  runtime: Runtime,
  timeoutMs: number,
  on: { readonly answered: () => void; readonly timedOut: (duid: string) => void },
): PendingRequests {
  const waiting = new Map<number, Waiting>();
  let lastId = randomInt(MIN_REQUEST_ID, MAX_REQUEST_ID + 1);

  function freeId(): number {
    do lastId = lastId >= MAX_REQUEST_ID ? MIN_REQUEST_ID : lastId + 1;
    while (waiting.has(lastId));
    return lastId;
  }

  return {
    get size() {
      return waiting.size;
    },
    ask(duid, send) {
      return new Promise((resolve, reject) => {
        const id = freeId();
        const cancel = runtime.after(timeoutMs, () => {
          const fault = waiting.get(id)?.fault ?? null;
          waiting.delete(id);
          on.timedOut(duid);
          reject(fault === null ? timeoutError(timeoutMs) : new ConnectorError(fault.code, fault.message));
        });
        const leave = (): void => {
          cancel();
          waiting.delete(id);
        };
        waiting.set(id, {
          duid,
          fault: null,
          reject(error) {
            leave();
            reject(error);
          },
          resolve(result) {
            leave();
            resolve(result);
          },
        });
        try {
          send(id);
        } catch (error) {
          leave();
          reject(error instanceof Error ? error : new ConnectorError("UNREACHABLE", "The request could not be sent"));
        }
      });
    },
    settle(duid, answer, deviceTime) {
      const request = waiting.get(answer.id);
      if (request?.duid !== duid) return;
      on.answered();
      request.resolve({ outcome: answer.outcome, deviceTime });
    },
    failAll(error) {
      for (const request of [...waiting.values()]) request.reject(error);
    },
    failFor(duid, error) {
      for (const request of [...waiting.values()]) if (request.duid === duid) request.reject(error);
    },
    note(duid, fault) {
      for (const request of waiting.values()) if (request.duid === duid) request.fault = fault;
    },
  };
}

export function timeoutError(afterMs: number): ConnectorError {
  return new ConnectorError("TIMEOUT", `No answer from the vacuum within ${afterMs} ms`);
}
