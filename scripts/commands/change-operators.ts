import type { RouteAnswer } from "@studio-os/functions/contracts";
import { group } from "../terminal/program.js";
import type { AddCommand } from "../terminal/program.js";
import { table } from "../terminal/report.js";

const OPERATORS = ["operators", "Who may stop and release all studios: for operators of the platform."] as const;

/** `studio operators list`: who is on the list, and what waits for a second operator. */
export const addListOperators: AddCommand = (program, { withSession }) => {
  group(program, ...OPERATORS)
    .command("list")
    .description("Who may stop and release all studios, and which change of that waits.")
    .action(
      withSession(async ({ call }) => {
        const answer = await call("getOperators", {}, null);
        return { lines: linesOf(answer), json: answer };
      }),
    );
};

/** `studio operators add` and `remove`: asks for a change of the list, or confirms what another operator asked for. */
export const addChangeOperators: AddCommand = (program, { withSession }) => {
  const both = [
    { verb: "add", isIn: true, what: "Put somebody on the list" },
    { verb: "remove", isIn: false, what: "Take somebody off the list" },
  ] as const;
  for (const { verb, isIn, what } of both)
    group(program, ...OPERATORS)
      .command(`${verb} <uid>`)
      .description(`${what}, or confirm it where another operator asked for exactly this. Needs a fresh sign-in.`)
      .requiredOption("--name <name>", "how the person is called")
      .requiredOption("--reason <text>", "why, in at least 20 characters")
      .option("--phrase <text>", "the phrase of a change that one operator makes alone, after the delay")
      .action(
        withSession(async ({ call }, { name, reason, phrase }, [operatorUid = ""]) => {
          const body = { name: String(name), isIn, reason: String(reason) };
          const alone = typeof phrase === "string" ? { phrase } : {};
          const answer = await call("changeOperator", { operatorUid }, { ...body, ...alone });
          const said = answer.isChanged
            ? "The list is changed."
            : "It is asked for. Another operator, or you with the phrase after the delay, confirms it.";
          return { lines: [said, ...linesOf(answer)], json: answer };
        }),
      );
};

function linesOf({ operators, changeRequest }: RouteAnswer<"getOperators">): string[] {
  const rows = operators.map(({ uid, name, disabledAt }) => [
    uid,
    name,
    disabledAt === null ? "in" : `off since ${disabledAt}`,
  ]);
  if (changeRequest === null) return table(rows);
  const { by, at, uid, name, isIn } = changeRequest;
  return [...table(rows), `${by.name} asked at ${at} to ${isIn ? "add" : "remove"} ${uid} (${name}).`];
}
