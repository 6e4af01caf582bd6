import { constant } from "../../../src/dims/dim.ts";
import { noFacts } from "../../../src/dims/facts.ts";
import type { Func, Module, Value } from "../../../src/ir/graph.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import type { NdArray, Operator, Sample } from "../../../src/ops/define/operator.ts";
import { createDraw, drawOperand } from "../../ops/sample-graphs.ts";

/** A module that applies an operator to all of its samples, and the operands of each. */
export interface OperatorModule {
  readonly module: Module;
  /** By input name. */
  readonly inputs: ReadonlyMap<string, NdArray>;
}

/** The samples that this target runs: its layout is NHWC. */
export function samplesFor(operator: Operator): readonly Sample[] {
  return operator.samples.filter(({ attributes }) => attributes?.["layout"] !== "NCHW");
}

/** The module of an operator at samples: inputs `a0_0`, `a0_1`, ... of sample 0 and so on, results `y0_0`, ... */
export function operatorModule(operator: Operator, samples = samplesFor(operator)): OperatorModule {
  const b = createBuilder({ firstId: 0 });
  const inputs: { readonly name: string; readonly value: Value }[] = [];
  const arrays = new Map<string, NdArray>();
  const results: { readonly name: string; readonly value: Value }[] = [];
  samples.forEach((sample, at) => {
    const draw = createDraw(20240607);
    const operands = sample.operands.map((operand, index) => {
      const name = `a${at}_${index}`;
      const value = b.value({ dtype: operand.dtype, shape: operand.shape.map((size) => constant(size)) }, name);
      inputs.push({ name, value });
      arrays.set(name, drawOperand(operand, draw));
      return value;
    });
    b.ops(operator.name, operands, sample.attributes ?? {}).forEach((value, index) => {
      results.push({ name: `y${at}_${index}`, value });
    });
  });
  const func: Func = {
    key: `Sample_${operator.name}`,
    name: `Sample_${operator.name}`,
    flavor: "model",
    hyperparameters: [],
    inputNames: inputs.map(({ name }) => name),
    resultNames: results.map(({ name }) => name),
    parameters: [],
    states: [],
    body: { inputs: inputs.map(({ value }) => value), nodes: b.nodes, results: results.map(({ value }) => value) },
  };
  const module: Module = {
    name: func.name,
    entry: func.key,
    functions: new Map([[func.key, func]]),
    facts: noFacts,
    contract: [],
    resultFacts: new Map(),
  };
  return { module, inputs: arrays };
}
