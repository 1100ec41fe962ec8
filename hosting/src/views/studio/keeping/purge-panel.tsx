import { PURGEABLE_COLLECTIONS, RATIONALE_MAX, RATIONALE_MIN } from "@studio-os/functions/contracts";
import type { Purge, PurgeableCollection, RetentionPurgeInput, RouteAnswer } from "@studio-os/functions/contracts";
import { useState } from "react";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { Link } from "../../../ui/link.js";
import { PanelFailure, Skeleton, UnreadableNote } from "../../../ui/panel-states.js";
import { navigate, queuePath } from "../../../ui/route.js";
import { useFeed } from "../../../ui/use-live.js";
import { count } from "../../queue/proposal-words.js";
import type { TenantView } from "../../tenant-view.js";
import { useStaffAction, whyNot } from "../../use-staff-action.js";
import { ReasonSheet } from "../reason-sheet.js";

const COLLECTION_WORDS: Readonly<Record<PurgeableCollection, { readonly title: string; readonly why: string }>> = {
  notices: { title: "Notices to people", why: "They say again what the record says." },
  observations: { title: "What devices said", why: "Readings that no firing is compared with any more." },
  deadLetters: { title: "Messages that were refused", why: "Kept long enough to find and mend what sent them." },
};

/** Deleting derived data past its time: first a dry run, then a proposal that others decide, then a job that does exactly that. */
export function PurgePanel({ view }: { view: TenantView }) {
  const off = whyNot(view, "planPurge");
  return (
    <section className="panel" aria-labelledby="purge-title">
      <header className="panel-head">
        <div>
          <h2 id="purge-title">Past its time</h2>
          <p className="muted">
            Only derived data is ever purged, never the record. A dry run counts and deletes nothing; the deletion is
            asked for like any other change, and cannot be undone.
          </p>
        </div>
      </header>
      {off === null ? null : (
        <p className="off-note" id="purge-off">
          {off}
        </p>
      )}
      <ul className="cards">
        {PURGEABLE_COLLECTIONS.map((collection) => (
          <DryRun key={collection} view={view} collection={collection} off={off} />
        ))}
      </ul>
      <Purges view={view} />
    </section>
  );
}

interface DryRunProps {
  readonly view: TenantView;
  readonly collection: PurgeableCollection;
  readonly off: string | null;
}

function DryRun({ view, collection, off }: DryRunProps) {
  const { tenantId } = view.tenant;
  const { title, why } = COLLECTION_WORDS[collection];
  const [found, setFound] = useState<RouteAnswer<"planPurge"> | null>(null);
  const [isAsking, setAsking] = useState(false);
  const { state: looking, send: look } = useStaffAction(view, "planPurge");
  const { state: submitting, send: submit } = useStaffAction(view, "submitProposal");

  const dryRun = async () => {
    const answer = await look({ tenantId, collection }, null);
    if (answer === null) return;
    setFound(answer);
    announce(dryRunWords(answer));
  };
  const ask = async (rationale: string) => {
    if (found?.input == null) return;
    const body = { capabilityId: "retention.purge", input: found.input, rationale };
    const answer = await submit({ tenantId }, body);
    if (answer === null) return;
    announce("The purge waits for approval.");
    navigate(queuePath(tenantId, answer.proposal.proposalId, "?view=all"));
  };
  return (
    <li className="card">
      <div className="card-main">
        <p className="card-title">
          <strong>{title}</strong> <code>{collection}</code>
        </p>
        <p className="facts">{why}</p>
        {found === null ? null : <p>{dryRunWords(found)}</p>}
        {found === null || found.heldBy.length === 0 ? null : (
          <p className="problem">Held: {found.heldBy.join(", ")}. While that is so, nothing of it is deleted.</p>
        )}
        {looking.kind === "failed" ? <FailureNote failure={looking.failure} /> : null}
      </div>
      {found?.input != null && found.heldBy.length === 0 ? (
        <Button
          tone="danger"
          offBecause={off === null ? undefined : "purge-off"}
          label={`Ask to delete… ${title}`}
          onPress={() => setAsking(true)}
        >
          Ask to delete…
        </Button>
      ) : null}
      <Button
        isBusy={looking.kind === "sending"}
        offBecause={off === null ? undefined : "purge-off"}
        label={`${looking.kind === "sending" ? "Looking…" : "Dry run"}: ${title}`}
        onPress={() => void dryRun()}
      >
        {looking.kind === "sending" ? "Looking…" : "Dry run"}
      </Button>
      <ReasonSheet
        title={`Ask to delete: ${title}`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        words={{
          intro: `${found === null ? "" : dryRunWords(found)} Exactly these are deleted once others approved it, or none. Nobody can bring them back.`,
          confirm: "Ask for approval",
        }}
        bounds={{ min: RATIONALE_MIN, max: RATIONALE_MAX }}
        sending={submitting}
        obstacle={whyNot(view, "submitProposal")}
        onConfirm={(reason) => void ask(reason)}
      />
    </li>
  );
}

/** What a dry run found, in a sentence. */
function dryRunWords({ input, count: found, isComplete }: RouteAnswer<"planPurge">): string {
  if (input === null) return "Nothing is past its time.";
  return `${count(found, "document")} from before ${beforeOf(input)}${isComplete ? "." : "; more is past its time than one purge deletes."}`;
}

const beforeOf = ({ parts }: Pick<RetentionPurgeInput, "parts">): string => parts.at(-1)?.untilAt.slice(0, 10) ?? "";

function Purges({ view }: { view: TenantView }) {
  const { tenant } = view;
  const purges = useFeed(tenant.purges);
  if (purges.state === "loading") return <Skeleton rows={2} kind="line" label="Purges" />;
  if (purges.state === "failed")
    return <PanelFailure source="The purges" failure={purges} onRetry={tenant.purges.retry} />;
  const { items, unreadable } = purges.value;
  return (
    <>
      {unreadable.map((record) => (
        <UnreadableNote key={record.id} {...record} />
      ))}
      {items.length === 0 ? <p className="muted panel-none">Nothing was ever purged.</p> : null}
      <ul className="cards">
        {items.map((purge) => (
          <li key={purge.proposalId} className="card">
            <div className="card-main">
              <p className="card-title">
                <Link to={queuePath(tenant.tenantId, purge.proposalId, "?view=all")} className="card-link">
                  {count(sizeOf(purge), "document")} of {purge.collection} from before {beforeOf(purge)}
                </Link>
                <span className={`badge ${PURGE_WORDS[purge.status].tone}`}>{PURGE_WORDS[purge.status].words}</span>
              </p>
              <p className="facts">
                {purge.partsDone} of {count(purge.parts.length, "part")} deleted
              </p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

const PURGE_WORDS = {
  approved: { words: "Being deleted", tone: "badge-calm" },
  done: { words: "Deleted", tone: "badge-good" },
  refused: { words: "Stopped: something was there that nobody had approved", tone: "badge-bad" },
} as const satisfies Record<Purge["status"], { words: string; tone: string }>;

const sizeOf = ({ parts }: Purge): number => parts.reduce((sum, part) => sum + part.count, 0);
