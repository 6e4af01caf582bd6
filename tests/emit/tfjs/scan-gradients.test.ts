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
import { differentiated, givenOf, worstGap, type Emitted } from "./emitted-gradients.ts";
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
        results.map((result) => {
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
          return [title, text] as const;
        }),
      ),
    ),
  ),
);

const sizes = { B: 2, T: 4 };
const lengths: NdArray = { dtype: "i32", shape: [2], data: Float64Array.of(2, 4) };

describe.each(backends)("gradients through a scan on %s", (backend) => {
  beforeAll(() => useBackend(backend));
  afterAll(() => useBackend("cpu"));

  it.each(loops.map((it, at) => [...it, at] as const))("are ours for %s", async (_, text, at) => {
    const module = required(checkText(text).module, "module");
    const flat = flatten(module, { mode: "inference" });
    const graph = { ...flat, outputs: flat.outputs.map((it) => ({ ...it, name: "loss" })) };
    const wrt = text.includes("y_t in y") ? ["x", "y"] : ["x"];
    const inputs = new Map([...inputsFor(graph, sizes), ["lengths", lengths]]);
    const right = interpretGraph(withGradients(expandComposites(graph, keepNone), wrt), inputs);

    const emitted = await importEmitted<Emitted>(`scan_${at}`, await emitTfjs({ module, name: "M" }));
    const { inputs: given, variables } = givenOf(inputs, (key) => wrt.includes(key));
    const found = differentiated(variables, () => {
      const [loss] = Object.values(emitted.predict(emitted.create?.() ?? {}, given));
      return required(loss, "loss");
    });
    expect(worstGap(found.loss, right.get("loss"))).toBeLessThan(1e-6);
    for (const key of wrt) expect(worstGap(found.gradients.get(key), right.get(`grad/${key}`))).toBeLessThan(1e-6);
    tf.dispose(given);
  });
});
