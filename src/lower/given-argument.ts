import { referencesIn } from "../analyze/walk.ts";
import { formatDim } from "../dims/dim.ts";
import type { ParametersOf } from "../diagnostics/catalog.ts";
import type { Span } from "../support/source.ts";
import { report, type Context, type Scope } from "./context.ts";
import type { CallableDeclaration, Expression } from "../syntax/ast.ts";
import type { GivenArgument, Val } from "./values.ts";

/** A value that a person gives to what stands in the library: its numbers know it, whatever becomes of them there. */
export function withArgument(val: Val, name: string, span: Span): Val {
  switch (val.kind) {
    case "number":
      return { ...val, argument: { name, value: String(val.value), span } };
    case "dim":
      return { ...val, argument: { name, value: formatDim(val.dim), span } };
    case "list":
    case "tuple":
      return { ...val, elements: val.elements.map((it, index) => withArgument(it, `${name}[${index}]`, span)) };
    default:
      return val;
  }
}

/** The argument that some values come from, where it is one: what is wrong with what is made of them is wrong with it. */
export function argumentOf(vals: readonly Val[]): GivenArgument | undefined {
  const [first, ...others] = vals.flatMap((it): readonly GivenArgument[] => {
    if (it.kind === "list" || it.kind === "tuple") return argumentsIn(it.elements);
    return argumentsIn([it]);
  });
  return others.every((it) => it.span === first?.span) ? first : undefined;
}

function argumentsIn(vals: readonly Val[]): readonly GivenArgument[] {
  return vals.flatMap((it) => ("argument" in it && it.argument !== undefined ? [it.argument] : []));
}

/** The argument that a condition of a declaration is about, where it is about hyperparameters alone. */
export function argumentIn(
  condition: Expression,
  { hyperparameters }: CallableDeclaration,
  { names }: Scope,
): GivenArgument | undefined {
  const mentioned = [...referencesIn(condition)];
  if (!mentioned.every((it) => hyperparameters.some(({ name }) => name.text === it))) return undefined;
  return argumentOf(
    mentioned.flatMap((it): readonly Val[] => {
      const val = names.get(it);
      return val === undefined || val.kind === "cell" || val.kind === "barred" ? [] : [val];
    }),
  );
}

/** Reports a number out of range, in the words of the argument that it comes from. */
export function reportRange(ctx: Context, val: Val, parameters: ParametersOf<"MC3010">, span: Span): void {
  const argument = argumentOf([val]);
  const own = argument && { what: `\`${argument.name}\``, actual: argument.value };
  report(ctx, "MC3010", span, { ...parameters, ...own }, {}, argument);
}
