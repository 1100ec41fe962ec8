/** Where the files of exports lie: a bucket in production, a folder on this machine's disk. Paths are relative, with forward slashes. */
export interface ExportFiles {
  /** Begins a file anew; what lay there before counts until `close`. */
  create(path: string): Promise<ExportFileWriter>;
  /** The file's bytes in pieces, or null where there is none. */
  read(path: string): Promise<StoredFile | null>;
  /** Removes every file whose path begins so. Nothing there is no error. */
  removeAll(folder: string): Promise<void>;
}

export interface ExportFileWriter {
  /** Waits until the bytes are taken, so that memory stays flat. */
  write(bytes: Uint8Array): Promise<void>;
  /** Only now the file is there, whole. */
  close(): Promise<void>;
  /** Nothing of it is kept. */
  abort(): Promise<void>;
}

export interface StoredFile {
  readonly length: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The folder of one export. */
export const exportFolder = (tenantId: string, exportId: string): string => `${tenantId}/${exportId}/`;
