import { describe, expect, it } from "vitest";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { buildOnnx } from "../../../src/emit/onnx/build-onnx.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { loadTraining, specNames, specPath } from "../../specs/spec-testing.ts";
import { sessionOf } from "./graphs.ts";

const checker = findOnnxChecker();
/** What each spec becomes. */
const kinds = [
  ...["onnx", "init.onnx", "train.onnx", "eval.onnx", "prep.onnx", "grad.onnx", "apply.onnx", "metrics.onnx"],
  ...["manifest.json", "safetensors"],
];

const checked = new Map<string, Uint8Array | string>();

describe.each(specNames)("%s as ONNX", (name) => {
  it(
    "builds without a report and loads into ONNX Runtime under strict shape inference",
    { timeout: 60_000 },
    async () => {
      const train = loadTraining(specPath(name));
      const collector = createCollector();
      const settings = { name, version: "0.0.0", collector, span: train.origin, split: true };
      const { files } = buildOnnx({ module: train.model, train, ...settings }) ?? { files: new Map<string, string>() };
      expect(collector.diagnostics).toEqual([]);
      expect([...files.keys()].sort()).toEqual(kinds.map((it) => `${name}.${it}`).sort());
      const weights = files.get(`${name}.safetensors`);
      if (!(weights instanceof Uint8Array)) throw new Error("no weights");
      const externalData = new Map([[`${name}.safetensors`, weights]]);
      for (const [file, content] of files) {
        checked.set(file, content);
        if (!file.endsWith(".onnx") || !(content instanceof Uint8Array)) continue;
        const session = await sessionOf(content, file === `${name}.onnx` ? { externalData } : {});
        expect(session.outputs.length, file).toBeGreaterThan(0);
        await session.dispose();
      }
    },
  );
});

describe("the official checker", () => {
  it.skipIf(checker === undefined)("accepts every spec's files, strictly", { timeout: 300_000 }, () => {
    expect(checked.size).toBe(kinds.length * specNames.length);
    expect(Object.fromEntries(checker?.check(checked) ?? [])).toEqual({});
  });
});
