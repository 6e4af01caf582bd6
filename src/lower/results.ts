import { asNumber, axisOf, formatDim, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { equal } from "../dims/facts.ts";
import { required } from "../support/fault.ts";
import { textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration, Expression, TypeExpression } from "../syntax/ast.ts";
import { report, type Context } from "./context.ts";
import { constantLabels } from "./constant-labels.ts";
import { asTensor, failsAt, sameType } from "./convert.ts";
import { resolveType } from "./declared-types.ts";
import { helpOfResult } from "./input-helps.ts";
import { stating } from "./offered-facts.ts";
import { exampleOf, named } from "./shape-checker.ts";
import { sizeChains } from "./size-chain.ts";
import { helpOfStages } from "./sizes/help-of-stages.ts";
import { judgePlaces } from "./value-facts.ts";
import { leavesOf, treeOf, type ValueTree } from "./value-tree.ts";
import { formatType, tensor, type TensorVal, type Val } from "./values.ts";
import { factsIn } from "./minima.ts";
import { isUndecided, isUndecidedType } from "./report-undecided.ts";

/** One result of a body, with its declared name. */
export interface BodyResult {
  readonly name: string | undefined;
  readonly val: TensorVal;
}

/** The results of a body: its tensors, and how they make up its value. */
export interface BodyResults {
  readonly results: readonly BodyResult[];
  readonly tree: ValueTree;
}

/** Checks a body's value against the declared results; undefined after a report. */
export function matchResults(ctx: Context, declaration: CallableDeclaration, val: Val): BodyResults | undefined {
  if (val.kind === "poison") return undefined;
  const expression = resultExpression(declaration);
  const span = expression === undefined ? declaration.body.span : makerOf(expression);
  const elements = val.kind === "tuple" ? val.elements : [val];
  const spans = elementSpans(expression, elements.length, span);
  const declared = declaration.results;
  if (!mayGiveLists(ctx, declaration, elements, spans)) return undefined;
  if (declared !== undefined && declared.length !== elements.length) {
    report(
      ctx,
      "MC3011",
      span,
      {
        callable: declaration.name.text,
        problem: `declares ${count(declared.length)}, and its body gives ${String(elements.length)}`,
      },
      { labels: declared.map((it) => ({ span: it.span, message: "declared here" })) },
    );
    return undefined;
  }
  if (declared !== undefined && isPermuted(ctx, declaration, expression)) return undefined;
  if (declared === undefined) return inferredResults(ctx, val, span);
  const results: BodyResult[] = [];
  let fine = true;
  elements.forEach((it, index) => {
    const at = spans[index] ?? span;
    const wanted = declared[index];
    const name = wanted?.name?.text;
    const what = `the result${name === undefined ? "" : ` \`${name}\``}`;
    const checked = wanted && checkType(ctx, it, wanted.type, at, what);
    if (checked === undefined) fine = false;
    else results.push({ name, val: checked });
  });
  return fine ? { results, tree: treeOf(val) } : undefined;
}

/** Results without a declaration: tensors, and what tuples and lists make of them. */
function inferredResults(ctx: Context, val: Val, span: Span): BodyResults | undefined {
  const tensors = leavesOf(val).map((it) => asTensor(ctx, it, span));
  if (!tensors.every((it) => it !== undefined)) return undefined;
  return { results: tensors.map((it) => ({ name: undefined, val: it })), tree: treeOf(val) };
}

/** Lists are results where no type is written for them, and never a model's; false after a report. */
function mayGiveLists(
  ctx: Context,
  { name, flavor, results }: CallableDeclaration,
  elements: readonly Val[],
  spans: readonly Span[],
): boolean {
  const at = elements.findIndex((it) => it.kind === "list");
  const list = elements[at];
  const span = spans[at];
  if (list?.kind !== "list" || span === undefined || (flavor !== "model" && results === undefined)) return true;
  const why =
    flavor === "model"
      ? "and the results of a model are tensors"
      : "and its header declares tensors: leave the results out of the header where one is a list";
  const help = "Join the elements with `concat` or `stack`, or give them one by one: `(parts[0], parts[1])`.";
  report(ctx, "MC3092", span, { callable: name.text, count: list.elements.length, why }, { help });
  return false;
}

function count(results: number): string {
  return results === 1 ? "one result" : `${String(results)} results`;
}

function resultExpression(declaration: CallableDeclaration): Expression | undefined {
  const last = declaration.body.statements.at(-1);
  return last?.kind === "expression-statement" ? last.value : undefined;
}

function elementSpans(e: Expression | undefined, length: number, span: Span): readonly Span[] {
  return e?.kind === "tuple" && e.elements.length === length ? e.elements.map(makerOf) : Array<Span>(length).fill(span);
}

/** What makes a value: of a pipe its last stage. */
function makerOf(e: Expression): Span {
  if (e.kind === "pipe") return makerOf(e.stages.at(-1) ?? e.source);
  if (e.kind === "labelled-stage") return makerOf(e.stage);
  return e.kind === "parenthesized" ? makerOf(e.inner) : e.span;
}

/** `(logvar, mean)` for `(mean, logvar)`: names that say one thing at places that say another. */
function isPermuted(ctx: Context, declaration: CallableDeclaration, e: Expression | undefined): boolean {
  if (e?.kind !== "tuple") return false;
  const names = (declaration.results ?? []).map((it) => it.name?.text);
  const wrong = e.elements.findIndex(
    (it, index) => it.kind === "reference" && names.includes(it.text) && names[index] !== it.text,
  );
  const at = e.elements[wrong];
  if (at?.kind !== "reference") return false;
  report(
    ctx,
    "MC3022",
    at.span,
    { given: at.text, declared: names[wrong] ?? "?" },
    {
      labels: (declaration.results ?? []).map((it) => ({ span: it.span, message: "declared here" })),
      help: "Results are matched by position: write them in the declared order.",
    },
  );
  return true;
}

/**
 * A value checked against a type as it is written; with the axis names of that type. A number fills it. Undefined after a
 * report.
 */
export function checkType(
  ctx: Context,
  given: Val,
  type: TypeExpression,
  span: Span,
  what: string,
): TensorVal | undefined {
  const wanted = resolveType(ctx, type, "trusted");
  const val = wanted && asTensor(ctx, given, span, wanted.type);
  if (wanted === undefined || val === undefined) return undefined;
  const actual = val.value.type;
  const labels = [{ span: type.span, message: `declared as ${textOf(type.span)}` }];
  if (actual.dtype !== wanted.type.dtype) {
    report(ctx, "MC3003", span, { what, expected: wanted.type.dtype, actual: actual.dtype }, { labels });
    return undefined;
  }
  if (actual.shape.length !== wanted.type.shape.length) {
    const parameters = { what, expected: textOf(type.span), actual: formatType(actual) };
    report(ctx, "MC3001", span, parameters, { labels, ...helpOfResult(ctx, val.value, wanted.type.shape.length) });
    return undefined;
  }
  const pairs = actual.shape.map((own, axis) => ({
    own,
    declared: required(wanted.type.shape[axis], "dimension"),
    axis,
  }));
  const claim = (own: Dim, size: Dim): string => `${what} has the declared shape: ${named(own)} is ${named(size)}`;
  if (isUndecidedType(ctx, span, [actual, wanted.type], claim, labels)) return undefined;
  const facts = factsIn(ctx);
  const differing = pairs.filter((it) => decide(equal(it.own, it.declared), facts).verdict !== "proved");
  const first = differing.find((it) => !isUndecided(equal(it.own, it.declared), facts));
  if (first !== undefined) {
    const { own, declared } = first;
    const relation = equal(own, declared);
    const axes = [first, ...differing.filter((it) => it !== first)].map((it) => ({
      axis: String(it.axis),
      declared: named(it.declared),
      actual: formatDim(it.own),
    }));
    const example = exampleOf(relation, own, declared, "is not", facts);
    const all = pairs.map((it) => equal(it.own, it.declared));
    const sizes = type.dims.flatMap((it, axis) =>
      it.kind === "reference" && differing.some((other) => other.axis === axis) ? [it.text] : [],
    );
    const origins = [
      ...constantLabels(ctx.file, ctx.callable?.declaration, sizes),
      ...sizeChains(ctx, [val.value], [own]),
    ];
    const stated = stating(ctx, all);
    const help =
      stated.help ?? helpOfStages(ctx, [val.value], ([type]) => type !== undefined && sameType(ctx, type, wanted.type));
    const extras = {
      labels: [...labels, ...origins],
      ...(help !== undefined && { help }),
      ...failsAt(relation, facts),
    };
    report(ctx, "MC3012", span, { what, axes, type: formatType(actual), example }, extras);
    return undefined;
  }
  const shape = pairs.map(({ own, declared }) => (asNumber(own) === undefined ? declared : axisOf(own, declared)));
  const declared = wanted.facts.range?.below;
  if (declared !== undefined && !judgePlaces(ctx, val.facts, declared, span, { what: "numbers", taker: what }))
    return undefined;
  const known = declared === undefined ? val.facts : wanted.facts;
  // Axis names alone never need a node: they live beside the value's identity.
  return tensor({ ...val.value, type: { dtype: actual.dtype, shape } }, known);
}
