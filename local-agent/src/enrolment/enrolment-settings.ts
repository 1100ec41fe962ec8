import { dirname, resolve } from "node:path";
import { DocId, TenantId } from "@studio-os/functions/contracts";
import * as z from "zod";
import { CloudOrigin } from "../config.js";
import { parseJson } from "../config-values.js";
import { InvalidConfig, readBounded } from "../load-config.js";

/** What an enrolment needs of the configuration: the rest of it may still be missing, and the key is not there yet. */
const EnrolmentSettings = z.object({
  tenantId: TenantId,
  agentId: DocId,
  keyFile: z.string().min(1),
  cloudOrigin: CloudOrigin,
});
export type EnrolmentSettings = z.infer<typeof EnrolmentSettings>;

/** Reads those four settings; the path of the key is resolved. Throws `InvalidConfig` with every problem. */
export function readEnrolmentSettings(path: string): EnrolmentSettings {
  let text: string;
  try {
    text = readBounded(path);
  } catch {
    throw new InvalidConfig([{ path: "", sentence: "it cannot be read" }]);
  }
  const json = parseJson(text);
  if ("problem" in json) throw new InvalidConfig([{ path: "", sentence: json.problem }]);
  const parsed = EnrolmentSettings.safeParse(json.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), sentence: issue.message }));
    throw new InvalidConfig(problems);
  }
  return { ...parsed.data, keyFile: resolve(dirname(path), parsed.data.keyFile) };
}
