import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { dataCatalog } from "../../src/diagnostics/catalog/data.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { reportLeaks } from "../../src/cli/report-leaks.ts";
import { lowerTrain } from "../../src/lower/sections/lower-sections.ts";
import { createDataset } from "../../src/runtime/data/dataset.ts";
import { loadSource } from "../../src/runtime/data/load-source.ts";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { checkFeatures } from "../../src/runtime/train/check-features.ts";
import { StrayPlaces } from "../../src/runtime/train/stray-places.ts";
import { describeStrays } from "../../src/runtime/train/describe-strays.ts";
import { host } from "../lower/checking.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An IDX file of bytes, each drawn from its place. */
function idx(shape: readonly number[], element: (at: number) => number): Uint8Array {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim);
  });
  for (let at = 0; at < size; at++) bytes[4 + 4 * shape.length + at] = element(at);
  return bytes;
}

const files: Readonly<Record<string, Uint8Array | string>> = {
  "images.idx": idx([20, 28, 28], (at) => at % 256),
  "labels.idx": gzipSync(idx([20], (at) => at % 10)),
  "letters.idx": idx([20], (at) => at % 26),
  "bomb.idx.gz": gzipSync(Buffer.alloc(260e6), { level: 1 }),
  "fewer-labels.idx": idx([19], (at) => at % 10),
  "32x32.idx": idx([20, 32, 32], () => 1),
  "truncated.idx": idx([20, 28, 28], () => 1).subarray(0, 1000),
  "words.csv": "x\n1\ntwo\n",
  "numbers.csv": "x,y\n1,2\n3,4\n",
  "gaps.csv": 'x\n1\n""\n3\n',
  "zeros.csv": "x\n1\n0\n3\n",
  "large.csv": "x,y\n255,2\n256,4\n",
  "strays.csv": "x,y\n1,2\n3,5\n",
  "halves.csv": "x,y\n1,2\n0.5,4\n",
  "words.jsonl": '{"x": 1}\n{"x": "two"}\n',
  "numbers.jsonl": '{"x": 1}\n{"x": 2}\n',
  "kinds.csv": "x,kind\n1,a\n2,b\n3,a\n",
  "empty-column.csv": "x,never\n1,\n2,\n",
  "sets.csv": "x,set\n1,train\n2,train\n3,Test\n",
  "pairs.csv": "x,a,b\n1,ab,ba\n2,abc,ab\n",
  "twice.csv": "x\n1\n2\n1\n3\n",
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);

/** Trains nothing much on the data of an example: what is checked is how they load. */
const trained = (data: string): string =>
  data.includes("\ntrain ")
    ? data
    : data.startsWith("data Digits")
      ? `${data}
model M: (image: f32[B, 28, 28, 1]) -> logits: f32[B, 10] { image -> Flatten -> Dense(10) }
train M on Digits {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
}
`
      : `${data}
model M: (x: f32[B]) -> y: f32[B] {
  param w: f32[] = ones
  x * w
}
train M on Plane {
  loss: mean(y)
  optimizer: sgd(lr=0.1)
}
`;

/** What is found from the text to the labels, as `modelc train` looks for it. */
async function findingsOf(data: string): Promise<readonly Diagnostic[]> {
  const collector = createCollector();
  const program = loadProgram({ path: join(folder, "spec.model"), text: trained(data) }, host, collector);
  const declaration = program.entry.ast.declarations.find((it) => it.kind === "train");
  const lowered = declaration?.kind === "train" ? lowerTrain(program, declaration, {}, collector) : undefined;
  if (lowered === undefined) throw new Error(collector.diagnostics.map((it) => it.message).join("; "));
  const raw = await loadSource(lowered.data, join(folder, "spec.model"));
  const dataset = raw.ok ? await createDataset(raw.value, lowered.data) : raw;
  if (!raw.ok || !dataset.ok) {
    if (!dataset.ok) dataset.error.reportTo(collector, lowered.data.source.origin);
    return collector.diagnostics;
  }
  const made = await createOnnxTrainer(lowered, { totalSteps: 1, threads: 1 });
  if (!made.ok) throw new Error(made.message);
  const { trainer } = made;
  const stray = await checkFeatures(trainer, lowered, raw.value, dataset.value);
  if (stray === undefined) {
    const open = { program: lowered, trainer, raw: raw.value, dataset: dataset.value };
    const { train } = dataset.value.splits;
    const error: unknown = await trainer
      .prepare(await train.gather(Int32Array.from({ length: train.count }, (_, at) => at)))
      .then((features) => trainer.step(features, 0))
      .catch((it: unknown) => it);
    if (error instanceof StrayPlaces) await describeStrays(open, error, collector);
  }
  await trainer.dispose();
  await reportLeaks({ program: lowered, raw: raw.value, dataset: dataset.value }, collector);
  stray?.problem.reportTo(collector, stray.feature.origin);
  return collector.diagnostics;
}

describe("the catalog of data", () => {
  it.each(Object.entries(dataCatalog))(
    "%s: the bad example yields it alone, the good one nothing",
    async (code, entry) => {
      const [finding, ...others] = await findingsOf(entry.bad);
      expect(finding?.code).toBe(code);
      expect(finding?.message).toMatch(/\.$/);
      expect(others).toEqual([]);
      expect(await findingsOf(entry.good)).toEqual([]);
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );

  it("keeps large integers of a table as they are", async () => {
    const path = join(folder, "large.csv");
    writeFileSync(path, "x\n16777217\n2147483647\n");
    const collector = createCollector();
    const text =
      'data D {\n  source: csv("large.csv")\n  x: i32[] = raw.x\n}\nmodel M: (x: i32[B]) -> y: f32[B] {\n  param w: f32[] = ones\n  cast(x, f32) * w\n}\ntrain M on D {\n  loss: mean(y)\n  optimizer: sgd(lr=1)\n}\n';
    const program = loadProgram({ path: join(folder, "spec.model"), text }, host, collector);
    const declaration = program.entry.ast.declarations.find((it) => it.kind === "train");
    const lowered = declaration?.kind === "train" ? lowerTrain(program, declaration, {}, collector) : undefined;
    const raw = lowered && (await loadSource(lowered.data, join(folder, "spec.model")));
    const dataset =
      raw?.ok === true && lowered !== undefined ? await createDataset(raw.value, lowered.data) : undefined;
    expect(dataset?.ok === true && (await dataset.value.splits.train.gather([0, 1])).get("x")?.data.toSorted()).toEqual(
      Int32Array.of(16777217, 2147483647),
    );
  });
});
