import { useState } from "react";
import type { ApiFailure, ApiOutcome } from "../data/studio-data.js";
import type { ApiRouteName, RouteAnswer } from "@studio-os/functions/contracts";

export type ActionState =
  { readonly kind: "idle" } | { readonly kind: "sending" } | { readonly kind: "failed"; readonly failure: ApiFailure };

/**
 * One call at a time, with its three faces. Nothing is shown as done before the server said so: `run` gives the answer,
 * or null with the failure kept in `state`.
 */
export function useAction<N extends ApiRouteName>(): {
  readonly state: ActionState;
  readonly run: (call: () => Promise<ApiOutcome<N>>) => Promise<RouteAnswer<N> | null>;
  readonly reset: () => void;
} {
  const [state, setState] = useState<ActionState>({ kind: "idle" });
  const run = async (call: () => Promise<ApiOutcome<N>>) => {
    setState({ kind: "sending" });
    const outcome = await call();
    setState(outcome.kind === "done" ? { kind: "idle" } : { kind: "failed", failure: outcome.failure });
    return outcome.kind === "done" ? outcome.answer : null;
  };
  return { state, run, reset: () => setState({ kind: "idle" }) };
}
