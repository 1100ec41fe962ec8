import * as z from "zod";
import {
  API_ROUTES,
  Actor,
  Agent,
  ApiError,
  ControlState,
  IDEMPOTENCY_HEADER,
  Json,
  Plan,
  PolicyDecision,
  Proposal,
  REASON_CODES,
} from "../contracts/index.js";
import type { ApiRoute, ReasonCode } from "../contracts/index.js";

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * How does a program outside this repository call the API? OpenAPI 3.1, made of the same route table that the router and
 * the typed clients are made of. `docs/openapi.json` is this document; a test keeps the two equal.
 */
export function openApiDocument(): JsonSchema {
  const routes = Object.entries(API_ROUTES) as [string, ApiRoute][];
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [name, route] of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(name, route) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Studio OS",
      version: "1",
      description:
        "Every action of a person. Identity, tenant, owner and time come from the sign-in and the server, never from a body.",
    },
    security: [{ signIn: [] }],
    paths,
    components: {
      securitySchemes: { signIn: { type: "http", scheme: "bearer", bearerFormat: "Firebase ID token" } },
      schemas: { Error: schemaOf(ApiError), ...namedSchemas() },
    },
  };
}

function operation(operationId: string, route: ApiRoute): JsonSchema {
  return {
    operationId,
    summary: route.summary,
    ...(route.access === "proof" ? { security: [] } : { "x-roles": route.roles }),
    ...(route.needsRecentSignIn ? { "x-sign-in-at-most-minutes-old": 10 } : {}),
    parameters: [...pathParameters(route), ...(route.needsIdempotencyKey ? [IDEMPOTENCY_PARAMETER] : [])],
    ...(route.body === null ? {} : { requestBody: { required: true, content: json(schemaOf(route.body, "input")) } }),
    responses: {
      [route.successStatus]: { description: "Done.", content: json(schemaOf(route.answer)) },
      ...refusals(),
    },
  };
}

const IDEMPOTENCY_PARAMETER = {
  name: IDEMPOTENCY_HEADER,
  in: "header",
  required: true,
  description: "The caller's name for this one call: sent again, it is answered again and has no second effect.",
  schema: { type: "string", pattern: "^[\\x21-\\x7e]{16,255}$" },
};

function pathParameters(route: ApiRoute): JsonSchema[] {
  return Object.entries(route.params.shape).map(([name, schema]) => ({
    name,
    in: "path",
    required: true,
    schema: schemaOf(schema as z.ZodType),
  }));
}

/** One response for each status that a reason code answers with, its codes named. */
function refusals(): Record<string, JsonSchema> {
  const codes = Object.entries(REASON_CODES) as [ReasonCode, (typeof REASON_CODES)[ReasonCode]][];
  const statuses = [...new Set(codes.map(([, { httpStatus }]) => httpStatus))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: codes.flatMap(([code, { httpStatus }]) => (httpStatus === status ? [code] : [])).join(", "),
        content: json({ $ref: "#/components/schemas/Error" }),
      },
    ]),
  );
}

const json = (schema: JsonSchema): JsonSchema => ({ "application/json": { schema } });

/** The contract's documents by name: each is written down once, and referred to. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ Proposal, Plan, PolicyDecision, ControlState, Agent, Actor, Json }))
  named.add(schema as z.ZodType, { id });

function schemaOf(schema: z.ZodType, io: "input" | "output" = "output"): JsonSchema {
  return withoutDefinitions(toJsonSchema(schema, io));
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return JSON.parse(
    JSON.stringify(z.toJSONSchema(schema, { io, metadata: named })).replaceAll("#/$defs/", "#/components/schemas/"),
  ) as JsonSchema;
}

function withoutDefinitions(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$defs"));
}

/** Every named document, gathered from the answers that refer to it. */
function namedSchemas(): Record<string, JsonSchema> {
  const answers = [ApiError, ...Object.values(API_ROUTES).map(({ answer }) => answer)];
  const definitions = answers.map((answer) => toJsonSchema(answer, "output")["$defs"] ?? {});
  return Object.assign({}, ...definitions) as Record<string, JsonSchema>;
}
