import { ROOT } from "../../dev/emulators.js";
import { measureColdStart } from "../cold-start.js";
import { ratioFinding } from "../report.js";
import type { Finding } from "../report.js";

/** What loading the functions takes, over loading what every function of this kind has to load. */
export async function loadingTheFunctions(): Promise<Finding[]> {
  const { bundle, bare } = await measureColdStart(ROOT);
  const what = "loading the functions over a bare firebase-functions + admin bundle";
  return [ratioFinding(what, bundle, bare, { atMost: 1.3 })];
}
