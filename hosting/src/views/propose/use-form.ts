import type { JsonObject } from "@studio-os/functions/contracts";
import { useState } from "react";
import { keepForm, readForm } from "../../data/drafts.js";
import type { ApiFailure } from "../../data/studio-data.js";
import { draftFrom, emptyDraft, isDraftGroup, readDraft } from "./form-draft.js";
import type { Draft, FormIssue } from "./form-draft.js";
import type { FormNode } from "./form-node.js";

interface HeldForm {
  readonly draft: Draft;
  readonly rationale: string;
}

export interface FormState {
  readonly held: HeldForm;
  /** True: what is shown was kept from an earlier visit of this tab. */
  readonly isKept: boolean;
  readonly change: (part: Partial<HeldForm>) => void;
  /** Forgets what was typed and starts from the beginning. */
  readonly startOver: () => void;
}

/** A form whose words survive a reload, a lost connection and a new sign-in, in this tab. */
export function useForm(
  tenantId: string,
  name: string,
  node: FormNode,
  start: { readonly input: JsonObject | null; readonly rationale: string },
): FormState {
  const fresh = (): HeldForm => ({
    draft: start.input === null ? emptyDraft(node) : draftFrom(node, start.input),
    rationale: start.rationale,
  });
  const [kept] = useState(() => toHeldForm(readForm(sessionStorage, tenantId, name)));
  const [held, setHeld] = useState<HeldForm>(() => kept ?? fresh());
  const [isKept, setKept] = useState(kept !== null);
  return {
    held,
    isKept,
    change: (part) => {
      const next = { ...held, ...part };
      setHeld(next);
      keepForm(sessionStorage, tenantId, name, next);
    },
    startOver: () => {
      keepForm(sessionStorage, tenantId, name, null);
      setHeld(fresh());
      setKept(false);
    },
  };
}

function toHeldForm(kept: unknown): HeldForm | null {
  if (typeof kept !== "object" || kept === null || !("draft" in kept) || !("rationale" in kept)) return null;
  const { draft, rationale } = kept;
  const isForm = typeof rationale === "string" && isDraftGroup(draft as Draft);
  return isForm ? { draft: draft as Draft, rationale } : null;
}

/** Answers: what is wrong, by the form itself and by the server's last answer? The server's words win in one place. */
export function issuesOf(node: FormNode, draft: Draft, failure: ApiFailure | null): readonly FormIssue[] {
  const reading = readDraft(node, draft);
  return [...(reading.kind === "missing" ? reading.issues : []), ...serverIssues(failure)];
}

/** The server names places inside the body: `input.note` is the form's `note`. */
const serverIssues = (failure: ApiFailure | null): readonly FormIssue[] =>
  (failure?.details.issues ?? []).flatMap(({ path, problem }) => {
    const place = /^(?:body\.)?input\.(.+)$/.exec(path)?.[1];
    return place === undefined ? [] : [{ path: place, problem }];
  });
