import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./progress.mjs";
import { runQuietly } from "./run-quietly.mjs";

const INSTALL_TIMEOUT_MS = 900_000;
/** Says for which package-lock.json node_modules was last found complete. */
const STAMP = join("node_modules", ".studio-lock-hash");

/**
 * Answers: does node_modules hold what package-lock.json says? The stamp answers at once; without it, npm's own record
 * of what it installed is compared, so that nothing is installed twice (or without a network) for nothing.
 * @param {string} root
 */
export function isInstalled(root) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const stamp = join(root, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hashOf(lock)) return true;
  if (missingPackages(JSON.parse(lock), JSON.parse(readFileSync(record, "utf8"))).length > 0) return false;
  writeFileSync(stamp, hashOf(lock));
  return true;
}

/**
 * Answers: which packages of the lock file are not installed in that version? Optional ones may be left out: npm skips
 * those made for another system.
 * @typedef {{ packages: Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }> }} LockFile
 * @param {LockFile} lock
 * @param {LockFile} installed npm's `node_modules/.package-lock.json`
 * @returns {string[]}
 */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes("node_modules/") && entry.link !== true)
    .filter(([path, entry]) => {
      const found = installed.packages[path];
      if (found === undefined) return entry.optional !== true && entry.devOptional !== true;
      return found.version !== entry.version;
    })
    .map(([path]) => path);
}

/** @param {string} root */
export async function installPackages(root) {
  // Install scripts compile a regular expression engine for two minutes that nothing here needs; prebuilt parts suffice.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  const { code, output } = await runQuietly("npm", args, { cwd: root, timeoutMs: INSTALL_TIMEOUT_MS });
  if (code !== 0) {
    throw new SetupError(
      `\`npm ci\` did not succeed. It needs a network connection the first time. It said:\n${output}`,
    );
  }
  writeFileSync(join(root, STAMP), hashOf(readFileSync(join(root, "package-lock.json"), "utf8")));
}

/** @param {string} text */
function hashOf(text) {
  return createHash("sha256").update(text).digest("hex");
}
