import { add, asNumber, constant, product, type Dim } from "../dims/dim.ts";
import type { CallNode, Func, Module, Node, Region, RepeatNode, Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { snakeCase } from "../support/snake-case.ts";
import { attributesFor } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { elementSize } from "../support/element-bytes.ts";
import { fault, required } from "../support/fault.ts";
import { entryOf, parametersOf, statesOf } from "./parameters-of.ts";
import { joinPath } from "./paths.ts";

/** What running something once takes, in the model's dim variables. */
export interface Measured {
  /** A multiply-add is two. */
  readonly flops: Dim;
  /** Bytes of all that is written on the way, views (reshapes and the like) left out. */
  readonly activationBytes: Dim;
}

/** One row of a model's summary: an instance that the model's own body applies. */
export interface LayerMeasure extends Measured {
  /** The instance's path; for what owns nothing, its kind in snake case. */
  readonly path: string;
  /** As declared: `Conv2D`. */
  readonly kind: string;
  readonly outputs: readonly TensorType[];
  /** Numbers of elements of the instance's own parameters and states; those counted by an earlier row are left out. */
  readonly trainable: Dim;
  readonly nonTrainable: Dim;
}

/** A model's summary. */
export interface ModuleMeasure extends Measured {
  readonly layers: readonly LayerMeasure[];
  readonly trainable: Dim;
  /** States: running statistics and the like. */
  readonly nonTrainable: Dim;
  readonly total: Dim;
}

/**
 * Measures a model for inference: parameters, FLOPs and activation bytes, of each instance in the model's own body and
 * of all. Polynomials where dims are free.
 */
export function measure(module: Module): ModuleMeasure {
  const entry = entryOf(module);
  const costs = createCosts(module);
  const parameters = new Map(parametersOf(module).map((it) => [it.path, elementsOf(it.type)]));
  const states = new Map(statesOf(module).map((it) => [it.path, elementsOf(it.type)]));
  const counted = new Set<string>();

  /** The sizes of what lies under a path and is not counted yet. */
  const claim = (sizes: ReadonlyMap<string, Dim>, path: string): Dim => {
    if (path === "") return constant(0);
    const own = [...sizes].filter(([it]) => it.startsWith(`${path}.`) && !counted.has(it));
    for (const [it] of own) counted.add(it);
    return sumOf(own.map(([, size]) => size));
  };
  const row = (path: string, kind: string, results: readonly Value[], cost: Measured): LayerMeasure => ({
    path: path === "" ? snakeCase(kind) : path,
    kind,
    outputs: results.map((it) => it.type),
    trainable: claim(parameters, path),
    nonTrainable: claim(states, path),
    ...cost,
  });

  const callRow = (node: CallNode, prefix: string): readonly LayerMeasure[] => {
    const callee = functionOf(module, node.callee);
    if (callee.flavor === "fn") return [];
    const path = node.instance === "" ? "" : joinPath(prefix, node.instance);
    return [row(path, callee.name, node.results, costs.ofFunction(callee))];
  };
  const repeatRows = (node: RepeatNode, prefix: string): readonly LayerMeasure[] => {
    const path = joinPath(prefix, node.path);
    const kind = kindOf(module, node);
    const cost = costs.ofRegion(node.body);
    if (node.shared) return [row(path, kind, node.results, times(cost, constant(node.count)))];
    const rows: LayerMeasure[] = [];
    for (let index = 0; index < node.count; index += 1) {
      rows.push(row(joinPath(path, `${index}`), kind, node.body.results, cost));
    }
    return rows;
  };
  const rowsOf = (region: Region): readonly LayerMeasure[] =>
    region.nodes.flatMap((node) => {
      if (node.kind === "call") return callRow(node, "");
      if (node.kind === "repeat") return repeatRows(node, "");
      // What stands in a scan gives what it does at one step, and costs what it does at all of them.
      if (node.kind === "scan") return rowsOf(node.body).map((it) => ({ ...it, ...times(it, node.length) }));
      return node.kind === "training" ? rowsOf(node.otherwise) : [];
    });

  const layers = rowsOf(entry.body);
  const trainable = sumOf([...parameters.values()]);
  const nonTrainable = sumOf([...states.values()]);
  return { layers, trainable, nonTrainable, total: add(trainable, nonTrainable), ...costs.ofFunction(entry) };
}

interface Costs {
  readonly ofFunction: (func: Func) => Measured;
  readonly ofRegion: (region: Region) => Measured;
}

function createCosts(module: Module): Costs {
  const known = new Map<string, Measured>();
  const ofFunction = (func: Func): Measured => {
    const before = known.get(func.key);
    if (before !== undefined) return before;
    const cost = ofRegion(func.body);
    known.set(func.key, cost);
    return cost;
  };
  const ofRegion = (region: Region): Measured => sumCosts(region.nodes.map(ofNode));
  const ofNode = (node: Node): Measured => {
    switch (node.kind) {
      case "call":
        return ofFunction(functionOf(module, node.callee));
      case "repeat":
        return times(ofRegion(node.body), constant(node.count));
      case "scan":
        return times(ofRegion(node.body), node.length);
      case "training":
        return ofRegion(node.otherwise);
      case "operator": {
        const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
        const { flops } = operator.cost({
          operands: node.operands.map((it) => it.type),
          results: node.results.map((it) => it.type),
          attributes: attributesFor(operator, node.attributes),
        });
        const written = operator.valueFact === "view" ? [] : node.results.map((it) => it.type);
        return { flops, activationBytes: sumOf(written.map(byteSize)) };
      }
      default:
        return { flops: constant(0), activationBytes: constant(0) };
    }
  };
  return { ofFunction, ofRegion };
}

/** The kind of a repeat's copies: that of the one block that they are, or `repeat`. */
function kindOf(module: Module, node: RepeatNode): string {
  const calls = node.body.nodes.flatMap((it) => (it.kind === "call" ? [functionOf(module, it.callee)] : []));
  const [only] = calls;
  return calls.length === 1 && only !== undefined ? only.name : "repeat";
}

function functionOf(module: Module, key: string): Func {
  return required(module.functions.get(key), `function ${key}`);
}

function times(cost: Measured, count: Dim): Measured {
  return { flops: product([cost.flops, count]), activationBytes: product([cost.activationBytes, count]) };
}

function sumCosts(costs: readonly Measured[]): Measured {
  return {
    flops: sumOf(costs.map((it) => it.flops)),
    activationBytes: sumOf(costs.map((it) => it.activationBytes)),
  };
}

function sumOf(dims: readonly Dim[]): Dim {
  // Numbers apart: models have thousands of parameters, and polynomials are slow to add.
  const [numbers, symbolic] = [
    dims.flatMap((it) => asNumber(it) ?? []),
    dims.filter((it) => asNumber(it) === undefined),
  ];
  const known = constant(numbers.reduce((sum, it) => sum + BigInt(it), 0n));
  return symbolic.reduce((sum, it) => add(sum, it), known);
}

/** The number of elements of a type. */
export function elementsOf(type: TensorType): Dim {
  return product(type.shape);
}

/** The bytes of a value of a type. */
export function byteSize(type: TensorType): Dim {
  return product([constant(elementSize[type.dtype]), ...type.shape]);
}
