import { ownNames } from "../structured/structured-target.ts";
import type { StructuredFunction } from "../structured/write-functions.ts";
import type { Literal } from "../structured/tree.ts";
import type { FunctionItem, Parameter } from "./ast.ts";
import type { Interfaces } from "./interfaces.ts";
import { printExpression, printType } from "./print.ts";
import { toStatements } from "./to-syntax.ts";

/** The functions of a model in TypeScript, and the helpers of the prelude that they call. */
export function emitFunctions(
  functions: readonly StructuredFunction[],
  interfaces: Interfaces,
): { readonly items: readonly FunctionItem[]; readonly helpers: ReadonlySet<string> } {
  return {
    items: functions.map((it) => functionItem(it, interfaces)),
    helpers: new Set(
      functions.flatMap(({ helpers, needs }) => [
        ...helpers,
        ...(needs.random ? ["Place"] : []),
        ...(needs.strays ? ["Strays"] : []),
      ]),
    ),
  };
}

function functionItem(it: StructuredFunction, interfaces: Interfaces): FunctionItem {
  const { needs } = it;
  const count = it.results.length;
  const parameters: readonly Parameter[] = [
    ...it.inputs.map(({ name }) => ({ pattern: name, type: "tf.Tensor" })),
    ...(needs.parameters
      ? [{ pattern: ownNames.parameters, type: printType(interfaces.typeOf(it.parameters, "parameters")) }]
      : []),
    ...(needs.states ? [{ pattern: ownNames.states, type: printType(interfaces.typeOf(it.states, "states")) }] : []),
    ...it.settings.map(({ name, values }) => ({ pattern: name, type: settingType(values) })),
    ...it.sizes.map((size) => ({ pattern: size, type: "number" })),
    ...(needs.training ? [{ pattern: ownNames.training, type: "boolean" }] : []),
    ...(needs.random ? [{ pattern: ownNames.random, type: "Place" }] : []),
    ...(needs.strays ? [{ pattern: ownNames.strays, type: "Strays" }] : []),
  ];
  return {
    kind: "function",
    exported: false,
    name: it.name,
    parameters,
    result: count === 1 ? "tf.Tensor" : `[${Array.from({ length: count }, () => "tf.Tensor").join(", ")}]`,
    body: toStatements(it.body, it.renamed),
    doc: it.doc,
  };
}

/** `number`, `boolean`, or the words that a setting may be. */
function settingType(values: readonly Literal[]): string {
  const [first] = values;
  if (first?.kind === "number" || first?.kind === "boolean") return first.kind;
  return [...new Set(values.map((it) => printExpression(it)))].join(" | ");
}
