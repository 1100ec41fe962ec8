import type { AuditExport } from "@studio-os/functions/contracts";
import { useEffect, useState } from "react";
import type { ApiFailure } from "../../../data/studio-data.js";
import { announce } from "../../../ui/announce.js";
import { Button } from "../../../ui/button.js";
import { FailureNote } from "../../../ui/failure-note.js";
import { useFeed } from "../../../ui/use-live.js";
import type { TenantView } from "../../tenant-view.js";
import { whyNot } from "../../use-staff-action.js";
import { MAX_ZIP_BYTES, zipBundle } from "./bundle-zip.js";
import type { Piece, ZipProgress } from "./bundle-zip.js";
import { bundleName } from "./export-words.js";
import { VerifyHelp } from "./verify-help.js";

type DownloadState =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly name: string; readonly progress: ZipProgress | null }
  | { readonly kind: "saved"; readonly name: string }
  | { readonly kind: "failed"; readonly failure: ApiFailure };

/** Takes a finished export out, whole or in its parts, and says how it is verified. Every download goes on record. */
export function ExportDownload({ view, exported }: { view: TenantView; exported: AuditExport }) {
  const { tenant } = view;
  const { exportId } = exported;
  const [state, setState] = useState<DownloadState>({ kind: "idle" });
  const [running, setRunning] = useState<AbortController | null>(null);
  // Whoever leaves the page fetches nothing more.
  useEffect(() => () => running?.abort(), [running]);
  const live = useFeed(tenant.audit.exportProgress(exportId));
  const progress = live.state === "ready" && live.value.kind === "found" ? live.value.value : null;
  const isLarge = progress !== null && progress.bytes > MAX_ZIP_BYTES;
  const off = whyNot(view, "getExport");
  const offId = `${exportId}-off`;

  const take = async (piece: Piece, name: string) => {
    const control = new AbortController();
    setRunning(control);
    setState({ kind: "running", name, progress: null });
    const outcome = await zipBundle(
      (path) => tenant.audit.exportFile(exportId, path, control.signal),
      bundleName(exported),
      piece,
      (now) => setState({ kind: "running", name, progress: now }),
    );
    if (control.signal.aborted) {
      setState({ kind: "idle" });
      return;
    }
    if (outcome.kind === "failed") {
      setState({ kind: "failed", failure: outcome.failure });
      return;
    }
    save(outcome.blob, `${name}.zip`);
    setState({ kind: "saved", name: `${name}.zip` });
    announce(`${name}.zip is saved.`);
  };
  const name = bundleName(exported);
  const isBusy = state.kind === "running";
  const press = (piece: Piece, label: string, fileName: string) => (
    <Button
      key={fileName}
      tone={piece.kind === "whole" ? "primary" : "plain"}
      offBecause={isBusy ? `${exportId}-busy` : off === null ? undefined : offId}
      onPress={() => void take(piece, fileName)}
    >
      {label}
    </Button>
  );
  return (
    <div className="export-out">
      <div className="actions">
        {isLarge ? press({ kind: "rest" }, "Download all but the parts", `${name}-rest`) : null}
        {isLarge ? null : press({ kind: "whole" }, "Download the bundle (ZIP)", name)}
        {progress === null || (progress.parts.length < 2 && !isLarge)
          ? null
          : progress.parts.map(({ first, count }, part) =>
              press(
                { kind: "part", part },
                `Part ${part + 1}: ${first.toLocaleString("en")}–${(first + count - 1).toLocaleString("en")}`,
                `${name}-part-${String(part).padStart(5, "0")}`,
              ),
            )}
        {isBusy ? (
          <Button tone="quiet" onPress={() => running?.abort()}>
            Stop the download
          </Button>
        ) : null}
      </div>
      {isLarge ? (
        <p className="hint">
          It is too large for one file here. Unpack all pieces into one folder, or use{" "}
          <code>studio audit download</code>.
        </p>
      ) : null}
      {off === null ? null : (
        <p className="off-note" id={offId}>
          {off}
        </p>
      )}
      {state.kind === "running" ? (
        <p role="status" id={`${exportId}-busy`}>
          {state.progress === null
            ? "Asking for the bundle…"
            : `${state.progress.files} of ${state.progress.of} files, ${formatBytes(state.progress.bytes)}`}
        </p>
      ) : null}
      {state.kind === "saved" ? <p role="status">Saved as {state.name}. That it was taken out is on record.</p> : null}
      {state.kind === "failed" ? <FailureNote failure={state.failure} /> : null}
      <VerifyHelp view={view} exported={exported} />
    </div>
  );
}

/** `3.4 MB`. */
function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to copy it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
