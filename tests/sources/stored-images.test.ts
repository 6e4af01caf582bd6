import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDataset, type Dataset, type RawBatch } from "../../src/runtime/data/dataset.ts";
import { findLeaks } from "../../src/runtime/data/find-leaks.ts";
import { loadSource } from "../../src/runtime/data/load-source.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { DataFault, isStored, type RawData } from "../../src/sources/raw-data.ts";
import { messageOf, programOf } from "../runtime/data/open-data.ts";
import { drawImage, plain } from "./draw-image.ts";
import { pngFile } from "./png-file.ts";

type Files = Readonly<Record<string, Uint8Array>>;

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "modelc-data-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Loads a section whose images may fill so many bytes; what is wrong as text. */
async function load(folder: string, section: string, held: number) {
  const path = join(folder, "spec.model");
  const program = programOf(section, path);
  const raw = await loadSource(program.data, path, undefined, undefined, held);
  const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (!raw.ok || !dataset.ok) return dataset.ok ? "" : messageOf(dataset.error).replaceAll(`${folder}/`, "");
  return { program, raw: raw.value, dataset: dataset.value };
}

async function opened(folder: string, section: string, held: number) {
  const found = await load(folder, section, held);
  if (typeof found === "string") throw new Error(found);
  return found;
}

const isStoredIn = (raw: RawData, name: string): boolean => {
  const column = raw.kind === "columns" ? raw.columns.get(name) : undefined;
  return column !== undefined && isStored(column);
};

const shown = (batch: RawBatch) =>
  [...batch].map(([name, { shape, data, single }]) => [name, shape, [...data], single]);

/** All that a data set gives, in several ways of asking. */
async function everything({ splits }: Dataset) {
  const found = [];
  for (const split of [splits.train, splits.validate, splits.test]) {
    const all = Array.from({ length: split.count }, (_, at) => at);
    found.push(shown(await split.gather(all)));
    if (split.count > 1) found.push(shown(await split.gather([split.count - 1, 0, 0])));
    found.push(all.map((at) => split.rowOf?.(at)));
  }
  return found;
}

/** Images of three classes, of several sizes and kinds, of which two are equal. */
async function pets(): Promise<Files> {
  const files: Record<string, Uint8Array> = {};
  for (let at = 0; at < 18; at++) {
    const [height, width] = [3 + (at % 4), 2 + (at % 5)];
    const pixels = Array.from({ length: height * width * 3 }, (_, i) => (i * 37 + at * 11) % 256);
    const format = (["png", "webp", "jpeg"] as const)[at % 3] ?? "png";
    files[`pets/${["cat", "dog", "owl"][at % 3]}/${at}.${format}`] = await drawImage({ height, width, pixels }, format);
  }
  files["pets/dog/again.png"] = files["pets/cat/0.png"] ?? Uint8Array.of();
  files["pets/cat/again.png"] = files["pets/cat/0.png"] ?? Uint8Array.of();
  return files;
}

const section = (image: string, split = "split: train 0.5, validate 0.25, test 0.25, seed 3", more = "") =>
  `  source: image_folder("pets")\n  ${split}\n${more}  x: f32[] = raw.label * 1.0\n  label: class(3) = raw.label\n  image: ${image}`;

describe("images that are decoded when they are asked for", () => {
  it.each([
    "f32[4, 5, 3] = raw.image / 255 -> standardize",
    "f32[2, 2] = raw.image -> standardize",
    "u8[4, 4, 4] = raw.image",
    "f16[4, 4, 1] = raw.image",
  ])("give what those in memory give, statistics bit by bit: %s", async (image) => {
    const folder = folderOf(await pets());
    for (const split of [undefined, "split: train 0.6, test 0.4, stratified by raw.label, seed 1"]) {
      const [held, stored] = [
        await opened(folder, section(image, split), Infinity),
        await opened(folder, section(image, split), 0),
      ];
      expect([isStoredIn(held.raw, "image"), isStoredIn(stored.raw, "image")]).toEqual([false, true]);
      expect(isStoredIn(stored.raw, "label")).toBe(false);
      expect(await everything(stored.dataset)).toEqual(await everything(held.dataset));
      expect(await fitStatistics(stored.program, stored.dataset.splits.train)).toEqual(
        await fitStatistics(held.program, held.dataset.splits.train),
      );
    }
  });

  it("are equal by their files: duplicates are left out, and leaks told, as of those in memory", async () => {
    const folder = folderOf(await pets());
    const image = "f32[4, 5, 3] = raw.image";
    const clean = section(image, undefined, "  clean: drop_duplicates\n");
    const [held, stored] = [await opened(folder, clean, Infinity), await opened(folder, clean, 0)];
    expect(stored.dataset.cleaning).toEqual(held.dataset.cleaning);
    expect(stored.dataset.cleaning[0]?.leftOut).toBe(1);
    const byPosition = section(image, "split: train 0.5, test 0.5, by position");
    const [one, other] = [await opened(folder, byPosition, Infinity), await opened(folder, byPosition, 0)];
    const leaks = await findLeaks(other.raw, other.program.data, other.dataset);
    expect(leaks).toEqual(await findLeaks(one.raw, one.program.data, one.dataset));
  });

  it("and their masks keep numbers, and are of one size with them", async () => {
    const files = {
      "x/1.png": await plain(2, 2, 7, 8, 9),
      "x/2.png": await plain(2, 2, 1, 2, 3),
      "m/1.png": pngFile(
        [
          [0, 3],
          [1, 2],
        ],
        2,
      ),
      "m/2.png": pngFile(
        [
          [3, 3],
          [3, 0],
        ],
        2,
      ),
    };
    const text =
      '  source: image_folder("x", masks="m")\n  split: train 1, by position\n  x: f32[] = raw.image[:, 0, 0, 0]\n  image: f32[2, 2, 3] = raw.image\n  mask: class(4)[2, 2] = raw.mask';
    const found = await opened(folderOf(files), text, 0);
    const { train } = found.dataset.splits;
    expect([...((await train.gather([1, 0])).get("mask")?.data ?? [])]).toEqual([3, 3, 3, 0, 0, 3, 1, 2]);
    const wide = { ...files, "m/2.png": pngFile([[3, 3, 1]], 2) };
    const said = await load(folderOf(wide), text, 0);
    expect(said).toBe(await load(folderOf(wide), text, Infinity));
    expect(said).toContain("MC6050 m/2.png: this mask has 1 x 3 pixels");
  });

  it.each<readonly [what: string, image: string, files: (good: Uint8Array) => Files]>([
    ["one of another size", "f32[H, W, 3] = raw.image", () => ({})],
    ["what is no image", "f32[2, 2, 3] = raw.image", () => ({ "pets/owl/x.png": Uint8Array.from([1, 2, 3]) })],
    ["an empty file", "f32[2, 2, 3] = raw.image", () => ({ "pets/owl/x.png": new Uint8Array() })],
    ["a header alone", "f32[2, 2, 3] = raw.image", (good) => ({ "pets/owl/x.png": good.subarray(0, 20) })],
  ])("say what is wrong when they are found, as those in memory do: %s", async (_, image, more) => {
    const files = await pets();
    const folder = folderOf({ ...files, ...more(files["pets/cat/0.png"] ?? Uint8Array.of()) });
    const said = await load(folder, section(image), 0);
    expect(typeof said).toBe("string");
    expect(said).toBe(await load(folder, section(image), Infinity));
  });

  it("say which file is damaged, or gone, when it is asked for", async () => {
    const files = await pets();
    const good = files["pets/cat/0.png"] ?? Uint8Array.of();
    const folder = folderOf({ ...files, "pets/owl/cut.png": good.subarray(0, good.length - 30) });
    const { dataset } = await opened(folder, section("f32[2, 2, 3] = raw.image", "split: train 1, by position"), 0);
    const all = Array.from({ length: dataset.splits.train.count }, (_, at) => at);
    const said = async (): Promise<string> => {
      try {
        await dataset.splits.train.gather(all);
        return "nothing";
      } catch (error) {
        if (!(error instanceof DataFault)) throw error;
        return messageOf(error.problem).replaceAll(`${folder}/`, "");
      }
    };
    expect(await said()).toBe("MC6001 I cannot read pets/owl/cut.png: it is a PNG image that is damaged or cut off.");
    rmSync(join(folder, "pets/cat/0.png"));
    expect(await said()).toBe("MC6001 I cannot read pets/cat/0.png: there is no such file.");
  });
});
