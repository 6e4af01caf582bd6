import type { Dim } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";

/** The name of a tensor in an ONNX graph; the empty reference stands for an input that is left out. */
export type OnnxRef = string & { readonly __brand: "OnnxRef" };

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] };

/** What an operator's ONNX lowering writes to. Nodes are of the standard operator set at `opset`. */
export interface OnnxWriter {
  readonly opset: number;
  readonly mode: "training" | "inference";
  /** Adds a node with one output. */
  node(type: string, inputs: readonly OnnxRef[], attributes?: Readonly<Record<string, OnnxAttribute>>): OnnxRef;
  /** Adds a node with `outputs` outputs, all named. */
  nodes(
    type: string,
    inputs: readonly OnnxRef[],
    outputs: number,
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): readonly OnnxRef[];
  /** An input that is left out. */
  readonly absent: OnnxRef;
  /** A constant tensor, shared where equal. Without shape: a scalar. */
  constant(dtype: DType, data: number | readonly number[], shape?: readonly number[]): OnnxRef;
  /** A one-dimensional i64 constant: axes, starts, ends. */
  ints(values: readonly number[]): OnnxRef;
  /** The value of a dimension as an i64 scalar: a constant, or computed once from the graph's inputs. */
  dim(dim: Dim): OnnxRef;
  /** An i64 vector of dimensions, as Reshape and Expand take it. At most one free dim may become -1 where `inferable`. */
  shape(dims: readonly Dim[], options?: { readonly inferable?: boolean }): OnnxRef;
  cast(ref: OnnxRef, to: DType): OnnxRef;
  /** The ONNX TensorProto.DataType number of a dtype. */
  dataType(dtype: DType): number;
  /**
   * Writes a subgraph (for Scan, Loop, If) and returns it as an attribute value; `build` sees a writer of the inner
   * scope, refs of its inputs, and returns its outputs. Outer refs may be used inside.
   */
  subgraph(
    inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly Dim[] | undefined }[],
    build: (
      writer: OnnxWriter,
      inputs: readonly OnnxRef[],
    ) => readonly { readonly ref: OnnxRef; readonly dtype: DType; readonly shape: readonly Dim[] | undefined }[],
  ): OnnxSubgraph;
  /** Adds a node that holds a subgraph. */
  withSubgraph(
    type: string,
    inputs: readonly OnnxRef[],
    outputs: number,
    body: OnnxSubgraph,
    attributes?: Readonly<Record<string, OnnxAttribute>>,
  ): readonly OnnxRef[];
  /** The ref of an IR value that is in scope. */
  ref(value: Value): OnnxRef;
}

/** A finished subgraph, opaque to lowerings. */
export interface OnnxSubgraph {
  readonly kind: "onnx-subgraph";
}
