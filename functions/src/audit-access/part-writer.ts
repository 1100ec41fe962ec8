import type { BundleChunk } from "../audit/write-bundle.js";
import type { ExportFileWriter, ExportFiles } from "./export-files.js";

/** Lines are gathered into pieces of about this size before they are written. */
const PIECE_BYTES = 256 * 1024;

/** The files of one part, written together. */
export interface PartWriter {
  write(chunk: BundleChunk): Promise<void>;
  /** All files of the part are there now. Gives their bytes together. */
  close(): Promise<number>;
  abort(): Promise<void>;
}

interface OpenFile {
  readonly writer: ExportFileWriter;
  pieces: Uint8Array[];
  held: number;
}

/** Opens each file at its first chunk. Memory stays flat whatever the part's size. */
export function openPart(files: ExportFiles, folder: string): PartWriter {
  const open = new Map<string, OpenFile>();
  let total = 0;
  async function flush(file: OpenFile): Promise<void> {
    const piece = Buffer.concat(file.pieces);
    [file.pieces, file.held] = [[], 0];
    if (piece.length > 0) await file.writer.write(piece);
  }
  return {
    async write({ path, bytes }) {
      let file = open.get(path);
      if (file === undefined) {
        file = { writer: await files.create(`${folder}${path}`), pieces: [], held: 0 };
        open.set(path, file);
      }
      file.pieces.push(bytes);
      file.held += bytes.length;
      total += bytes.length;
      if (file.held >= PIECE_BYTES) await flush(file);
    },
    async close() {
      for (const file of open.values()) {
        await flush(file);
        await file.writer.close();
      }
      return total;
    },
    async abort() {
      for (const { writer } of open.values()) await writer.abort();
    },
  };
}
