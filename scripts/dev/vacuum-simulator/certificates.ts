import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const OPENSSL_TIMEOUT_MS = 20_000;

/** An authority made for one run, and what it signed, as PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate authority and a server certificate for localhost and 127.0.0.1, valid for a day. The authority's key is
 * gone when this returns. Rejects when openssl is not installed.
 */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "vacuum-certificates-"));
  try {
    return await signIn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function signIn(folder: string): Promise<Certificates> {
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
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  return { ca: await read("ca.crt"), cert: await read("server.crt"), key: await read("server.key") };
}
