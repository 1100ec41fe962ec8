import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const OPENSSL_TIMEOUT_MS = 20_000;

/**
 * Makes a certificate authority and a broker certificate for 127.0.0.1 in `folder`, valid for a day. The authority's key is
 * written nowhere else and is of no use once the folder is gone. Rejects when openssl is not installed.
 */
export async function makeCertificates(folder: string): Promise<{ readonly ca: string }> {
  const openssl = (...words: string[]): Promise<unknown> =>
    run("openssl", words, { cwd: folder, timeout: OPENSSL_TIMEOUT_MS });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await writeFile(join(folder, "san.cnf"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  await openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "1",
    "-subj",
    "/CN=Simulated vacuum CA",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  await openssl("req", ...newKey, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr");
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1", "-extfile", "san.cnf"];
  await openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.crt");
  return { ca: await readFile(join(folder, "ca.crt"), "utf8") };
}
