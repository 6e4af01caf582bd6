import type { Collector } from "../diagnostics/collector.ts";
import type { Expression, Input } from "../syntax/ast.ts";

/** What is known of optional inputs: of each group at least one is given. */
export type GivenGroups = readonly (readonly string[])[];

/** What is known of optional inputs where a condition holds, or where it does not. */
export function givenBy(condition: Expression, holds: boolean): GivenGroups {
  switch (condition.kind) {
    case "parenthesized":
      return givenBy(condition.inner, holds);
    case "unary":
      return condition.operator === "not" ? givenBy(condition.operand, !holds) : [];
    case "binary": {
      const { operator } = condition;
      if (operator !== "and" && operator !== "or") return [];
      const [left, right] = [givenBy(condition.left, holds), givenBy(condition.right, holds)];
      if ((operator === "and") === holds) return [...left, ...right];
      return left.flatMap((one) => right.map((other) => [...one, ...other]));
    }
    case "call": {
      const { callee } = condition;
      const [argument] = condition.arguments;
      const asks = callee.kind === "reference" && callee.text === "given" && argument?.value.kind === "reference";
      return holds && asks ? [[argument.value.text]] : [];
    }
    default:
      return [];
  }
}

/** Reports a `given` that asks for something else than an optional input: `input` is what it asks for, where it is one. */
export function reportGiven(
  collector: Pick<Collector, "report">,
  argument: Expression,
  input: Input | undefined,
): void {
  const name = input?.name?.text;
  if (input === undefined || name === undefined) {
    collector.report(
      "MC2043",
      argument.span,
      { actual: "none" },
      { help: "Write the name of an input alone: `given(mask)`." },
    );
    return;
  }
  const actual = `\`${name}\`, which ${input.default === undefined ? "is always given" : "has a default"}`;
  collector.report(
    "MC2043",
    argument.span,
    { actual },
    {
      labels: [{ span: input.span, message: "declared here" }],
      help: `An optional input is declared with \`?\` and without a default: \`${name}: ...?\`.`,
    },
  );
}

/** How to use what may be left out. */
export function whenGiven(inputs: readonly string[]): string {
  const condition = inputs.map((it) => `given(${it})`).join(" or ");
  return `Write \`when ${condition} { ... }\` around it.`;
}
