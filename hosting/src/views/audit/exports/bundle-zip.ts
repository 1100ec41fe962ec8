import { bundleFiles, parseManifest, proofPath } from "@studio-os/functions/audit-proofs";
import { Zip, ZipPassThrough } from "fflate";
import type { ExportFile } from "../../../data/export-files.js";
import type { ApiFailure } from "../../../data/studio-data.js";

/** Largest bundle that is put into one file here, in bytes: it is held by the browser until it is saved. */
export const MAX_ZIP_BYTES = 500_000_000;
/** A manifest is a page of text. */
const MAX_MANIFEST_BYTES = 1_000_000;

export type OpenFile = (path: string) => Promise<ExportFile>;

/** What to put into one file: the whole bundle, one of its parts, or all but the parts. */
export type Piece =
  { readonly kind: "whole" } | { readonly kind: "part"; readonly part: number } | { readonly kind: "rest" };

export interface ZipProgress {
  readonly files: number;
  readonly of: number;
  readonly bytes: number;
}

export type ZipOutcome =
  { readonly kind: "zip"; readonly blob: Blob } | { readonly kind: "failed"; readonly failure: ApiFailure };

/**
 * Fetches a piece of a bundle and puts it into one ZIP, stored and not packed, under one folder: pieces unpack into the same place.
 * The manifest says which files there are. Fails whole: half a bundle is never handed on.
 */
export async function zipBundle(
  open: OpenFile,
  folder: string,
  piece: Piece,
  onProgress: (progress: ZipProgress) => void,
): Promise<ZipOutcome> {
  const zipped = startZip(folder);
  try {
    const manifestText = await readText(open, "bundle.json");
    const manifest = parseManifest(manifestText);
    const paths = bundleFiles(manifest).filter((path) => isOf(piece, path));
    for (let at = 0; at < paths.length; at += 1) {
      const path = paths[at] ?? "";
      const indices = await zipped.add(open, path, manifest.proofs && piece.kind !== "rest");
      paths.push(...indices.map(proofPath));
      onProgress({ files: at + 1, of: paths.length, bytes: zipped.bytes() });
    }
    return { kind: "zip", blob: zipped.end() };
  } catch (error) {
    return { kind: "failed", failure: error instanceof Refused ? error.failure : BROKEN };
  }
}

function isOf(piece: Piece, path: string): boolean {
  const part = /^part-(\d{5})\//.exec(path)?.[1];
  switch (piece.kind) {
    case "whole":
      return true;
    case "part":
      return part !== undefined && Number(part) === piece.part;
    case "rest":
      return part === undefined;
  }
}

class Refused extends Error {
  readonly failure: ApiFailure;
  constructor(failure: ApiFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

const BROKEN: ApiFailure = {
  code: "NETWORK_UNREACHABLE",
  message: "The download broke off. Nothing was saved; try again.",
  requestId: null,
  details: {},
};

function startZip(folder: string) {
  const pieces: Blob[] = [];
  let total = 0;
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    total += chunk.length;
    if (total > MAX_ZIP_BYTES + 1_000_000) throw new Error("too large");
    // As a blob each chunk may leave the page's memory.
    pieces.push(new Blob([new Uint8Array(chunk)]));
  });
  return {
    bytes: () => total,
    /** Adds one file; of the copies of a bundle with proofs, the indices of its entries are told: each has a proof of its own. */
    add: async (open: OpenFile, path: string, hasProofs: boolean): Promise<number[]> => {
      const file = await open(path);
      if (file.kind === "failed") throw new Refused(file.failure);
      const entry = new ZipPassThrough(`${folder}/${path}`);
      zip.add(entry);
      const isIndex = hasProofs && path.endsWith("/copies.jsonl");
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of chunksOf(file.chunks)) {
        entry.push(chunk);
        if (isIndex) text += decoder.decode(chunk, { stream: true });
      }
      entry.push(new Uint8Array(), true);
      return isIndex ? [...text.matchAll(/"seq":([0-9]+)/g)].map(([, seq]) => Number(seq)) : [];
    },
    end: (): Blob => {
      zip.end();
      return new Blob(pieces, { type: "application/zip" });
    },
  };
}

async function readText(open: OpenFile, path: string): Promise<string> {
  const file = await open(path);
  if (file.kind === "failed") throw new Refused(file.failure);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const chunk of chunksOf(file.chunks)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_MANIFEST_BYTES) throw new Error("too large");
  }
  return text + decoder.decode();
}

/** A stream chunk by chunk, also where streams cannot be iterated over. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
