import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../../src/emit/onnx/build-onnx.ts";
import { opsets } from "../../../src/emit/onnx/emit-graph.ts";
import type { Manifest } from "../../../src/emit/onnx/manifest.ts";
import type { Module } from "../../../src/ir/graph.ts";
import { required } from "../../../src/support/fault.ts";
import { trainingOf } from "../../specs/spec-testing.ts";
import { unitOf } from "../tfjs/spec-unit.ts";
import { validate, type Json } from "./json-schema.ts";

/** A network that gives back what it is given, so that what goes in must come out. */
const source = (feature: string): string => `
model Same: (x: f32[B]) -> (y: f32[B], logits: f32[B, 2]) {
  param w: f32[] = ones
  (x * w, stack(x, -x, axis=-1))
}
data Rows {
  source: csv("rows.csv")
  x:    f32[]    = ${feature}
  t:    f32[]    = ${feature}
  kind: class(2) = raw.kind -> categories
}
train Same on Rows {
  loss:      mse(y, t) + cross_entropy(logits, kind)
  optimizer: sgd(lr=0.1)
  metrics:   own=mean_absolute_error(invert(y, of=t), invert(t))
  predict {
    t:      invert(y)
    kind:   invert(argmax(logits, axis=-1))
    logits: softmax(logits)
  }
}
`;

const folder = mkdtempSync(join(tmpdir(), "modelc-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files of a build, its manifest, and a session for each graph of a kind. */
function build(text: string, name: string, opset: number = opsets.default, served?: Module) {
  const program = trainingOf(text);
  const built = buildOnnx({
    name,
    module: program.model,
    train: program,
    version: "0",
    opset,
    ...(served !== undefined && { served }),
    vocabularies: { "kind.categories": ["cat", "dog"] },
    collector: createCollector(),
    span: program.origin,
  });
  const files = required(built, "a build").files;
  for (const [path, content] of files) writeFileSync(join(folder, path), content);
  const written = files.get(`${name}.manifest.json`);
  const manifest = JSON.parse(typeof written === "string" ? written : "") as Manifest;
  const session = (kind: "prep" | "inference" | "predict") =>
    InferenceSession.create(join(folder, required(manifest.graphs[kind], kind).file));
  return { files, manifest, session };
}

const doubles = (data: readonly number[], dims: readonly number[] = [data.length]): OrtTensor =>
  new OrtTensor("float64", Float64Array.from(data), dims);

const single = (value: number): OrtTensor => new OrtTensor("float32", Float32Array.of(value), []);

describe("the graph of what is predicted", () => {
  const cells = [120_000, 55_000.5, 310_000, 1];
  const raw = {
    "raw/v": doubles(cells),
    "raw/kind.categories": new OrtTensor("int32", Int32Array.of(0, 1, 1, 0), [4]),
  };
  const statistics = {
    "statistic/t.mean": doubles([0.3], []),
    "statistic/t.deviation": doubles([1.7], []),
    "statistic/x.mean": doubles([0.3], []),
    "statistic/x.deviation": doubles([1.7], []),
  };
  const taken = (inputs: readonly { readonly name: string }[], from: Readonly<Record<string, OrtTensor>>) =>
    Object.fromEntries(inputs.map(({ name }) => [name, required(from[name], name)]));

  it.each([
    ["raw.v -> log -> standardize", opsets.least],
    ["raw.v -> log -> standardize", opsets.greatest],
    ["-sqrt(3 - raw.v / -1000) -> standardize", opsets.default],
    ["(log1p(raw.v) - 3) * 2 / 7 -> standardize", opsets.default],
    ["expm1(raw.v / 100000) -> standardize", opsets.default],
    ["reciprocal(raw.v + 1000) * 1e5 -> standardize", opsets.default],
    ["pow(rsqrt(raw.v), 0.5) -> standardize", opsets.default],
    ["pow(1.2, log10(raw.v)) -> standardize", opsets.default],
  ])("leads from raw fields back to them behind the two others: %s, opset %i", async (feature, opset) => {
    const { manifest, session } = build(source(feature), "Same", opset);
    const { prep, inference, predict } = manifest.graphs;
    const features = await (await session("prep")).run(taken(required(prep, "prep").inputs, { ...raw, ...statistics }));
    const given = taken(
      required(inference, "inference").inputs.filter((it) => it.stored !== true),
      features as Readonly<Record<string, OrtTensor>>,
    );
    const outputs = await (await session("inference")).run(given);
    const named = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [`output/${name}`, tensor]));
    const found = await (
      await session("predict")
    ).run(
      taken(required(predict, "predict").inputs, { ...statistics, ...(named as Readonly<Record<string, OrtTensor>>) }),
    );
    const back = Array.from(required(found["t"], "t").data as Float32Array);
    back.forEach((it, at) => {
      const cell = required(cells[at], "a cell");
      // What is rounded to f32 on the way is all that is lost.
      expect(Math.abs(it - cell) / cell, `${cell} came back as ${it}`).toBeLessThan(2e-2);
      if (cell > 1) expect(Math.abs(it - cell) / cell, `${cell} came back as ${it}`).toBeLessThan(1e-5);
    });
    expect(required(found["t"], "t").type).toBe("float32");
    expect(required(found["logits"], "logits").dims).toEqual([4, 2]);
  });

  it("stands in the manifest with the roles of what it takes and the fields that it is of", () => {
    const { files, manifest } = build(source("raw.v -> log -> standardize"), "Same");
    expect(validate(JSON.parse(JSON.stringify(manifest)) as Json)).toEqual([]);
    const { inputs, outputs, file } = required(manifest.graphs.predict, "predict");
    expect(file).toBe("Same.predict.onnx");
    expect(inputs.map(({ name, role, dtype }) => `${name} ${role} ${dtype}`)).toEqual([
      "statistic/t.deviation statistic f64",
      "statistic/t.mean statistic f64",
      "output/y output f32",
      "output/logits output f32",
    ]);
    expect(outputs.map(({ name, dtype, field = "" }) => `${name} ${dtype} ${field}`)).toEqual([
      "t f32 v",
      "kind i32 kind.categories",
      "logits f32 ",
    ]);
    const text = Buffer.from(required(files.get("Same.predict.onnx"), "the graph")).toString("latin1");
    expect(text).toContain(JSON.stringify({ "kind.categories": ["cat", "dog"] }));
    expect(manifest.graphs.train?.inputs.filter(({ role }) => role === "statistic").map(({ name }) => name)).toEqual([
      "statistic/t.deviation",
      "statistic/t.mean",
    ]);
  });

  it("is there of a model at other sizes only where what it gives has the sizes of its training", () => {
    const text = `
model Series: (x: f32[B, T]) -> (next: f32[B], all: f32[B, T]) {
  param w: f32[] = ones
  (mean(x, axis=-1) * w, x * w)
}
data Rows {
  source: csv("rows.csv")
  x: f32[4] = raw.v -> window(4, order="day")
  t: f32[]  = raw.v -> log
}
train Series on Rows {
  loss:      mse(next, t) + 0 * mean(all)
  optimizer: sgd(lr=0.1)
  predict { PREDICTED }
}
`;
    const files = (predicted: string): readonly string[] => {
      const spec = text.replace("PREDICTED", predicted);
      const { served } = unitOf(spec, { dims: { T: 9 } });
      return [...build(spec, "Series", opsets.default, required(served, "a served model")).files.keys()];
    };
    expect(files("t: invert(next)")).toContain("Series.predict.onnx");
    expect(files("all: all + 1")).not.toContain("Series.predict.onnx");
  });

  it("has its statistics beside the training graphs, to which a driver feeds them as it does its own settings", async () => {
    build(source("raw.v -> log -> standardize"), "Driven");
    const driver = (await import("../../../docs/driver.mjs" as string)) as {
      readonly train: (
        stem: string,
        batches: () => readonly Readonly<Record<string, OrtTensor>>[],
        options: { readonly hyper: Readonly<Record<string, OrtTensor>> },
      ) => Promise<{ readonly weights: Readonly<Record<string, OrtTensor>> }>;
      readonly evaluate: (
        stem: string,
        weights: Readonly<Record<string, OrtTensor>>,
        batches: () => readonly Readonly<Record<string, OrtTensor>>[],
      ) => Promise<Readonly<Record<string, number>>>;
    };
    const batch = {
      x: new OrtTensor("float32", Float32Array.of(0, 1), [2]),
      t: new OrtTensor("float32", Float32Array.of(0, 2), [2]),
      kind: new OrtTensor("int32", Int32Array.of(0, 1), [2]),
    };
    const stem = join(folder, "Driven");
    const { weights } = await driver.train(stem, () => [batch], { hyper: statistics });
    const { own } = await driver.evaluate(stem, { ...weights, "param/w": single(1) }, () => [batch]);
    expect(own).toBeCloseTo((Math.exp(0.3 + 2 * 1.7) - Math.exp(0.3 + 1.7)) / 2, 4);
  });
});
