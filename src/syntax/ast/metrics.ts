import type { Expression, Name, NodeBase, TypeExpression } from "../ast.ts";

/** In a metric, `total hits: f32[] = sum(hit)`: what a batch gives to an accumulator, and how batches are merged. */
export interface GatherStatement extends NodeBase {
  readonly kind: "gather";
  readonly merge: "total" | "largest" | "smallest";
  readonly name: Name;
  readonly type: TypeExpression;
  readonly value: Expression;
}

/** The last statement of a metric, `finish hits / count`: the figure, of what all examples have given. */
export interface FinishStatement extends NodeBase {
  readonly kind: "finish";
  readonly value: Expression;
}
