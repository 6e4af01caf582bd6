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
   * One call, on what is not carried: the batch, the step, hyperparameters (those with a default may be left out). What is
   * given goes before what is carried. Returns the outputs that are not carried. `accept` is shown them first: where it
   * says no, nothing is carried, and the values are what they were before the call.
   */
  run(feeds: Tensors, accept: (outputs: Tensors) => boolean): Promise<Tensors>;
}

/** What a loop works with. */
export interface StepLoopOptions {
  readonly session: OnnxSession;
  readonly graph: ManifestGraph;
  /**
   * The carried values by input name, of all graphs that share them: the loop reads them, adds those that have a default,
   * and replaces them after each call. Their arrays never change: every call makes new ones.
   */
  readonly values: Map<string, Tensor>;
}

/**
 * Carries a graph's outputs to its inputs. Runtime allocates the outputs anew: two sets of arrays that take turns were
 * measured to be no faster, as the Node binding copies what it has written into them.
 */
export function createStepLoop({ session, graph, values }: StepLoopOptions): StepLoop {
  const inputs = new Set(graph.inputs.map((it) => it.name));
  const carries = Object.entries(graph.carry);
  const kept = graph.outputs.filter((it) => graph.carry[it.name] === undefined).map((it) => it.name);
  const names = [...kept, ...carries.map(([output]) => output)];
  const carried = carries.map(([, input]) => input);
  const defaults = new Map<string, Tensor>();
  for (const input of graph.inputs) {
    const tensor = defaultTensor(input);
    if (tensor !== undefined) defaults.set(input.name, tensor);
  }
  for (const name of carried) {
    if (!values.has(name)) values.set(name, required(defaults.get(name), `an initial value of ${name}`));
  }

  return {
    async run(feeds, accept) {
      const all = new Map([...defaults, ...carried.map((it) => [it, required(values.get(it), it)] as const)]);
      for (const [name, tensor] of feeds) {
        if (!inputs.has(name)) fault(`${name} is no input of a step`);
        all.set(name, tensor);
      }
      const results = await session.run(all, names);
      const outputs = new Map(kept.map((name) => [name, required(results.get(name), name)]));
      if (accept(outputs)) {
        for (const [output, input] of carries) values.set(input, required(results.get(output), output));
      }
      return outputs;
    },
  };
}

/** The tensor that a manifest gives for an input, where it gives one. */
export function defaultTensor(input: ManifestInput): Tensor | undefined {
  if (input.default === undefined) return undefined;
  const shape = input.shape.map((it) => (typeof it === "number" ? it : fault(`${input.name} has a free dimension`)));
  return { dtype: input.dtype, shape, data: fromNumbers(input.dtype, input.default, countOf(shape)) };
}
