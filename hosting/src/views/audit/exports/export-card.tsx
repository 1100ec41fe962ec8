import type { AuditExport } from "@studio-os/functions/contracts";
import { formatMoment } from "../../../ui/age.js";
import { useFeed } from "../../../ui/use-live.js";
import type { TenantView } from "../../tenant-view.js";
import { ExportDownload } from "./export-download.js";
import { contentWords, proofWords } from "./export-words.js";

const STATUS = {
  requested: { words: "Being made", tone: "badge-calm" },
  done: { words: "Ready", tone: "badge-good" },
  failed: { words: "Failed", tone: "badge-bad" },
} as const;

/** One export: what is in it, how far it is, and how it is taken out and verified. */
export function ExportCard({ view, exported }: { view: TenantView; exported: AuditExport }) {
  const { words, tone } = STATUS[exported.status];
  return (
    <li className="card card-tall">
      <div className="card-main">
        <p className="card-title">
          <strong className="plain-text">{contentWords(exported)}</strong>
          <span className={`badge ${tone}`}>{words}</span>
        </p>
        <p className="facts">
          asked {formatMoment(exported.requestedAt, view.timeZone)} by {exported.requestedBy.name}
          {exported.count === null
            ? ""
            : ` · ${exported.count.toLocaleString("en")} ${exported.count === 1 ? "entry" : "entries"}`}{" "}
          · under the signed log of {exported.treeSize.toLocaleString("en")} · <code>{exported.exportId}</code>
        </p>
        {exported.status === "failed" ? (
          <p className="problem" role="alert">
            It could not be made: <code>{exported.problem ?? "no reason"}</code>. Ask for it again, or tell an operator.
          </p>
        ) : (
          <p className="muted">{proofWords(exported)}</p>
        )}
      </div>
      {exported.status === "requested" ? <Progress view={view} exported={exported} /> : null}
      {exported.status === "done" && exported.filesUntilAt === null ? (
        <p>Its files were removed when their month was over. What was asked for stays on record; ask for it again.</p>
      ) : null}
      {exported.status === "done" && exported.filesUntilAt !== null ? (
        <ExportDownload view={view} exported={exported} />
      ) : null}
    </li>
  );
}

function Progress({ view, exported }: { view: TenantView; exported: AuditExport }) {
  const live = useFeed(view.tenant.audit.exportProgress(exported.exportId));
  const progress = live.state === "ready" && live.value.kind === "found" ? live.value.value : null;
  const total = exported.count;
  if (progress === null || total === null || total === 0) return <p role="status">Waiting to be made…</p>;
  return (
    <div className="use">
      <div
        className="use-bar"
        role="progressbar"
        aria-label="Entries written"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={progress.done}
      >
        <div className="use-fill" style={{ width: `${(progress.done / total) * 100}%` }} />
      </div>
      <span className="use-words">
        {progress.done.toLocaleString("en")} of {total.toLocaleString("en")} entries written
        {progress.attempts > 1 ? `, attempt ${progress.attempts}` : ""}
      </span>
    </div>
  );
}
