import type { Node, Region, Value } from "../ir/graph.ts";
import { mapRegions, operandsOf, regionsOf } from "../ir/visit.ts";

/** Gives the value that stands for another; itself where nothing does. */
export type Rename = (value: Value) => Value;

/** A rename by id. */
export function renameBy(substitutes: ReadonlyMap<number, Value>): Rename {
  return (value) => substitutes.get(value.id) ?? value;
}

/** The values that regions of a node use and do not define, each once, in order of first use. */
export function capturesOf(region: Region): readonly Value[] {
  const defined = new Set<number>();
  const captured = new Map<number, Value>();
  collect(region, defined, captured);
  return [...captured.values()];
}

function collect(region: Region, defined: Set<number>, captured: Map<number, Value>): void {
  const use = (value: Value): void => {
    if (!defined.has(value.id)) captured.set(value.id, value);
  };
  for (const input of region.inputs) defined.add(input.id);
  for (const node of region.nodes) {
    operandsOf(node).forEach(use);
    for (const inner of regionsOf(node)) collect(inner, defined, captured);
    for (const result of node.results) defined.add(result.id);
  }
  region.results.forEach(use);
}

/** All values that a node needs from outside of it: its operands, and what its regions capture. */
export function usesOf(node: Node): readonly Value[] {
  const regions = regionsOf(node);
  return regions.length === 0 ? operandsOf(node) : [...operandsOf(node), ...regions.flatMap(capturesOf)];
}

/** The node with every use renamed, those in its regions too; what it defines stays. Itself where nothing changes. */
export function renameUses(node: Node, rename: Rename): Node {
  switch (node.kind) {
    case "operator":
    case "call": {
      const operands = renameAll(node.operands, rename);
      return operands === node.operands ? node : { ...node, operands };
    }
    case "constant":
    case "dim":
    case "parameter":
    case "state":
      return node;
    case "update":
      return { ...node, value: rename(node.value) };
    case "key":
      return node.base === undefined ? node : { ...node, base: rename(node.base) };
    case "repeat":
      return { ...node, operands: renameAll(node.operands, rename), body: renameRegion(node.body, rename) };
    case "scan":
      return {
        ...node,
        initial: renameAll(node.initial, rename),
        sequences: renameAll(node.sequences, rename),
        body: renameRegion(node.body, rename),
      };
    case "gradient":
      return { ...node, of: rename(node.of), by: rename(node.by) };
    case "training":
      return mapRegions(node, (it) => renameRegion(it, rename));
  }
}

/** The values renamed; the same array where nothing changes. */
export function renameAll(values: readonly Value[], rename: Rename): readonly Value[] {
  const renamed = values.map(rename);
  return renamed.every((it, index) => it === values[index]) ? values : renamed;
}

function renameRegion(region: Region, rename: Rename): Region {
  return {
    inputs: region.inputs,
    nodes: region.nodes.map((node) => renameUses(node, rename)),
    results: renameAll(region.results, rename),
  };
}

/**
 * A copy of a node whose definitions are new values, recorded in `scope`; uses are looked up there. Regions are copied
 * with it.
 */
export function cloneNode(node: Node, scope: Map<number, Value>, fresh: (like: Value) => Value): Node {
  const define = (value: Value): Value => {
    const made = fresh(value);
    scope.set(value.id, made);
    return made;
  };
  const rename = renameBy(scope);
  const cloneRegion = (region: Region): Region => {
    const inputs = region.inputs.map(define);
    const nodes = region.nodes.map((it) => cloneNode(it, scope, fresh));
    return { inputs, nodes, results: region.results.map(rename) };
  };
  switch (node.kind) {
    case "scan": {
      const initial = node.initial.map(rename);
      const sequences = node.sequences.map(rename);
      const body = cloneRegion(node.body);
      return { ...node, initial, sequences, body, results: node.results.map(define) };
    }
    case "repeat": {
      const operands = node.operands.map(rename);
      const body = cloneRegion(node.body);
      return { ...node, operands, body, results: node.results.map(define) };
    }
    case "training": {
      const then = cloneRegion(node.then);
      const otherwise = cloneRegion(node.otherwise);
      return { ...node, then, otherwise, results: node.results.map(define) };
    }
    case "update":
      return { ...node, value: rename(node.value) };
    default: {
      const renamed = renameUses(node, rename);
      return { ...renamed, results: node.results.map(define) } as typeof renamed;
    }
  }
}
