import { beforeAll, describe, expect, it } from "vitest";
import type { Content, OpenedData } from "../runtime/data/open-data.ts";
import { checkFile } from "../lower/checking.ts";
import { drawImage, plain } from "./draw-image.ts";
import { pngFile } from "./png-file.ts";
import { numbersOf, openedData } from "./read-data.ts";

const all = "split: train 1, by position";
const section = (source: string, features: string, split = all): string =>
  `  source: ${source}\n  ${split}\n  x: f32[] = raw.label * 1.0\n${features}`;

let images: Readonly<Record<string, Uint8Array>> = {};
beforeAll(async () => {
  const numbers = [1, 2, 3, 4];
  const drawn = await Promise.all(numbers.map((it) => plain(1, 1, it)));
  images = Object.fromEntries(drawn.map((it, at) => [`photos/${"abcd".charAt(at)}.png`, it]));
});

describe("labels of a table", () => {
  const of = (table: string, features: string): Promise<OpenedData> =>
    openedData(section('image_folder("photos", labels="labels.csv")', features), { ...images, "labels.csv": table });

  it("are classes where they are words, and files that it does not name are left out", async () => {
    const data = await of(
      'other,file,label\n1,"d.png",cat\n2,./b.png,Dog\n3,a.png,cat\n',
      "  i: f32[1, 1] = raw.image",
    );
    expect(await numbersOf(data, "label")).toEqual([1, 0, 1]);
    expect(await numbersOf(data, "image")).toEqual([1, 2, 4]);
    expect(data.raw.kind === "columns" && data.raw.columns.get("label")?.dictionary).toEqual(["Dog", "cat"]);
  });

  it("may be said to be categories: of words, in another order, and of numbers", async () => {
    const words = "file,label\na.png,cat\nb.png,dog\nc.png,cat\n";
    const labelled = (table: string, categories: string): Promise<OpenedData> =>
      openedData(
        `  source: image_folder("photos", labels="labels.csv")\n  ${all}\n  x: f32[] = raw.image[:, 0, 0] * 1.0\n  i: f32[1, 1] = raw.image\n  label: class(2) = raw.label -> ${categories}`,
        { ...images, "labels.csv": table },
      );
    expect(await numbersOf(await labelled(words, "categories"), "label.categories")).toEqual([0, 1, 0]);
    expect(await numbersOf(await labelled(words, 'categories(["dog", "cat"])'), "label.categories")).toEqual([1, 0, 1]);
    const numbers = await labelled("file,label\na.png,5\nb.png,10\nc.png,5\n", "categories");
    expect(await numbersOf(numbers, "label.categories")).toEqual([1, 0, 1]);
    expect(numbers.dataset.vocabularies).toEqual({ "label.categories": ["10", "5"] });
  });

  it("are numbers where all of them are", async () => {
    const data = await of("file,label\na.png,0.5\nb.png,-3e1\n", "  i: f32[1, 1] = raw.image");
    expect(await numbersOf(data, "label")).toEqual([0.5, -30]);
    expect(data.raw.kind === "columns" && data.raw.columns.get("label")?.dictionary).toBeUndefined();
  });
});

describe("masks", () => {
  it("have the numbers that their files store: few bits, many, or places in a table of colours", async () => {
    const [black, red, green] = [[0, 0, 0] as const, [128, 0, 0] as const, [0, 128, 0] as const];
    const data = await openedData(
      `  source: image_folder("images", masks="masks")\n  ${all}\n  x: f32[] = sum(raw.mask, axis=[-1, -2])\n  mask: i32[2, 2] = raw.mask`,
      {
        "images/a.png": await plain(2, 2, 1),
        "images/b.png": await plain(2, 2, 1),
        "images/c.png": await plain(2, 2, 1),
        "masks/a.png": pngFile(
          [
            [0, 1],
            [1, 0],
          ],
          1,
        ),
        "masks/b.png": pngFile(
          [
            [0, 3],
            [2, 1],
          ],
          16,
        ),
        "masks/c.png": pngFile(
          [
            [2, 1],
            [0, 2],
          ],
          8,
          [black, red, green],
        ),
      },
    );
    expect(await numbersOf(data, "mask")).toEqual([0, 1, 1, 0, 0, 3, 2, 1, 2, 1, 0, 2]);
  });

  it("keep their numbers, and are scaled by the nearest pixel", async () => {
    const steps = Array.from({ length: 16 }, (_, at) => at);
    const data = await openedData(
      `  source: image_folder("images", masks="masks")\n  ${all}\n  x: f32[] = sum(raw.mask, axis=[-1, -2])\n  image: f32[2, 2] = raw.image\n  mask: i32[2, 2] = raw.mask`,
      {
        "images/in/a.png": await drawImage({ height: 4, width: 4, channels: 1, pixels: steps }),
        "masks/in/a.webp": await drawImage({ height: 4, width: 4, channels: 1, pixels: steps }, "webp"),
      },
    );
    expect(await numbersOf(data, "mask")).toEqual([5, 7, 13, 15]);
    expect(await numbersOf(data, "image")).toEqual([4, 5, 10, 11]);
  });

  it("may lie in the folder of their images, and have labels beside them", async () => {
    const data = await openedData(
      section('image_folder("data", labels="l.csv", masks="data/masks")', "  mask: i32[1, 1] = raw.mask"),
      {
        "data/a.png": await plain(1, 1, 1),
        "data/masks/a.png": await plain(1, 1, 3),
        "l.csv": "file,label\na.png,7\n",
      },
    );
    expect([await numbersOf(data, "mask"), await numbersOf(data, "label")]).toEqual([[3], [7]]);
  });
});

describe("splits that are folders", () => {
  const files = async (): Promise<Content> => {
    const content: Record<string, Uint8Array> = {};
    for (const name of [
      "train/b/1",
      "train/b/2",
      "train/a/3",
      "train/a/4",
      "train/c/5",
      "test/b/6",
      "test/c/7",
      "more/d/8",
    ])
      content[`p/${name}.png`] = await plain(1, 1, Number(name.at(-1)));
    return content;
  };
  const of = async (split: string): Promise<OpenedData> =>
    openedData(section('image_folder("p")', "  i: f32[1, 1] = raw.image", `split: ${split}`), await files());

  it("are all of their folder, and count the classes of all together", async () => {
    const data = await of('train from "train", test from "test", by position');
    expect(await numbersOf(data, "image")).toEqual([3, 4, 1, 2, 5]);
    expect(await numbersOf(data, "image", "test")).toEqual([6, 7]);
    expect(await numbersOf(data, "label")).toEqual([0, 0, 1, 1, 2]);
    expect(await numbersOf(data, "label", "test")).toEqual([1, 2]);
    expect(data.dataset.splits.validate.count).toBe(0);
  });

  it("and shares are those of the train folder", async () => {
    const ordered = await of('train from "train", validate 0.4, test from "test", by position');
    expect(await numbersOf(ordered, "image")).toEqual([3, 4, 1]);
    expect(await numbersOf(ordered, "image", "validate")).toEqual([2, 5]);
    const [one, same, other] = [
      await of('train from "train", validate 0.4, test 0.2, seed 1'),
      await of('train from "train", validate 0.4, test 0.2, seed 1'),
      await of('train from "train", validate 0.4, test 0.2, seed 2'),
    ];
    const parts = (data: OpenedData): Promise<unknown[][]> =>
      Promise.all((["train", "validate", "test"] as const).map((it) => numbersOf(data, "image", it)));
    expect((await parts(one)).map((it) => it.length)).toEqual([2, 2, 1]);
    expect((await parts(one)).flat().toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(await parts(same)).toEqual(await parts(one));
    expect(await parts(other)).not.toEqual(await parts(one));
  });

  it("take labels of a table", async () => {
    const data = await openedData(
      section(
        'image_folder("p", labels="l.csv")',
        "  i: f32[1, 1] = raw.image",
        'split: train from "train", test from "test", by position',
      ),
      { ...((await files()) as object), "l.csv": "file,label\ntrain/b/1.png,no\ntest/b/6.png,yes\nmore/d/8.png,no\n" },
    );
    expect([await numbersOf(data, "label"), await numbersOf(data, "label", "test")]).toEqual([[0], [1]]);
  });

  const said = (source: string, split: string): readonly string[] =>
    checkFile(`data D {\n  source: ${source}\n  split: ${split}\n  x: f32[2, 2] = raw.image\n}\n`).map(
      (it) => `${it.code} ${it.message}`,
    );

  it.each<readonly [split: string, message: string]>([
    [
      'test from "test"',
      'MC4006 `split` of this section must be a folder for `train` where another split is one (`train from "train"`), not no `train`.',
    ],
    [
      'train 0.8, test from "test"',
      'MC4006 `split` of this section must be a folder for `train` where another split is one (`train from "train"`), not `train 0.8`.',
    ],
    [
      'train from "a", test from "a"',
      "MC4006 `split` of this section must be a folder for one split each, not `a` twice.",
    ],
    [
      'train from "a", validate 0.5, test 0.5',
      "MC4006 `split` of this section must be shares of the train folder that leave some of it for training, not shares that add up to 1.",
    ],
  ])("are told where they are wrong: %s", (split, message) => {
    expect(said('image_folder("p")', split)).toEqual([message]);
  });

  it("are no splits of other sources", () => {
    expect(said('npz("t.npz")', 'train from "a", test 0.5')).toEqual([
      'MC4087 `train from "a"` has no effect here: `npz` reads no folders that splits could be.',
    ]);
  });

  it.each([
    "train from train",
    'train from "a" "b"',
    "train from",
    'train from "a", train 0.5',
    'train 0.5, train from "a"',
    'fit from "a"',
  ])("and nothing else is one: %s", (split) => {
    expect(said('image_folder("p")', split).map((it) => it.slice(0, 6))).toEqual(["MC4006"]);
  });
});
