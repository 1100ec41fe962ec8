import { getStorage } from "firebase-admin/storage";
import { once } from "node:events";
import { adminApp } from "../platform/production-deps.js";
import type { ExportFiles } from "./export-files.js";

/** Files of exports in a Cloud Storage bucket. An object appears whole, when its upload ends, or not at all. */
export function bucketExportFiles(name: string): ExportFiles {
  const bucket = getStorage(adminApp()).bucket(name);
  return {
    create(path) {
      const stream = bucket.file(path).createWriteStream({ resumable: false, contentType: "application/octet-stream" });
      let problem: unknown = null;
      stream.on("error", (error) => (problem = error));
      const failIfBroken = (): void => {
        if (problem !== null) throw new Error("the bucket did not take the file", { cause: problem });
      };
      return Promise.resolve({
        async write(bytes) {
          failIfBroken();
          if (!stream.write(bytes)) await once(stream, "drain");
        },
        async close() {
          failIfBroken();
          stream.end();
          await once(stream, "finish");
        },
        abort: () => {
          stream.destroy();
          return Promise.resolve();
        },
      });
    },
    async read(path) {
      const file = bucket.file(path);
      const [exists] = await file.exists();
      if (!exists) return null;
      const [{ size }] = await file.getMetadata();
      return { length: Number(size), chunks: file.createReadStream({ validation: "crc32c" }) };
    },
    async removeAll(folder) {
      await bucket.deleteFiles({ prefix: folder, force: false });
    },
  };
}
