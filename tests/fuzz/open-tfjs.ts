import * as tf from "@tensorflow/tfjs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { emitTfjs } from "../../src/emit/tfjs/emit-tfjs.ts";
import type { Module } from "../../src/ir/graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { stripTypes } from "../../src/runtime/tfjs/strip-types.ts";
import { tensorOf } from "../emit/tfjs/reference.ts";
import type { Opened } from "../emit/onnx/open-onnx.ts";

interface Generated {
  create(seed: number): object;
  predict(model: object, inputs: Readonly<Record<string, tf.Tensor>>): Readonly<Record<string, tf.Tensor>>;
  dispose(model: object): void;
}

/** The TypeScript that is generated of a module, on the current backend, with the weights of a seed. */
export async function openTfjs(module: Module, seed: number): Promise<Opened> {
  const source = await emitTfjs({ name: module.name, module });
  const script = (await stripTypes(source))
    .replace('import * as tf from "@tensorflow/tfjs"', "const tf = given")
    .replaceAll(/^export (?=(async )?function|const)/gm, "");
  const exported = ["create", "predict", "dispose"].filter((it) => new RegExp(`function ${it}\\b`).test(script));
  const make = compileFunction(`${script}\nreturn { ${exported.join(", ")} };`, ["given", "require"]);
  const generated = make(tf, createRequire(import.meta.url)) as Partial<Generated>;
  const model = generated.create?.(seed);
  return {
    run: (inputs) => {
      tf.engine().startScope();
      try {
        const entry = module.functions.get(module.entry);
        const given = Object.fromEntries(
          [...inputs].flatMap(([name, it]) =>
            entry?.inputNames.includes(name) === true ? [[name, tensorOf(it)]] : [],
          ),
        );
        const results = generated.predict?.(model ?? {}, given) ?? {};
        return Promise.resolve(
          new Map(
            Object.entries(results).map(([name, it]): [string, NdArray] => [
              name,
              { dtype: it.dtype as NdArray["dtype"], shape: it.shape, data: Float64Array.from(it.dataSync()) },
            ]),
          ),
        );
      } finally {
        tf.engine().endScope();
      }
    },
    close: () => {
      if (model !== undefined) generated.dispose?.(model);
    },
  };
}
