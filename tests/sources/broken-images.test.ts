import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createPictureReader } from "../../src/runtime/data/read-picture.ts";
import { messageOf, openData, type Content } from "../runtime/data/open-data.ts";
import { drawImage, plain } from "./draw-image.ts";
import { pngFile } from "./png-file.ts";

const found = async (source: string, features: string, content: Content): Promise<string> => {
  const opened = await openData(`  source: ${source}\n  split: train 1, by position\n${features}`, content);
  return typeof opened === "string" ? opened : "none";
};

const both = "  x: f32[] = raw.label * 1.0\n  image: f32[2, 2, 3] = raw.image";
const pairs = "  x: f32[] = sum(raw.mask, axis=[-1, -2])\n  image: f32[2, 2] = raw.image\n  mask: i32[2, 2] = raw.mask";

describe("what cannot be read is told by its path", () => {
  let good: Uint8Array = new Uint8Array();
  let jpeg: Uint8Array = new Uint8Array();
  let wide: Uint8Array = new Uint8Array();
  beforeAll(async () => {
    good = await plain(2, 2, 7);
    jpeg = await drawImage(
      { height: 40, width: 40, pixels: Array.from({ length: 4800 }, (_, at) => (at * 37) % 251) },
      "jpeg",
    );
    wide = await plain(2, 3, 7);
  });

  it.each<readonly [what: string, content: () => Content, said: string]>([
    ["no folder", () => ({}), "MC6001 I cannot read p: there is no such folder."],
    ["a file in its place", () => ({ p: "x" }), "MC6001 I cannot read p: there is no such folder."],
    ["an empty folder", () => ({ "p/.DS_Store": "x" }), "MC6050 p: it holds no images."],
    [
      "no folders of classes",
      () => ({ "p/1.png": good }),
      'MC6050 p: it has no folders: each class has one, with its images in it. Labels of other images stand in a table: `image_folder("photos", labels="labels.csv")`.',
    ],
    [
      "an empty folder of a class",
      () => ({ "p/a/1.png": good, "p/b/.DS_Store": "x" }),
      "MC6050 p/b: this folder of a class holds no images.",
    ],
    [
      "an image beside the folders",
      () => ({ "p/a/1.png": good, "p/2.JPG": good }),
      "MC6050 p/2.JPG: it lies in no folder of a class.",
    ],
    [
      "folders of splits",
      () => ({ "p/train/a/1.png": good, "p/test/a/2.png": good }),
      'MC6050 p: its folders are those of splits, not of classes. Say which they are: `split: test from "test", train from "train"`.',
    ],
    [
      "no image",
      () => ({ "p/a/1.png": good, "p/a/notes.txt": "an apple" }),
      "MC6001 I cannot read p/a/notes.txt: it is no image: PNG, JPEG and WebP are read.",
    ],
    ["an empty file", () => ({ "p/a/1.png": "" }), "MC6001 I cannot read p/a/1.png: the file is empty."],
    [
      "a GIF",
      () => ({ "p/a/1.png": "GIF89a....." }),
      "MC6001 I cannot read p/a/1.png: it is a GIF image, and PNG, JPEG and WebP are read. Save it as PNG.",
    ],
    [
      "a HEIC",
      () => ({ "p/a/1.heic": "\0\0\0\u0018ftypheic" }),
      "MC6001 I cannot read p/a/1.heic: it is a AVIF or HEIC image, and PNG, JPEG and WebP are read. Save it as PNG.",
    ],
    [
      "half a PNG",
      () => ({ "p/a/1.png": good.subarray(0, 60) }),
      "MC6001 I cannot read p/a/1.png: it is a PNG image that is damaged or cut off.",
    ],
    [
      "half a JPEG",
      () => ({ "p/a/1.png": good, "p/a/2.jpg": jpeg.subarray(0, 700) }),
      "MC6001 I cannot read p/a/2.jpg: it is a JPEG image that is damaged or cut off.",
    ],
    [
      "the last bytes of a JPEG",
      () => ({ "p/a/2.jpg": jpeg.subarray(0, -2) }),
      "MC6001 I cannot read p/a/2.jpg: it is a JPEG image that is damaged or cut off.",
    ],
    [
      "a spoilt JPEG",
      () => ({ "p/a/2.jpg": jpeg.map((it, at) => (at === 300 ? it ^ 0xff : it)) }),
      "MC6001 I cannot read p/a/2.jpg: it is a JPEG image that is damaged or cut off.",
    ],
    [
      "a spoilt PNG",
      () => ({ "p/a/2.png": good.map((it, at) => (at === good.length - 20 ? it ^ 0xff : it)) }),
      "MC6001 I cannot read p/a/2.png: it is a PNG image that is damaged or cut off.",
    ],
    [
      "a spoilt header",
      () => ({ "p/a/2.png": good.map((it, at) => (at === 20 ? 0xff : it)) }),
      "MC6001 I cannot read p/a/2.png: it is a PNG image that is damaged or cut off.",
    ],
  ])("%s", async (_, content, said) => {
    expect(await found('image_folder("p")', both, content())).toBe(said);
  });

  it("the first of several in the order of their paths", async () => {
    const content = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`p/a/${at + 10}.png`, at % 7 === 5 ? "text" : good]),
    );
    for (let round = 0; round < 3; round++)
      expect(await found('image_folder("p")', both, content)).toMatch(
        /^MC6001 I cannot read p\/a\/15\.png: it is no image/,
      );
  });

  it.each<readonly [type: string, said: string]>([
    [
      "f32[12]",
      "MC6005 p holds height x width x channels for each example, but raw.image is used as 12. Channels are 1, 3 or 4. A feature that holds the images as they are says their size: `pixels: u8[32, 32, 3] = raw.image`.",
    ],
    [
      "f32[2, 2, 2]",
      "MC6005 p holds height x width x channels for each example, but raw.image is used as 2 x 2 x 2. Channels are 1, 3 or 4. A feature that holds the images as they are says their size: `pixels: u8[32, 32, 3] = raw.image`.",
    ],
    [
      "f32[H, W, C]",
      "MC6005 p holds height x width x channels for each example, but raw.image is used as any x any x any. Channels are 1, 3 or 4. A feature that holds the images as they are says their size: `pixels: u8[32, 32, 3] = raw.image`.",
    ],
    [
      "f32[H, W, 3]",
      "MC6050 p/a/2.png: it has 2 x 3 pixels, and p/a/1.png has 2 x 2. Give the feature a size, as `f32[64, 64, 3]`: images are scaled to it.",
    ],
    ["f32[300000, 300000, 3]", "MC6001 I cannot read p: its images of 300000 x 300000 x 3 numbers fill 270.0 GB each."],
  ])("a feature of another shape: %s", async (type, said) => {
    const features = `  x: f32[] = raw.label * 1.0\n  image: ${type} = raw.image`;
    expect(await found('image_folder("p")', features, { "p/a/1.png": good, "p/a/2.png": wide })).toBe(said);
  });

  it.each<readonly [what: string, content: () => Content, said: string]>([
    ["no table", () => ({ "p/1.png": good }), "MC6001 I cannot read l.csv: there is no such file."],
    ["an empty table", () => ({ "p/1.png": good, "l.csv": "" }), "MC6004 l.csv:1:1: the file is empty."],
    [
      "a table with a column twice",
      () => ({ "p/1.png": good, "l.csv": "file,label,other,label\n1.png,a,,b\n" }),
      "MC6004 l.csv:1:4: two columns are named `label`.",
    ],
    ["a table without rows", () => ({ "p/1.png": good, "l.csv": "file,label\n" }), "MC6050 l.csv: it names no images."],
    [
      "another header",
      () => ({ "p/1.png": good, "l.csv": "name,label\n1.png,a\n" }),
      "MC6007 l.csv has no column `file`. Its first line names its columns: file,label are wanted, and it has `name`, `label`.",
    ],
    [
      "a file that is not there",
      () => ({ "p/1.png": good, "l.csv": "file,label\n1.png,a\n2.png,b\n" }),
      "MC6004 l.csv:3:1: `2.png` is no file of p.",
    ],
    [
      "a name without its ending",
      () => ({ "p/1.png": good, "l.csv": "label,file\na,1\n" }),
      "MC6004 l.csv:2:2: `1` is no file of p. There is `1.png`.",
    ],
    [
      "two labels",
      () => ({ "p/1.png": good, "l.csv": "file,label\n1.png,a\n./1.png,b\n" }),
      "MC6004 l.csv:3:1: `./1.png` has a label already.",
    ],
    [
      "an empty label",
      () => ({ "p/1.png": good, "l.csv": "file,label\n1.png,\n" }),
      "MC6004 l.csv:2:2: this cell of column `label` is empty.",
    ],
    [
      "a line of another length",
      () => ({ "p/1.png": good, "l.csv": "file,label\n1.png\n" }),
      "MC6004 l.csv:2:2: this cell of column `label` is empty.",
    ],
    [
      "an open quote",
      () => ({ "p/1.png": good, "l.csv": 'file,label\n"1.png,a\n' }),
      "MC6004 l.csv:2:1: a quote is never closed here, or stands inside a cell.",
    ],
    [
      "UTF-16",
      () => ({ "p/1.png": good, "l.csv": Buffer.from("\ufefffile,label\n", "utf16le") }),
      "MC6002 l.csv is damaged at byte 0: it is UTF-16, not UTF-8: save it as UTF-8.",
    ],
  ])("labels: %s", async (_, content, said) => {
    expect(await found('image_folder("p", labels="l.csv")', both, content())).toBe(said);
  });

  it.each<readonly [what: string, content: () => Content, said: string]>([
    ["no folder", () => ({ "p/1.png": good }), "MC6001 I cannot read m: there is no such folder."],
    [
      "no mask",
      () => ({ "p/1.png": good, "p/2.png": good, "m/1.png": good }),
      "MC6050 p/2.png: it has no mask in m. A mask has the name of its image, whatever its ending.",
    ],
    [
      "two masks",
      () => ({ "p/1.png": good, "m/1.png": good, "m/1.webp": good }),
      "MC6050 m/1.webp: m/1.png is a mask of the same image.",
    ],
    [
      "another size",
      () => ({ "p/1.png": good, "m/1.png": wide }),
      "MC6050 m/1.png: this mask has 2 x 3 pixels, and its image p/1.png has 2 x 2.",
    ],
    [
      "a spoilt mask",
      () => ({ "p/1.png": good, "m/1.png": "text" }),
      "MC6001 I cannot read m/1.png: it is no image: PNG, JPEG and WebP are read.",
    ],
  ])("masks: %s", async (_, content, said) => {
    expect(await found('image_folder("p", masks="m")', pairs, content())).toBe(said);
  });

  it("masks: numbers that are too large", async () => {
    const content = {
      "p/1.png": await plain(2, 2, 1),
      "m/1.png": pngFile(
        [
          [0, 1],
          [700, 0],
        ],
        16,
      ),
    };
    expect(await found('image_folder("p", masks="m")', pairs, content)).toBe(
      "MC6001 I cannot read m/1.png: it has the number 700, and those of a mask are 0 to 255.",
    );
  });

  it("masks: colours", async () => {
    const content = { "p/1.png": good, "m/1.png": await plain(2, 2, 200, 0, 0) };
    expect(await found('image_folder("p", masks="m")', pairs, content)).toBe(
      "MC6001 I cannot read m/1.png: it has colours, and a mask has one number for each pixel. Save it with the number of its class at each pixel, in grey; what is read as `[height, width, 3]` may have colours.",
    );
  });

  it.each([1, 3])("another number of classes than the %d that are declared", async (count) => {
    const features = `  x: f32[] = raw.label * 1.0\n  label: class(${count}) = raw.label`;
    expect(await found('image_folder("p")', features, { "p/cat/1.png": good, "p/dog/2.png": good })).toBe(
      `MC6013 p: raw.label has 2 words (\`cat\`, \`dog\`), but ${count} are declared. Declare as many as there are: \`2\`.`,
    );
  });

  it("a folder of a split that is not there", async () => {
    const opened = await openData(
      `  source: image_folder("p")\n  split: train from "train", test from "tests"\n${both}`,
      { "p/train/a/1.png": good },
    );
    expect(opened).toBe("MC6050 p: it has no folder `tests`, which `split` names.");
  });
});

it("without sharp says how it is installed", async () => {
  const project = mkdtempSync(join(tmpdir(), "modelc-bare-"));
  try {
    writeFileSync(join(project, "package.json"), "{}");
    const read = await createPictureReader(project).readPicture("p/a/1.png", { channels: 3, isMask: false });
    expect(read.ok ? "read" : messageOf(read.error).replaceAll(project, "DIR")).toBe(
      "MC6001 I cannot read p/a/1.png: reading images needs the package sharp, not found in DIR: npm install sharp --ignore-scripts.",
    );
  } finally {
    rmSync(project, { recursive: true });
  }
});
