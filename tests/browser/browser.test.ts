import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as modelc from "../../src/index.ts";
import { epochOrder } from "../../src/runtime/data/dataset.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { importEmitted, writeEmitted } from "../emit/tfjs/load-emitted.ts";
import { loadData, loadTraining, relativeError, specPath } from "../specs/spec-testing.ts";
import { buildSite } from "./build-site.ts";
import { findChromium } from "./find-chromium.ts";
import { compileBoth, type compileInPage, type CompilerRequest } from "./pages/compiler.ts";
import type { trainOnnxInPage } from "./pages/onnx.ts";
import type { trainTfjsInPage } from "./pages/tfjs.ts";
import { stepTime, type PlainBatch } from "./plain-tensor.ts";
import { serve, type StaticServer } from "./static-server.ts";
import { trainOnnx, type BuiltModel, type OnnxReport } from "./train-onnx.ts";
import { trainTfjs, type GeneratedModule } from "./train-tfjs.ts";

/**
 * modelc and what it writes in a real browser: the compiler, the ONNX graphs on stock onnxruntime-web, and the generated
 * TypeScript on TensorFlow.js, each held against the same in Node.
 */
const models = {
  LinearRegression: { path: specPath("linear-regression"), steps: 20 },
  MnistCnn: { path: specPath("mnist-cnn"), steps: 5 },
} as const;
type ModelName = keyof typeof models;
const modelNames = ["LinearRegression", "MnistCnn"] as const satisfies readonly ModelName[];

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn(
    "SKIPPED: no Chromium in /usr/bin or on PATH, nor where CHROME_PATH says: nothing is tested in a real browser",
  );
}

const request = (name: ModelName): CompilerRequest => {
  const { path } = models[name];
  return { path, text: readFileSync(path, "utf8") };
};

/** The first batches of the first epoch, before preparation. */
async function rawBatches(name: ModelName): Promise<readonly PlainBatch[]> {
  const { path, steps } = models[name];
  const program = loadTraining(path, (text) => text.replace(/count=\d+/, "count=400"));
  const { train } = (await loadData(program, path)).splits;
  const order = epochOrder(train.count, program.seed, 0);
  const batchAt = async (step: number): Promise<PlainBatch> => {
    const batch = await train.gather(order.subarray(32 * step, 32 * step + 32));
    return Object.fromEntries(
      [...batch].map(([field, { shape, data }]) => [
        field,
        { dtype: data instanceof Float64Array ? "f64" : "i32", shape, data: Array.from(data, Number) },
      ]),
    );
  };
  return Promise.all(Array.from({ length: steps }, (_, step) => batchAt(step)));
}

describe.skipIf(executablePath === undefined)("in a browser", { timeout: 300_000 }, () => {
  let folder = "";
  const inNode = new Map<ModelName, OnnxReport>();
  const open: { browser?: Browser; server?: StaticServer } = {};

  /** Calls an exported function of a script of the site, in a page of its own. */
  async function call<F extends (argument: never) => Promise<unknown>>(
    script: string,
    name: string,
    argument: Parameters<F>[0],
  ): Promise<Awaited<ReturnType<F>>> {
    const { browser, server } = open;
    if (browser === undefined || server === undefined) throw new Error("the browser was not started");
    const page = await browser.newPage();
    const errors: Error[] = [];
    page.on("pageerror", (error) => errors.push(error));
    try {
      await page.goto(`${server.origin}/index.html`);
      // Without isolation the runtimes would silently do with one thread.
      expect(await page.evaluate("crossOriginIsolated")).toBe(true);
      // Text, since what the test runner makes of a function means nothing in the page.
      const call = `import("/${script}.js").then((it) => it.${name}(${JSON.stringify(argument)}))`;
      const result = await page.evaluate<Awaited<ReturnType<F>>>(call);
      expect(errors).toEqual([]);
      return result;
    } finally {
      await page.close();
    }
  }

  /** What training on onnxruntime-node gives. */
  function trainedInNode(name: ModelName): OnnxReport {
    const report = inNode.get(name);
    if (report === undefined) throw new Error(`${name} was not trained`);
    return report;
  }

  /** Says how the webgl backend does. Software rendering may lack it and takes seconds for a CNN's step: nothing is asked. */
  async function reportWebgl(name: ModelName): Promise<void> {
    const { losses } = trainedInNode(name);
    const asked = { name, batches: `/batches/${name}.json`, backend: "webgl" } as const;
    const result = await call<typeof trainTfjsInPage>("tfjs", "trainTfjsInPage", asked).then(
      (there) => {
        const errors = there.losses.map((loss, step) => Math.abs(loss - (losses[step] ?? NaN)));
        return `${stepTime(there)}, losses within ${Math.max(...errors).toExponential(1)} of ONNX Runtime's`;
      },
      (error: unknown) => `does not run here: ${error instanceof Error ? error.message : String(error)}`,
    );
    console.info(`${name}: TensorFlow.js webgl ${result}`);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "modelc-browser-"));
    // Otherwise the first tensor in Node prints an advertisement of the node backend.
    tf.enableProdMode();
    const generated: Record<string, string> = {};
    const served = new Map<string, string | Uint8Array>();
    for (const name of modelNames) {
      const host = { read: () => undefined, resolve: (_: string, to: string) => to };
      const { diagnostics, files } = await modelc.compile(request(name), host, { targets: ["onnx", "tfjs"] });
      expect(diagnostics).toEqual([]);
      for (const [file, content] of files) {
        served.set(`/built/${file}`, content);
        writeFileSync(join(folder, file), content);
      }
      const code = readFileSync(join(folder, `${name}.ts`), "utf8");
      generated[name] = writeEmitted(name, code, "browser");

      const raw = await rawBatches(name);
      const built: BuiltModel = {
        manifest: JSON.parse(readFileSync(join(folder, `${name}.manifest.json`), "utf8")) as modelc.Manifest,
        weights: readFileSync(join(folder, `${name}.safetensors`)),
        open: (file) => ort.InferenceSession.create(join(folder, file), { intraOpNumThreads: 2 }),
      };
      const report = await trainOnnx(ort, built, raw);
      inNode.set(name, report);
      served.set(`/batches/${name}.raw.json`, JSON.stringify(raw));
      served.set(`/batches/${name}.json`, JSON.stringify(report.prepared));
    }
    const site = await buildSite(generated);
    open.server = await serve({ ...site, files: new Map([...site.files, ...served]) });
    open.browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ],
    });
  }, 300_000);

  afterAll(async () => {
    await open.browser?.close();
    await open.server?.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  it("compiles to both targets, byte for byte as in Node", async () => {
    const here = await compileBoth(modelc, request("MnistCnn"));
    const there = await call<typeof compileInPage>("compiler", "compileInPage", request("MnistCnn"));
    expect(Object.keys(there.files).sort()).toEqual(
      [
        "eval.onnx",
        "init.onnx",
        "manifest.json",
        "metrics.onnx",
        "onnx",
        "prep.onnx",
        "safetensors",
        "train.onnx",
        "ts",
      ].map((it) => `MnistCnn.${it}`),
    );
    expect(there).toEqual(here);
  });

  it("reports what is wrong with a text, as in Node", async () => {
    const { path, text } = request("MnistCnn");
    const wrong = { path, text: text.replace("-> Flatten", "-> Flatened") };
    const there = await call<typeof compileInPage>("compiler", "compileInPage", wrong);
    expect(there.files).toEqual({});
    expect(there.diagnostics).toContain("Flatened");
    expect(there).toEqual(await compileBoth(modelc, wrong));
  });

  describe("imports of files in memory", () => {
    const imported = {
      path: "/specs/net.model",
      text: `import { Encoder } from "some-nets/encoder.model"
import { Head } from "./head.model"

model Net: (x: f32[B, 4]) -> y: f32[B, 2] {
  x -> Encoder(8) -> Head
}
`,
      files: {
        "/specs/head.model": "block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n",
        "/vendor/nets/encoder.model": `import { Layer } from "./parts/layer.model"

block Encoder(width: int): (x: f32[B, D]) -> f32[B, width] {
  x -> Layer(width) -> relu
}
`,
        "/vendor/nets/parts/layer.model":
          "block Layer(width: int): (x: f32[B, D]) -> f32[B, width] {\n  x -> Dense(width)\n}\n",
      },
      packages: { "some-nets/": "/vendor/nets/" },
    };

    it("reach packages by the map that a page gives, byte for byte as in Node", async () => {
      const there = await call<typeof compileInPage>("compiler", "compileInPage", imported);
      expect(there.diagnostics).toBe("");
      expect(there.files["Net.ts"]).toContain("export function predict");
      expect(there).toEqual(await compileBoth(modelc, imported));
    });

    it.each([
      ["a package that the map lacks", { packages: {} }, "the map of packages has no `some-nets/encoder.model`"],
      ["a file that is not there", { packages: { "some-nets/": "/elsewhere/" } }, "/elsewhere/encoder.model"],
      [
        "a path that leads out of its package",
        { text: imported.text.replace("some-nets/encoder", "some-nets/../encoder") },
        "some-nets/../encoder.model",
      ],
    ])("are refused as in Node: %s", async (_, change, says) => {
      const wrong = { ...imported, ...change };
      const there = await call<typeof compileInPage>("compiler", "compileInPage", wrong);
      expect(there.files).toEqual({});
      expect(there.diagnostics).toContain(says);
      expect(there).toEqual(await compileBoth(modelc, wrong));
    });
  });

  describe.each(modelNames)("%s", (name) => {
    it("trains and predicts on stock onnxruntime-web as on onnxruntime-node", async () => {
      const here = trainedInNode(name);
      const there = await call<typeof trainOnnxInPage>("onnx", "trainOnnxInPage", {
        name,
        batches: `/batches/${name}.raw.json`,
        threads: 2,
      });
      console.info(`${name}: onnxruntime-web ${stepTime(there)}, onnxruntime-node ${stepTime(here)}`);
      const tolerance = name === "LinearRegression" ? 1e-5 : 1e-4;
      expect(there.losses).toHaveLength(models[name].steps);
      there.losses.forEach((loss, step) => {
        expect(Math.abs(loss - (here.losses[step] ?? NaN)), `step ${step}`).toBeLessThan(tolerance);
      });
      expect(there.losses.at(-1)).toBeLessThan((there.losses[0] ?? NaN) * (name === "LinearRegression" ? 0.1 : 0.98));
      expect(there.drawnError).toBeLessThan(1e-6);
      expect(there.prepared).toEqual(here.prepared);
      expect(relativeError(here.predicted, there.predicted)).toBeLessThan(1e-5);
    });

    const backend = name === "LinearRegression" ? "cpu" : "wasm";
    it(`trains on TensorFlow.js ${backend} as in Node`, async () => {
      const { prepared, losses: onnxLosses } = trainedInNode(name);
      await useBackend(backend);
      const generated = await importEmitted<GeneratedModule>(name, readFileSync(join(folder, `${name}.ts`), "utf8"));
      const weights = readFileSync(join(folder, `${name}.safetensors`));
      const here = await trainTfjs(tf, generated, weights, prepared);
      const batches = `/batches/${name}.json`;
      const there = await call<typeof trainTfjsInPage>("tfjs", "trainTfjsInPage", { name, batches, backend });
      console.info(`${name}: TensorFlow.js ${backend} ${stepTime(there)} in the page, ${stepTime(here)} in Node`);
      expect(there.backend).toBe(backend);
      expect(there.losses).toHaveLength(models[name].steps);
      there.losses.forEach((loss, step) => {
        expect(Math.abs(loss - (here.losses[step] ?? NaN)), `step ${step}`).toBeLessThan(1e-5);
        // Both targets start from the same weights, and the first loss is before any update.
        if (step === 0) expect(Math.abs(loss - (onnxLosses[0] ?? NaN))).toBeLessThan(1e-5);
      });
      expect(new Set(there.tensors).size).toBe(1);
      expect(there.left).toBe(0);
      if (name === "LinearRegression") await reportWebgl(name);
    });
  });
});
