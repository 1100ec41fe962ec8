import { runQuietly } from "./run-quietly.mjs";

const MIN_NODE = { major: 20, minor: 19 };
/** The Firestore and Pub/Sub emulators are Java programs compiled for 17. */
const MIN_JAVA_MAJOR = 17;
const JAVA_TIMEOUT_MS = 20_000;

const GET_NODE =
  "Get it from nodejs.org/en/download, or: Debian/Ubuntu `curl -fsSL https://deb.nodesource.com/setup_24.x | sudo bash - && sudo apt-get install nodejs`, macOS `brew install node@24`, Windows `winget install OpenJS.NodeJS.LTS`.";
const GET_JAVA =
  "Get it with: Debian/Ubuntu `sudo apt-get install openjdk-17-jre-headless`, macOS `brew install --cask temurin@21`, Windows `winget install EclipseAdoptium.Temurin.21.JRE`; then open a new terminal.";

/**
 * Answers: is this Node new enough (20.19 or later)? A sentence when it is not.
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > MIN_NODE.major || (major === MIN_NODE.major && minor >= MIN_NODE.minor);
  if (isEnough) return undefined;
  return `Studio OS needs Node ${MIN_NODE.major}.${MIN_NODE.minor} or later; this is ${version}. ${GET_NODE}`;
}

/**
 * Answers: is a Java for the emulators on the PATH? A sentence when it is not.
 * @returns {Promise<string | undefined>}
 */
export async function javaProblem() {
  const { code, output } = await runQuietly("java", ["-version"], { timeoutMs: JAVA_TIMEOUT_MS });
  const major = code === 0 ? javaMajor(output) : undefined;
  if (major !== undefined && major >= MIN_JAVA_MAJOR) return undefined;
  const found = major === undefined ? "no `java` that runs was found on the PATH" : `this is Java ${major}`;
  return `The emulators need Java ${MIN_JAVA_MAJOR} or later; ${found}. ${GET_JAVA}`;
}

/**
 * Answers: which major version does `java -version` report? JEP 223 numbers from 9 on; before it, 8 was called 1.8.
 * @param {string} output
 * @returns {number | undefined}
 */
export function javaMajor(output) {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
