import { API_ROUTES, DocId } from "@studio-os/functions/contracts";
import type { Agent, RouteBodyInput } from "@studio-os/functions/contracts";

/** What the form about a new agent holds, as it is typed. */
export interface EnrolInput {
  readonly agentId: string;
  readonly name: string;
}

type EnrolProblems = Readonly<Partial<Record<keyof EnrolInput, string>>>;

/** Answers: can a code be made by this, and what is missing? The bounds are the contract's; the words are for people. */
export function readEnrolInput(
  input: EnrolInput,
):
  | { readonly kind: "ready"; readonly agentId: string; readonly body: RouteBodyInput<"makeEnrolmentCode"> }
  | { readonly kind: "missing"; readonly problems: EnrolProblems } {
  const [agentId, name] = [input.agentId.trim(), input.name.trim()];
  const problems: EnrolProblems = {
    ...(DocId.safeParse(agentId).success
      ? {}
      : { agentId: "Letters, digits, dots, dashes and underscores, as in kiln-room-pi." }),
    ...(API_ROUTES.makeEnrolmentCode.body.shape.name.safeParse(name).success
      ? {}
      : { name: "A name that colleagues know, in at most 120 characters." }),
  };
  return Object.keys(problems).length > 0 ? { kind: "missing", problems } : { kind: "ready", agentId, body: { name } };
}

/** Answers: what happens to the agent that has this id already? null: there is none. */
export function takeoverWords(agents: readonly Agent[], agentId: string): string | null {
  const known = agents.find((agent) => agent.agentId === agentId.trim());
  if (known === undefined) return null;
  return known.status === "active"
    ? `${known.name} has this id. The machine that comes in by the code takes its place; the old key counts for a day more.`
    : `${known.name} had this id and was revoked. The code lets it in again, with a new key alone.`;
}
