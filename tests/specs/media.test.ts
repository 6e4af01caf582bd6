import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Examples } from "../../src/runtime/data/dataset.ts";
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
      const batch = await split.gather(Array.from({ length: split.count }, (_, at) => at));
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

/** The takes of the clips of a split, whose rows are files in the order of their names. */
function heard({ count, rowOf }: Examples, names: readonly string[]): readonly string[] {
  const clips = names.filter((it) => it.endsWith(".wav")).toSorted();
  const takes = Array.from({ length: count }, (_, at) => /_(\d)\.wav$/.exec(clips[rowOf?.(at) ?? at] ?? "")?.[1] ?? "");
  return [...new Set(takes)].toSorted();
}

describe.skipIf(sounds === undefined)("specs/media/speech-digits.model", () => {
  it("knows the digits of clips that it has not heard", { timeout: 600_000 }, async () => {
    const folder = folderWith({});
    for (const name of readdirSync(sounds ?? "")) copyFileSync(join(sounds ?? "", name), join(folder, name));
    const path = "specs/media/speech-digits.model";
    const argv = ["train", path, "--data", folder, "--out", join(folder, "out"), "--epochs", "16"];
    const { code, out, err } = await cli(argv);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/480 examples/);
    expect(Number(/test\.accuracy (\S+)/.exec(out)?.[1])).toBeGreaterThan(0.85);
    // The split goes by the take: 8 and 9 of each speaker are for the test.
    const { splits } = await loadData(loadTraining(path), path, folder);
    expect([splits.train.count, splits.test.count]).toEqual([480, 120]);
    expect(heard(splits.test, readdirSync(folder))).toEqual(["8", "9"]);
    writeFileSync(join(folder, "1_speaker1_8.wav"), "no sound");
    const broken = await cli(argv);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(/error\[MC6001\]: I cannot read \S*1_speaker1_8\.wav: it is no WAV file/);
  });
});
