import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { embedExcerpts } from "../../scripts/generate-reference.ts";
import { compile } from "../../src/compiler.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { commandHelp } from "../../src/cli/help.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { fencesOf } from "./markdown.ts";

/** What a user who follows the README has: the CNN, built into `out/`. */
const folder = resolve(".cache", "readme");
const page = readFileSync("README.md", "utf8");
const fences = fencesOf("README.md");
const excerpts = embedExcerpts(page, (path) => readFileSync(path, "utf8"));

/** The block of a language that holds some text. */
function example(language: string, holding: string): string {
  const found = fences.find(({ info, text }) => info === language && text.includes(holding));
  if (found === undefined) throw new Error(`the README has no ${language} with ${holding}`);
  return found.text;
}

interface Usage {
  open(safetensors: Uint8Array): object;
  read(model: object, images: tf.Tensor4D): Promise<number[]>;
  learn(images: tf.Tensor4D, labels: tf.Tensor1D, onLoss: (loss: number) => void): Promise<Uint8Array>;
}

describe("the README", () => {
  beforeAll(async () => {
    const path = "specs/mnist-cnn.model";
    const source = { path, text: readFileSync(path, "utf8") };
    const { diagnostics, files } = await compile(source, diskHost, { targets: ["onnx", "tfjs"] });
    expect(diagnostics).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "out"), { recursive: true });
    for (const [name, content] of files) writeFileSync(join(folder, "out", name), content);
    writeFileSync(join(folder, "usage.ts"), example("ts", "export async function learn"));
    const config = { extends: "../../tsconfig.json", include: ["*.ts", "out/*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    await useBackend("wasm");
  });

  it("shows specs/mnist-cnn.model, its generated code and docs/driver.mjs as they are", () => {
    expect(page.match(/<!-- embed /g)).toHaveLength(3);
    expect(page).toBe(excerpts);
    expect(page).toContain(readFileSync("docs/driver.mjs", "utf8"));
  });

  it("lists every command", () => {
    for (const name of Object.keys(commandHelp)) expect(page).toContain(`| \`modelc ${name} `);
  });

  it("has TypeScript that the strictest compiler takes", () => {
    const compiler = "node_modules/typescript-native/bin/tsc";
    const output = execFileSync(process.execPath, [compiler, "-p", folder, "--noEmit"], { encoding: "utf8" });
    expect(output).toBe("");
  });

  it("has TypeScript that reads, learns and frees what it makes", async () => {
    const usage: unknown = await import(/* @vite-ignore */ join(folder, "usage.ts"));
    const { open, read, learn } = usage as Usage;
    const before = tf.memory().numTensors;
    const images = tf.randomUniform<tf.Rank.R4>([40, 28, 28, 1], 0, 1, "float32", 1);
    const labels = tf.tensor1d(
      Array.from({ length: 40 }, (_, i) => i % 10),
      "int32",
    );
    const losses: number[] = [];
    const checkpoint = await learn(images, labels, (loss) => losses.push(loss));
    expect(losses).toHaveLength(2);
    expect(losses.every(Number.isFinite)).toBe(true);
    // The images and labels are left: 2 tensors.
    expect(tf.memory().numTensors).toBe(before + 2);
    const trained = await read(open(checkpoint), images);
    expect(trained).toHaveLength(40);
    expect(trained.every((digit) => Number.isInteger(digit) && digit >= 0 && digit < 10)).toBe(true);
    tf.dispose([images, labels]);
  });

  it("has JavaScript that predicts on ONNX Runtime", async () => {
    const script = example("js", "MnistCnn.onnx").replace('"out/', `"${folder}/out/`);
    const path = join(folder, "predict.mjs");
    writeFileSync(path, script.replace("console.log(logits.data);", "export const found = logits;"));
    const loaded: unknown = await import(/* @vite-ignore */ path);
    const { found } = loaded as { readonly found: { readonly dims: readonly number[]; readonly data: Float32Array } };
    expect(found.dims).toEqual([1, 10]);
    expect(found.data.every(Number.isFinite)).toBe(true);
  });
});
