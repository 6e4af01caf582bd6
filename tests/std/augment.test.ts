import { beforeAll, describe, expect, it } from "vitest";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { literalShape } from "../../src/ops/define/shape-rules.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { checkFile, lower } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";
import { affineFigures, hueFigures, nearestFigures, stretchFigures } from "./augment-figures.ts";

const wave = (at: number): number => Math.fround(Math.sin(1 + 1.7 * at));
const waves = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => wave(at));

type Given = Readonly<Record<string, readonly number[]>>;

/** Expects the result of a body on every runtime, of inputs that are given by name. */
async function expectOn(signature: string, body: string, expected: readonly number[], given: Given): Promise<void> {
  const fill = (name: string, type: NdArray): NdArray => ({
    ...type,
    data: Float64Array.from(required(given[name], name)),
  });
  const { reference, runtimes } = required(await runText(`model M: ${signature} {\n${body}\n}`, fill), "results");
  for (const made of [reference, ...Object.values(runtimes)]) {
    const found = made.flatMap(({ data }) => [...data]);
    expect(found.length).toBe(expected.length);
    expect(found.flatMap((it, at) => (Math.abs(it - (expected[at] ?? NaN)) <= 4e-6 ? [] : [[at, it]]))).toEqual([]);
  }
}

/** What a body makes of `x` in a mode, by the reference, with the seed of one of many runs. */
function made(signature: string, body: string, given: Given, mode: "training" | "inference", seed = 7): NdArray {
  const graph = flatten(lower(`block M: ${signature} {\n  ${body}\n}\n`, "M"), { mode, features: "plain" });
  const inputs = graph.inputs.map(({ name, value: { type } }): [string, NdArray] => {
    const sizes = required(literalShape(type.shape), name);
    const data = new Float64Array(sizes.reduce((a, b) => a * b, 1)).fill(seed);
    return [name, { dtype: type.dtype, shape: sizes, data: Float64Array.from(given[name] ?? data) }];
  });
  return required([...interpretGraph(graph, new Map(inputs)).values()][0], "a result");
}

/** The rows of the first axis. */
function examplesOf({ shape, data }: NdArray): readonly (readonly number[])[] {
  const size = data.length / required(shape[0], "examples");
  return Array.from({ length: required(shape[0], "examples") }, (_, at) => [
    ...data.subarray(at * size, (at + 1) * size),
  ]);
}

const distinct = (of: readonly (readonly number[])[]): number => new Set(of.map((it) => it.join())).size;
const mean = (of: readonly number[]): number => of.reduce((sum, it) => sum + it, 0) / of.length;

beforeAll(() => useBackend("cpu"));

describe("with draws that are given", () => {
  const image = "(x: f32[2, 4, 5, 1], turn: f32[2], factor: f32[2], down: f32[2], across: f32[2])";
  const moved = { turn: [0.5, -1.2], factor: [1.25, 0.8], down: [0.6, -1.3], across: [-0.4, 1.7] };

  it.each(["constant", "edge", "reflect"] as const)("images are moved as SciPy moves them, mode=%s", async (mode) => {
    const value = mode === "constant" ? ", value=0.25" : "";
    await expectOn(
      `${image} -> y: f32[2, 4, 5, 1]`,
      `affine_image(x, turn, factor, down, across, mode=${mode}${value})`,
      affineFigures[mode],
      { ...moved, x: waves(40) },
    );
  });

  it("whole numbers and truths are those of the nearest pixel", async () => {
    const x = Array.from({ length: 40 }, (_, at) => (7 * at) % 11);
    const whole = image.replace("f32[2, 4, 5, 1]", "i32[2, 4, 5]");
    const call = "affine_image(x, turn, factor, down, across, value=3)";
    await expectOn(`${whole} -> y: i32[2, 4, 5]`, call, nearestFigures, { ...moved, x });
    const truths = image.replace("f32[2, 4, 5, 1]", "bool[2, 4, 5]");
    const isOdd = nearestFigures.map((it, at) => (isBeyond(at) ? 1 : it % 2));
    await expectOn(`${truths} -> y: bool[2, 4, 5]`, call.replace("value=3", "value=1"), isOdd, {
      ...moved,
      x: x.map((it) => it % 2),
    });
  });

  /** Whether a pixel of {@link nearestFigures} was seen beyond the border, by another value there. */
  function isBeyond(at: number): boolean {
    const ones = { x: new Array<number>(40).fill(0), ...moved };
    const body = "affine_image(x, turn, factor, down, across, value=1)";
    return made(image.replace("f32[2, 4, 5, 1]", "i32[2, 4, 5]"), body, ones, "inference").data[at] === 1;
  }

  it("hues are turned as colorsys turns them", async () => {
    const signature = "(x: f32[2, 2, 3, 3], by: f32[2]) -> y: f32[2, 2, 3, 3]";
    const x = [...hueFigures.pixels, ...hueFigures.pixels];
    await expectOn(signature, "turned_hue(x, by)", hueFigures.turned.flat(), { x, by: [0.3, -0.2] });
    await expectOn(signature, "turned_hue(x, by)", x, { x, by: [0, 1] });
  });

  it("sequences are stretched as NumPy interpolates them", async () => {
    const signature = "(x: f32[2, 7], faster: f32[2]) -> y: f32[2, 7]";
    await expectOn(signature, "stretched(x, faster)", stretchFigures, { x: waves(14), faster: [0.7, 1.4] });
  });

  it("contrast, saturation and brightness are what their formulas say", async () => {
    const signature = "(x: f32[2, 1, 2, 3], by: f32[2]) -> y: f32[2, 1, 2, 3]";
    const x = [0.2, 0.5, 0.9, 0.4, 0.1, 0.3, 0.2, 0.5, 0.9, 0.4, 0.1, 0.3];
    const by = [0.5, 2];
    const mid = [0.3, 0.3, 0.6];
    const grey = [0, 3].map((at) => 0.299 * (x[at] ?? 0) + 0.587 * (x[at + 1] ?? 0) + 0.114 * (x[at + 2] ?? 0));
    const of = (middle: (at: number) => number): readonly number[] =>
      x.map((it, at) => middle(at % 6) + (by[at < 6 ? 0 : 1] ?? 0) * (it - middle(at % 6)));
    await expectOn(
      signature,
      "contrasted(x, by)",
      of((at) => mid[at % 3] ?? NaN),
      { x, by },
    );
    await expectOn(
      signature,
      "saturated(x, by)",
      of((at) => grey[Math.floor(at / 3)] ?? NaN),
      { x, by },
    );
    await expectOn(
      signature,
      "shifted_by(x, by)",
      x.map((it, at) => it + (at < 6 ? 0.5 : 2)),
      { x, by },
    );
  });

  it("a rectangle is filled", async () => {
    const box = { top: [1, 0], left: [0, 2], height: [2, 0], width: [2, 1] };
    const x = waves(24);
    await expectOn(
      "(x: f32[2, 3, 4], top: f32[2], left: f32[2], height: f32[2], width: f32[2]) -> y: f32[2, 3, 4]",
      "filled_box(x, top, left, height, width, value=9)",
      x.map((it, at) => ([4, 5, 8, 9].includes(at) ? 9 : it)),
      { ...box, x },
    );
  });
});

const images = "(x: f32[B, H, W, 3]) -> f32[B, H, W, 3]";
const sequences = "(x: f32[B, T, C]) -> f32[B, T, C]";

/** Each augmentation with arguments that change nothing, on examples of which shape. */
const idle: readonly (readonly [string, string])[] = [
  ["random_flip(probability=0)", images],
  ["random_crop(0)", images],
  ["random_shift(0)", images],
  ["random_rotate(0)", images],
  ["random_zoom(0)", images],
  ["random_affine(value=0.3)", images],
  ["random_affine(mode=reflect)", images],
  ["random_brightness(0)", images],
  ["random_contrast(0)", images],
  ["random_saturation(0)", images],
  ["random_hue(0)", images],
  ["random_grayscale(0)", images],
  ["random_erasing(0)", images],
  ["gaussian_noise(0)", sequences],
  ["time_mask(0)", sequences],
  ["frequency_mask(0)", sequences],
  ["time_stretch(0)", sequences],
  ["word_dropout(0)", "(x: i32[B, T]) -> i32[B, T]"],
];

/** Each augmentation with arguments that change something. */
const busy: readonly (readonly [string, string])[] = [
  ["random_flip", images],
  ["random_flip(vertical)", images],
  ["random_flip(both)", images],
  ["random_crop(2)", images],
  ["random_crop(2, mode=reflect)", images],
  ["random_shift(1.5, mode=edge)", images],
  ["random_rotate(20)", images],
  ["random_zoom(0.3)", images],
  ["random_affine(10, 0.1, rows=1, value=1)", images],
  ["random_brightness(0.2)", images],
  ["random_contrast(0.4)", images],
  ["random_saturation(0.4)", images],
  ["random_hue(0.1)", images],
  ["random_grayscale(0.5)", images],
  ["random_erasing(0.9)", images],
  ["gaussian_noise(0.1)", sequences],
  ["time_mask(4)", sequences],
  ["frequency_mask(2, count=2)", sequences],
  ["time_stretch(0.2)", sequences],
  ["word_dropout(0.3, token=1)", "(x: i32[B, T]) -> i32[B, T]"],
];

const sizes: Readonly<Record<string, string>> = { B: "16", H: "6", W: "5", T: "12", C: "4" };
const atSizes = (signature: string): string => signature.replaceAll(/\b[BHWTC]\b/g, (it) => sizes[it] ?? it);
const filled = (signature: string): readonly number[] => {
  const shape = /\[([^\]]*)\]/.exec(atSizes(signature))?.[1]?.split(", ").map(Number) ?? [];
  const count = shape.reduce((a, b) => a * b, 1);
  // Every example is the same, so that what differs was drawn.
  return Array.from({ length: count }, (_, at) => {
    const place = at % (count / 16);
    return signature.includes("i32") ? 5 + (place % 3) : wave(place);
  });
};

describe("each augmentation", () => {
  it.each(idle)("changes not a bit by %s", (call, signature) => {
    const x = filled(signature);
    expect([...made(atSizes(signature), `x -> ${call}`, { x }, "training").data]).toEqual(x);
  });

  it.each(busy)("changes nothing outside of training, and each example otherwise within: %s", (call, signature) => {
    const x = filled(signature);
    expect([...made(atSizes(signature), `x -> ${call}`, { x }, "inference").data]).toEqual(x);
    const trained = examplesOf(made(atSizes(signature), `x -> ${call}`, { x }, "training"));
    const least = /flip(?!\(both)|grayscale/.test(call) ? 2 : 4;
    expect(distinct(trained)).toBeGreaterThanOrEqual(least);
    const again = examplesOf(made(atSizes(signature), `x -> ${call}`, { x }, "training", 8));
    expect(again).not.toEqual(trained);
    expect(trained.flat().every(Number.isFinite)).toBe(true);
  });

  it.each([...busy, ...idle])("is proved for every size: %s", (call, signature) => {
    expect(checkFile(`model M: ${signature.replace("-> ", "-> y: ")} {\n  x -> ${call}\n}\n`)).toEqual([]);
  });
});

/** What 2,000 equal examples become in training, one by one. */
function drawn(call: string, shape: string, x: (place: number) => number): readonly (readonly number[])[] {
  const size = shape.split(", ").reduce((product, it) => product * Number(it), 1);
  const given = { x: Array.from({ length: 2000 * size }, (_, at) => x(at % size)) };
  return examplesOf(made(`(x: f32[2000, ${shape}])`, call, given, "training"));
}

/** Expects numbers to be spread evenly from `low` to `high`, as far as 2,000 of them tell. */
function expectUniform(numbers: readonly number[], low: number, high: number): void {
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(high);
  expect(Math.abs(mean(numbers) - (low + high) / 2) / (high - low)).toBeLessThan(0.03);
  const spread = Math.sqrt(mean(numbers.map((it) => (it - (low + high) / 2) ** 2)));
  expect(Math.abs(spread / (high - low) - Math.sqrt(1 / 12))).toBeLessThan(0.02);
}

const at = (row: readonly number[], place: number): number => row[place] ?? NaN;

describe("what is drawn", () => {
  it("a flip has its probability, and swaps left and right", () => {
    const rows = drawn("x -> random_flip(probability=0.3)", "1, 3, 1", (it) => it);
    expect([...new Set(rows.map((it) => it.join()))].sort()).toEqual(["0,1,2", "2,1,0"]);
    expect(Math.abs(mean(rows.map((it) => (it[0] === 2 ? 1 : 0))) - 0.3)).toBeLessThan(0.04);
    const columns = drawn("x -> random_flip(vertical)", "3, 1, 1", (it) => it);
    expect(new Set(columns.map((it) => it.join()))).toEqual(new Set(["0,1,2", "2,1,0"]));
  });

  it("a crop moves by whole pixels, each as often", () => {
    // The place of the 1 says by how much, to the left and upwards.
    const places = drawn("x -> random_crop(2)", "5, 5, 1", (it) => (it === 12 ? 1 : 0)).map((it) => it.indexOf(1));
    expect(new Set(places).size).toBe(25);
    const counts = Array.from({ length: 25 }, (_, place) => places.filter((it) => it === place).length);
    expect(Math.min(...counts)).toBeGreaterThan(45);
    expect(Math.max(...counts)).toBeLessThan(120);
  });

  it("a shift, a zoom and a turn are even within their bounds", () => {
    // A ramp shows by how much, in the middle, where nothing from beyond the border is seen.
    const down = drawn("x -> random_shift(1, 0)", "5, 1, 1", (it) => it);
    expectUniform(
      down.map((it) => 2 - at(it, 2)),
      -1,
      1,
    );
    const factors = drawn("x -> random_zoom(0.5)", "1, 5, 1", (it) => it - 2);
    expectUniform(
      factors.map((it) => 1 / at(it, 3)),
      0.5,
      1.5,
    );
    const turned = drawn("x -> random_rotate(30)", "5, 5, 1", (it) => (it % 5) - 2);
    expectUniform(
      turned.map((it) => (Math.asin(at(it, 17)) * -180) / Math.PI),
      -30,
      30,
    );
  });

  it("brightness, contrast, saturation and noise are those of their arguments", () => {
    const brighter = drawn("x -> random_brightness(0.3)", "2", () => 1);
    expect(brighter.every((it) => it[0] === it[1])).toBe(true);
    expectUniform(
      brighter.map((it) => at(it, 0)),
      0.7,
      1.3,
    );
    const contrast = drawn("x -> random_contrast(0.4)", "1, 2, 1", (it) => 2 * it - 1);
    expectUniform(
      contrast.map((it) => at(it, 1)),
      0.6,
      1.4,
    );
    const colours = drawn("x -> random_saturation(0.4)", "1, 1, 3", (it) => (it === 0 ? 1 : 0));
    expectUniform(
      colours.map((it) => at(it, 0) - at(it, 1)),
      0.6,
      1.4,
    );
    const noise = drawn("x -> gaussian_noise(0.5)", "3", () => 2).flat();
    expect(mean(noise)).toBeCloseTo(2, 1);
    expect(Math.sqrt(mean(noise.map((it) => (it - 2) ** 2)))).toBeCloseTo(0.5, 1);
  });

  it("a rectangle is erased as often, as large and as flat as was asked", () => {
    const rows = drawn("x -> random_erasing(0.6, least=0.1, most=0.3, flattest=0.5)", "20, 20, 1", () => 1);
    const areas = rows.map((it) => it.filter((pixel) => pixel === 0).length / 400);
    expect(Math.abs(mean(areas.map((it) => (it > 0 ? 1 : 0))) - 0.6)).toBeLessThan(0.04);
    const erased = areas.filter((it) => it > 0);
    expect(Math.min(...erased)).toBeGreaterThan(0.08);
    expect(Math.max(...erased)).toBeLessThan(0.33);
    expect(mean(erased)).toBeCloseTo(0.2, 1);
    const shapes = rows
      .filter((it) => it.includes(0))
      .map((it) => {
        const places = it.flatMap((pixel, place) => (pixel === 0 ? [place] : []));
        const lines = new Set(places.map((place) => Math.floor(place / 20))).size;
        expect(places.length % lines).toBe(0);
        return lines / (places.length / lines);
      });
    expect(Math.min(...shapes)).toBeGreaterThan(0.4);
    expect(Math.max(...shapes)).toBeLessThan(2.5);
  });

  it("stretches of time and bands are masked, as long as was asked and anywhere", () => {
    const rows = drawn("x -> time_mask(3)", "8, 2", () => 1);
    const masked = rows.map((it) => it.flatMap((step, place) => (place % 2 === 0 && step === 0 ? [place / 2] : [])));
    const lengths = masked.map((it) => it.length);
    expect([...new Set(lengths)].sort()).toEqual([0, 1, 2, 3]);
    expect(mean(lengths)).toBeCloseTo(1.5, 1);
    for (const it of masked) expect(it).toEqual(it.map((_, place) => at(it, 0) + place));
    expect(new Set(masked.flat()).size).toBe(8);
    const bands = drawn("x -> frequency_mask(9, value=5)", "2, 4", () => 1);
    expect(bands.some((it) => it.every((pixel) => pixel === 5))).toBe(true);
    expect(bands.every((it) => it.slice(0, 4).join() === it.slice(4).join())).toBe(true);
  });

  it("words are dropped at their rate", () => {
    const x = Array.from({ length: 2000 }, () => 5);
    const words = made("(x: i32[400, 5])", "x -> word_dropout(0.25, token=1)", { x }, "training").data;
    expect(new Set(words)).toEqual(new Set([1, 5]));
    expect(Math.abs(mean([...words].map((it) => (it === 1 ? 1 : 0))) - 0.25)).toBeLessThan(0.04);
  });

  it.each([0.2, 0.5, 1, 3])("shares are of a beta distribution of %s", (alpha) => {
    const shares = drawn(`beta_of(uniform_like(x), uniform_like(x), ${alpha})`, "4", () => 0).flat();
    expect(shares.every((it) => it >= 0 && it <= 1)).toBe(true);
    expect(mean(shares)).toBeCloseTo(0.5, 1);
    expect(mean(shares.map((it) => (it - 0.5) ** 2)) * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1);
    // The fourth moment of the distribution tells it from others of its variance.
    const fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3));
    expect(mean(shares.map((it) => (it - 0.5) ** 4)) / fourth).toBeCloseTo(1, 0);
  });
});

describe("examples of a batch are mixed", () => {
  const both = "(x: f32[6, 4, 4, 1], label: f32[6, 6]) -> ";
  // Image i is full of i, and its label says so.
  const x = Array.from({ length: 96 }, (_, place) => Math.floor(place / 16));
  const label = Array.from({ length: 36 }, (_, place) => (place % 7 === 0 ? 1 : 0));
  const results = (call: string): readonly [NdArray, NdArray] => [
    made(`${both}f32[6, 4, 4, 1]`, `(image, _) = (x, label) -> ${call}\n  image`, { x, label }, "training"),
    made(`${both}f32[6, 6]`, `(_, shares) = (x, label) -> ${call}\n  shares`, { x, label }, "training"),
  ];

  it("mixup blends each image with the one before, and labels by the same share", () => {
    const [image, shares] = results("mixup(1)").map(examplesOf);
    const parts = required(shares, "labels").map((row, place) => {
      const [own, other] = [at(row, place), at(row, (place + 5) % 6)];
      expect(own + other).toBeCloseTo(1, 6);
      for (const pixel of required(image?.[place], "image"))
        expect(pixel).toBeCloseTo(own * place + other * ((place + 5) % 6), 5);
      return own;
    });
    expect(new Set(parts).size).toBe(6);
  });

  it("cutmix puts a rectangle of the image before in, and labels go by its area", () => {
    const [image, shares] = results("cutmix").map(examplesOf);
    const areas = required(shares, "labels").map((row, place) => {
      const pixels = required(image?.[place], "image");
      const area = pixels.filter((it) => it !== place).length / 16;
      expect(pixels.every((it) => it === place || it === (place + 5) % 6)).toBe(true);
      expect(at(row, place)).toBeCloseTo(1 - area, 6);
      expect(at(row, (place + 5) % 6)).toBeCloseTo(area, 6);
      return area;
    });
    expect(new Set(areas).size).toBeGreaterThan(2);
  });
});
