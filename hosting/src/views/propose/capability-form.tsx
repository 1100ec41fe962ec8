import { RATIONALE_MAX } from "@studio-os/functions/contracts";
import type { CapabilityOffer, JsonObject } from "@studio-os/functions/contracts";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import type { ApiFailure } from "../../data/studio-data.js";
import { Button } from "../../ui/button.js";
import { FailureNote } from "../../ui/failure-note.js";
import { ReasonField } from "../control/reason-field.js";
import { count } from "../queue/proposal-words.js";
import type { TenantView } from "../tenant-view.js";
import { readDraft } from "./form-draft.js";
import type { Draft } from "./form-draft.js";
import { readSchema } from "./form-node.js";
import { GroupFields } from "./schema-field.js";
import { issuesOf, useForm } from "./use-form.js";

interface CapabilityFormProps {
  readonly view: TenantView;
  readonly offer: CapabilityOffer;
  /** Under which name the words are kept. */
  readonly name: string;
  readonly start: { readonly input: JsonObject | null; readonly rationale: string };
  readonly submitWords: string;
  /** Why it cannot be sent now, in a sentence. */
  readonly obstacle: string | null;
  /** Sends it: null when it was taken, what failed otherwise. */
  readonly onSend: (input: JsonObject, rationale: string) => Promise<ApiFailure | null>;
  /** Fields that are sent as they are, and that nobody fills in. */
  readonly hidden?: readonly string[];
  /** Drawn below the fields, from what would be sent; null while something is missing. */
  readonly preview?: (input: JsonObject | null) => ReactNode;
}

/** A form made of a capability's own input schema, with every mistake beside its field. */
export function CapabilityForm(props: CapabilityFormProps) {
  const { view, offer, name, start, submitWords, obstacle, onSend, preview, hidden = [] } = props;
  const node = useMemo(() => readSchema(offer.inputSchema), [offer]);
  const { held, isKept, change, startOver } = useForm(view.tenant.tenantId, name, node, start);
  const [isTouched, setTouched] = useState(false);
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const reading = readDraft(node, held.draft);
  const issues = isTouched ? issuesOf(node, held.draft, failure) : [];
  const problems = new Map(issues.map(({ path, problem }) => [path, problem]));
  const input = reading.kind === "ready" ? (reading.value as JsonObject) : null;

  // The focus moves once the field says that it is invalid, which is after the state that makes it so was drawn.
  const [faults, setFaults] = useState(0);
  useEffect(() => {
    if (faults > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults]);
  const focusFirstProblem = () => setFaults((before) => before + 1);
  const submit = async () => {
    setTouched(true);
    if (isSending || obstacle !== null) return;
    if (input === null) {
      setFailure(null);
      focusFirstProblem();
      return;
    }
    setSending(true);
    setFailure(null);
    const failed = await onSend(input, held.rationale.trim());
    setSending(false);
    setFailure(failed);
    if (failed === null) startOver();
    else if (issuesOf(node, held.draft, failed).length > 0) focusFirstProblem();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void submit();
  };
  const changeDraft = (draft: Draft) => {
    change({ draft });
    // What the server found wrong was about the old words.
    setFailure(null);
  };
  if (node.kind !== "group") return <p className="problem">This capability describes no fields.</p>;
  return (
    <form ref={form} className="form propose-form" aria-label={offer.title} onSubmit={onSubmit} noValidate>
      {isKept ? (
        <p className="off-note">
          What you typed here before was kept.{" "}
          <Button tone="quiet" onPress={startOver}>
            Start over
          </Button>
        </p>
      ) : null}
      <GroupFields
        view={view}
        node={{ ...node, fields: node.fields.filter(({ name: field }) => !hidden.includes(field)) }}
        label={offer.title}
        draft={held.draft}
        onChange={changeDraft}
        path=""
        problems={problems}
      />
      <ReasonField
        label="Why, for those who decide"
        value={held.rationale}
        onChange={(rationale) => change({ rationale })}
        minLength={0}
        maxLength={RATIONALE_MAX}
        isTouched={isTouched}
        takesFocus={false}
        onConfirm={() => void submit()}
      />
      {preview?.(input)}
      {problems.size === 0 ? null : (
        <p className="problem" role="alert">
          {count(problems.size, "field")} {problems.size === 1 ? "needs" : "need"} another look.
        </p>
      )}
      {obstacle === null ? null : (
        <p className="problem" id="propose-off">
          {obstacle}
        </p>
      )}
      {failure === null ? null : <FailureNote failure={failure} />}
      <div className="actions">
        <Button
          type="submit"
          tone="primary"
          isBusy={isSending}
          offBecause={obstacle === null ? undefined : "propose-off"}
          onPress={() => undefined}
        >
          {isSending ? "Sending…" : submitWords}
        </Button>
      </div>
    </form>
  );
}
