import type { Dim } from "../../dims/dim.ts";
import type { AttributeValue, Node, OperatorNode, Region, ScanNode, Value } from "../../ir/graph.ts";
import type { DType, TensorType } from "../../ir/types.ts";

/** Attributes as the code of an operator reads and writes them: values alone; the operator's schema says what they are. */
export type PlainAttributes = Readonly<Record<string, AttributeValue["value"]>>;

/**
 * Appends nodes to a region under construction, inferring their types. Used by decompositions, gradient rules, passes
 * and the lowering of the language. A shape rule that fails here is a fault: callers check first what a person may get
 * wrong.
 */
export interface GraphBuilder {
  /** Applies an operator with one result. */
  op(name: string, operands: readonly Value[], attributes?: PlainAttributes): Value;
  /** Applies an operator with several results. */
  ops(name: string, operands: readonly Value[], attributes?: PlainAttributes): readonly Value[];
  /** Applies an operator as a node has it, attributes with their sources. */
  apply(node: Pick<OperatorNode, "op" | "operands" | "attributes">): readonly Value[];
  /** A scalar constant, f32 unless said. It broadcasts. */
  scalar(value: number, dtype?: DType): Value;
  /** A literal tensor. */
  constant(type: TensorType, data: number | readonly number[]): Value;
  /** A run-time dimension as an i64 scalar. */
  dim(dim: Dim): Value;
  /** A run-time dimension as a scalar of a float dtype. */
  dimAs(dim: Dim, dtype: DType): Value;
  scan(
    node: Omit<ScanNode, "kind" | "results" | "body">,
    body: (
      b: GraphBuilder,
      carries: readonly Value[],
      elements: readonly Value[],
    ) => { readonly carries: readonly Value[]; readonly emits: readonly Value[] },
  ): readonly Value[];

  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  neg(a: Value): Value;
  matmul(a: Value, b: Value): Value;
  /** Sums (or averages) over axes. */
  sum(a: Value, axes: readonly number[], keep?: boolean): Value;
  mean(a: Value, axes: readonly number[], keep?: boolean): Value;
  reshape(a: Value, shape: readonly Dim[]): Value;
  transpose(a: Value, perm: readonly number[]): Value;
  /** Broadcasts to a shape. */
  broadcast(a: Value, shape: readonly Dim[]): Value;
  cast(a: Value, to: DType): Value;
  where(condition: Value, a: Value, b: Value): Value;
  /** Zeros of a type. */
  zeros(type: TensorType): Value;
  /** Sums a gradient over the axes along which a value of `type` was broadcast, to that type. */
  reduceTo(gradient: Value, type: TensorType): Value;
  /** A fresh value, for region inputs and for nodes made by hand. */
  value(type: TensorType, name?: string): Value;
  /** Appends a finished node. */
  append(node: Node): void;
  /** Builds a nested region that shares this builder's ids. */
  region(inputs: readonly Value[], build: (b: GraphBuilder) => readonly Value[]): Region;
  /** What has been appended so far. */
  readonly nodes: readonly Node[];
  /** The next free id. */
  readonly nextId: number;
}
