import { formatDim, type Dim } from "../dims/dim.ts";
import type { Node, Region, TrainingNode, Value } from "../ir/graph.ts";
import type { Span } from "../support/source.ts";
import type { Cell } from "./cells.ts";
import { freshValue, innerScope, regionWithin, report, type Context } from "./context.ts";
import { commonFacts } from "./value-facts.ts";
import { asTensor, literalType, sameType } from "./convert.ts";
import { fromLeaves, leavesOf, sameTree, treeOf } from "./value-tree.ts";
import { formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";
import { isUndecidedType } from "./report-undecided.ts";

/** What a branch is made of: its value, if the `when` has one. */
export type Branch = (ctx: Context) => Val | undefined;

interface Lowered {
  readonly context: Context;
  readonly nodes: readonly Node[];
  readonly val: Val | undefined;
  readonly cells: ReadonlyMap<Cell, Val>;
}

/**
 * A choice between the training graph and the inference graph: both branches are lowered, each with its own nodes.
 * States and carries that either branch updates are seen after it with their new values.
 */
export function lowerTraining(ctx: Context, inTraining: Branch, otherwise: Branch, span: Span): Val | undefined {
  const before = new Map(cellsOf(ctx).map((it) => [it, it.current]));
  const restore = (): void => {
    for (const [cell, current] of before) cell.current = current;
  };
  const then = lowerBranch(ctx, inTraining, "training");
  restore();
  const other = lowerBranch(ctx, otherwise, "inference");
  restore();
  const left = tensorsOf(then, other, span);
  const right = tensorsOf(other, then, span);
  if (left === undefined || right === undefined) return poison;
  const tree = then.val && treeOf(then.val);
  const pairs: { readonly a: TensorVal; readonly b: TensorVal; readonly cell: Cell | undefined }[] = [];
  if (then.val !== undefined || other.val !== undefined) {
    const fits =
      tree !== undefined &&
      other.val !== undefined &&
      sameTree(tree, treeOf(other.val)) &&
      left.every((it, index) => {
        const against = right[index];
        return against !== undefined && sameType(ctx, it.value.type, against.value.type);
      });
    if (!fits) {
      const parts = left.length === right.length ? left.map((it, at) => [it, right[at]] as const) : [];
      if (parts.some(([a, b]) => b !== undefined && areBranchesUndecided(ctx, a, b, span))) return poison;
      const shown = (vals: readonly TensorVal[]): string =>
        vals.map((it) => formatType(it.value.type)).join(", ") || "nothing";
      report(ctx, "MC3017", span, { first: shown(left), second: shown(right) });
      return poison;
    }
    left.forEach((a, index) => {
      const b = right[index];
      if (b !== undefined) pairs.push({ a, b, cell: undefined });
    });
  }
  const count = pairs.length;
  for (const [cell, current] of before) {
    const first = then.cells.get(cell);
    const second = other.cells.get(cell);
    if (first === undefined || second === undefined || (first === current && second === current)) continue;
    const a = tensorBeside(then.context, first, second, span);
    const b = tensorBeside(other.context, second, first, span);
    if (a === undefined || b === undefined) return poison;
    if (!sameType(ctx, a.value.type, b.value.type)) {
      if (areBranchesUndecided(ctx, a, b, span)) return poison;
      report(ctx, "MC3017", span, { first: formatType(a.value.type), second: formatType(b.value.type) });
      return poison;
    }
    pairs.push({ a, b, cell });
  }
  const results = pairs.map(({ a, cell }) => freshValue(ctx.unit, a.value.type, cell?.name));
  const region = (nodes: readonly Node[], values: readonly Value[]): Region => ({ inputs: [], nodes, results: values });
  const node: TrainingNode = {
    kind: "training",
    then: region(
      then.nodes,
      pairs.map(({ a }) => a.value),
    ),
    otherwise: region(
      other.nodes,
      pairs.map(({ b }) => b.value),
    ),
    results,
    origin: span,
  };
  ctx.nodes.push(node);
  const vals = results.map((it, index) => {
    const pair = pairs[index];
    return tensor(it, pair && commonFacts(pair.a.facts, pair.b.facts));
  });
  vals.forEach((it, index) => {
    const cell = pairs[index]?.cell;
    if (cell !== undefined) cell.current = it;
  });
  return tree && fromLeaves(tree, vals.slice(0, count));
}

function lowerBranch(ctx: Context, branch: Branch, mode: "training" | "inference"): Lowered {
  const nodes: Node[] = [];
  const context: Context = {
    ...ctx,
    nodes,
    ...regionWithin(ctx),
    mode,
    scope: innerScope(ctx.scope),
    owning: ctx.owning === "yes" ? "nested" : ctx.owning,
  };
  const val = branch(context);
  const cells = new Map<Cell, Val>();
  for (const cell of cellsOf(ctx)) if (cell.current !== undefined) cells.set(cell, cell.current);
  return { context, nodes, val, cells };
}

/** The single values of a branch; undefined after a report. */
function tensorsOf({ context, val }: Lowered, other: Lowered, span: Span): readonly TensorVal[] | undefined {
  const others = other.val === undefined ? [] : leavesOf(other.val);
  const tensors = (val === undefined ? [] : leavesOf(val)).map((it, index) => {
    return tensorBeside(context, it, others[index] ?? it, span);
  });
  return tensors.every((it) => it !== undefined) ? tensors : undefined;
}

/** A value of one branch, in which a number becomes what stands at its place in the other. */
function tensorBeside(ctx: Context, val: Val, other: Val, span: Span): TensorVal | undefined {
  return asTensor(ctx, val, span, other.kind === "tensor" ? other.value.type : { dtype: literalType([val, other]) });
}

/** What a branch may update. */
function cellsOf(ctx: Context): readonly Cell[] {
  return [...ctx.unit.cells, ...ctx.carries];
}

function areBranchesUndecided(ctx: Context, a: TensorVal, b: TensorVal, span: Span): boolean {
  const claim = (left: Dim, right: Dim): string =>
    `the branches have one shape: ${formatDim(left)} is ${formatDim(right)}`;
  return isUndecidedType(ctx, span, [a.value.type, b.value.type], claim);
}
