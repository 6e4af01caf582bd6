import type { ManifestGraph, ManifestInput } from "../../emit/onnx/manifest.ts";
import { fault, required } from "../../support/fault.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import type { OnnxSession } from "./session.ts";
import { allocate, countOf, fromNumbers } from "./typed-array.ts";

/**
 * A graph called again and again, each time with what the last call returned for it: parameters, states, optimizer
 * slots. Calls must not overlap.
 */
export interface StepLoop {
  /**
   * One call, on what is not carried: the batch, the step, hyperparameters (those with a default may be left out).
   * Returns the outputs that are not carried.
   */
  run(feeds: Tensors): Promise<Tensors>;
  /**
   * The carried values, by input name. They stay as they are for the next call and change with the one after it: copy
   * what is to be kept.
   */
  values(): Tensors;
  /** Replaces carried values, by input name; others stay. Copies them. */
  restore(values: Tensors): void;
}

/** What a loop begins with. */
export interface StepLoopOptions {
  readonly session: OnnxSession;
  readonly graph: ManifestGraph;
  /** First carried values by input name; those with a default may be left out. */
  readonly initial: Tensors;
}

/**
 * Carries a graph's outputs to its inputs. Carried values live in two sets of arrays that take turns, so that Runtime
 * writes where the last but one values were instead of allocating anew: half the time for large models.
 */
export function createStepLoop({ session, graph, initial }: StepLoopOptions): StepLoop {
  const inputs = new Map(graph.inputs.map((it) => [it.name, it]));
  const carries = Object.entries(graph.carry);
  const kept = graph.outputs.filter((it) => graph.carry[it.name] === undefined).map((it) => it.name);
  const names = [...kept, ...carries.map(([output]) => output)];
  const defaults = new Map<string, Tensor>();
  for (const input of graph.inputs) {
    const tensor = defaultTensor(input);
    if (tensor !== undefined) defaults.set(input.name, tensor);
  }
  const carried = new Set(carries.map(([, input]) => input));
  const given = (name: string): Tensor =>
    copyOf(initial.get(name) ?? defaults.get(name) ?? fault(`${name} has no initial value`));
  let current = new Map([...carried].map((name) => [name, given(name)]));
  let spare = new Map([...current].map(([name, it]) => [name, emptyLike(it)]));

  return {
    async run(feeds) {
      const all = new Map([...defaults, ...current]);
      for (const [name, tensor] of feeds) {
        if (carried.has(name) || !inputs.has(name)) fault(`${name} is no input of a step`);
        all.set(name, tensor);
      }
      const into = new Map(carries.map(([output, input]) => [output, required(spare.get(input), input)]));
      const results = await session.run(all, names, into);
      const next = new Map(carries.map(([output, input]) => [input, required(results.get(output), output)]));
      spare = current;
      current = next;
      return new Map(kept.map((name) => [name, required(results.get(name), name)]));
    },
    values: () => current,
    restore(values) {
      for (const [name, tensor] of values) {
        if (!carried.has(name)) fault(`${name} is not carried`);
        current.set(name, copyOf(tensor));
      }
    },
  };
}

function copyOf(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}

function emptyLike({ dtype, shape }: Tensor): Tensor {
  return { dtype, shape, data: allocate(dtype, countOf(shape)) };
}

/** The tensor that a manifest gives for an input, where it gives one. */
export function defaultTensor(input: ManifestInput): Tensor | undefined {
  if (input.default === undefined) return undefined;
  const shape = input.shape.map((it) => (typeof it === "number" ? it : fault(`${input.name} has a free dimension`)));
  return { dtype: input.dtype, shape, data: fromNumbers(input.dtype, input.default, countOf(shape)) };
}
