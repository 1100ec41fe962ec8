import { canonicalJson } from "@studio-os/functions/canonical-json";
import type { AuditExport, ExportProgress, RouteBody } from "@studio-os/functions/contracts";
import type { AuditData } from "../../src/data/audit-data.js";
import type { Live } from "../../src/data/live.js";
import type { Listed, One } from "../../src/data/studio-data.js";
import { ANA, hash, instant, MINUTE_MS } from "./builders.js";

interface Cell<T> {
  readonly getSnapshot: () => T;
  readonly set: (value: T) => void;
}

export type Exports = Live<Listed<AuditExport>>;

const ready = <T>(value: T): Live<T> => ({ state: "ready", value, isFromCache: false, confirmedAtMs: Date.now() });

export function anExport(overrides: Partial<AuditExport>, nowMs: number): AuditExport {
  return {
    ...{ exportId: "x-done", tenantId: "clay", requestedBy: { id: ANA.uid, name: ANA.name } },
    requestedAt: instant(nowMs - 30 * MINUTE_MS),
    content: { kind: "range", from: 0, to: 15_000, proofs: false },
    ...{ epoch: 1, treeSize: 15_000, earlierSize: null, status: "done", count: 15_000, problem: null },
    ...{ endedAt: instant(nowMs - 29 * MINUTE_MS), auditVersion: 2, lastEventId: "ev-e" },
    filesUntilAt: instant(nowMs + 30 * 24 * 60 * MINUTE_MS),
    ...overrides,
  };
}

/** One that is ready in two parts, one that is being made, one that failed, and a choice. */
export const someExports = (nowMs: number): Exports =>
  ready({
    items: [
      anExport({ exportId: "x-making", status: "requested", endedAt: null }, nowMs),
      anExport({}, nowMs),
      anExport(
        {
          ...{ exportId: "x-choice", count: 3, treeSize: 15_000 },
          content: { kind: "filtered", field: "proposalId", value: "p-1" },
        },
        nowMs,
      ),
      anExport({ exportId: "x-failed", status: "failed", problem: "LOG_DAMAGED" }, nowMs),
    ],
    unreadable: [{ id: "x-odd", problem: "treeSize: Invalid input" }],
  });

const PARTS = [
  { first: 0, count: 10_000 },
  { first: 10_000, count: 5_000 },
];

/** How far each export of a scenario is. */
export function progressOf(exportId: string): One<ExportProgress> {
  const done = exportId === "x-making" || exportId === "x-new" ? 6_000 : 15_000;
  return {
    kind: "found",
    value: {
      ...{ exportId, done, parts: done === 15_000 ? PARTS : [], choice: null, frontier: [], bytes: 4_200_000 },
      ...{ lease: null, attempts: 1, removing: false, updatedAt: instant(Date.now()) },
    },
  };
}

/** The files of a bundle: a manifest that parses, and any text for the rest. */
export const memoryFile: AuditData["exportFile"] = (exportId, path, signal) => {
  if (signal.aborted || exportId === "x-choice")
    return Promise.resolve({
      kind: "failed",
      failure: { code: "NOT_FOUND", message: "There is no such thing.", requestId: "req-7", details: {} },
    });
  const text = path === "bundle.json" ? MANIFEST : `${path} of ${exportId}\n`;
  return Promise.resolve({ kind: "file", chunks: new Blob([text]).stream() });
};

const MANIFEST = `${canonicalJson({
  ...{ format: "studio-os/audit-bundle@v1", origin: "studio.example/audit/clay", kind: "range", filter: null },
  ...{ range: { from: 0, to: 15_000 }, count: 15_000, treeSize: 15_000, earlierSize: null, proofs: false },
  ...{ parts: PARTS, sha256: { checkpoint: hash("a"), "verify.mjs": hash("b") } },
})}\n`;

/** What the server answers to a request for an export. */
export function requestExport(exports: Cell<Exports>, body: RouteBody<"requestExport">): { readonly answer: unknown } {
  const content: AuditExport["content"] =
    "filter" in body
      ? { kind: "filtered", ...body.filter }
      : { kind: "range", from: body.fromIndex, to: body.toIndex ?? 15_000, proofs: body.proofs };
  const made = anExport({ exportId: "x-new", status: "requested", endedAt: null, content }, Date.now());
  const live = exports.getSnapshot();
  const before = live.state === "ready" ? live.value : { items: [], unreadable: [] };
  exports.set(ready({ ...before, items: [made, ...before.items] }));
  return { answer: { export: made } };
}
