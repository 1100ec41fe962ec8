import * as z from "zod";
import { DocId, Role } from "./primitives.js";

/** Who acts, as told by a verified token or a verified envelope signature; never by a request body. */
export const Actor = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("human"), id: DocId, name: z.string().max(120), roles: z.array(Role) }),
  z.strictObject({ type: z.literal("agent"), id: DocId, name: z.string().max(120), ownerUid: DocId }),
  z.strictObject({ type: z.literal("system"), id: DocId, name: z.string().max(120) }),
]);
export type Actor = z.infer<typeof Actor>;
export type HumanActor = Extract<Actor, { type: "human" }>;
export type AgentActor = Extract<Actor, { type: "agent" }>;

/**
 * One link of the chain of responsibility, the one who acted first (RFC 8693 `act`, from the outside in): an agent is
 * followed by the person who owns it. Nobody in the chain may approve what the chain asked for.
 */
export const ActLink = z.strictObject({
  type: z.enum(["human", "agent", "system"]),
  id: DocId,
  /** Why this party is in the chain. */
  as: z.enum(["requester", "agentOwner", "delegator", "routineAuthor", "exemptionGrantor"]),
  /** By which grant a person's rights are used (M05.4). */
  delegationId: DocId.optional(),
  /** In which run of its process an agent asked: its `bootId`. */
  runId: DocId.optional(),
});
export type ActLink = z.infer<typeof ActLink>;
