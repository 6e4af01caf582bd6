import type { Facts } from "../dims/facts.ts";
import type { Func, Graph, Node, Region, StateNode, TrainingNode, Value } from "../ir/graph.ts";
import { mapRegions, nodesWithin } from "../ir/visit.ts";
import { joinPath } from "../graph/paths.ts";
import { cloneNode, renameBy, usesOf } from "../graph/rewrite.ts";
import { commonSubexpressions } from "../passes/common-subexpressions.ts";
import { eliminateDeadNodes } from "../passes/eliminate-dead-nodes.ts";
import { simplify } from "../passes/simplify.ts";
import { elementAt } from "../support/element-at.ts";
import { flattenRegion, type FlatRegion } from "./flatten-region.ts";
import { gradientParts, touches } from "./gradient-parts.ts";
import { greatestId } from "./join-model.ts";
import { replaceGradients } from "./resolve-gradients.ts";

type Mode = "training" | "inference";

/**
 * The function with the nodes of the reverse pass in the place of every gradient: what lies between the two values of a
 * gradient is written out in the region that has it, calls and repeats and all, and differentiated there. What differs
 * between training and inference is written once for each. The function itself where it has no gradient.
 *
 * Structured form to structured form. Ensures that no gradient node is left. What an instance owns may be read by its path
 * alone then, where its only call was on the way: what the function owns is to be asked of it as it was.
 */
export function writeGradients(func: Func, functions: ReadonlyMap<string, Func>, facts: Facts): Func {
  if (![...nodesWithin(func.body.nodes)].some(({ kind }) => kind === "gradient")) return func;
  let nextId = 1 + greatestId(func.body);
  const fresh = (like: Value): Value => ({ ...like, id: nextId++ });

  const region = (it: Region, mode: Mode | undefined): Region => {
    const nodes = it.nodes.map((node): Node => {
      if (node.kind !== "training") return mapRegions(node, (inner) => region(inner, mode));
      return { ...node, then: region(node.then, "training"), otherwise: region(node.otherwise, "inference") };
    });
    return nodes.some(({ kind }) => kind === "gradient") ? writtenOut({ ...it, nodes }, mode) : { ...it, nodes };
  };

  const writtenOut = (it: Region, mode: Mode | undefined): Region => {
    const { before, way, after } = gradientParts(it.nodes, functions);
    const made = new Set(way.flatMap((node) => node.results.map(({ id }) => id)));
    const used = new Map([...after.flatMap(usesOf), ...it.results].map((value) => [value.id, value]));
    const results = [...used.values()].filter(({ id }) => made.has(id));
    const states = new Map<string, StateNode>();
    const inMode = (of: Mode, named: boolean): Region => {
      const flat = flattenRegion(func, functions, facts, way, results, of);
      const graph = clean(replaceGradients(flat.graph));
      const placed = eliminateDeadNodes({ ...graph, nodes: graph.nodes.map(placeKey) });
      return structured(flat, placed, states, named ? results : []);
    };
    const middle = (): readonly Node[] => {
      if (mode !== undefined) return inMode(mode, true).nodes;
      if (!touches(way, functions, "training")) return inMode("inference", true).nodes;
      const [then, otherwise] = [inMode("training", false), inMode("inference", false)];
      const node: TrainingNode = { kind: "training", then, otherwise, results };
      return [node];
    };
    const nodes = middle();
    return { ...it, nodes: [...before, ...states.values(), ...nodes, ...after] };
  };

  /**
   * The nodes of a flat region in the function's own terms. States are read by nodes that join `states`. Results become
   * the values of `named`, where there are some.
   */
  const structured = (
    { captured, updates }: FlatRegion,
    { inputs, nodes, outputs }: Graph,
    states: Map<string, StateNode>,
    named: readonly Value[],
  ): Region => {
    const scope = new Map<number, Value>();
    const start: Node[] = [];
    const used = new Set([...nodes.flatMap(usesOf), ...outputs.map(({ value }) => value)].map(({ id }) => id));
    for (const { name, role, path, value } of inputs) {
      const outer = captured.get(name);
      if (outer !== undefined) scope.set(value.id, outer);
      if (path === undefined || !used.has(value.id)) continue;
      const result = fresh(value);
      if (role === "parameter") start.push({ kind: "parameter", path, results: [result] });
      const read: StateNode = states.get(path) ?? { kind: "state", path, results: [result] };
      if (role === "state") states.set(path, read);
      scope.set(value.id, role === "state" ? elementAt(read.results, 0) : result);
    }
    const count = outputs.length - updates.size;
    const made = new Set(nodes.flatMap((node) => node.results.map(({ id }) => id)));
    const wanted = new Map<number, Value>();
    const copies: (readonly [from: Value, to: Value])[] = [];
    named.forEach((to, index) => {
      const from = elementAt(outputs, index).value;
      if (made.has(from.id) && !wanted.has(from.id)) wanted.set(from.id, to);
      else copies.push([from, to]);
    });
    const define = (like: Value): Value => wanted.get(like.id) ?? fresh(like);
    const body = nodes.map(outOfRounds).map((node) => cloneNode(node, scope, define));
    const rename = renameBy(scope);
    const end = [
      ...copies.map(([from, to]): Node => ({
        kind: "operator",
        op: "identity",
        operands: [rename(from)],
        attributes: {},
        results: [to],
      })),
      ...[...updates.keys()].map((path, index): Node => ({
        kind: "update",
        path,
        value: rename(elementAt(outputs, count + index).value),
        results: [],
      })),
    ];
    const results = outputs.slice(0, count).map(({ value }) => rename(value));
    return { inputs: [], nodes: [...start, ...body, ...end], results };
  };

  return { ...func, body: region(func.body, undefined) };
}

/** The keys of a flat graph by their places alone, which say the key of the step, and those of the scans around. */
function placeKey(node: Node): Node {
  if (node.kind !== "key") return mapRegions(node, (it) => ({ ...it, nodes: it.nodes.map(placeKey) }));
  const { base: _, ...key } = node;
  // Indices of copies stand in the path: the key is made of both apart.
  return { ...key, path: joinPath(node.path, ...node.indices.map(String)), indices: [] };
}

/** What is written out with others is no round of a loop any more. */
function outOfRounds({ round: _, ...node }: Node): Node {
  return node;
}

/** What is written is what is read: without what nothing needs, and each thing once. */
function clean(graph: Graph): Graph {
  return eliminateDeadNodes(commonSubexpressions(simplify(graph, { differentiated: false })));
}
