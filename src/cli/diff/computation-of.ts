import { dimKey, substitute, variable, variablesOf, type Dim } from "../../dims/dim.ts";
import { mapAttributes } from "../../graph/map-attributes.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { attributesKey } from "../../ir/attributes-key.ts";
import type { Graph, Module, Node, Region, Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { flatten } from "../../passes/flatten.ts";
import { fingerprint } from "../../runtime/train/fingerprint.ts";
import { fault, required } from "../../support/fault.ts";

/** A fingerprint of what a model computes of its inputs and its weights, in either mode. */
export interface Computation {
  readonly inference: string;
  readonly training: string;
}

/**
 * What a model computes, whatever its bindings and dims are called, in which blocks its operators stand, and in which order
 * they are written.
 */
export function computationOf(module: Module): Computation {
  const places = dimPlaces(module);
  const shown = (dim: Dim): Dim => substitute(dim, (name) => places.get(name));
  return {
    inference: fingerprintOf(flatten(module, { mode: "inference", features: "plain" }), shown),
    training: fingerprintOf(flatten(module, { mode: "training", features: "plain" }), shown),
  };
}

/** Dim variables by where the inputs have them: their names are nobody's. */
function dimPlaces(module: Module): ReadonlyMap<string, Dim> {
  const { body, inputNames } = entryOf(module);
  const inputs = body.inputs.map(({ type }, at) => ({ name: inputNames[at] ?? "", type }));
  const places = new Map<string, Dim>();
  for (const { type } of inputs.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const name of type.shape.flatMap((dim) => [...variablesOf(dim)])) {
      if (!places.has(name)) places.set(name, variable(`D${places.size}`));
    }
  }
  return places;
}

/** A fingerprint of the outputs of a graph, each by what it is made of. */
function fingerprintOf(graph: Graph, shown: (dim: Dim) => Dim): string {
  const made = new Map<number, string>();
  for (const { name, value } of graph.inputs) made.set(value.id, `input ${JSON.stringify(name)}`);
  nameNodes(graph.nodes, made, shown);
  const outputs = graph.outputs.map(({ name, value }) => `${JSON.stringify(name)} ${madeOf(value, made)}`);
  return fingerprint(outputs.toSorted().join("\n"));
}

function madeOf({ id }: Value, made: ReadonlyMap<number, string>): string {
  return required(made.get(id), "a value that stands before its use");
}

function nameNodes(nodes: readonly Node[], made: Map<number, string>, shown: (dim: Dim) => Dim): void {
  for (const node of nodes) {
    const text = fingerprint(textOfNode(node, made, shown));
    node.results.forEach(({ id }, at) => made.set(id, `${text} ${at}`));
  }
}

/** What a node is, and what it is made of. */
function textOfNode(node: Node, made: Map<number, string>, shown: (dim: Dim) => Dim): string {
  const all = (values: readonly Value[]): string => values.map((it) => madeOf(it, made)).join(",");
  const typeOf = ({ dtype, shape }: TensorType): string => `${dtype}[${shape.map((it) => dimKey(shown(it))).join()}]`;
  const types = node.results.map((it) => typeOf(it.type)).join();
  switch (node.kind) {
    case "operator":
      return `${node.op}(${all(node.operands)})${attributesKey(mapAttributes(node.attributes, shown))} ${types}`;
    case "constant":
      return `constant ${JSON.stringify(node.data)} ${types}`;
    case "dim":
      return `dim ${dimKey(shown(node.dim))}`;
    case "key":
      return `key ${node.path} ${node.indices.join()} ${node.base === undefined ? "" : madeOf(node.base, made)}`;
    case "gradient":
      return `gradient ${madeOf(node.of, made)} ${madeOf(node.by, made)}`;
    case "scan": {
      const { initial, sequences, sequenceAxes, emitAxes, length, reverse, body } = node;
      const axes = `${sequenceAxes.join()} ${emitAxes.join()} ${dimKey(shown(length))} ${reverse}`;
      return `scan ${all(initial)} ${all(sequences)} ${axes} ${textOfRegion(body, made, shown)} ${types}`;
    }
    default:
      return fault(`a ${node.kind} in a flat graph`);
  }
}

function textOfRegion({ inputs, nodes, results }: Region, made: Map<number, string>, shown: (dim: Dim) => Dim): string {
  inputs.forEach(({ id }, at) => made.set(id, `element ${at}`));
  nameNodes(nodes, made, shown);
  return results.map((it) => madeOf(it, made)).join(",");
}
