import type { Bucket } from "@google-cloud/storage";
import { requireObjectName } from "./create-only-store.js";
import type { CreateOnlyStore } from "./create-only-store.js";

/** HTTP 404 and 412: there is none; and `ifGenerationMatch=0` did not hold, there is one. */
const [NOT_FOUND, PRECONDITION_FAILED] = [404, 412];

/**
 * A create-only store in a Cloud Storage bucket. Every upload carries `ifGenerationMatch=0`, so that of several writers one creates; that
 * nobody replaces or deletes afterwards is the bucket's locked retention policy (docs/runbooks/audit-log.md).
 */
export function bucketStore(bucket: Bucket): CreateOnlyStore {
  return {
    read: async (name) => {
      try {
        const [bytes] = await bucket.file(requireObjectName(name)).download({ validation: "crc32c" });
        return bytes;
      } catch (error) {
        if (httpCode(error) === NOT_FOUND) return null;
        throw error;
      }
    },
    create: async (name, bytes) => {
      try {
        await bucket.file(requireObjectName(name)).save(Buffer.from(bytes), {
          preconditionOpts: { ifGenerationMatch: 0 },
          // One request: what a session of several could leave behind is no object.
          resumable: false,
          validation: "crc32c",
          contentType: "application/octet-stream",
        });
        return true;
      } catch (error) {
        if (httpCode(error) === PRECONDITION_FAILED) return false;
        throw error;
      }
    },
  };
}

function httpCode(error: unknown): number {
  return error instanceof Error && "code" in error ? Number(error.code) : NaN;
}
