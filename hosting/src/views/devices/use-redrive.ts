import { useState } from "react";
import type { ApiFailure } from "../../data/studio-data.js";
import type { RouteAnswer } from "@studio-os/functions/contracts";
import { announce } from "../../ui/announce.js";
import type { TenantView } from "../tenant-view.js";
import { counted } from "./agent-facts.js";

/** What became of one message that somebody had judged again in this sitting. */
export type Attempt =
  | { readonly kind: "sending" }
  | { readonly kind: "judged"; readonly answer: RouteAnswer<"redriveDeadLetter"> }
  | { readonly kind: "failed"; readonly failure: ApiFailure };

/**
 * Has messages judged again, one after the other in the order given, and keeps what became of each. A failure of the way
 * to the server ends the row: what comes behind it would fail as well.
 */
export function useRedrive(view: TenantView): {
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly isBusy: boolean;
  readonly drive: (deadLetterIds: readonly string[]) => Promise<void>;
} {
  const [attempts, setAttempts] = useState<ReadonlyMap<string, Attempt>>(new Map());
  const isBusy = [...attempts.values()].some(({ kind }) => kind === "sending");
  const note = (id: string, attempt: Attempt) => setAttempts((before) => new Map(before).set(id, attempt));

  const drive = async (deadLetterIds: readonly string[]) => {
    if (isBusy) return;
    let taken = 0;
    for (const deadLetterId of deadLetterIds) {
      note(deadLetterId, { kind: "sending" });
      const outcome = await view.tenant.call("redriveDeadLetter", { tenantId: view.tenant.tenantId, deadLetterId }, {});
      if (outcome.kind === "failed") {
        note(deadLetterId, outcome);
        if (outcome.failure.code === "REAUTH_REQUIRED") view.askSignIn();
        announce("The server did not judge it.");
        return;
      }
      if (outcome.answer.isAccepted) taken += 1;
      note(deadLetterId, { kind: "judged", answer: outcome.answer });
    }
    const refused = deadLetterIds.length - taken;
    announce(`${counted(taken, "message")} now count, ${refused} refused again.`);
  };
  return { attempts, isBusy, drive };
}
