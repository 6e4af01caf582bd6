import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import { flatten } from "../../../src/passes/flatten.ts";
import { required } from "../../../src/support/fault.ts";
import { inputsFor, withGradients } from "../../autodiff/gradient-testing.ts";
import { checkText } from "../../fuzz/check-types.ts";
import { backends, useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";

/** Loops as people write them, each with what they may have: TensorFlow.js goes back through what is generated. */
const sequences = ["x_t in x", "x_t in x, y_t in y"];
const steps: readonly (readonly [name: string, step: string])[] = [
  ["a product", "h * x_t"],
  ["a recurrent step", "tanh(h + 2 * x_t)"],
];
const ends = ["", " until lengths"];
const directions = ["", " reverse"];
const results = ["emit h", "emit h\n    emit last h", "emit last h"];

const loops = sequences.flatMap((over) =>
  steps.flatMap(([name, step]) =>
    ends.flatMap((end) =>
      directions.flatMap((direction) =>
        results.map((result, at) => {
          const inside = over.includes("y_t") ? `${step} + y_t` : step;
          const title = `${over} over T${end}${direction}: ${name}, ${result.replaceAll("\n    ", ", ")}`;
          const names = result.includes("\n") ? "(all, last)" : "all";
          const text = `block M: (x: f32[B, T, 3], y: f32[B, T, 3], lengths: i32[B]) {
  ${names} = scan ${over} over T${end}${direction} with h: f32[B, 3] = ones {
    h <- ${inside}
    ${result}
  }
  ${names === "all" ? "sum(square(all))" : "sum(square(all)) + sum(last)"}
}`;
          return [
            title,
            [over, name, end, direction, at].map((it) => String(it).length).join("_") + String(at),
            text,
          ] as const;
        }),
      ),
    ),
  ),
);

const sizes = { B: 2, T: 4 };
const lengths: NdArray = { dtype: "i32", shape: [2], data: Float64Array.of(2, 4) };

interface Emitted {
  readonly create: () => object;
  readonly predict: (model: object, inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;
}

describe.each(backends)("gradients through a scan on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterAll(() => useBackend("cpu"));

  it.each(loops)("are ours for %s", async (_, name, text) => {
    const module = required(checkText(text).module, "module");
    const flat = flatten(module, { mode: "inference" });
    const graph = { ...flat, outputs: flat.outputs.map((it) => ({ ...it, name: "loss" })) };
    const wrt = text.includes("y_t in y") ? ["x", "y"] : ["x"];
    const inputs = new Map([...inputsFor(graph, sizes), ["lengths", lengths]]);
    const right = interpretGraph(withGradients(expandComposites(graph, keepNone), wrt), inputs);

    const emitted = await importEmitted<Emitted>(`scan_${name}`, await emitTfjs({ module, name: "M" }));
    const tensors = Object.fromEntries(
      [...inputs].map(([key, { dtype, shape, data }]) => [
        key,
        tf.tensor(Array.from(data), [...shape], dtype === "i32" ? "int32" : "float32"),
      ]),
    );
    const variables = wrt.map((key) => tf.variable(required(tensors[key], key), true, `${backend}_${name}_${key}`));
    const { value, grads } = tf.variableGrads(() => {
      const given = { ...tensors, ...Object.fromEntries(wrt.map((key, at) => [key, variables[at]])) };
      const [loss] = Object.values(emitted.predict(emitted.create(), given as Record<string, tf.Tensor>));
      return required(loss, "loss") as tf.Scalar;
    }, variables);
    const close = (found: tf.Tensor, wanted: NdArray | undefined): void => {
      found.dataSync().forEach((it, at) => expect(it).toBeCloseTo(required(wanted, "wanted").data[at] ?? NaN, 4));
    };
    close(value, right.get("loss"));
    for (const key of wrt) close(required(grads[`${backend}_${name}_${key}`], key), right.get(`grad/${key}`));
    tf.dispose([tensors, variables, value, grads]);
  });
});
