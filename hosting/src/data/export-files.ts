import { ApiError } from "@studio-os/functions/contracts";
import type { ApiFailure } from "./api-failure.js";

/** One file of an export as it comes, or why it does not. */
export type ExportFile =
  | { readonly kind: "file"; readonly chunks: ReadableStream<Uint8Array> }
  | { readonly kind: "failed"; readonly failure: ApiFailure };

interface ExportFilesDeps {
  readonly idToken: () => Promise<string | null>;
  readonly fetch: typeof globalThis.fetch;
}

/** Opens one file of a finished export. That somebody took it out is put on record by the server. Never throws before the first byte. */
export async function openExportFile(
  deps: ExportFilesDeps,
  tenantId: string,
  exportId: string,
  path: string,
  signal: AbortSignal,
): Promise<ExportFile> {
  try {
    const token = await deps.idToken();
    if (token === null) return failed("UNAUTHENTICATED", "Your sign-in has ended.");
    const address = `/audit/${encodeURIComponent(tenantId)}/exports/${encodeURIComponent(exportId)}/${path}`;
    const response = await deps.fetch(address, { headers: { authorization: `Bearer ${token}` }, signal });
    if (response.ok && response.body !== null) return { kind: "file", chunks: response.body };
    const refusal = ApiError.safeParse(await response.json().catch(() => null));
    if (!refusal.success) return failed("ANSWER_UNREADABLE", `The server answered ${response.status}.`);
    const { code, message, requestId, details } = refusal.data.error;
    return { kind: "failed", failure: { code, message, requestId, details: details ?? {} } };
  } catch {
    return failed("NETWORK_UNREACHABLE", "The server could not be reached. Nothing was saved.");
  }
}

const failed = (code: ApiFailure["code"], message: string): ExportFile => ({
  kind: "failed",
  failure: { code, message, requestId: null, details: {} },
});
