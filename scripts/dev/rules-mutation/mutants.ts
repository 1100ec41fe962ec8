/** One way to weaken, turn round or damage the rules. */
export interface Mutant {
  /** Line of the statement, from 1. */
  readonly line: number;
  readonly what: string;
  readonly source: string;
}

/**
 * Every rule, broken in every way that somebody could break it by hand: each `allow` opened and turned round, each operand
 * of a conjunction or disjunction dropped, each branch of a choice taken for the other, and each role taken off a list. All
 * of them stay on their lines, and comments are left alone.
 */
export function mutantsOf(source: string): readonly Mutant[] {
  const lines = source.split("\n");
  return lines.flatMap((line, index) => {
    const code = line.replace(/\/\/.*$/, "");
    const put = (what: string, changed: string): Mutant => ({
      line: index + 1,
      what,
      source: lines.with(index, changed).join("\n"),
    });
    return [...allowsIn(code, put), ...operandsIn(code, put), ...branchesIn(code, put), ...rolesIn(code, put)];
  });
}

type Put = (what: string, changed: string) => Mutant;

const ALLOW = /allow ([a-z, ]+): if (.+?);/;

function allowsIn(code: string, put: Put): Mutant[] {
  const [statement, methods = "", condition = ""] = ALLOW.exec(code) ?? [];
  if (statement === undefined) return [];
  const withCondition = (changed: string): string => code.replace(statement, () => `allow ${methods}: if ${changed};`);
  return [
    put(`allow ${methods} to everybody`, withCondition("true")),
    put(`allow ${methods} to whom it was denied`, withCondition(`!(${condition})`)),
    ...(condition === "false" ? [] : [put(`allow ${methods} to nobody`, withCondition("false"))]),
  ];
}

function operandsIn(code: string, put: Put): Mutant[] {
  const [, head = "", expression = "", tail = ""] = /^(\s*(?:let \w+ =|return) )(.*)(;\s*)$/.exec(code) ?? [];
  return [" && ", " || "].flatMap((operator) => {
    const operands = expression.split(operator);
    if (operands.length < 2) return [];
    return operands.map((operand, i) =>
      put(`without “${operand}”`, `${head}${operands.filter((_, j) => j !== i).join(operator)}${tail}`),
    );
  });
}

function branchesIn(code: string, put: Put): Mutant[] {
  const [, head, condition, yes, no] = /^(\s*(?:let \w+ =|return) )(.+?) \? (.+?) : (.+);\s*$/.exec(code) ?? [];
  if (head === undefined || condition === undefined || yes === undefined || no === undefined) return [];
  return [
    put(`“${yes}” whether or not ${condition}`, `${head}${yes};`),
    put(`“${no}” whether or not ${condition}`, `${head}${no};`),
  ];
}

function rolesIn(code: string, put: Put): Mutant[] {
  const [list] = /\[("[a-z_]+"(?:, )?)+\]/.exec(code) ?? [];
  if (list === undefined) return [];
  const roles = [...list.matchAll(/"[a-z_]+"/g)].map(([role]) => role);
  return roles.map((role) =>
    put(
      `without the role ${role}`,
      code.replace(list, () => `[${roles.filter((other) => other !== role).join(", ")}]`),
    ),
  );
}
