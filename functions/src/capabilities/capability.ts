import type * as z from "zod";
import type { CapabilityMetadata, EffectWrite, JsonObject, Plan, ReasonCode, UtcInstant } from "../contracts/index.js";
import type { DocumentQuery } from "../commit/transactor.js";

/** A document that a preview looks at, and the fields that its answer depends on. */
export interface DocumentRead {
  /** Relative to the tenant. */
  readonly ref: string;
  readonly fields: readonly string[];
}

/** The studio's records as one transaction read them; null where there is none. */
export type Truth = ReadonlyMap<string, JsonObject | null>;

export interface PreviewContext {
  readonly proposalId: string;
  /** Who asks, by display name and by id. */
  readonly requestedBy: string;
  readonly requesterId: string;
  /** An effect that names this moment is another effect at every new plan: almost none should. */
  readonly plannedAt: UtcInstant;
}

/** What would happen, as data; or why it cannot. */
export type Preview =
  | {
      readonly kind: "effect";
      readonly headline: string;
      readonly writes: readonly EffectWrite[];
      readonly members: number;
      readonly cents: number;
      readonly irreversible: Plan["irreversible"];
    }
  | { readonly kind: "refused"; readonly reason: ReasonCode; readonly detail: string };

/** How an agent's request, which knows the room and not the studio's records, becomes an input. */
interface AgentResolution<Request, Input> {
  readonly requestSchema: z.ZodType<Request>;
  /** Bounded look-ups, relative to the tenant, answered in the same transaction. */
  queries(request: Request, now: UtcInstant): readonly DocumentQuery[];
  resolve(
    request: Request,
    results: readonly (readonly JsonObject[])[],
    now: UtcInstant,
  ):
    | { readonly kind: "input"; readonly input: Input }
    | { readonly kind: "refused"; readonly reason: ReasonCode; readonly detail: string };
}

/**
 * One thing that may be done to the studio's records. It looks (`reads`), and says exactly what it would write
 * (`preview`); it never writes. The inverse is generated from the effect.
 */
export interface Capability<Input = JsonObject, Request = never> {
  readonly metadata: CapabilityMetadata;
  readonly inputSchema: z.ZodType<Input>;
  /** What each record that is written holds afterwards, in the written fields. The planner refuses an effect that does not fit. */
  readonly outputSchema: z.ZodType;
  /** What the request is about, whoever makes it and whenever: part of the intent hash (M01.3). */
  targets(input: Input): readonly string[];
  /** The precondition selector: which documents and fields the preview depends on. Sorted and without doubles. */
  reads(input: Input, context: PreviewContext): readonly DocumentRead[];
  /** True: two requests about the same target are two changes, such as two notes, and neither supersedes the other. */
  readonly isAdditive?: true;
  preview(truth: Truth, input: Input, context: PreviewContext): Preview;
  readonly fromAgent: AgentResolution<Request, Input> | null;
}

/** What a capability is made of beside its metadata: schemas, precondition selector (`reads`) and effect (M01.8). */
export const CAPABILITY_PARTS = [
  "inputSchema",
  "outputSchema",
  "targets",
  "reads",
  "preview",
  "fromAgent",
] as const satisfies (keyof Capability)[];
