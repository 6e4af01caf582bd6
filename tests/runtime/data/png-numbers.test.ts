import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { pngNumbers } from "../../../src/runtime/data/png-numbers.ts";
import { pngFile } from "../../sources/png-file.ts";

const numbersOf = (file: Uint8Array): readonly number[] | undefined => {
  const read = pngNumbers(file);
  return read && [read.height, read.width, ...read.numbers];
};

describe("the numbers of a PNG file", () => {
  it.each([
    [
      1,
      [
        [0, 1, 1],
        [1, 0, 1],
      ],
    ],
    [
      2,
      [
        [0, 1, 2, 3, 1],
        [3, 2, 1, 0, 2],
      ],
    ],
    [
      4,
      [
        [0, 15, 7],
        [9, 1, 8],
      ],
    ],
    [
      8,
      [
        [0, 255],
        [128, 7],
      ],
    ],
    [
      16,
      [
        [0, 1, 65535],
        [256, 300, 2],
      ],
    ],
  ] as const)("are those that it stores, of %i bits", (depth, rows) => {
    const expected = [rows.length, rows[0].length, ...rows.flat()];
    expect(numbersOf(pngFile(rows, depth))).toEqual(expected);
    if (depth < 16) {
      // All colours are alike: places are told, not what is seen.
      const colours = Array.from({ length: 2 ** depth }, () => [9, 9, 9] as const);
      expect(numbersOf(pngFile(rows, depth, colours))).toEqual(expected);
    }
  });

  it("are found by every filter of lines", async () => {
    const [height, width] = [64, 48];
    const smooth = (at: number): number => 3 * Math.floor(at / width) + 2 * (at % width);
    const level = (at: number): number => (at % 5 === 0 ? (at * 7919) % 256 : smooth(at) % 256);
    const pixels = Uint8Array.from({ length: height * width }, (_, at) => level(at));
    const file = await sharp(pixels, { raw: { height, width, channels: 1 } })
      .toColourspace("b-w")
      .png({ adaptiveFiltering: true })
      .toBuffer();
    expect(numbersOf(file)).toEqual([height, width, ...pixels]);
  });

  it("are none where there are several for a pixel, where lines are interlaced, or something is cut off", async () => {
    const image = sharp({ create: { width: 3, height: 3, channels: 3, background: "red" } });
    const interlaced = await image.clone().toColourspace("b-w").png({ progressive: true }).toBuffer();
    const whole = pngFile([[1, 2, 3]], 8);
    for (const file of [await image.png().toBuffer(), interlaced, whole.subarray(0, 45), whole.subarray(0, 20)])
      expect(pngNumbers(file)).toBeUndefined();
  });
});
