import type { Dim } from "../../dims/dim.ts";
import { asNumber, formatDim } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import type { OnnxAttribute, OnnxRef, OnnxSubgraph, OnnxWriter } from "./onnx-writer.ts";
import { fault } from "../../support/fault.ts";
import { createConstants } from "./constants.ts";
import { createDimWriter, type DimSource } from "./dims.ts";
import {
  dataTypes,
  type OnnxAttributeValue,
  type OnnxDim,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValueInfo,
} from "./model.ts";
import { createNames } from "./names.ts";

/** What a writer of a whole graph begins with. */
export interface WriterOptions {
  readonly opset: number;
  readonly mode: "training" | "inference";
  /** Names that only the caller gives: of inputs and of parameters. */
  readonly reserved: Iterable<string>;
  readonly outputs: readonly string[];
  readonly dimSources: ReadonlyMap<string, DimSource>;
}

/** One scope under construction: the graph, or the body of a Scan. */
export interface Scope {
  readonly writer: OnnxWriter;
  /** Says which tensor an IR value is. */
  bind(value: Value, ref: OnnxRef): void;
  /**
   * Writes the nodes of one IR node: they are named `label/Type`, and of the returned refs those that are new get the
   * names in `results`.
   */
  within(label: string, results: readonly string[], build: () => readonly OnnxRef[]): readonly OnnxRef[];
  /** Records the type of a value, for strict shape inference and for readers. */
  annotate(ref: OnnxRef, type: TensorType): void;
  /** Makes a tensor an output of the graph called `name`, by an Identity where it cannot bear that name itself. */
  output(ref: OnnxRef, name: string): void;
  /** Opens a scope inside this one. Its constants and dimensions are written to the outermost. */
  inner(
    inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly Dim[] | undefined }[],
    build: (scope: Scope, inputs: readonly OnnxRef[]) => readonly ScopeOutput[],
  ): OnnxSubgraph;
  /** What has been written, under first names. */
  readonly nodes: readonly OnnxNode[];
  readonly values: readonly OnnxValueInfo[];
  /** Whether this scope's nodes made the tensor. */
  made(ref: OnnxRef): boolean;
}

/** An output of an inner scope. */
export interface ScopeOutput {
  readonly ref: OnnxRef;
  readonly dtype: DType;
  readonly shape: readonly Dim[] | undefined;
}

interface Body extends OnnxSubgraph {
  readonly graph: OnnxGraph;
}

const asRef = (name: string): OnnxRef => name as OnnxRef;

/** A dimension as ONNX says it: a number, or the expression as a symbol. */
export function onnxDim(dim: Dim): OnnxDim {
  return asNumber(dim) ?? formatDim(dim);
}

/** The writer of one graph. */
export interface GraphWriter {
  readonly root: Scope;
  /** All that was written, with final names. */
  finish(): Pick<OnnxGraph, "nodes" | "values" | "initializers">;
}

/** An empty graph to write to. */
export function createWriter(options: WriterOptions): GraphWriter {
  const names = createNames([...options.reserved, ...options.outputs]);
  const labels = createNames([]);
  const constants = createConstants(names);
  /** Final names of tensors that were renamed: while they are written, all use the first name. */
  const renamed = new Map<string, string>();
  const rootNodes: OnnxNode[] = [];

  const dims = createDimWriter(options.dimSources, {
    node(type, inputs, name, attributes = {}) {
      const output = names.fresh(name);
      const entries = Object.entries(attributes).map(([key, value]): [string, OnnxAttributeValue] => [
        key,
        { int: value },
      ]);
      rootNodes.push({ name: output, type, inputs, outputs: [output], attributes: entries });
      return output;
    },
    vector: (values) => constants.add("i64", values, [values.length]),
    scalar: (value) => constants.add("i64", value, []),
  });

  const createScope = (nodes: OnnxNode[], lookUp: (value: Value) => OnnxRef): Scope => {
    const bound = new Map<number, OnnxRef>();
    const values: OnnxValueInfo[] = [];
    const annotated = new Set<string>();
    const made = new Set<string>();
    const outputs = new Set<string>();
    let label = "";

    const ref = (value: Value): OnnxRef => bound.get(value.id) ?? lookUp(value);

    const add = (
      type: string,
      inputs: readonly OnnxRef[],
      count: number,
      attributes: readonly (readonly [string, OnnxAttributeValue])[],
    ): readonly OnnxRef[] => {
      const base = label === "" ? type : `${label}/${type}`;
      const refs = Array.from({ length: count }, (_, index) => {
        const name = names.fresh(index === 0 ? base : `${base}.${index}`);
        made.add(name);
        return asRef(name);
      });
      nodes.push({ name: refs[0] ?? names.fresh(base), type, inputs, outputs: refs, attributes });
      return refs;
    };

    const entriesOf = (
      attributes: Readonly<Record<string, OnnxAttribute>>,
    ): readonly (readonly [string, OnnxAttribute])[] => Object.entries(attributes);

    const single = (refs: readonly OnnxRef[]): OnnxRef => refs[0] ?? fault("a node without outputs");

    const inner: Scope["inner"] = (inputs, build) => {
      const scope = createScope([], ref);
      const given = inputs.map(({ name, dtype, shape }) => ({
        name: names.fresh(name),
        dtype,
        shape: shape?.map(onnxDim),
      }));
      const results = build(
        scope,
        given.map((it) => asRef(it.name)),
      );
      const seen = new Set<string>();
      const infos = results.map(({ ref: result, dtype, shape }): OnnxValueInfo => {
        const own = scope.made(result) && !seen.has(result) ? result : scope.writer.node("Identity", [result]);
        seen.add(own);
        return { name: own, dtype, shape: shape?.map(onnxDim) };
      });
      const body: Body = {
        kind: "onnx-subgraph",
        graph: {
          // An identifier: the textual syntax takes no other name for a body.
          name: `${label.replaceAll(/\W/g, "_")}_body`.replace(/^(?![A-Za-z_])/, "_"),
          inputs: given,
          outputs: infos,
          values: scope.values.filter((it) => !seen.has(it.name)),
          initializers: [],
          nodes: scope.nodes,
        },
      };
      return body;
    };

    const writer: OnnxWriter = {
      opset: options.opset,
      mode: options.mode,
      absent: asRef(""),
      node: (type, inputs, attributes = {}) => single(add(type, inputs, 1, entriesOf(attributes))),
      nodes: (type, inputs, outputs, attributes = {}) => add(type, inputs, outputs, entriesOf(attributes)),
      constant: (dtype, data, shape = []) => asRef(constants.add(dtype, data, shape)),
      ints: (list) => asRef(constants.add("i64", list, [list.length])),
      dim: (dim) => asRef(dims.scalar(dim)),
      shape: (list, { inferable = false } = {}) => asRef(dims.shape(list, inferable)),
      cast: (it, to) => single(add("Cast", [it], 1, [["to", { int: dataTypes[to] }]])),
      dataType: (dtype) => dataTypes[dtype],
      subgraph: (inputs, build) => inner(inputs, (scope, refs) => build(scope.writer, refs)),
      withSubgraph: (type, inputs, outputs, body, attributes = {}) =>
        add(type, inputs, outputs, [["body", { graph: graphOf(body) }], ...entriesOf(attributes)]),
      ref,
    };

    return {
      writer,
      bind: (value, it) => {
        bound.set(value.id, it);
      },
      within(name, results, build) {
        const outer = label;
        label = labels.fresh(name);
        const refs = build();
        label = outer;
        refs.forEach((it, index) => {
          const wanted = results[index];
          if (wanted !== undefined && made.has(it) && !renamed.has(it)) renamed.set(it, names.fresh(wanted));
        });
        return refs;
      },
      annotate(it, type) {
        if (!made.has(it) || annotated.has(it)) return;
        annotated.add(it);
        values.push({ name: it, dtype: type.dtype, shape: type.shape.map(onnxDim) });
      },
      output(it, name) {
        const own = made.has(it) && !outputs.has(it) ? it : single(add("Identity", [it], 1, []));
        outputs.add(own);
        renamed.set(own, name);
      },
      inner,
      nodes,
      values,
      made: (it) => made.has(it),
    };
  };

  const root = createScope(rootNodes, (value) =>
    fault(`value ${value.id} (${value.name ?? "unnamed"}) is not in scope`),
  );
  return {
    root,
    finish() {
      const finalName = (name: string): string => renamed.get(name) ?? name;
      const outputs = new Set(options.outputs);
      return {
        nodes: root.nodes.map((it) => renameNode(it, finalName)),
        values: root.values.map((it) => renameValue(it, finalName)).filter((it) => !outputs.has(it.name)),
        initializers: constants.tensors,
      };
    },
  };
}

function graphOf(body: OnnxSubgraph): OnnxGraph {
  return "graph" in body ? (body as Body).graph : fault("a subgraph of another writer");
}

type Rename = (name: string) => string;

function renameNode(node: OnnxNode, rename: Rename): OnnxNode {
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: node.attributes.map(([name, value]) => [
      name,
      "graph" in value ? { graph: renameGraph(value.graph, rename) } : value,
    ]),
  };
}

function renameValue(value: OnnxValueInfo, rename: Rename): OnnxValueInfo {
  return { ...value, name: rename(value.name) };
}

function renameGraph(graph: OnnxGraph, rename: Rename): OnnxGraph {
  return {
    ...graph,
    outputs: graph.outputs.map((it) => renameValue(it, rename)),
    values: graph.values.map((it) => renameValue(it, rename)),
    nodes: graph.nodes.map((it) => renameNode(it, rename)),
  };
}
