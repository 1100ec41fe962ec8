import { isMainThread } from "node:worker_threads";
import { serveParts } from "./part-threads.js";
import { runVerifier } from "./run-verifier.js";

// The one file that is handed out is built from here. Somebody starts it, and it starts itself once for each thread.
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
if (isMainThread) process.exitCode = await runVerifier(process.argv.slice(2), print, new URL(import.meta.url));
else serveParts();
