import { asNumber, divideExactly, formatDim, multiply, product, sameForm } from "../../dims/dim.ts";
import { equal } from "../../dims/facts.ts";
import type { Attributes, Value } from "../../ir/graph.ts";
import { inferOperator } from "../../graph/infer.ts";
import { helpOfLetters, spacedLetters } from "../../ops/define/einops-pattern.ts";
import { isElementwise } from "../../ops/define/structure.ts";
import type { Operator } from "../../ops/define/operator.ts";
import { elementAt } from "../../support/element-at.ts";
import { inFile, textOf, type Span } from "../../support/source.ts";
import type { TypeExpression } from "../../syntax/ast.ts";
import type { Context } from "../context.ts";
import { formatType } from "../values.ts";
import { seemsChannelsFirst } from "./seems-channels-first.ts";
import { conditionFor } from "../offered-facts.ts";
import { makerOf } from "../maker-of.ts";
import { checking } from "./checking.ts";
import { declaredResult } from "./declared-result.ts";
import { helpOfAxes } from "./help-of-axes.ts";
import { helpOfCut, helpOfOperands } from "./help-of-operands.ts";
import { helpOfStages } from "./help-of-stages.ts";
import { fits } from "./replay.ts";

/** An application of an operator whose sizes do not fit. */
export interface Misapplied {
  readonly operator: Operator;
  readonly operands: readonly Value[];
  readonly spans: readonly (Span | undefined)[];
  readonly attributes: Attributes;
  readonly span: Span;
}

/** Operators that join their operands place by place. */
const joins: ReadonlySet<string> = new Set(["concat", "stack"]);

/** What a person may do about sizes that do not fit, where it is known that they then do. */
export function helpOfSizes(ctx: Context, misapplied: Misapplied): string | undefined {
  const { operator, operands, spans, attributes } = misapplied;
  if (operator.name === "reshape") return helpOfReshape(ctx, misapplied);
  if (operator.name === "matmul") return helpOfMatrix(ctx, misapplied);
  if (operator.name === "einsum") return helpOfEquation(ctx, misapplied);
  if (typeof operator.structure === "object" && operator.structure.kind === "image")
    return helpOfLayout(ctx, misapplied);
  if (operator.structure !== "elementwise" && !joins.has(operator.name)) return undefined;
  const declared = declaredResult(ctx, misapplied.span);
  const fitting = (types: Parameters<typeof fits>[2]): boolean =>
    fits(ctx, operator, types, attributes, declared?.type);
  const byStages = helpOfStages(ctx, operands, fitting);
  const [a, b, ...others] = operands.flatMap((value, index) => {
    const span = spans[index];
    return span === undefined ? [] : [{ value, span }];
  });
  if (a === undefined || b === undefined || others.length > 0 || operands.length > 2) return byStages;
  if (a.value.type.shape.length !== b.value.type.shape.length) return helpOfAxes(ctx, [a, b], fitting) ?? byStages;
  if (byStages === undefined)
    return helpOfOperands(ctx, operator.name, [a, b], fitting, declared?.word) ?? helpBesideFacts(ctx, misapplied);
  const smaller = helpOfCut(ctx, [a, b], fitting);
  return smaller === undefined ? byStages : `${byStages} Or cut the larger one: ${smaller}.`;
}

/** The same where the header has to state something besides, as that sizes are even. */
function helpBesideFacts(ctx: Context, { operator, operands, attributes }: Misapplied): string | undefined {
  const { axis } = attributes;
  let stated: string | undefined;
  const help = helpOfStages(ctx, operands, ([first, ...others]) => {
    if (first === undefined || others.some((it) => it.shape.length !== first.shape.length)) return false;
    const relations = others.flatMap(({ shape }) =>
      shape.flatMap((dim, at) =>
        operator.name === "concat" && axis?.value === at ? [] : [equal(elementAt(first.shape, at), dim)],
      ),
    );
    stated = conditionFor(ctx, relations);
    return stated !== undefined;
  });
  return help === undefined || stated === undefined ? undefined : `${help} And state it ${stated}.`;
}

/** The one number in a new shape that is another, for the number of elements to stay. */
function helpOfReshape(ctx: Context, { operands, attributes, span }: Misapplied): string | undefined {
  const { shape: wanted } = attributes;
  const [x] = operands;
  if (x === undefined || wanted?.kind !== "dims" || inFile(span).file.library === true) return undefined;
  const text = textOf(span);
  // What the list stands behind is no name, of which it would be an index.
  const match = /(?<=[(,=]\s*)\[([^[\]]*)\](?=,?\s*\)$)/.exec(text);
  const [list, inside = ""] = match ?? [];
  const written = inside.split(",").map((it) => it.trim());
  if (match === null || list === undefined || written.length !== wanted.value.length) return undefined;
  const count = product(x.type.shape);
  const shapes = wanted.value.flatMap((dim, axis): string[] => {
    if (asNumber(dim) === undefined) return [];
    const beside = product(wanted.value.filter((_, other) => other !== axis));
    const quotient = divideExactly(count, beside);
    // The sizes of a use have other names in what is used.
    const isNamed = asNumber(quotient) !== undefined || ctx.frame.parent === undefined;
    if (!isNamed || !sameForm(multiply(quotient, beside), count)) return [];
    const right = formatDim(quotient);
    const sizes = written.map((it, at) => (at === axis ? right : it)).join(", ");
    return [`${text.slice(0, match.index)}[${sizes}]${text.slice(match.index + list.length)}`];
  });
  const [first, ...others] = shapes;
  if (first === undefined) return undefined;
  const isFlat = wanted.value.length === 2 && asNumber(elementAt(wanted.value, 0)) === undefined;
  const also = isFlat ? ", or `Flatten`, which counts them itself" : others.map((it) => `, or \`${it}\``).join("");
  return `Write \`${first}\` in place of \`${text}\`${also}.`;
}

/** An equation as NumPy has it, behind whose `...` letters stand that are axes each. */
function helpOfEquation(
  ctx: Context,
  { operator, operands, attributes: { equation } }: Misapplied,
): string | undefined {
  if (equation?.kind !== "string") return undefined;
  const types = operands.map((it) => it.type);
  const ranks = types.map((it) => it.shape.length);
  const spaced = spacedLetters(equation.value, ranks);
  if (spaced === undefined) return undefined;
  const meant = { equation: { kind: "string", value: spaced } } as const;
  if (inferOperator(operator, types, meant, checking(ctx)) === undefined) return undefined;
  const help = helpOfLetters(equation.value, ranks, "");
  return help && `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}

/** How an image is declared with its channels last, where they seem to stand first. */
function helpOfLayout(ctx: Context, { operands: [image] }: Misapplied): string | undefined {
  const found = image && inputBehind(ctx, image);
  if (found === undefined || !seemsChannelsFirst(found.value.type.shape)) return undefined;
  const { value, declared } = found;
  const [batch, channels, ...sides] = value.type.shape;
  if (batch === undefined || channels === undefined) return undefined;
  const wanted = formatType({ dtype: value.type.dtype, shape: [batch, ...sides, channels] });
  return `Images have their channels last: write \`${wanted}\` in place of \`${textOf(declared.span)}\`.`;
}

/** The input of the model that a value is, scaled or shifted by numbers at most, out of the uses that it is in. */
function inputBehind(
  ctx: Context,
  value: Value,
): { readonly value: Value; readonly declared: TypeExpression } | undefined {
  const node = makerOf(ctx, value);
  if (node !== undefined) {
    if (node.kind !== "operator" || !isElementwise(node)) return undefined;
    const [only, ...others] = node.operands.filter((it) => makerOf(ctx, it)?.kind !== "constant");
    return only === undefined || others.length > 0 ? undefined : inputBehind(ctx, only);
  }
  const outside = ctx.frame.given?.values.get(value.id);
  if (ctx.frame.given !== undefined) return outside && inputBehind(ctx.frame.given.ctx, outside);
  const declared = ctx.frame.declaration?.inputs.find(({ name }) => name?.text === value.name);
  return declared && { value, declared: declared.type };
}

/** How many rows a matrix needs that is a parameter. */
function helpOfMatrix(ctx: Context, { operands }: Misapplied): string | undefined {
  const [a, b] = operands;
  const node = b && makerOf(ctx, b);
  if (a === undefined || b === undefined || node?.kind !== "parameter" || b.type.shape.length !== 2) return undefined;
  const rows = asNumber(elementAt(a.type.shape, a.type.shape.length - 1));
  return rows === undefined
    ? undefined
    : `\`${node.path}\` needs ${String(rows)} rows, as many as the rows of the other have elements.`;
}
