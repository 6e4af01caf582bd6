import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { concreteType, interpretGraph } from "../../../src/graph/interpret.ts";
import { differentiate } from "../../../src/autodiff/differentiate.ts";
import type { Graph, GraphInput, GraphOutput, Module, Value } from "../../../src/ir/graph.ts";
import { isFloat } from "../../../src/ops/define/dtype-class.ts";
import { fillArray } from "../../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { expandComposites, keepOwnGradients } from "../../../src/passes/expand-composites.ts";
import { flatten } from "../../../src/passes/flatten.ts";
import { library } from "../../../src/std/library.ts";
import { required } from "../../../src/support/fault.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { checkText } from "../../fuzz/check-types.ts";
import { bitsOfF32 } from "../../std/bits-of-f32.ts";
import { blockOf, signatureUses } from "../../std/signature-uses.ts";
import { useBackend } from "./backends.ts";
import { differentiated, givenOf, weightedSum, worstGap, type Emitted } from "./emitted-gradients.ts";
import { importEmitted } from "./load-emitted.ts";
import { tensorOf } from "./reference.ts";

/** What TensorFlow.js differentiates of the library's layers and functions, against our derivatives in f64. */

/** The generated code of a block, which may own weights and states. */
interface EmittedBlock extends Emitted {
  readonly create?: () => { readonly parameters?: object; readonly states?: object };
}

/** The kernel of this one has axes that no signature can say. */
const left: ReadonlySet<string> = new Set(["conv_lstm", ...bitsOfF32]);

const uses = library.names.flatMap((name) => {
  const declaration = library.find(name)?.declaration;
  if (declaration === undefined || declaration.flavor === "metric" || left.has(name)) return [];
  const all = signatureUses(declaration, "literal", { ranks: [1, 2], isWanted: (it) => it === "f32" || it === "i32" });
  return all.map((it, at) => [it.title, `${name}_${at}`, blockOf(it, "M")] as const);
});

const isLayer = (name: string): boolean => /^[A-Z]/.test(name);

describe("gradients by TensorFlow.js", () => {
  beforeAll(() => useBackend("cpu"));

  it.each(uses)("are ours: %s", async (title, name, text) => {
    const module = required(checkText(text).module, title);
    // Layers take every number, functions mostly what is positive: shares, weights and what logarithms are taken of.
    const { graph, inputs } = withData(module, isLayer(name) ? -1 : 0.25);
    const right = interpretGraph(graph, inputs);
    const emitted = await importEmitted<EmittedBlock>(`gradients_of_${name}`, await emitTfjs({ module, name: "M" }));
    const model = emitted.create?.() ?? {};
    const owned = new Map([...variablesOf(model.parameters ?? {}), ...variablesOf(model.states ?? {})]);
    const isFeature = (it: GraphInput): boolean => it.role === "feature" && !it.name.startsWith("weight/");
    const features = graph.inputs.filter(isFeature);
    const floats = new Set(features.flatMap((it) => (isFloat(it.value.type.dtype) ? [it.name] : [])));
    const arrayOf = (port: string): NdArray => required(inputs.get(port), port);
    const { inputs: given, variables } = givenOf(
      features.map((it) => [it.name, arrayOf(it.name)] as const),
      (port) => floats.has(port),
    );
    for (const { name: port, role, path } of graph.inputs) {
      if (role !== "parameter" && role !== "state") continue;
      const variable = required(owned.get(required(path, "path")), `variable ${String(path)}`);
      variable.assign(tensorOf(arrayOf(port)));
      if (role === "parameter") variables.set(port, variable);
    }
    // What takes and owns whole numbers alone has no gradient.
    if (variables.size === 0) return;
    const { gradients } = differentiated(variables, () => {
      const results = Object.values(emitted.predict(model, given));
      return weightedSum([
        ...results.flatMap((it, at) => (it.dtype === "float32" ? [[it, weightOf(at, it.shape)] as const] : [])),
        // TensorFlow.js differentiates by nothing on which a loss does not depend.
        ...[...variables.values()].map((it) => [it, zerosLike(it)] as const),
      ]);
    });
    const wrong = [...variables].flatMap(([port, it]) => {
      const gap = worstGap(gradients.get(port), right.get(`grad/${port}`) ?? zerosLike(it));
      return gap < 1e-4 ? [] : [`${port}: off by ${gap}`];
    });
    tf.dispose(given);
    expect(wrong, text).toEqual([]);
  });
});

function zerosLike({ shape, size }: tf.Tensor): NdArray {
  return { dtype: "f32", shape, data: new Float64Array(size) };
}

/** A weight for each element of a result, the same in both. */
function weightOf(place: number, shape: readonly number[]): NdArray {
  const draw = createDraw(31 * place + 7);
  return fillArray({ dtype: "f32", shape }, () => Math.fround(2 * draw() - 1));
}

/** The flat graph of a module with the gradients of the weighted sum of its results, and data for it. */
function withData(
  module: Module,
  low: number,
): { readonly graph: Graph; readonly inputs: ReadonlyMap<string, NdArray> } {
  const flat = expandComposites(flatten(module, { mode: "inference" }), keepOwnGradients);
  const b = createBuilder({ firstId: flat.nextId, facts: flat.facts });
  const data = new Map<string, NdArray>();
  const sizes = new Map<string, number>();
  flat.inputs.forEach(({ name, role, value: { type } }, at) => {
    const draw = createDraw(at + 1);
    const least = role === "state" ? 0.5 : low;
    const of = (): number => (isFloat(type.dtype) ? Math.fround(least + (1 - least) * draw()) : Math.floor(draw() * 2));
    data.set(name, fillArray(concreteType(type, sizes), of));
  });
  const seeds = flat.outputs.flatMap(({ name, value }, at) => {
    if (!isFloat(value.type.dtype)) return [];
    const shape = concreteType(value.type, sizes).shape;
    data.set(`weight/${name}`, weightOf(at, shape));
    return [{ name: `weight/${name}`, value, gradient: b.value(value.type) }];
  });
  const wrt = flat.inputs.filter(
    ({ role, value }) => (role === "parameter" || role === "feature") && isFloat(value.type.dtype),
  );
  const made = differentiate(
    b,
    flat.nodes,
    seeds,
    wrt.map((it) => it.value),
  );
  const outputs = made.gradients.flatMap((it: Value | undefined, at): readonly GraphOutput[] =>
    it === undefined ? [] : [{ name: `grad/${required(wrt[at], "input").name}`, role: "gradient", value: it }],
  );
  const inputs = [
    ...flat.inputs,
    ...seeds.map((it) => ({ name: it.name, role: "feature" as const, value: it.gradient })),
  ];
  return {
    graph: { ...flat, inputs, nodes: [...made.nodes, ...b.nodes], outputs: [...flat.outputs, ...outputs] },
    inputs: data,
  };
}

/** The variables of a model by path, as graphs name them. */
function variablesOf(place: object, path = ""): Map<string, tf.Variable> {
  return new Map(
    Object.entries(place).flatMap(([key, it]: [string, unknown]): [string, tf.Variable][] => {
      const at = path === "" ? key : `${path}.${key}`;
      if (it instanceof tf.Variable) return [[at, it]];
      return typeof it === "object" && it !== null ? [...variablesOf(it, at)] : [];
    }),
  );
}
