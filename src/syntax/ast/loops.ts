import type { Body, Chain, Expression, Name, NodeBase, TypeExpression } from "../ast.ts";

/** What `for` runs through: `for u in units as name`, `for (i, u) in enumerate(units)`. */
export interface LoopHead extends NodeBase {
  readonly targets: readonly Name[];
  /** True for `for (a, b) in ...`, also of one name. */
  readonly tuple: boolean;
  readonly list: Expression;
  readonly label: Name | undefined;
}

/** `for variable in list [as name] { chain }` */
export interface ForStage extends LoopHead {
  readonly kind: "for-stage";
  readonly chain: Chain;
}

/** `for variable in list [as name] [with h = init] { statements }` as a value: a list, or what it emits. */
export interface ForExpression extends LoopHead {
  readonly kind: "for-expression";
  readonly carries: readonly LoopCarry[];
  readonly body: Body;
}

/** A value that goes from round to round: `h = x`, or `h: f32[B, D] = x` where its type must not change. */
export interface LoopCarry extends NodeBase {
  readonly kind: "loop-carry";
  readonly name: Name;
  readonly type: TypeExpression | undefined;
  readonly init: Expression;
}

/** `scan x_t in x, y_t in y over T [until lengths] [reverse] with h: type = init, c: type = init { statements }` */
export interface ScanExpression extends NodeBase {
  readonly kind: "scan";
  readonly sequences: readonly ScanSequence[];
  readonly over: Expression;
  /** How many elements each example has. */
  readonly until: Expression | undefined;
  readonly reverse: boolean;
  readonly carries: readonly ScanCarry[];
  readonly body: Body;
}

export interface ScanSequence extends NodeBase {
  readonly kind: "scan-sequence";
  readonly element: Name;
  readonly source: Expression;
}

export interface ScanCarry extends NodeBase {
  readonly kind: "scan-carry";
  readonly name: Name;
  readonly type: TypeExpression;
  readonly init: Expression;
}
