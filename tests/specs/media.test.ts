import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "../cli/run-cli.ts";
import { dataFolder, loadData, loadTraining } from "./spec-testing.ts";

const images = dataFolder("images/cifar10");
const sounds = dataFolder("speech-digits");
if (images === undefined) console.warn("SKIPPED: no images of CIFAR-10 beside the repository");
if (sounds === undefined) console.warn("SKIPPED: no spoken digits beside the repository");

describe.skipIf(images === undefined)("specs/media/cifar10.model", () => {
  it("has its images by their folders", async () => {
    const path = "specs/media/cifar10.model";
    const { splits, vocabularies } = await loadData(loadTraining(path), path, images);
    expect([splits.train.count, splits.validate.count, splits.test.count]).toEqual([2000, 0, 400]);
    expect(vocabularies["label"]).toEqual(readdirSync(join(images ?? "", "train")).toSorted());
    for (const [split, each] of [
      [splits.train, 200],
      [splits.test, 40],
    ] as const) {
      const batch = split.gather(Array.from({ length: split.count }, (_, at) => at));
      const counts = Array<number>(10).fill(0);
      for (const label of batch.get("label")?.data ?? []) counts[Number(label)] = (counts[Number(label)] ?? 0) + 1;
      expect(counts).toEqual(Array(10).fill(each));
      const pixels = batch.get("image")?.data ?? new Int32Array();
      expect(batch.get("image")?.shape).toEqual([split.count, 32, 32, 3]);
      const numbers = Float64Array.from(pixels, Number);
      const [least, most] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
      expect([least, most]).toEqual([0, 255]);
    }
  });
});

describe.skipIf(sounds === undefined)("specs/media/speech-digits.model", () => {
  it("knows the digits of clips that it has not heard", { timeout: 600_000 }, async () => {
    const text = readFileSync("specs/media/speech-digits.model", "utf8");
    // Takes 8 and 9 of each speaker are for the test.
    const edited = text
      .replace('"data/speech-digits/*.wav"', '"clips"')
      .replace("train 0.8, test 0.2, seed 1", 'train from "train", test from "test"');
    const folder = folderWith({ "digits.model": edited });
    for (const name of ["train", "test"]) mkdirSync(join(folder, "clips", name), { recursive: true });
    for (const name of readdirSync(sounds ?? ""))
      copyFileSync(join(sounds ?? "", name), join(folder, "clips", /_[89]\.wav$/.test(name) ? "test" : "train", name));
    const argv = ["train", join(folder, "digits.model"), "--out", join(folder, "out"), "--epochs", "16"];
    const { code, out, err } = await cli(argv);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/480 examples/);
    expect(Number(/test\.accuracy (\S+)/.exec(out)?.[1])).toBeGreaterThan(0.85);
    writeFileSync(join(folder, "clips", "test", "1_speaker1_8.wav"), "no sound");
    const broken = await cli(argv);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(/error\[MC6001\]: I cannot read \S*clips\/test\/1_speaker1_8\.wav: it is no WAV file/);
  });
});
