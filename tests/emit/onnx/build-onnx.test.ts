import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Tensor as RuntimeTensor } from "onnxruntime-node";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { buildOnnx, type OnnxFiles } from "../../../src/emit/onnx/build-onnx.ts";
import type { Manifest } from "../../../src/emit/onnx/manifest.ts";
import { bytesOf, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { defaultTensor } from "../../../src/runtime/onnx/step-loop.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { decodeElements } from "../../../src/support/element-bytes.ts";
import { readSafetensors, type SafeTensorsFile } from "../../../src/support/safetensors.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { sessionOf, tensor } from "./graphs.ts";
import { validate } from "./json-schema.ts";
import { classifierProgram, stripes } from "./programs.ts";

const train = classifierProgram();
const span = train.origin;

function build(settings: Partial<Parameters<typeof buildOnnx>[0]> = {}): OnnxFiles {
  const collector = createCollector();
  const built = buildOnnx({
    module: train.model,
    train,
    split: true,
    name: "Classifier",
    version: "1.2.3",
    collector,
    span,
    ...settings,
  });
  expect(collector.diagnostics).toEqual([]);
  if (built === undefined) throw new Error("nothing was built");
  return built;
}

function bytesAt(files: OnnxFiles["files"], name: string): Uint8Array {
  const content = files.get(name);
  if (!(content instanceof Uint8Array)) throw new Error(`no bytes in ${name}`);
  return content;
}

function weightsOf(files: OnnxFiles["files"]): SafeTensorsFile {
  const result = readSafetensors(bytesAt(files, "Classifier.safetensors"));
  if (!result.ok) throw new Error(result.error.message);
  return result.file;
}

const { files, models } = build();
const manifest = JSON.parse(String(files.get("Classifier.manifest.json"))) as Manifest;
const folder = mkdtempSync(join(tmpdir(), "modelc-build-"));
const stem = join(folder, "Classifier");

beforeAll(() => {
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("buildOnnx", () => {
  it("writes the files that it says", () => {
    expect([...files.keys()]).toEqual([
      "Classifier.onnx",
      "Classifier.init.onnx",
      "Classifier.train.onnx",
      "Classifier.eval.onnx",
      "Classifier.metrics.onnx",
      "Classifier.prep.onnx",
      "Classifier.grad.onnx",
      "Classifier.apply.onnx",
      "Classifier.manifest.json",
      "Classifier.safetensors",
    ]);
    expect([...models.keys()]).toEqual([...files.keys()].slice(0, 8));
    expect(validate(JSON.parse(JSON.stringify(manifest)))).toEqual([]);
    expect(manifest.training).toEqual({
      name: "Classifier",
      batch: 16,
      seed: 2 ** 32 * 3 + 7,
      epochs: 4,
      loss: "loss",
      metrics: [
        {
          name: "accuracy",
          better: "higher",
          figure: "metric/accuracy",
          accumulators: ["sum", "count"].map((it) => ({ name: `metric/accuracy/${it}`, merge: "sum" })),
        },
      ],
    });
    for (const { outputs } of Object.values(manifest.graphs)) expect(outputs.length).toBeGreaterThan(0);
  });

  it("gives the same bytes again", () => {
    for (const [name, content] of build().files) {
      expect(Buffer.compare(Buffer.from(content), Buffer.from(files.get(name) ?? "")), name).toBe(0);
    }
  });

  it("says what every graph takes and gives", async () => {
    for (const [kind, graph] of Object.entries(manifest.graphs)) {
      const session = await sessionOf(join(folder, graph.file));
      const fed = graph.inputs.filter((it) => it.stored !== true);
      expect(
        session.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
        kind,
      ).toEqual(fed.map(({ name, dtype, shape }) => ({ name, dtype, shape })));
      expect(session.outputs.map((it) => it.name)).toEqual(graph.outputs.map((it) => it.name));
      await session.dispose();
    }
  });

  it("stores what the init graph draws from the section's seed, kernels as OIHW", async () => {
    const weights = weightsOf(files);
    expect([...weights.tensors.keys()].sort()).toEqual(["bias", "readout", "stage.kernel", "stage.mean"]);
    expect(weights.tensors.get("stage.kernel")?.shape).toEqual([4, 1, 3, 3]);
    expect(JSON.parse(weights.metadata.get("perm") ?? "")).toEqual({ "stage.kernel": [3, 2, 0, 1] });
    const { init } = manifest.graphs;
    const session = await sessionOf(join(folder, init?.file ?? ""));
    const feeds = (init?.inputs ?? []).map((it): [string, Tensor] => [
      it.name,
      defaultTensor(it) ?? tensor("f32", [], 0),
    ]);
    const drawn = await session.run(new Map(feeds));
    await session.dispose();
    expect(drawn.size).toBe(4);
    for (const { name, path = "" } of init?.outputs ?? []) {
      const runtime = toNumbers(drawn.get(name) ?? tensor("f32", [], NaN));
      const host = decodeElements("f32", weights.tensors.get(path)?.bytes ?? new Uint8Array());
      expect(host.length).toBe(runtime.length);
      host.forEach((it, index) => {
        expect(Math.abs(it - (runtime[index] ?? NaN))).toBeLessThanOrEqual(1e-6);
      });
    }
  });

  it("infers with its stored weights as the evaluation graph does with the same fed", async () => {
    const weights = weightsOf(files);
    const x = tensor(
      "f32",
      [2, 8, 8, 1],
      Array.from({ length: 128 }, (_, i) => Math.sin(i)),
    );
    const inference = await sessionOf(join(folder, "Classifier.onnx"));
    const logits = (await inference.run(new Map([["image", x]]))).get("logits");
    const evaluation = await sessionOf(join(folder, "Classifier.eval.onnx"));
    const feeds = new Map([
      ["batch/image", x],
      ["batch/label", tensor("i32", [2], [0, 1])],
    ]);
    for (const { name, path, shape } of manifest.graphs.eval?.inputs ?? []) {
      const stored = weights.tensors.get(path ?? "");
      if (stored === undefined) continue;
      feeds.set(name, tensor("f32", shape.map(Number), [...decodeElements("f32", stored.bytes)]));
    }
    const evaluated = await evaluation.run(feeds);
    expect(evaluated.get("output/logits")).toEqual(logits);
    await inference.dispose();
    await evaluation.dispose();
  });

  it("takes weights, and reports those of another model", () => {
    const { tensors } = weightsOf(files);
    const changed = new Map(
      [...tensors].map(([path, it]) => [
        path,
        { ...it, bytes: it.bytes.map((byte, index) => (index % 4 === 0 ? 7 : byte)) },
      ]),
    );
    const again = weightsOf(build({ weights: changed }).files);
    expect(again.tensors.get("readout")?.bytes).toEqual(changed.get("readout")?.bytes);
    const collector = createCollector();
    const other = new Map([...tensors].filter(([path]) => path !== "bias"));
    const kernel = other.get("stage.kernel");
    if (kernel !== undefined) {
      other.set("stage.kernel", { ...kernel, shape: [3, 3, 1, 4] });
      other.set("stage.bias", kernel);
      other.set("opt/m/stage.kernel", kernel);
    }
    expect(
      buildOnnx({ module: train.model, name: "C", version: "1", collector, span, weights: other }),
    ).toBeUndefined();
    expect(collector.diagnostics.map((it) => `${it.code} ${it.message}`)).toEqual([
      "MC5003 The weights do not fit this model: bias is missing, and 2 more.",
    ]);
  });

  it("reports an opset that it does not write", () => {
    for (const opset of [17, 27, 18.5]) {
      const collector = createCollector();
      expect(buildOnnx({ module: train.model, name: "C", version: "1", collector, span, opset })).toBeUndefined();
      expect(collector.diagnostics.map((it) => it.code)).toEqual(["MC5001"]);
    }
  });

  it("accumulates gradients by halves of a step as a whole step would", async () => {
    const weights = weightsOf(files);
    const feeds = new Map<string, Tensor>();
    const graphs = [manifest.graphs.train, manifest.graphs.grad, manifest.graphs.apply];
    for (const input of graphs.flatMap((it) => it?.inputs ?? [])) {
      const stored = weights.tensors.get(input.path ?? "");
      const initial = stored === undefined ? defaultTensor(input) : undefined;
      if (input.role === "gradient") continue;
      if (initial !== undefined) feeds.set(input.name, initial);
      if (stored !== undefined)
        feeds.set(input.name, tensor("f32", stored.shape, [...decodeElements("f32", stored.bytes)]));
    }
    const { image, label } = stripes(6);
    feeds.set(
      "batch/image",
      tensor(
        "f32",
        [6, 8, 8, 1],
        [...image].map((it) => it / 255),
      ),
    );
    feeds.set("batch/label", tensor("i32", [6], [...label]));
    const run = async (
      kind: "train" | "grad" | "apply",
      more: ReadonlyMap<string, Tensor> = new Map(),
    ): Promise<ReadonlyMap<string, Tensor>> => {
      const graph = manifest.graphs[kind];
      const session = await sessionOf(join(folder, graph?.file ?? ""));
      const all = new Map([...feeds, ...more]);
      const given = (graph?.inputs ?? []).map(({ name }): [string, Tensor] => [
        name,
        all.get(name) ?? tensor("f32", [], NaN),
      ]);
      const results = await session.run(new Map(given));
      await session.dispose();
      return results;
    };
    const whole = await run("train");
    const gradients = await run("grad");
    const halves = new Map([...gradients, ...(await run("apply", gradients))]);
    for (const [name, { data }] of whole) {
      const other = halves.get(name);
      if (other === undefined) throw new Error(name);
      expect(Buffer.compare(bytesOf({ dtype: "f32", shape: [], data }), bytesOf(other)), name).toBe(0);
    }
  });
});

describe("docs/driver.mjs", () => {
  it("trains from the files alone, and what it trained evaluates well", async () => {
    const driver: unknown = await import(new URL("../../../docs/driver.mjs", import.meta.url).href);
    const { train: run } = driver as {
      readonly train: (
        stem: string,
        batches: (epoch: number) => Iterable<Readonly<Record<string, RuntimeTensor>>>,
        options: { readonly epochs: number },
      ) => Promise<{ readonly losses: readonly number[]; readonly weights: Readonly<Record<string, RuntimeTensor>> }>;
    };
    const batchAt = (from: number): Readonly<Record<string, RuntimeTensor>> => {
      const { image, label } = stripes(16, from);
      return {
        image: new RuntimeTensor(
          "float32",
          Float32Array.from(image, (it) => it / 255 - 0.4),
          [16, 8, 8, 1],
        ),
        label: new RuntimeTensor("int32", Int32Array.from(label), [16]),
      };
    };
    const { losses, weights } = await run(
      stem,
      (epoch) => Array.from({ length: 20 }, (_, i) => batchAt(16 * i + epoch)),
      {
        epochs: 4,
      },
    );
    expect(losses.length).toBe(80);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.3 * mean(losses.slice(0, 5)));

    const session = await sessionOf(join(folder, "Classifier.eval.onnx"));
    const feeds = new Map<string, Tensor>();
    const test = batchAt(5000);
    for (const { name, dtype, role } of manifest.graphs.eval?.inputs ?? []) {
      const value = role === "feature" ? test[name.slice("batch/".length)] : weights[name];
      if (value === undefined) throw new Error(name);
      feeds.set(name, tensor(dtype, value.dims, Array.from(value.data as Float32Array)));
    }
    const results = await session.run(feeds);
    expect(Number(results.get("metric/accuracy/sum")?.data[0])).toBeGreaterThanOrEqual(15);
    expect(Number(results.get("metric/accuracy/count")?.data[0])).toBe(16);
    await session.dispose();
  });
});

describe("the official checker", () => {
  const checker = findOnnxChecker();
  it.skipIf(checker === undefined)("accepts all files, external data included, strictly", () => {
    expect(Object.fromEntries(checker?.check(files) ?? [])).toEqual({});
  });
});
