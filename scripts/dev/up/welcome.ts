import type { SeedSummary } from "../seed/index.js";

export interface WelcomeFacts {
  readonly cockpit: string;
  readonly signIns: SeedSummary["signIns"];
  readonly studios: readonly { readonly tenantId: string; readonly name: string }[];
  /** Of the simulated hub, whose `/_sim` answers to this machine only. */
  readonly hubOrigin: string;
  readonly logFiles: readonly string[];
}

/** Answers: what does a newcomer need to know when the studio runs? */
export function welcomeLines(facts: WelcomeFacts): string[] {
  const passwords = [...new Set(facts.signIns.map(({ password }) => password))];
  const fault = `curl -H 'content-type: application/json' -d '{"kind":"hang"}' ${facts.hubOrigin}/_sim/faults`;
  return [
    "",
    "  The studio runs.",
    "",
    `  Cockpit   ${facts.cockpit}`,
    `  Password  ${passwords.join(", ")}   (for everybody below; these accounts exist in this emulator only)`,
    "",
    ...facts.studios.flatMap((studio) => [`  ${studio.name}`, ...peopleOf(facts, studio.tenantId), ""]),
    "  What to look at",
    "    Within two minutes the kiln room is hot and no firing is booked: the agent proposes to flag a firing, and the",
    "    proposal appears in the queue by itself. Read the exact effect, approve it with a rationale, execute it, and",
    "    roll it back. The stop bar is on every screen; Devices shows what the hub and the vacuum report.",
    `    Break the hub and watch:  ${fault}`,
    '    Mend it again with "none" in the place of "hang".',
    "",
    `  Logs      ${facts.logFiles.join("  ")}`,
    "  Ctrl-C ends all of it.",
    "",
  ];
}

function peopleOf({ signIns }: WelcomeFacts, tenantId: string): string[] {
  const width = Math.max(...signIns.map(({ email }) => email.length)) + 2;
  return signIns.flatMap(({ email, tenants }) => {
    const roles = tenants[tenantId];
    return roles === undefined ? [] : [`    ${email.padEnd(width)}${roles.join(", ")}`];
  });
}
