// The one program that runs on a fresh clone, before anything is installed: plain JavaScript, Node's own modules only.
// It checks the tools, installs the packages and hands over to the TypeScript program behind the command.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { javaProblem, nodeProblem } from "./bootstrap/check-versions.mjs";
import { installPackages, isInstalled } from "./bootstrap/install-packages.mjs";
import { announce, SetupError } from "./bootstrap/progress.mjs";
import { provideChromium, provideMosquitto } from "./bootstrap/system-tools.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** @type {Record<string, { program: string, needsBrowser: boolean }>} */
const COMMANDS = {
  start: { program: "scripts/dev/up.ts", needsBrowser: false },
  test: { program: "scripts/dev/run-tests.ts", needsBrowser: true },
  bench: { program: "scripts/bench/run-benchmarks.ts", needsBrowser: false },
};

/** @param {readonly string[]} args */
async function main(args) {
  const [name = "", ...rest] = args;
  const command = COMMANDS[name];
  if (command === undefined) throw new SetupError(`Usage: bootstrap.mjs ${Object.keys(COMMANDS).join("|")} [--full]`);
  const total = command.needsBrowser ? 3 : 2;

  await announce(1, total, "Checking Node and Java", async () => {
    const problem = nodeProblem(process.versions.node) ?? (await javaProblem());
    if (problem !== undefined) throw new SetupError(problem);
  });
  const upToDate = isInstalled(ROOT);
  await announce(2, total, upToDate ? "Packages are up to date" : "Installing packages (npm ci)", async () => {
    if (!upToDate) await installPackages(ROOT);
  });
  /** @type {Record<string, string>} */
  const env = {};
  if (command.needsBrowser) {
    await announce(3, total, "Finding Chromium and mosquitto", async () => {
      const chromium = await provideChromium();
      if (chromium !== undefined) env["CHROMIUM_PATH"] = chromium;
      await provideMosquitto();
    });
  }
  if (!existsSync(join(ROOT, command.program))) throw new SetupError(`${command.program} does not exist.`);
  return handOver(command.program, rest, env);
}

/**
 * Runs the program in this terminal and answers with its exit code. Ctrl-C reaches the program directly; it ends what it
 * started, and this one waits for that.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>}
 */
function handOver(program, args, env) {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (/** @type {unknown} */ error) => {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exit(1);
  },
);
