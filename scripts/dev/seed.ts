import { parseArgs } from "node:util";
import { seedStudio } from "./seed/index.js";
import type { SeedSummary } from "./seed/index.js";

const USAGE = `Usage: tsx scripts/dev/seed.ts [--seed <number>] [--today YYYY-MM-DD] [--api <origin>]
Fills running emulators with the demo studios. Their addresses come from FIRESTORE_EMULATOR_HOST,
FIREBASE_AUTH_EMULATOR_HOST and GCLOUD_PROJECT, as scripts/dev/with-emulators.ts sets them. With --api (everything
before /api/v1) the demo studio is opened as well.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seed: { type: "string" }, today: { type: "string" }, api: { type: "string" } },
  });
  const seedNumber = values.seed === undefined ? undefined : Number(values.seed);
  if (seedNumber !== undefined && !Number.isSafeInteger(seedNumber)) throw new Error(USAGE);
  const summary = await seedStudio({
    firestoreHost: requireVariable("FIRESTORE_EMULATOR_HOST"),
    authHost: requireVariable("FIREBASE_AUTH_EMULATOR_HOST"),
    projectId: requireVariable("GCLOUD_PROJECT"),
    progress: (message) => console.error(`seed: ${message}`),
    ...(seedNumber !== undefined && { seedNumber }),
    ...(values.today !== undefined && { today: values.today }),
    ...(values.api !== undefined && { api: { origin: values.api } }),
  });
  console.log(describeSummary(summary));
}

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set.\n${USAGE}`);
  return value;
}

function describeSummary({ studios, signIns, isDemoStudioOpen, seedNumber, today }: SeedSummary): string {
  return [
    `Seed ${seedNumber}, as of ${today}:`,
    ...studios.map(({ tenantId, name, counts }) => {
      const volumes = Object.entries(counts).map(([collection, count]) => `${count} ${collection}`);
      return `  ${name} (${tenantId}): ${volumes.join(", ")}`;
    }),
    isDemoStudioOpen ? "The demo studio is open." : "The demo studio is stopped until two of its people open it.",
    ...signIns.map(({ email, password, tenants }) => {
      const roles = Object.entries(tenants).map(([tenantId, held]) => `${tenantId}: ${held.join(", ")}`);
      return `  ${email}  ${password}  ${roles.join("; ")}`;
    }),
  ].join("\n");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
