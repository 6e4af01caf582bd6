import type { StructuredTarget } from "../structured/structured-target.ts";
import { piecesWithin, type Syntax } from "../structured/visit-tree.ts";
import type { Expression, Statement } from "../structured/tree.ts";
import { tfjsFused } from "./lowerings/tfjs-lowerings.ts";
import { camelCase, pascalCase, reserved } from "./names.ts";
import { printExpression } from "./print.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import { toSyntax } from "./to-syntax.ts";
import { writeOperator } from "./write-operator.ts";

/** The longest expression that is written inside of another one. */
const inlineWidth = 80;
/** The most calls that one nests. */
const inlineCalls = 3;

/** TypeScript on TensorFlow.js, as a target of structured IR. */
export const tfjsTarget: StructuredTarget = {
  reserved,
  naming: { base: camelCase, variant: pascalCase },
  dtype: tfjsDType,
  keeps: (operator, input) => tfjsFused(operator, input) !== undefined,
  apply: writeOperator,
  isLegible,
  functionsOf,
};

function isLegible(expression: Expression): boolean {
  const printed = printExpression(toSyntax(expression));
  return printed.length <= inlineWidth && (printed.match(/\w\(/g)?.length ?? 0) <= inlineCalls;
}

function functionsOf(statements: readonly Statement[]): ReadonlySet<string> {
  return new Set([...piecesWithin(statements)].flatMap(helpersOf));
}

/** The helpers of the prelude that a piece of the tree is written with. */
function helpersOf(it: Syntax): readonly string[] {
  switch (it.kind) {
    case "within":
      return ["within"];
    case "at-step":
      return ["atStep"];
    case "key":
      return ["keyAt"];
    case "in-range":
      return ["inRange"];
    case "repeat":
      return it.over.length > 1 ? ["zip"] : [];
    case "scan":
      return [...(it.over.length > 1 ? ["zip"] : []), ...(it.over.length > 0 && !it.isLong ? ["unstack"] : [])];
    default:
      return [];
  }
}
