import { describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { createFigureSum } from "../../src/runtime/train/figures.ts";
import { library } from "../../src/std/library.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import type { CallableDeclaration } from "../../src/syntax/ast.ts";
import { trainerOf, trainingOf } from "../specs/spec-testing.ts";
import { distanceOf, numbersOf } from "./figure-distance.ts";
import { signatureUses, type SignatureUse, type UsedInput } from "./signature-uses.ts";

const metrics = library.names.flatMap((name): readonly (readonly [string, CallableDeclaration])[] => {
  const declaration = library.find(name)?.declaration;
  return declaration?.flavor === "metric" ? [[name, declaration]] : [];
});

/** A feature that an input is made of. */
interface Feature {
  readonly name: string;
  readonly element: string;
  /** The axes of one example. */
  readonly shape: readonly number[];
  readonly tensor: Tensor;
  /** The input: the feature in the type that the use has; where it has no axis of examples, that of the first of them. */
  readonly written: string;
}

const exampleCount = 2;

/** The feature of an input, filled alike in every type; masks and lengths keep all. */
function featureOf(use: SignatureUse, input: UsedInput, startsWithSpread: boolean): Feature {
  const [, element = "", axes = ""] = required(/^(.+)\[(.*)\]$/.exec(input.type) ?? undefined, input.type);
  const sizes = axes === "" ? [] : axes.split(", ").map(Number);
  const lacksExamples = startsWithSpread && use.rank === 0;
  const shape = lacksExamples ? sizes : sizes.slice(1);
  const place = use.inputs.indexOf(input);
  const measured = use.inputs[input.name === "lengths" ? 0 : 1];
  const length = Number(measured?.type.split(", ")[1]?.replace("]", ""));
  const valueAt = (at: number): number => {
    if (input.name.endsWith("lengths")) return length;
    if (input.name === "mask") return 1;
    // Few bits, so that no type rounds what is given.
    return element.startsWith("class") || element === "i32"
      ? (3 * at + 1) % 4
      : (2 * ((7 * at + 3 * place) % 17) - 15) / 16;
  };
  const whole = /^(class|i32)/.test(element);
  const values = Array.from({ length: shape.reduce((a, b) => a * b, exampleCount) }, (_, at) => valueAt(at));
  const name = [input.name, ...sizes].join("_");
  const given = lacksExamples ? `${name}[0]` : name;
  const whollyShaped = [exampleCount, ...shape];
  return {
    name,
    element: whole ? element : "f32",
    shape,
    tensor: whole
      ? { dtype: "i32", shape: whollyShaped, data: Int32Array.from(values) }
      : { dtype: "f32", shape: whollyShaped, data: Float32Array.from(values) },
    written: whole || element === "f32" ? given : `cast(${given}, ${element})`,
  };
}

/** A training that measures each use of a metric. */
function trainingText(features: Iterable<Feature>, calls: readonly string[]): string {
  const lines = [...features].map((it) => `  ${it.name}: ${it.element}[${it.shape.join(", ")}] = raw.${it.name}`);
  return `model Line: (given: f32[B, 1]) -> y: f32[B, 1] { given -> Dense(1) }
data Rows {
  source: npz("rows.npz")
  given: f32[1] = raw.given
${lines.join("\n")}
}
train Line on Rows {
  loss:      mean(square(y))
  optimizer: sgd(lr=0.1)
  metrics:
    ${calls.join(",\n    ")}
}
`;
}

/** How far a figure may be from that of f32. */
function tolerance({ inputs }: SignatureUse): number {
  const has = (element: string): boolean => inputs.some((it) => it.type.startsWith(`${element}[`));
  return has("bf16") ? 4e-2 : has("f16") ? 5e-3 : 1e-5;
}

/** Measures every use of a metric, and holds it to the figure that it has in f32 with nothing given that may be left out. */
async function compareUses(declaration: CallableDeclaration, uses: readonly SignatureUse[]): Promise<void> {
  const startsWithSpread = declaration.inputs[0]?.type.dims[0]?.kind === "dim-spread";
  const features = new Map<string, Feature>();
  const calls = uses.map((use) =>
    use.callOf((input) => {
      const feature = featureOf(use, input, startsWithSpread);
      features.set(feature.name, feature);
      return feature.written;
    }),
  );
  const program = trainingOf(trainingText(features.values(), calls));
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }));
  const one: Tensor = { dtype: "f32", shape: [exampleCount, 1], data: Float32Array.from([1, 2]) };
  const batch: Tensors = new Map([
    ["given", one],
    ...[...features.values()].map((it) => [it.name, it.tensor] as const),
  ]);
  const trained = await trainer.step(batch, 0);
  const sum = createFigureSum(program);
  sum.add(await trainer.evaluate(batch), exampleCount);
  await trainer.dispose();
  expect(trained.loss).toBeGreaterThan(0);
  const figures = [...sum.figures().values()].slice(1);
  expect(figures.length).toBe(uses.length);
  const isPlain = ({ title }: SignatureUse): boolean => !/mask|lengths|f16|f64/.test(title);
  const plain = new Map(uses.flatMap((use, at) => (isPlain(use) ? [[use.rank, elementAt(figures, at)] as const] : [])));
  for (const [at, use] of uses.entries()) {
    const right = required(plain.get(use.rank), `rank ${use.rank}`);
    // Of one example there is no curve, whatever its type.
    if (Number.isNaN(right)) expect(elementAt(figures, at), use.title).toBeNaN();
    else {
      const bound = tolerance(use) * Math.max(1, ...numbersOf(right).map(Math.abs));
      expect(distanceOf(elementAt(figures, at), right), use.title).toBeLessThanOrEqual(bound);
    }
  }
}

describe("a metric takes every rank and type of its signature, with what may be left out and without:", () => {
  it.each(metrics)("%s", async (_, declaration) => {
    await compareUses(declaration, signatureUses(declaration, "literal", { ranks: [0, 1, 2, 3], combined: true }));
  });
});
