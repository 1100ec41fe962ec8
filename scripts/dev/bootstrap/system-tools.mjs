import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { runQuietly } from "./run-quietly.mjs";

const APT_TIMEOUT_MS = 300_000;
const IS_WINDOWS = process.platform === "win32";

const CHROMIUM_COMMANDS = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome"];
const GET_CHROMIUM =
  "Chromium was not found, so the browser tests cannot run. Get it with: Debian/Ubuntu `sudo apt-get install chromium`, macOS `brew install --cask google-chrome`, Windows `winget install Google.Chrome`; or let CHROMIUM_PATH name it.";

/**
 * Answers: which Chromium do the browser tests drive? Looks where systems keep it; a Debian or Ubuntu run as root (a CI
 * container) gets it from the package manager. Undefined, with a printed sentence, when there is none.
 * @returns {Promise<string | undefined>}
 */
export async function provideChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (canInstall()) await aptInstall("chromium");
  const installed = findChromium();
  if (installed === undefined) console.warn(`\n${GET_CHROMIUM}`);
  return installed;
}

/** mosquitto is a second, independent MQTT broker; tests that want it say so when they go without. */
export async function provideMosquitto() {
  const onPath = findOnPath(["mosquitto"]) ?? ["/usr/sbin/mosquitto"].find((path) => existsSync(path));
  if (onPath === undefined && canInstall()) await aptInstall("mosquitto");
}

function findChromium() {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && existsSync(named)) return named;
  return findOnPath(CHROMIUM_COMMANDS) ?? usualPlaces().find((path) => existsSync(path));
}

/** @param {readonly string[]} commands */
function findOnPath(commands) {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const files = commands.flatMap((command) =>
    folders.map((folder) => join(folder, IS_WINDOWS ? `${command}.exe` : command)),
  );
  return files.find((file) => existsSync(file));
}

function usualPlaces() {
  const macApps = ["Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"];
  const windowsFolders = [process.env["ProgramFiles"], process.env["ProgramFiles(x86)"], process.env["LOCALAPPDATA"]];
  return [
    ...["/Applications", join(homedir(), "Applications")].flatMap((folder) => macApps.map((app) => join(folder, app))),
    ...windowsFolders.flatMap((folder) =>
      folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [],
    ),
    "/snap/bin/chromium",
  ];
}

function canInstall() {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/** @param {string} name */
async function aptInstall(name) {
  const options = { timeoutMs: APT_TIMEOUT_MS, env: { DEBIAN_FRONTEND: "noninteractive" } };
  process.stdout.write(`installing ${name} … `);
  await runQuietly("apt-get", ["update", "-q"], options);
  await runQuietly("apt-get", ["install", "-y", "-q", "--no-install-recommends", name], options);
}
