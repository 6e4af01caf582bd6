import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { graphOfSample } from "../../ops/sample-graphs.ts";
import { backends, useBackend } from "./backends.ts";
import type { Emitted } from "./emitted-gradients.ts";
import { emittedFolder, importEmitted, writeEmitted } from "./load-emitted.ts";
import { operatorModule, samplesFor } from "./operator-modules.ts";
import { numbersOf, tensorOf, worstError } from "./reference.ts";

/** Keys are no tensors here: what takes one is tested through models that draw. */
const operators = allOperators.filter(
  ({ samples }) => !samples.some((it) => it.operands.some(({ dtype }) => dtype === "u32")),
);

describe("every operator's TypeScript", () => {
  const emitted = new Map<string, string>();

  beforeAll(async () => {
    rmSync(join(emittedFolder, "operators"), { recursive: true, force: true });
    for (const operator of operators) {
      const text = await emitTfjs({ module: operatorModule(operator).module, name: operator.name });
      emitted.set(operator.name, text);
      writeEmitted(operator.name, text, "operators");
    }
  }, 120_000);

  it("passes the strict type checker", () => {
    const config = join(emittedFolder, "operators", "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../../../tsconfig.json", include: ["*.ts"] }));
    const run = spawnSync(process.execPath, ["node_modules/typescript-native/bin/tsc", "-p", config], {
      encoding: "utf8",
    });
    expect(run.stdout).toBe("");
  }, 120_000);

  describe.each(backends)("on %s", (backend) => {
    it.each(operators.map((operator) => [operator.name, operator] as const))(
      "computes %s as the f64 reference does",
      async (name, operator) => {
        await useBackend(backend);
        const module = await importEmitted<Emitted>(name, emitted.get(name) ?? "");
        const { inputs } = operatorModule(operator);
        const before = tf.memory().numTensors;
        const tensors = Object.fromEntries([...inputs].map(([key, array]) => [key, tensorOf(array)]));
        const results = module.predict(module.create?.() ?? {}, tensors);
        samplesFor(operator).forEach((sample, at) => {
          const graph = graphOfSample(operator, sample);
          const arrays = new Map(sample.operands.map((_, index) => [`x${index}`, arrayAt(inputs, `a${at}_${index}`)]));
          const expected = interpretGraph(graph, arrays);
          graph.outputs.forEach((output, index) => {
            const result = results[`y${at}_${index}`];
            const wanted = arrayAt(expected, output.name);
            expect(result?.shape).toEqual(wanted.shape);
            expect(worstError(result && numbersOf(result), wanted)).toBeLessThan(1e-5);
          });
        });
        tf.dispose([tensors, results]);
        expect(tf.memory().numTensors).toBe(before);
      },
    );
  });
});

function arrayAt(arrays: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const found = arrays.get(name);
  if (found === undefined) throw new Error(`no array ${name}`);
  return found;
}
