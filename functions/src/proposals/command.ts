import type { HumanActor, UtcInstant } from "../contracts/index.js";

/** A command of a signed-in person. Actor and tenant come from the verified token and the path, never from the body. */
export interface Command<Body> {
  readonly actor: HumanActor;
  readonly tenantId: string;
  readonly requestId: string;
  readonly body: Body;
}

export interface ProposalCommand<Body> extends Command<Body> {
  readonly proposalId: string;
  /** When the actor last signed in, as the verified token says; what is not known is too long ago (M05.8). */
  readonly signedInAt?: UtcInstant;
}

export interface IdempotentCommand<Body> extends ProposalCommand<Body> {
  readonly idempotencyKey: string;
}
