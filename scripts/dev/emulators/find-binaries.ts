import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { writeLauncherJar } from "./launcher-jar.js";

/** The emulators that are Java programs and must be found or downloaded. */
type JavaEmulator = "firestore" | "pubsub";

const OVERRIDE = { firestore: "FIRESTORE_EMULATOR_BINARY_PATH", pubsub: "PUBSUB_EMULATOR_BINARY_PATH" } as const;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const GCLOUD_INFO_TIMEOUT_MS = 20_000;
const IS_WINDOWS = process.platform === "win32";

/**
 * Answers: which environment makes firebase-tools use emulators that are on this machine? What is nowhere to be found
 * is downloaded by firebase-tools; where that fails, the error says how to get it.
 */
export function provideBinaries(
  only: readonly string[],
  firebaseTools: string,
  onProgress: (message: string) => void,
): Record<string, string> {
  const { env, missing } = findBinaries((["firestore", "pubsub"] as const).filter((name) => only.includes(name)));
  for (const emulator of missing) {
    onProgress(`downloading the ${emulator} emulator`);
    const args = [firebaseTools, `setup:emulators:${emulator}`];
    const download = spawnSync(process.execPath, args, {
      cwd: cacheFolder(),
      stdio: "ignore",
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
    if (download.status !== 0) throw new Error(howToGetEmulators(missing));
  }
  return env;
}

/**
 * Answers: which program files run the Firestore and Pub/Sub emulators here? In this order: the explicit environment
 * variable, what firebase-tools downloaded earlier, the Google Cloud SDK. The answer is the environment that makes
 * firebase-tools use them, and the emulators that are missing.
 */
function findBinaries(wanted: readonly JavaEmulator[]): {
  env: Record<string, string>;
  missing: JavaEmulator[];
} {
  const env: Record<string, string> = {};
  const missing: JavaEmulator[] = [];
  for (const emulator of wanted) {
    const override = process.env[OVERRIDE[emulator]];
    if (override !== undefined && override !== "") {
      if (!existsSync(override)) throw new Error(`${OVERRIDE[emulator]} names a file that does not exist: ${override}`);
      env[OVERRIDE[emulator]] = override;
    } else if (!isDownloaded(emulator)) {
      const found = findInCloudSdk(emulator);
      if (found === undefined) missing.push(emulator);
      else env[OVERRIDE[emulator]] = found;
    }
  }
  return { env, missing };
}

/** Answers: what can a person do when these emulators are missing and cannot be downloaded? One sentence. */
function howToGetEmulators(missing: readonly JavaEmulator[]): string {
  const components = missing.map((name) => (name === "firestore" ? "cloud-firestore-emulator" : "pubsub-emulator"));
  return (
    `The ${missing.join(" and ")} emulator is not installed: with the Google Cloud SDK run ` +
    `\`gcloud components install ${components.join(" ")}\` (Debian and Ubuntu packages: ` +
    `${components.map((name) => `google-cloud-cli-${name.replace("cloud-", "")}`).join(", ")}), or with a network ` +
    `connection run \`${missing.map((name) => `npx firebase setup:emulators:${name}`).join(" && ")}\`.`
  );
}

function isDownloaded(emulator: JavaEmulator): boolean {
  const require = createRequire(import.meta.url);
  const info = require("firebase-tools/lib/emulator/downloadableEmulatorInfo.json") as Record<
    JavaEmulator,
    { downloadPathRelativeToCacheDir: string; binaryPathRelativeToCacheDir?: string }
  >;
  const { binaryPathRelativeToCacheDir, downloadPathRelativeToCacheDir } = info[emulator];
  const cacheDir = process.env["FIREBASE_EMULATORS_PATH"] ?? join(homedir(), ".cache", "firebase", "emulators");
  return existsSync(join(cacheDir, binaryPathRelativeToCacheDir ?? downloadPathRelativeToCacheDir));
}

function findInCloudSdk(emulator: JavaEmulator): string | undefined {
  const inSdk =
    emulator === "firestore"
      ? join("platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar")
      : join("platform", "pubsub-emulator", "bin", IS_WINDOWS ? "cloud-pubsub-emulator.bat" : "cloud-pubsub-emulator");
  for (const sdkRoot of cloudSdkRoots()) {
    const file = join(sdkRoot, inSdk);
    if (existsSync(file)) return emulator === "firestore" ? launcherFor(file) : wrapperFor(file);
  }
  return undefined;
}

/** Cheap guesses first; `gcloud info` takes a second or two and is asked only when they lead nowhere. */
function* cloudSdkRoots(): Generator<string> {
  const fromEnv = process.env["CLOUDSDK_ROOT_DIR"];
  if (fromEnv !== undefined && fromEnv !== "") yield fromEnv;
  const home = homedir();
  yield* [
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/usr/local/google-cloud-sdk",
  ];
  yield* ["/snap/google-cloud-cli/current", "/snap/google-cloud-sdk/current", join(home, "google-cloud-sdk")];
  yield* ["/opt/homebrew/share/google-cloud-sdk", "/usr/local/share/google-cloud-sdk"];
  yield* ["/opt/homebrew", "/usr/local"].map((brew) => join(brew, "Caskroom/google-cloud-sdk/latest/google-cloud-sdk"));
  const programFolders = [process.env["LOCALAPPDATA"], process.env["ProgramFiles(x86)"], process.env["ProgramFiles"]];
  for (const folder of programFolders)
    if (folder !== undefined) yield join(folder, "Google", "Cloud SDK", "google-cloud-sdk");
  const gcloud = gcloudOnPath();
  if (gcloud === undefined) return;
  yield dirname(dirname(realpathSync(gcloud)));
  const told = spawnSync(gcloud, ["info", "--format=value(installation.sdk_root)"], {
    encoding: "utf8",
    timeout: GCLOUD_INFO_TIMEOUT_MS,
    shell: IS_WINDOWS,
  });
  if (told.status === 0) yield told.stdout.trim();
}

function gcloudOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, IS_WINDOWS ? "gcloud.cmd" : "gcloud")).find((file) => existsSync(file));
}

/** The SDK's Firestore jar names no main class and firebase-tools runs `java -jar`: a launcher jar beside the cache closes the gap. */
function launcherFor(emulatorJar: string): string {
  const launcher = join(cacheFolder(), `firestore-launcher-${shortHash(emulatorJar)}.jar`);
  if (!existsSync(launcher)) writeLauncherJar(launcher, emulatorJar);
  return launcher;
}

/** firebase-tools changes the mode of the file it is given, which fails on a file of another user: give it a wrapper of our own. */
function wrapperFor(script: string): string {
  if (IS_WINDOWS) return script;
  const wrapper = join(cacheFolder(), `cloud-pubsub-${shortHash(script)}.sh`);
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  if (!existsSync(wrapper)) writeFileSync(wrapper, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  return wrapper;
}

function cacheFolder(): string {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "studio-os", "emulators");
  mkdirSync(folder, { recursive: true });
  return folder;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
