import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawImage, plain } from "../sources/draw-image.ts";
import { dataFolder } from "../specs/spec-testing.ts";
import { initSpec } from "./init-spec.ts";
import { cli, folderWith } from "./run-cli.ts";

const images = dataFolder("images");
if (images === undefined) console.warn("SKIPPED: no images of real data beside the repository");

/** A folder with files below it. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = folderWith({});
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** So many plain images of each class, in files of these folders. */
async function filesOf(counts: Readonly<Record<string, number>>, side = 8, grey = false) {
  const files: Record<string, Uint8Array> = {};
  for (const [folder, count] of Object.entries(counts))
    for (let at = 0; at < count; at++)
      files[`${folder}/${at}.png`] = await plain(side, side, ...(grey ? [at * 5] : [at * 5, folder.length * 20, 90]));
  return files;
}

/** The spec that is written for a folder, which must check clean, be formatted, and train. */
async function draft(folder: string, from: string): Promise<string> {
  const path = join(folder, "made.model");
  await initSpec(path, "--from", join(folder, from));
  expect(await cli(["train", path, "--steps", "1", "--out", join(folder, "out")])).toMatchObject({ code: 0, err: "" });
  return readFileSync(path, "utf8").replaceAll(/\s+/g, " ");
}

describe("modelc init of a folder of images", () => {
  it("tells its folders apart, at the size that its images have", async () => {
    const spec = await draft(folderOf(await filesOf({ "pets/dog": 20, "pets/ärgerlich": 10 })), "pets");
    expect(spec).toContain('source: image_folder("pets") split: train 0.8, validate 0.1, test 0.1, seed 1');
    expect(spec).toContain("# 30 images. image: f32[8, 8, 3] = raw.image / 255");
    expect(spec).toContain("each folder a class: dog (67%) and ärgerlich (33%). label: class(2) = raw.label");
    expect(spec).toContain("model Pets: (image: f32[B, 8, 8, 3])");
    expect(spec).toContain("augment: image -> random_flip -> random_crop(1, mode=reflect)");
    expect(spec).toContain("expect accuracy > 0.666");
  });

  it("takes splits from folders, and what is lacking from the one for training", async () => {
    const files = await filesOf({ "set/train/a": 20, "set/train/b": 20, "set/test/a": 5, "set/test/b": 5 });
    expect(await draft(folderOf(files), "set")).toContain('train from "train", validate 0.1, test from "test", seed 1');
    const three = await filesOf({ "set/training/a": 20, "set/training/b": 9, "set/val/a": 5, "set/test/b": 5 });
    expect(await draft(folderOf(three), "set")).toContain(
      'train from "training", validate from "val", test from "test", seed 1',
    );
  });

  it("scales images of several sizes, or large ones, and takes grey ones as such", async () => {
    const grey = folderOf({
      ...(await filesOf({ "x/a": 15, "x/b": 15 }, 40, true)),
      "x/a/other.png": await drawImage({ height: 50, width: 70, channels: 1, pixels: [...Array(3500).keys()] }),
    });
    const spec = await draft(grey, "x");
    expect(spec).toContain("# 31 images of several sizes, all scaled to this one, in grey. image: f32[32, 32, 1]");
    expect(await draft(folderOf(await filesOf({ "y/a": 10, "y/b": 10 }, 130)), "y")).toContain("image: f32[96, 96, 3]");
  });

  it.each([
    ["--target", ["--target", "label"], {}, 2, /--target is a column of a table/],
    ["no folders", [], { "x/a.png": "x" }, 1, /it has no folders: each class has one/],
    ["nothing", [], {}, 1, /holds no images/],
    ["one class", [], { "x/a/1.png": "x" }, 1, /has one class: a network tells two at least apart/],
    ["what is no image", [], { "x/a/1.png": "x", "x/b/2.png": "y" }, 1, /1\.png/],
  ] as const)("refuses %s", async (_, options, files, code, message) => {
    const folder = folderOf(files);
    mkdirSync(join(folder, "x"), { recursive: true });
    const path = join(folder, "made.model");
    const found = await cli(["init", "--from", join(folder, "x"), "--out", path, ...options]);
    expect(found.err).toMatch(message);
    expect(found).toMatchObject({ code, out: "" });
    expect(existsSync(path)).toBe(false);
  });

  it("refuses too few images", async () => {
    const folder = folderOf(await filesOf({ "x/a": 2, "x/b": 3 }));
    const found = await cli(["init", "--from", join(folder, "x"), "--out", join(folder, "made.model")]);
    expect(found).toMatchObject({ code: 1, out: "" });
    expect(found.err).toContain("has 5 images: 20 at least are needed");
  });

  it.skipIf(images === undefined)(
    "small photographs: what is written beats chance soon",
    { timeout: 300_000 },
    async () => {
      const folder = folderWith({});
      const path = join(folder, "made.model");
      const from = join(images ?? "", "cifar10");
      await initSpec(path, "--from", from);
      expect(await cli(["train", path, "--steps", "80", "--out", folder])).toMatchObject({ code: 0, err: "" });
      const tested = await cli(["test", path, "--weights", join(folder, "Cifar10.safetensors")]);
      expect(tested.out).toMatch(/^passed {2}accuracy > 0\.1: /m);
    },
  );
});
