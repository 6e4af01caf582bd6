import { evaluate } from "../../src/dims/dim.ts";
import { interpretNodes, type Environment } from "../../src/graph/interpret.ts";
import type { Graph, Node } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { fillArray, sizeOf } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import { expandComposites, keepNone } from "../../src/passes/expand-composites.ts";
import { createRandom } from "../soak/random.ts";
import type { Sizes } from "./program.ts";

/** Numbers for what a graph wants, which every element type holds exactly; `places` are what integers are drawn below. */
export function drawInputs(graph: Graph, sizes: Sizes, seed: number, places: number): Map<string, NdArray> {
  const random = createRandom(seed);
  return new Map(
    graph.inputs.flatMap(({ name, role, value: { type } }): readonly [string, NdArray][] => {
      if (role !== "feature") return [];
      const shape = type.shape.map((dim) => evaluate(dim, sizes));
      const isPositive = random.next() < 0.5;
      const draw = (): number => {
        if (type.dtype === "bool") return random.integer(2);
        // Half of the tensors are of positive numbers, which every function takes.
        const least = isPositive ? 1 : -63;
        return isFloat(type.dtype) ? (least + random.integer(64 - least)) / 32 : random.integer(places);
      };
      return [[name, fillArray({ dtype: type.dtype, shape }, draw)]];
    }),
  );
}

/** What remains of numbers where roundings differ: for each output the widest spread of each element. */
export interface Stability {
  readonly spreads: ReadonlyMap<string, Float64Array>;
  /** Something on the way is beyond what its type holds: the targets, which compute in it, may give anything. */
  readonly isBeyond: boolean;
}

const epsilons = { f16: 2 ** -10, bf16: 2 ** -7, f32: 2 ** -22, f64: 2 ** -22 } as const;
const greatest = { f16: 6e4, bf16: 1e37, f32: 1e37, f64: 1e37 } as const;
const least = { f16: 1e-4, bf16: 1e-36, f32: 1e-36, f64: 1e-36 } as const;

/** How often a graph is computed: as often as it takes for what may have either sign to have both. */
const computations = 64;

/** Computes a graph several times with a rounding error behind every step of it. */
export function stabilityOf(whole: Graph, inputs: ReadonlyMap<string, NdArray>, dims: Sizes): Stability {
  const random = createRandom(7);
  const graph = expandComposites(whole, keepNone);
  let isBeyond = false;
  const runs = Array.from({ length: computations }, (_, run) => {
    const noise = run === 0 ? 0 : 1;
    const environment: Environment = new Map();
    for (const input of graph.inputs) environment.set(input.value.id, required(inputs.get(input.name), input.name));
    for (const node of graph.nodes) {
      const read = readBy(node, environment, run);
      interpretNodes([node], read, dims);
      for (const { id } of node.results) environment.set(id, required(read.get(id), "result"));
      for (const { id, type } of node.results) {
        const array = required(environment.get(id), "value");
        const { dtype } = type;
        if (dtype !== "f16" && dtype !== "bf16" && dtype !== "f32" && dtype !== "f64") {
          if (dtype !== "bool" && array.data.some((it) => Math.abs(it) > 2 ** 24)) isBeyond = true;
          continue;
        }
        const [most, small] = [greatest[dtype], least[dtype]];
        // Nothing is said of how NaN compares with numbers.
        const isOdd = (it: number): boolean => !(Math.abs(it) <= most) || (it !== 0 && Math.abs(it) < small);
        if (array.data.some(isOdd)) isBeyond = true;
        const by = epsilons[dtype];
        // What is next to nothing beside the others may be a difference, of which rounding leaves 0; beside what it is the
        // difference of, it is one, and what was before that was rounded several times.
        const largest = array.data.reduce((most, it) => Math.max(most, Math.abs(it)), 0);
        const parts = differing(node, environment);
        const isNothing = (it: number, at: number): boolean =>
          Math.abs(it) < by * largest ||
          parts.some(({ data }) => Math.abs(it) < 8 * by * Math.abs(data[data.length === 1 ? 0 : at] ?? 0));
        const rounded = (it: number, at: number): number =>
          run % 2 === 1 && isNothing(it, at) ? 0 : it * (1 + noise * by * (2 * random.next() - 1));
        environment.set(id, { ...array, data: array.data.map(rounded) });
      }
    }
    return new Map(graph.outputs.map((it) => [it.name, required(environment.get(it.value.id), it.name)]));
  });
  const spreads = new Map(
    graph.outputs.map(({ name }): [string, Float64Array] => {
      const arrays = runs.map((it) => required(it.get(name), name).data);
      const spread = Float64Array.from({ length: arrays[0]?.length ?? 0 }, (_, at) => {
        const values = arrays.map((it) => it[at] ?? NaN);
        return values.every(Number.isFinite) ? Math.max(...values) - Math.min(...values) : Infinity;
      });
      return [name, spread];
    }),
  );
  return { spreads, isBeyond };
}

/** Signs that say whether two numbers are one: what is the same but for rounding may be, and rounding makes it so nowhere. */
const samenesses: ReadonlySet<string> = new Set(["equal", "not_equal"]);

/** The arrays that a node reads; those whose elements are asked whether they are one are on a grid in some of the runs. */
function readBy(node: Node, environment: Environment, run: number): Environment {
  if (node.kind !== "operator" || !samenesses.has(node.op) || run < 1 || run > grids.length) return environment;
  const read = new Map(environment);
  for (const { id, type } of node.operands) {
    const { dtype } = type;
    const array = required(environment.get(id), "operand");
    if (dtype !== "f16" && dtype !== "bf16" && dtype !== "f32" && dtype !== "f64") continue;
    read.set(id, {
      ...array,
      data: array.data.map((it) => onGrid(it, 64 * epsilons[dtype], elementAt(grids, run - 1))),
    });
  }
  return read;
}

/** What each element of a node's result is the sum or the difference of, where the operands say so place by place. */
function differing(node: Node, environment: Environment): readonly NdArray[] {
  if (node.kind !== "operator" || (node.op !== "sub" && node.op !== "add")) return [];
  const size = Math.max(...node.operands.map(({ id }) => required(environment.get(id), "operand").data.length));
  return node.operands.flatMap(({ id }) => {
    const array = required(environment.get(id), "operand");
    return array.data.length === size || array.data.length === 1 ? [array] : [];
  });
}

/** Where the grids begin, in steps: what lies on both sides of a border of one lies between those of another. */
const grids = [0, 0.25, 0.5, 0.75] as const;

/** The nearest number of a grid whose steps are about such a share of it. */
function onGrid(it: number, share: number, start: number): number {
  const step = share * 2 ** Math.floor(Math.log2(Math.abs(it)));
  return step === 0 || !Number.isFinite(step) ? it : step * (Math.round(it / step + start) - start);
}

/** Whether two arrays are one but for rounding; `spread` says how much of it each element may have. */
export function agree(found: NdArray, right: NdArray, spread?: Float64Array): boolean {
  if (found.data.length !== sizeOf(right.shape)) return false;
  const most = right.data.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a), 0);
  const bound = { f16: 5e-3, bf16: 4e-2, f32: 2e-5, f64: 2e-5 }[right.dtype as "f32"] ?? 0;
  return right.data.every((value, at) => {
    const actual = found.data[at] ?? NaN;
    if (!Number.isFinite(value) || Object.is(value, actual)) return !Number.isFinite(value) ? true : actual === value;
    // Of a quotient by next to nothing, no digit of which is sure, rounding may make one by nothing.
    const isUnsure = Math.abs(value) > 1e6 && (spread?.[at] ?? 0) > Math.abs(value) / 2;
    if (isUnsure && Math.abs(actual) === Infinity) return true;
    return Math.abs(actual - value) <= bound * Math.max(most, 0.05) + 20 * (spread?.[at] ?? 0);
  });
}
