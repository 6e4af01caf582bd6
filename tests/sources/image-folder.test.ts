import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { OpenedData } from "../runtime/data/open-data.ts";
import { drawImage, plain } from "./draw-image.ts";
import { numbersOf, openedData } from "./read-data.ts";

const all = "split: train 1, by position";
const section = (source: string, features: string, split = all): string =>
  `  source: ${source}\n  ${split}\n  x: f32[] = raw.label * 1.0\n${features}`;
const labels = (count: number): string => `  label: class(${count}) = raw.label`;
const images = "  image: f32[2, 2, 3] = raw.image";

const places = ({ raw }: OpenedData): readonly string[] | undefined =>
  raw.kind === "columns" ? raw.columns.get("label")?.files?.map((it) => it.replace(/^.*\/modelc-data-\w+\//, "")) : [];

describe("a folder for each class", () => {
  it("numbers the folders in the order of code points, and takes files in the order of their paths", async () => {
    const [grey, red] = [await plain(2, 2, 7), await plain(2, 2, 200, 10, 20)];
    const data = await openedData(section('image_folder("pets")', `${labels(3)}\n${images}`), {
      "pets/dog/2.png": red,
      "pets/dog/10.png": grey,
      "pets/Zebra/a.webp": await drawImage({ height: 2, width: 2, pixels: [...Array(12).keys()] }, "webp"),
      "pets/ärgerlich/b/deep.jpeg": await sharp(red).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer(),
      "pets/.DS_Store": "x",
      "pets/dog/Thumbs.db": "x",
      "pets/dog/.hidden.png": "x",
      "pets/README.md": "about",
    });
    expect(places(data)).toEqual([
      "pets/Zebra/a.webp",
      "pets/dog/10.png",
      "pets/dog/2.png",
      "pets/ärgerlich/b/deep.jpeg",
    ]);
    expect(await numbersOf(data, "label")).toEqual([0, 1, 1, 2]);
    expect(data.raw.kind === "columns" && data.raw.columns.get("label")?.dictionary).toEqual([
      "Zebra",
      "dog",
      "ärgerlich",
    ]);
    const pixels = await numbersOf(data, "image");
    expect(pixels.slice(0, 12)).toEqual([...Array(12).keys()]);
    expect(pixels.slice(12, 24)).toEqual(Array(12).fill(7));
    expect(pixels.slice(24, 30)).toEqual([200, 10, 20, 200, 10, 20]);
    for (const [at, level] of [200, 10, 20].entries()) expect(pixels[36 + at]).toBeCloseTo(level, -1);
  });

  it("does not open images where no feature reads them", async () => {
    expect(
      await numbersOf(await openedData(section('image_folder("p")', labels(1)), { "p/a/1.png": "no image" }), "label"),
    ).toEqual([0]);
  });

  it.each<readonly [type: string, expected: readonly number[]]>([
    // Pillow's mode L of (200, 10, 20) and (0, 255, 0).
    ["f32[1, 2]", [68, 150]],
    ["f32[1, 2, 1]", [68, 150]],
    ["f32[1, 2, 3]", [200, 10, 20, 0, 255, 0]],
    ["f32[1, 2, 4]", [200, 10, 20, 255, 0, 255, 0, 255]],
    ["u8[H, W, 3]", [200, 10, 20, 0, 255, 0]],
  ])("gives %s what its channels say", async (type, expected) => {
    const image = await drawImage({ height: 1, width: 2, pixels: [200, 10, 20, 0, 255, 0] });
    const data = await openedData(section('image_folder("p")', `  image: ${type} = raw.image`), { "p/a/1.png": image });
    expect(await numbersOf(data, "image")).toEqual(expected);
  });

  it("reads opacity, 16 bits a channel and palettes", async () => {
    const clear = await drawImage({ height: 1, width: 2, channels: 4, pixels: [1, 2, 3, 0, 4, 5, 6, 9] });
    const files = {
      "p/a/1.png": clear,
      "p/a/2.png": await sharp(Uint16Array.of(0, 256, 65535, 32768, 0, 512), {
        raw: { height: 1, width: 2, channels: 3 },
      })
        .toColourspace("rgb16")
        .png()
        .toBuffer(),
      "p/a/3.png": await sharp(Uint8Array.of(9, 0, 0, 0, 9, 0), { raw: { height: 1, width: 2, channels: 3 } })
        .png({ palette: true })
        .toBuffer(),
    };
    const four = await openedData(section('image_folder("p")', "  image: f32[1, 2, 4] = raw.image"), files);
    expect((await numbersOf(four, "image")).slice(0, 8)).toEqual([1, 2, 3, 0, 4, 5, 6, 9]);
    const three = await openedData(section('image_folder("p")', "  image: f32[1, 2, 3] = raw.image"), files);
    expect(await numbersOf(three, "image")).toEqual([1, 2, 3, 4, 5, 6, 0, 1, 255, 128, 0, 2, 9, 0, 0, 0, 9, 0]);
  });

  it("turns what the camera held on its side", async () => {
    const lying = await sharp(Uint8Array.of(1, 2), { raw: { height: 1, width: 2, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const data = await openedData(section('image_folder("p")', "  image: f32[2, 1] = raw.image"), {
      "p/a/1.png": lying,
    });
    expect(await numbersOf(data, "image")).toEqual([1, 2]);
  });

  it("scales images of another size", async () => {
    const files = { "p/a/1.png": await drawImage({ height: 1, width: 4, channels: 1, pixels: [0, 100, 200, 40] }) };
    const across = async (type: string): Promise<unknown[]> =>
      numbersOf(await openedData(section('image_folder("p")', `  image: ${type} = raw.image`), files), "image");
    // Each of two stands for two, weighed by a bump twice as wide: (0.75 * 0 + 0.75 * 100 + 0.25 * 200) / 1.75, ...
    expect(await across("f32[1, 2]")).toEqual([71, 117]);
    expect(await across("f32[2, 8]")).toEqual([0, 25, 75, 125, 175, 160, 80, 40, 0, 25, 75, 125, 175, 160, 80, 40]);
  });
});
