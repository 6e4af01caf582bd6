import { describe, expect, it } from "vitest";
import * as tf from "@tensorflow/tfjs";
import ts from "typescript";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { nameScope } from "../../../src/emit/tfjs/names.ts";
import { preludeNames } from "../../../src/emit/tfjs/prelude.ts";
import { preludeDeclarations } from "../../../src/emit/tfjs/prelude.generated.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { specUnit, unitOf } from "./spec-unit.ts";
import { typeErrors } from "./type-errors.ts";

/** Every name that a text mentions. */
function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile("file.ts", text, ts.ScriptTarget.ES2022, true));
  return names;
}

const prelude = namesIn(preludeDeclarations.map(({ text }) => text).join("\n"));
const members = Object.getOwnPropertyNames(Object.prototype);
const words = Array.from({ length: ts.SyntaxKind.LastKeyword - ts.SyntaxKind.FirstKeyword + 1 }, (_, i) =>
  ts.tokenToString(ts.SyntaxKind.FirstKeyword + i),
).filter((it) => it !== undefined);
const globals = Object.getOwnPropertyNames(globalThis).filter((it) => /^[A-Za-z]\w*$/.test(it));

/** Names that the language takes for a value: a spec that uses it alone compiles. */
function usable(spec: (name: string) => string): readonly string[] {
  const all = new Set([...members, ...words, ...prelude, ...preludeNames, ...globals, "valueOf", "then", "length"]);
  return [...all].sort().filter((name) => {
    try {
      unitOf(spec(name));
      return true;
    } catch (error) {
      // A finding of the compiler is an answer; a defect is none.
      if (error instanceof Error && error.constructor === Error) return false;
      throw error;
    }
  });
}

const trained = (model: string, x = "x"): string => `${model}
data Points {
  source: csv("points.csv")
  split: train 1.0
  ${x}: f32[2] = stack(raw.${x}, raw.${x}, axis=-1) -> standardize
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  metrics: accuracy(logits, label)
  optimizer: adam(lr=0.01)
  epochs: 2
}
`;

async function emit(text: string): Promise<string> {
  const { module, train, name } = unitOf(text);
  return emitTfjs({ module, name, ...(train !== undefined && { train }) });
}

describe("generated files type-check, whatever the names", () => {
  it("of inputs, outputs, features, raw fields, instances, parameters, states and blocks", async () => {
    const input = (name: string): string =>
      `model Net: (${name}: f32[B, 2]) -> logits: f32[B, 2] { ${name} -> Dense(2) }`;
    const output = (name: string): string => `model Net: (x9: f32[B, 2]) -> ${name}: f32[B, 2] { x9 -> Dense(2) }`;
    const instance = (name: string): string =>
      `model Net: (x9: f32[B, 2]) -> y9: f32[B, 2] { x9 -> ${name}: Dense(2) }`;
    const owned = (name: string): string =>
      `block Own: (x9: f32[B, 2]) -> f32[B, 2] {\n param ${name}: f32[2]\n x9 * ${name}\n}\nmodel Net: (x9: f32[B, 2]) -> y9: f32[B, 2] { x9 -> Own }`;
    const block = (name: string): string =>
      `block ${name}: (x9: f32[B, 2]) -> f32[B, 2] {\n param w: f32[2]\n x9 * w\n}\nmodel Net9: (x9: f32[B, 2]) -> y9: f32[B, 2] { x9 -> ${name} }`;
    const lists = {
      inputs: usable((it) => trained(input(it), it)),
      outputs: usable(output),
      instances: usable(instance),
      owned: usable(owned),
      blocks: usable(block),
    };
    for (const [kind, names] of Object.entries(lists)) expect(names.length, kind).toBeGreaterThan(60);
    expect(lists.inputs).toContain("constructor");
    expect(lists.blocks).toContain("Promise");
    const { inputs, outputs, instances, owned: parameters, blocks } = lists;
    const sum = (names: readonly string[]): string =>
      names.map((it, at) => `  sum9${at} = ${at === 0 ? "" : `sum9${at - 1} + `}${it}\n`).join("") +
      `  sum9${names.length - 1}\n`;
    const chain = (steps: readonly string[]): string =>
      steps.map((it, at) => `  step9${at} = ${at === 0 ? "x9" : `step9${at - 1}`} -> ${it}\n`).join("") +
      `  step9${steps.length - 1}\n`;
    const typed = (names: readonly string[]): string => names.map((it) => `${it}: f32[B, 2]`).join(", ");
    const files = new Map([
      ["inputs", await emit(`model Net: (${typed(inputs)}) -> y9: f32[B, 2] {\n${sum(inputs)}}`)],
      [
        "outputs",
        await emit(
          `model Net: (x9: f32[B, 2]) -> (${typed(outputs)}) {\n  (${outputs.map(() => "x9 * 2").join(", ")})\n}`,
        ),
      ],
      [
        "instances",
        await emit(
          `model Net: (x9: f32[B, 2]) -> y9: f32[B, 2] {\n${chain(instances.map((it) => `${it}: Dense(2)`))}}`,
        ),
      ],
      [
        "owned",
        await emit(
          `block Own: (x9: f32[B, 2]) -> f32[B, 2] {\n${parameters.map((it) => `  param ${it}: f32[2]\n`).join("")}${sum(["x9", ...parameters])}}\nmodel Net: (x9: f32[B, 2]) -> y9: f32[B, 2] { x9 -> Own }`,
        ),
      ],
      [
        "blocks",
        await emit(
          `${blocks.map((it) => block(it).split("model")[0] ?? "").join("")}model Net9: (x9: f32[B, 2]) -> y9: f32[B, 2] {\n${chain(blocks)}}`,
        ),
      ],
    ]);
    for (const name of ["constructor", "toString", "valueOf", "hasOwnProperty", "model", "length"]) {
      files.set(`trained-${name}`, await emit(trained(input(name), name)));
    }
    expect(typeErrors(files, "any-name")).toEqual([]);
  }, 240_000);

  it("of models", async () => {
    const model = (name: string): string => `model ${name}: (x9: f32[B, 2]) -> y9: f32[B, 2] { x9 -> Dense(2) }`;
    const names = usable(model);
    expect(names).toEqual(expect.arrayContaining(["Promise", "Float32Array", "Checkpoint", "Record"]));
    const files = new Map<string, string>();
    // The others are as `Buffer` is here: no file mentions them.
    for (const name of names.filter((it) => prelude.has(it) || it === "Buffer"))
      files.set(`model-${name}`, await emit(model(name)));
    for (const name of ["Promise", "Float32Array", "Slot", "Best", "Object", "Map"]) {
      files.set(
        `trained-model-${name}`,
        await emit(
          trained(model(name).replaceAll("y9", "logits").replaceAll("x9", "x")).replace("train Net", `train ${name}`),
        ),
      );
    }
    expect(typeErrors(files, "any-name")).toEqual([]);
  }, 240_000);

  it("takes what it is given under the name of a member of every object", async () => {
    await useBackend("cpu");
    interface Emitted {
      readonly create: () => object;
      readonly predict: (
        model: object,
        inputs: Readonly<Record<string, tf.Tensor>>,
      ) => Readonly<Record<string, tf.Tensor>>;
      readonly save: (model: object) => Promise<Uint8Array>;
      readonly load: (bytes: Uint8Array) => object;
    }
    for (const name of ["constructor", "valueOf"]) {
      const text = await emit(
        `model Net: (${name}: f32[B, 2]) -> toString: f32[B, 2] {\n  ${name} -> ${name}: Dense(2)\n}`,
      );
      const module = await importEmitted<Emitted>(`any-name-${name}`, text);
      const model = module.create();
      const given: Readonly<Record<string, tf.Tensor>> = Object.fromEntries([[name, tf.ones([3, 2])]]);
      const made = module.predict(model, given);
      const again = module.predict(module.load(await module.save(model)), given);
      expect(Object.keys(again)).toEqual(["toString"]);
      const numbers = (outputs: Readonly<Record<string, tf.Tensor>>): readonly number[] =>
        Object.values(outputs).flatMap((it) => [...it.dataSync()]);
      expect(numbers(made)).toHaveLength(6);
      expect(numbers(again)).toEqual(numbers(made));
    }
  });

  it("has every global that it mentions among the words that are not given out", async () => {
    const { module, train } = specUnit("tiny-gpt");
    const text = await emitTfjs({ module, name: "TinyGpt", ...(train !== undefined && { train }) });
    const mentioned = new Set([...prelude, ...namesIn(text)]);
    const known = globals.filter((it) => mentioned.has(it));
    expect(known.length).toBeGreaterThan(10);
    expect(known.filter((it) => !nameScope().has(it))).toEqual([]);
  });
});
