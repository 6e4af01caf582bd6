import type { ManifestGraph, ManifestInput } from "../../emit/onnx/manifest.ts";
import { fault, required } from "../../support/fault.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import type { OnnxSession } from "./session.ts";
import { countOf, fromNumbers } from "./typed-array.ts";

/**
 * A graph called again and again, each time with what the last call returned for it: parameters, states, optimizer
 * slots. Calls must not overlap.
 */
export interface StepLoop {
  /**
   * One call, on what is not carried: the batch, the step, hyperparameters (those with a default may be left out).
   * Returns the outputs that are not carried. `accept` is shown them first: where it says no, nothing is carried, and
   * the values are what they were before the call.
   */
  run(feeds: Tensors, accept: (outputs: Tensors) => boolean): Promise<Tensors>;
  /**
   * The carried values, by input name. Their arrays never change: every call makes new ones.
   */
  values(): Tensors;
  /** Replaces carried values, by input name; others stay. They must not change afterwards. */
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
 * Carries a graph's outputs to its inputs. Runtime allocates the outputs anew: two sets of arrays that take turns were
 * measured to be no faster, as the Node binding copies what it has written into them.
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
    initial.get(name) ?? defaults.get(name) ?? fault(`${name} has no initial value`);
  let current = new Map([...carried].map((name) => [name, given(name)]));

  return {
    async run(feeds, accept) {
      const all = new Map([...defaults, ...current]);
      for (const [name, tensor] of feeds) {
        if (carried.has(name) || !inputs.has(name)) fault(`${name} is no input of a step`);
        all.set(name, tensor);
      }
      const results = await session.run(all, names);
      const outputs = new Map(kept.map((name) => [name, required(results.get(name), name)]));
      if (accept(outputs)) {
        current = new Map(carries.map(([output, input]) => [input, required(results.get(output), output)]));
      }
      return outputs;
    },
    values: () => current,
    restore(values) {
      for (const [name, tensor] of values) {
        if (!carried.has(name)) fault(`${name} is not carried`);
        current.set(name, tensor);
      }
    },
  };
}

/** The tensor that a manifest gives for an input, where it gives one. */
export function defaultTensor(input: ManifestInput): Tensor | undefined {
  if (input.default === undefined) return undefined;
  const shape = input.shape.map((it) => (typeof it === "number" ? it : fault(`${input.name} has a free dimension`)));
  return { dtype: input.dtype, shape, data: fromNumbers(input.dtype, input.default, countOf(shape)) };
}
