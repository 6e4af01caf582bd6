import type { Node, Region, TrainingNode, Value } from "../ir/graph.ts";
import type { Span } from "../support/source.ts";
import { freshValue, innerScope, regionWithin, report, type Cell, type Context } from "./context.ts";
import { dtypeOf } from "./arithmetic.ts";
import { commonFacts } from "./value-facts.ts";
import { asTensor, sameType } from "./convert.ts";
import { fromLeaves, leavesOf, treeOf, type ValueTree } from "./value-tree.ts";
import { formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";

/** What a branch is made of: its value, if the `when` has one. */
export type Branch = (ctx: Context) => Val | undefined;

interface Lowered {
  readonly context: Context;
  readonly nodes: readonly Node[];
  /** How its values make up one. */
  readonly tree: ValueTree | undefined;
  readonly values: readonly TensorVal[] | undefined;
  readonly poisoned: boolean;
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
  const then = lowerBranch(ctx, inTraining, "training", span);
  restore();
  const other = lowerBranch(ctx, otherwise, "inference", span);
  restore();
  if (then.poisoned || other.poisoned) return poison;
  const pairs: { readonly a: TensorVal; readonly b: TensorVal; readonly cell: Cell | undefined }[] = [];
  if (then.values !== undefined || other.values !== undefined) {
    const left = then.values ?? [];
    const right = other.values ?? [];
    const fits =
      JSON.stringify(then.tree) === JSON.stringify(other.tree) &&
      left.every((it, index) => {
        const against = right[index];
        return against !== undefined && sameType(ctx, it.value.type, against.value.type);
      });
    if (!fits) {
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
    const left = then.cells.get(cell);
    const right = other.cells.get(cell);
    if (left === undefined || right === undefined || (left === current && right === current)) continue;
    const a = asTensor(then.context, left, span, dtypeOf(right));
    const b = a && asTensor(other.context, right, span, a.value.type.dtype);
    if (a === undefined || b === undefined) return poison;
    if (!sameType(ctx, a.value.type, b.value.type)) {
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
  return then.tree && fromLeaves(then.tree, vals.slice(0, count));
}

function lowerBranch(ctx: Context, branch: Branch, mode: "training" | "inference", span: Span): Lowered {
  const nodes: Node[] = [];
  const inner: Context = {
    ...ctx,
    nodes,
    ...regionWithin(ctx),
    mode,
    scope: innerScope(ctx.scope),
    owning: ctx.owning === "yes" ? "nested" : ctx.owning,
  };
  const val = branch(inner);
  const values = (val && leavesOf(val))?.map((it) => asTensor(inner, it, span));
  const poisoned = values?.some((it) => it === undefined) === true;
  const cells = new Map<Cell, Val>();
  for (const cell of cellsOf(ctx)) if (cell.current !== undefined) cells.set(cell, cell.current);
  return {
    context: inner,
    tree: val && treeOf(val),
    nodes,
    values: values?.flatMap((it) => it ?? []),
    poisoned,
    cells,
  };
}

/** What a branch may update. */
function cellsOf(ctx: Context): readonly Cell[] {
  return [...ctx.unit.cells, ...ctx.carries];
}
