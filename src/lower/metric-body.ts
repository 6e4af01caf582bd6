import { referencesIn } from "../analyze/walk.ts";
import { asNumber, formatDim, variablesOf, type Dim } from "../dims/dim.ts";
import type { Func, Value } from "../ir/graph.ts";
import type { Accumulator } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import type { CallableDeclaration, Expression } from "../syntax/ast.ts";
import type { FinishStatement, GatherStatement } from "../syntax/ast/metrics.ts";
import {
  castNode,
  createUnit,
  freshValue,
  findLocal,
  innerScope,
  report,
  type Context,
  type Scope,
} from "./context.ts";
import { asTensor } from "./convert.ts";
import { figureFunction } from "./figure-function.ts";
import type { MetricBody } from "./instance.ts";
import { checkType } from "./results.ts";
import { lowerStatement } from "./statements.ts";
import type { ValueTree } from "./value-tree.ts";
import { formatType, tensor, type TensorVal, type Val } from "./values.ts";

const betterOf = { more: "higher", less: "lower" } as const;
const merges = { total: "sum", largest: "max", smallest: "min" } as const;

/**
 * Lowers the body of a metric: its accumulators are the results of its function, and `finish` a function of its own, of
 * what they have come to. Undefined after a report.
 */
export function lowerMetricBody(ctx: Context, declaration: CallableDeclaration): MetricBody | undefined {
  // What is missing of a metric was reported when its declaration was looked at.
  if (declaration.body.statements.at(-1)?.kind !== "finish") return undefined;
  const gathered: { readonly name: string; readonly val: TensorVal }[] = [];
  const accumulators: Accumulator[] = [];
  let finish: Func | undefined;
  let fine = true;
  for (const statement of declaration.body.statements) {
    if (statement.kind === "gather") {
      const val = lowerGather(ctx, declaration, statement);
      const name = statement.name.text;
      // Until `finish` it is not known what all examples give.
      ctx.scope.names.set(name, { kind: "barred", what: "accumulator", name, declared: statement.name.span });
      if (val === undefined) fine = false;
      else {
        gathered.push({ name, val });
        accumulators.push({ name, type: val.value.type, merge: merges[statement.merge] });
      }
    } else if (statement.kind === "finish") {
      finish = fine ? lowerFinish(ctx, declaration, statement, accumulators) : undefined;
    } else if (!lowerStatement(ctx, statement)) fine = false;
  }
  const { better } = declaration;
  const named = better !== undefined || declaration.results !== undefined;
  if (!fine || finish === undefined || !named || gathered.length === 0) return undefined;
  const tree: ValueTree = { kind: "tuple", elements: gathered.map(() => ({ kind: "leaf" })) };
  const parts = { ...(better !== undefined && { better: betterOf[better] }), accumulators, finish };
  return { gathered, tree, parts };
}

/** What a batch gives to an accumulator: f32, of a size that is the same for all batches. */
function lowerGather(
  ctx: Context,
  declaration: CallableDeclaration,
  { name, type, value, merge }: GatherStatement,
): TensorVal | undefined {
  const given = asTensor(ctx, ctx.elaborator.rules.expression(ctx, value), value.span, { dtype: "f32" });
  // Sums of few bits would be worth little: whatever the network computes in, f32 is gathered.
  const wide = given && isFloat(given.value.type.dtype) ? tensor(castNode(ctx, given.value, "f32", value.span)) : given;
  const val = wide && checkType(ctx, wide, type, value.span, `the accumulator \`${name.text}\``);
  if (val === undefined) return undefined;
  const { dtype, shape } = val.value.type;
  const free = shape.find((dim) =>
    isEntry(ctx) ? batchDims(declaration).some((it) => variablesOf(dim).has(it)) : asNumber(dim) === undefined,
  );
  if (dtype === "f32" && free === undefined) return val;
  const found = formatType(val.value.type);
  report(ctx, "MC3061", type.span, {
    merge,
    name: name.text,
    found,
    ...(free !== undefined && { free: formatDim(free) }),
  });
  return undefined;
}

/** Whether a metric is looked at by itself, its dims free. */
function isEntry({ frame }: Context): boolean {
  return frame.parent === undefined;
}

/** The dims that are the first of an input, as the batch is. */
function batchDims({ inputs }: CallableDeclaration): readonly string[] {
  return inputs.flatMap(
    ({
      type: {
        dims: [first],
      },
    }) => (first?.kind === "reference" ? [first.text] : []),
  );
}

/** What makes the figure: a function of the accumulators, which sees nothing of a batch. */
function lowerFinish(
  ctx: Context,
  declaration: CallableDeclaration,
  { value, span }: FinishStatement,
  accumulators: readonly Accumulator[],
): Func | undefined {
  const unit = createUnit();
  const scope = finishScope(ctx.scope, isEntry(ctx) ? batchDims(declaration) : undefined);
  const inputs = accumulators.map((it): Value => {
    const input = freshValue(unit, it.type, it.name);
    scope.names.set(it.name, tensor(input));
    return input;
  });
  const inner: Context = { ...ctx, unit, scope, nodes: [], mode: "inference" };
  lowerConstants(inner, declaration, value);
  const figure = asTensor(inner, ctx.elaborator.rules.expression(inner, value), value.span, { dtype: "f32" });
  if (figure === undefined) return undefined;
  const [several] = declaration.results ?? [];
  if (unit.draws || !isFigure(ctx, figure.value.type, several !== undefined)) {
    const found = unit.draws ? "draws random numbers" : `is ${formatType(figure.value.type)}`;
    report(ctx, "MC3062", value.span, { found, several: several !== undefined });
    return undefined;
  }
  if (several !== undefined && !checkType(inner, figure, several.type, value.span, "what `finish` makes"))
    return undefined;
  const body = { inputs, nodes: inner.nodes, results: [figure.value] };
  return figureFunction(declaration.name.text, accumulators, body, span);
}

/** Whether a type is that of a figure: of one number, or of a row or a table, whose sizes are known where it is used. */
function isFigure(ctx: Context, { dtype, shape }: TensorType, several: boolean): boolean {
  if (dtype !== "f32") return false;
  if (!several) return shape.length === 0;
  return shape.length > 0 && shape.length <= 2 && (isEntry(ctx) || shape.every((dim) => asNumber(dim) !== undefined));
}

/**
 * Tensors that the body binds before `finish` and that are made of no batch, such as `range(C)`, are made again for it: those
 * that it mentions, and what these are made of.
 */
function lowerConstants(inner: Context, { body }: CallableDeclaration, finish: Expression): void {
  const bindings = body.statements.filter((it) => it.kind === "binding");
  const needed = new Set(referencesIn(finish));
  for (const { targets, value } of bindings.toReversed())
    if (targets.some((it) => needed.has(it.text))) for (const name of referencesIn(value)) needed.add(name);
  const { scope } = inner;
  const isBarred = (name: string): boolean => findLocal(scope, name)?.kind === "barred";
  for (const binding of bindings) {
    const bound = binding.targets.map((it) => it.text);
    if (!bound.some((it) => needed.has(it) && isBarred(it)) || [...referencesIn(binding.value)].some(isBarred))
      continue;
    for (const it of bound) scope.names.delete(it);
    lowerStatement(inner, binding);
  }
}

/**
 * The names that `finish` sees beside the accumulators: what is known when compiled, as dims are that are not of the batch.
 * What is of a batch is barred: what has its dims, or at a use, where all others are known, any that is open.
 */
function finishScope({ parent, names }: Scope, batch: readonly string[] | undefined): Scope {
  const scope = innerScope(parent && finishScope(parent, batch));
  const isOfBatch = (dim: Dim): boolean => {
    const open = variablesOf(dim);
    return batch === undefined ? open.size > 0 : batch.some((it) => open.has(it));
  };
  const isKnown = (val: Val): boolean => {
    if (val.kind === "tuple" || val.kind === "list") return val.elements.every(isKnown);
    if (val.kind === "dim") return !isOfBatch(val.dim);
    if (val.kind === "ratio") return !isOfBatch(val.dividend) && !isOfBatch(val.divisor);
    return val.kind !== "tensor";
  };
  for (const [name, it] of names) {
    if (it.kind === "cell" || it.kind === "barred" || isKnown(it)) scope.names.set(name, it);
    else scope.names.set(name, { kind: "barred", what: "batch", name, declared: undefined });
  }
  return scope;
}
