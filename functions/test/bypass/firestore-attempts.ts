import { requireEnv } from "../support/require-env.js";
import type { SignedIn } from "../support/sign-in.js";
import type { Attempt } from "./http-attempts.js";
import { outsider } from "./world.js";
import type { Denial, World } from "./world.js";

type Run = Attempt["run"];

const denied = (what: string, run: Run): Attempt => ({
  what,
  expected: { status: 403, code: "PERMISSION_DENIED" },
  run,
});
const inStudio = ({ studio }: World, ref: string): string => `/tenants/${studio.tenantId}/${ref}`;
const inOther = ({ other }: World, ref: string): string => `/tenants/${other.tenantId}/${ref}`;
const text = (value: string) => ({ stringValue: value });
const fields = { fields: { status: text("approved") } };

/** Full resource name of a document, as `:commit` and `:batchGet` want it. */
const nameOf = (path: string): string =>
  `projects/${requireEnv("GCLOUD_PROJECT")}/databases/(default)/documents${path}`;
const commit = (world: World, writes: readonly unknown[], who: SignedIn = world.owner): Promise<Denial> =>
  world.firestore(who, "POST", ":commit", { writes });
const query = (world: World, parent: string, from: object, where?: object, who = world.owner): Promise<Denial> =>
  world.firestore(who, "POST", `${parent}:runQuery`, {
    structuredQuery: { from: [from], ...(where === undefined ? {} : { where }), limit: 5 },
  });
const equals = (field: string, value: string): object => ({
  fieldFilter: { field: { fieldPath: field }, op: "EQUAL", value: text(value) },
});

/** Collections that hold decisions: even an owner's browser writes none of them. */
const SERVER_WRITTEN = [
  "proposals",
  "executions",
  "openIntents",
  "jobRuns",
  "scheduledJobs",
  "auditEvents",
  "auditPayloads",
  "auditLog",
  "agents",
  "delegations",
  "exemptions",
  "approvalPolicies",
  "quotas",
  "outbox",
  "notices",
  "staff",
  "deadLetters",
  "enrolments",
  "digests",
  "approverRationales",
  "drafts",
  "purges",
  "retention",
  "auditLinks",
  "exports",
  "exportProgress",
] as const;

/** Written by the owner of the studio, past the API. */
const WRITES: readonly Attempt[] = [
  ...SERVER_WRITTEN.map((collection) =>
    denied(`creating a document in ${collection}`, (w) =>
      w.firestore(w.owner, "POST", `${inStudio(w, collection)}?documentId=made-up`, fields),
    ),
  ),
  denied("approving by setting the status", (w) =>
    w.firestore(
      w.owner,
      "PATCH",
      `${inStudio(w, `proposals/${w.pending.proposalId}`)}?updateMask.fieldPaths=status`,
      fields,
    ),
  ),
  denied("deleting a proposal", (w) =>
    w.firestore(w.owner, "DELETE", inStudio(w, `proposals/${w.pending.proposalId}`)),
  ),
  denied("opening the studio by writing its control document", (w) =>
    w.firestore(w.owner, "PATCH", `${inStudio(w, "control/state")}?updateMask.fieldPaths=mode`, {
      fields: { mode: text("normal") },
    }),
  ),
  denied("deleting the control document", (w) => w.firestore(w.owner, "DELETE", inStudio(w, "control/state"))),
  denied("writing the control document of all studios", (w) =>
    w.firestore(w.owner, "PATCH", "/control/global", { fields: { mode: text("normal") } }),
  ),
  denied("putting oneself on the list of the platform's operators", (w) =>
    w.firestore(w.owner, "PATCH", "/control/operators", { fields: { operators: { arrayValue: {} } } }),
  ),
  denied("making a studio of one's own", (w) =>
    w.firestore(w.owner, "PATCH", "/tenants/my-own-studio", { fields: { name: text("Mine") } }),
  ),
  denied("writing the effect past the proposal", (w) =>
    w.firestore(w.owner, "PATCH", `${inStudio(w, "firings/f-pending")}?updateMask.fieldPaths=attention`, {
      fields: { attention: { nullValue: null } },
    }),
  ),
  denied("a commit that hides the write behind a transform", (w) =>
    commit(w, [
      {
        transform: {
          document: nameOf(inStudio(w, `proposals/${w.pending.proposalId}`)),
          fieldTransforms: [{ fieldPath: "updatedAt", setToServerValue: "REQUEST_TIME" }],
        },
      },
    ]),
  ),
  denied("a commit of two writes in two studios", (w) =>
    commit(w, [
      { update: { name: nameOf(inStudio(w, "firings/f-pending")), ...fields } },
      { update: { name: nameOf(inOther(w, "firings/f-foreign")), ...fields } },
    ]),
  ),
  denied("a batch write", (w) =>
    w.firestore(w.owner, "POST", ":commit", {
      writes: [{ delete: nameOf(inStudio(w, `proposals/${w.approved.proposalId}`)) }],
    }),
  ),
];

/** Read by somebody to whom it is not open. */
const READS: readonly Attempt[] = [
  denied("reading a proposal without a sign-in", (w) =>
    w.firestore(null, "GET", inStudio(w, `proposals/${w.pending.proposalId}`)),
  ),
  denied("reading a proposal of another studio", (w) =>
    w.firestore(w.owner, "GET", inOther(w, `proposals/${w.foreign.proposalId}`)),
  ),
  denied("listing the proposals of another studio", (w) => w.firestore(w.owner, "GET", inOther(w, "proposals"))),
  denied("reading another studio's control document", (w) => w.firestore(w.owner, "GET", inOther(w, "control/state"))),
  denied("querying the proposals of another studio", (w) =>
    query(w, `/tenants/${w.other.tenantId}`, { collectionId: "proposals" }),
  ),
  denied("the proposals of all studios, as one group", (w) =>
    query(w, "", { collectionId: "proposals", allDescendants: true }),
  ),
  denied("the proposals of all studios, filtered by one's own", (w) =>
    query(w, "", { collectionId: "proposals", allDescendants: true }, equals("tenantId", w.studio.tenantId)),
  ),
  denied("the audit events of all studios, as one group", (w) =>
    query(w, "", { collectionId: "auditEvents", allDescendants: true }),
  ),
  denied("counting the proposals of all studios", (w) =>
    w.firestore(w.owner, "POST", ":runAggregationQuery", {
      structuredAggregationQuery: {
        structuredQuery: { from: [{ collectionId: "proposals", allDescendants: true }] },
        aggregations: [{ alias: "n", count: {} }],
      },
    }),
  ),
  denied("counting the proposals of another studio", (w) =>
    w.firestore(w.owner, "POST", `/tenants/${w.other.tenantId}:runAggregationQuery`, {
      structuredAggregationQuery: {
        structuredQuery: { from: [{ collectionId: "proposals" }] },
        aggregations: [{ alias: "n", count: {} }],
      },
    }),
  ),
  denied("one document of one's own and one of another's, in one call", (w) =>
    w.firestore(w.owner, "POST", ":batchGet", {
      documents: [
        nameOf(inStudio(w, `proposals/${w.pending.proposalId}`)),
        nameOf(inOther(w, `proposals/${w.foreign.proposalId}`)),
      ],
    }),
  ),
  denied("listing the studios", (w) => w.firestore(w.owner, "GET", "/tenants")),
  denied("the server's memory of executions", (w) => w.firestore(w.owner, "GET", inStudio(w, "executions"))),
  denied("the server's memory of open intents", (w) => w.firestore(w.owner, "GET", inStudio(w, "openIntents"))),
  denied("the list of the platform's operators", (w) => w.firestore(w.owner, "GET", "/control/operators")),
  denied("the enrolment codes", (w) => w.firestore(w.owner, "GET", inStudio(w, "enrolments"))),
  denied("the reasons that people gave", (w) => w.firestore(w.owner, "GET", inStudio(w, "approverRationales"))),
  denied("an approver reading the audit links", (w) => w.firestore(w.approver, "GET", inStudio(w, "auditLinks"))),
  denied("an operator reading the exports", (w) => w.firestore(w.operator, "GET", inStudio(w, "exports"))),
  denied("the tiles of another studio's log", (w) => w.firestore(w.owner, "GET", inOther(w, "auditLog/e1/tiles/0-0"))),
  denied("the delegations of all studios, as one group", (w) =>
    query(w, "", { collectionId: "delegations", allDescendants: true }),
  ),
  denied("a viewer reading the members", (w) => w.firestore(w.viewer, "GET", inStudio(w, "members"))),
  denied("a viewer reading the audit events", (w) => w.firestore(w.viewer, "GET", inStudio(w, "auditEvents"))),
  denied("an approver reading what people wrote into the audit log", (w) =>
    w.firestore(w.approver, "GET", inStudio(w, "auditPayloads")),
  ),
  denied("an operator reading the orders", (w) => w.firestore(w.operator, "GET", inStudio(w, "orders"))),
  denied("claims that are a string", async (w) =>
    w.firestore(await outsider({ [w.studio.tenantId]: "owner" }), "GET", inStudio(w, "proposals")),
  ),
  denied("claims to the platform's own tenant", async (w) =>
    w.firestore(await outsider({ platform: ["owner"] }), "GET", "/tenants/platform/auditEvents"),
  ),
];

export const FIRESTORE_ATTEMPTS: readonly Attempt[] = [...WRITES, ...READS];
