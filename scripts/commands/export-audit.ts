import { createWriteStream } from "node:fs";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { EXPORT_FILTERS } from "@studio-os/functions/contracts";
import type { AuditExport, RouteBodyInput } from "@studio-os/functions/contracts";
import { bundleFiles, parseManifest, proofPath } from "@studio-os/functions/log-proofs";
import { CommandFailure, EXIT_CODES, unreachable, unusable } from "../terminal/failure.js";
import { group } from "../terminal/program.js";
import type { AddCommand, Given } from "../terminal/program.js";
import { logClient, openLog, proofFailure, textOf } from "../terminal/read-log.js";
import type { LogClient } from "../terminal/read-log.js";
import type { Session } from "../terminal/session.js";

const POLL_MS = 1_000;
/** Ten million entries take less than this. */
const MAX_POLLS = 6 * 3_600;

/** `studio audit export`: asks for an export, waits for it, and downloads it as one folder. */
export const addExportAudit: AddCommand = (program, { withSession }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("export <folder>")
    .description("Export a part of the signed log as one folder that an outsider can verify.")
    .option("--from <index>", "first entry", "0")
    .option("--to <index>", "entry behind the last; all that is signed if not given")
    .option("--proofs", "with a proof for each entry")
    .option("--earlier <size>", "show that the log only grew since its checkpoint of this size")
    .option("--filter <field=value>", `a choice, which proves inclusion only: ${EXPORT_FILTERS.join(", ")}`)
    .action(
      withSession(async (session, given, [folder = ""]) => {
        await requireEmpty(folder);
        const { export: asked } = await session.call("requestExport", {}, bodyOf(given));
        const exported = await untilDone(session, asked);
        const files = await download(logClient(session.means, session), exported.exportId, folder);
        const words = exported.content.kind === "filtered" ? " It proves inclusion only: others may fit as well." : "";
        const lines = [
          `${exported.count ?? 0} entries in ${files} files are in ${folder}.${words}`,
          `Export: ${exported.exportId}`,
        ];
        return { lines, json: { export: exported, folder, files } };
      }),
    );
};

/** `studio audit download`: an export that exists already, also with an audit link. */
export const addDownloadExport: AddCommand = (program, { alone }) => {
  group(program, "audit", "The studio's record: look, prove, hand out, verify.")
    .command("download <export> <folder>")
    .description("Download a finished export as one folder. With a sign-in or the audit link that names it.")
    .action(
      alone(async (given, [exportId = "", folder = ""], means) => {
        await requireEmpty(folder);
        const files = await download(await openLog(means, given), exportId, folder);
        return { lines: [`${files} files are in ${folder}.`], json: { exportId, folder, files } };
      }),
    );
};

function bodyOf(given: Given): RouteBodyInput<"requestExport"> {
  const earlier = textOf(given, "earlier");
  const earlierSize = earlier === undefined ? null : indexIn(earlier, "--earlier");
  const filter = textOf(given, "filter");
  if (filter !== undefined) {
    const [, name = "", value = ""] = /^([A-Za-z]+)=(.+)$/.exec(filter) ?? [];
    const field = EXPORT_FILTERS.find((known) => known === name);
    if (field === undefined)
      throw unusable("USAGE", `--filter is one of ${EXPORT_FILTERS.join(", ")}, then = and a value.`);
    return { filter: { field, value }, earlierSize };
  }
  const to = textOf(given, "to");
  return {
    fromIndex: indexIn(textOf(given, "from") ?? "0", "--from"),
    toIndex: to === undefined ? null : indexIn(to, "--to"),
    proofs: given["proofs"] === true,
    earlierSize,
  };
}

function indexIn(text: string, name: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw unusable("USAGE", `${name} is a whole number from 0 on.`);
  return Number(text);
}

async function untilDone({ call, means }: Session, asked: AuditExport): Promise<AuditExport> {
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    const { export: exported, progress } = await call("getExport", { exportId: asked.exportId }, null);
    if (exported.status === "done") return exported;
    if (exported.status === "failed")
      throw new CommandFailure("EXPORT_NOT_READY", `The export failed: ${exported.problem ?? "no reason"}.`, {
        exitCode: EXIT_CODES.refused,
      });
    if (poll > 0 && poll % 5 === 0) means.say(`${progress.done} of ${exported.count ?? "?"} entries are written.`);
    await means.wait(POLL_MS);
  }
  throw unreachable("NETWORK_UNREACHABLE", `The export ${asked.exportId} is not done; download it later.`);
}

/** A folder that holds something is not mixed with a bundle. */
async function requireEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  if (found.length > 0) throw unusable("USAGE", `${folder} is not empty.`);
}

/** The manifest says which files there are; it is written last, so that a download that broke off is no bundle. */
async function download(client: LogClient, exportId: string, folder: string): Promise<number> {
  const manifestBytes = await client.read(`exports/${exportId}/bundle.json`);
  let manifest: ReturnType<typeof parseManifest>;
  try {
    manifest = parseManifest(new TextDecoder().decode(manifestBytes));
  } catch (error) {
    throw proofFailure(error);
  }
  const files = bundleFiles(manifest).filter((path) => path !== "bundle.json");
  for (const path of files) await downloadFile(client, exportId, folder, path);
  const indices = manifest.proofs ? await indicesIn(folder, manifest.parts.length) : [];
  for (const index of indices) await downloadFile(client, exportId, folder, proofPath(index));
  await downloadFile(client, exportId, folder, "bundle.json");
  return files.length + indices.length + 1;
}

async function downloadFile(client: LogClient, exportId: string, folder: string, path: string): Promise<void> {
  const response = await client.open(`exports/${exportId}/${path}`);
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(target));
  } catch {
    throw unreachable("NETWORK_UNREACHABLE", `The download of ${path} broke off.`);
  }
}

/** The entries that are there, from the copies beside them: a bundle with proofs is small. */
async function indicesIn(folder: string, parts: number): Promise<number[]> {
  const indices: number[] = [];
  for (let part = 0; part < parts; part++) {
    const name = `part-${String(part).padStart(5, "0")}/copies.jsonl`;
    const text = await readFile(join(folder, name), "utf8");
    for (const [, seq] of text.matchAll(/"seq":([0-9]+)/g)) indices.push(Number(seq));
  }
  return indices;
}
