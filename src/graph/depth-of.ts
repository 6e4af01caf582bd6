import type { Func, Module, Node, Region, Value } from "../ir/graph.ts";
import { nodesWithin, operandsOf } from "../ir/visit.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { once } from "../support/once.ts";
import { entryOf } from "./parameters-of.ts";

/**
 * How deep a model is in inference: the most layers on a way from its inputs to its results. A layer is a block that owns
 * parameters and applies no other block that does; one that a scan applies at each step counts once.
 */
export function depthOf(module: Module): number {
  const functionOf = (key: string): Func => required(module.functions.get(key), `function ${key}`);
  const ownsBelow = once((func: Func): boolean =>
    [...nodesWithin(func.body.nodes)].some((node) => {
      const callee = node.kind === "call" ? functionOf(node.callee) : undefined;
      return callee !== undefined && (callee.parameters.length > 0 || ownsBelow(callee));
    }),
  );
  const isLayer = (func: Func): boolean => func.parameters.length > 0 && !ownsBelow(func);

  /** What comes out of a function, by what goes in. */
  const through = (func: Func, inputs: readonly number[]): readonly number[] => {
    if (isLayer(func)) return func.body.results.map(() => 1 + deepest(inputs));
    return within(func.body, inputs, new Map());
  };
  /** The same of a region; `depths` has those of the values around it. */
  const within = (region: Region, inputs: readonly number[], depths: Map<number, number>): readonly number[] => {
    const at = ({ id }: Value): number => required(depths.get(id), `the depth of value ${id}`);
    region.inputs.forEach((it, place) => depths.set(it.id, elementAt(inputs, place)));
    const ofNode = (node: Node): readonly number[] => {
      const operands = operandsOf(node).map(at);
      switch (node.kind) {
        case "call":
          return through(functionOf(node.callee), operands);
        case "repeat": {
          let carried: readonly number[] = operands;
          for (let round = 0; round < node.count; round++) carried = within(node.body, carried, depths);
          return carried;
        }
        case "scan":
          return within(node.body, operands, depths);
        case "training":
          return within(node.otherwise, [], depths);
        default:
          return node.results.map(() => deepest(operands));
      }
    };
    for (const node of region.nodes) {
      const found = ofNode(node);
      node.results.forEach((it, place) => depths.set(it.id, elementAt(found, place)));
    }
    return region.results.map(at);
  };

  const { body } = entryOf(module);
  return deepest(
    within(
      body,
      body.inputs.map(() => 0),
      new Map(),
    ),
  );
}

function deepest(depths: readonly number[]): number {
  return Math.max(0, ...depths);
}
