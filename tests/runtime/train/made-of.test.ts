import { describe, expect, it } from "vitest";
import type { RawData } from "../../../src/sources/raw-data.ts";
import { compareMade } from "../../../src/runtime/train/compare-made.ts";
import { madeOf, parseMade, type Made } from "../../../src/runtime/train/made-of.ts";
import { version } from "../../../src/support/version.ts";
import { trainingOf } from "../../specs/spec-testing.ts";

const source = `model Net: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(3) -> relu -> Dense(1)
}
data Rows {
  source: csv("rows.csv")
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  price: f32[1] = stack(raw.price, axis=-1)
  split: train 0.8, validate 0.2
}
train Net on Rows {
  loss:      mse(y, price)
  metrics:   mean_absolute_error(y, price)
  optimizer: sgd(lr=0.1)
  epochs:    4
  batch:     2
  seed:      1
  validate:  every 1 epochs
  save:      best(validate.loss)
  stop:      early(validate.loss, patience=2)
}
`;

const column = (name: string, ...values: readonly number[]) =>
  ({ name, shape: [], data: Float32Array.from(values), from: "rows.csv" }) as const;
const columns = (...given: readonly ReturnType<typeof column>[]): RawData => ({
  kind: "columns",
  count: given[0]?.data.length ?? 0,
  columns: new Map(given.map((it) => [it.name, it])),
});
const rows = columns(column("a", 1, 2), column("b", 3, 4), column("price", 5, 6));

interface Making {
  readonly text?: string;
  readonly raw?: RawData;
  readonly examples?: number;
  readonly runtime?: string;
}

const made = ({ text = source, raw = rows, examples = 8, runtime = "onnx 1.30" }: Making = {}): Made =>
  madeOf(trainingOf(text), raw, examples, runtime);

/** What a training differs in from the one above: the part, the words for it, and whether it is another training. */
function differences(making: Making): readonly string[] {
  return compareMade(made(), made(making)).map(
    ({ part, text, changesMeaning }) => `${part}: ${text}${changesMeaning ? "" : " (harmless)"}`,
  );
}

/** The text with one piece of it replaced. */
function edited(piece: string, by: string): Making {
  if (!source.includes(piece)) throw new Error(piece);
  return { text: source.replace(piece, by) };
}

describe("two trainings", () => {
  it("are the same, whatever comments, names of data files' rows and the order of columns are", () => {
    expect(differences({})).toEqual([]);
    expect(differences(edited("  x -> Dense(3)", "  # A hidden layer.\n  x -> Dense(3)"))).toEqual([]);
    expect(differences(edited("model Net:", "## Of prices.\nmodel Net:"))).toEqual([]);
    expect(differences({ raw: columns(column("price", 5, 6), column("b", 3, 4), column("a", 1, 2)) })).toEqual([]);
  });

  it.each([
    ["Dense(3)", "Dense(4)", ["model: the model computes something else"]],
    ["  batch:", "  precision: mixed_bf16\n  batch:", ["precision: precision: f32, now mixed_bf16"]],
    [
      "  batch:",
      "  precision: mixed_f16(growth=9)\n  batch:",
      ["precision: precision: f32, now mixed_f16(scale=32768, growth=9)"],
    ],
    ["mse(y, price)", "mse(y, price) * 2", ["loss: the loss is another expression"]],
    [
      "mean_absolute_error(y, price)",
      "mean_absolute_error(y * 2, price)",
      ["metrics: the metrics are other expressions"],
    ],
    [
      "mean_absolute_error",
      "mean_squared_error",
      ["metrics: metrics.names: [mean_absolute_error], now [mean_squared_error]"],
    ],
    ["sgd(lr=0.1)", "sgd(lr=0.2)", ["optimizer: optimizer.rate.rate: 0.1, now 0.2"]],
    ["batch:     2", "batch:     4", ["batch: batch: 2, now 4", "length: length.steps: 16, now 8 (harmless)"]],
    ["seed:      1", "seed:      2", ["seed: seed: 1, now 2"]],
    [
      "stack(raw.a, raw.b, axis=-1)",
      "stack(raw.b, raw.a, axis=-1)",
      ["features: the features are made in another way"],
    ],
    [
      "best(validate.loss)",
      "best(validate.mean_absolute_error)",
      ["save: save.monitor.metric: loss, now mean_absolute_error"],
    ],
    ["patience=2", "patience=3", ["stop: stop.patience: 2, now 3 (harmless)"]],
    [
      "early(validate.loss",
      "early(validate.mean_absolute_error",
      ["stop: stop.monitor.metric: loss, now mean_absolute_error"],
    ],
    [
      "  stop:      early(validate.loss, patience=2)\n",
      "",
      [expect.stringMatching(/^stop: .*, now none \(harmless\)$/)],
    ],
    ["epochs:    4", "epochs:    5", ["length: length.steps: 16, now 20 (harmless)"]],
    ["every 1 epochs", "every 2 epochs", ["validate: validate.every: 1, now 2 (harmless)"]],
  ])("differ where %j is %j", (piece, by, expected) => {
    expect(differences(edited(piece, by))).toEqual(expected);
  });

  it("are of one model where a function of the loss alone is another, and of another loss", () => {
    const call = source.replace("mse(y, price)", "far(y, price)");
    const far = (power: number): string =>
      `${call}fn far: (a: f32[B, 1], b: f32[B, 1]) -> f32[] {\n  mean(pow(abs(a - b), ${power}.0))\n}\n`;
    const [cubes, squares] = [made({ text: far(3) }).parts, made({ text: far(2) }).parts];
    expect(cubes.loss).not.toEqual(squares.loss);
    expect({ ...cubes, loss: squares.loss }).toEqual(squares);
    expect(differences({ text: far(3) })).toEqual(["loss: the loss is another expression"]);
  });

  it("differ by their data, where one number of them is another, or one column", () => {
    const other = columns(column("a", 1, 2), column("b", 3, 4), column("price", 5, 7));
    expect(differences({ raw: other })).toEqual(["data: the data have other values"]);
    const renamed = columns(column("a", 1, 2), column("c", 3, 4), column("price", 5, 6));
    expect(differences({ raw: renamed })).toEqual(["data: the data have other values"]);
    const longer = columns(column("a", 1, 2, 3), column("b", 3, 4, 5), column("price", 5, 6, 7));
    expect(differences({ raw: longer })).toEqual(["data: data.examples: 2, now 3"]);
  });

  it("differ by the runtime, which changes nothing but rounding", () => {
    expect(differences({ runtime: "tfjs 4.22" })).toEqual([
      expect.stringMatching(/^runtime: runtime: onnx 1\.30, .*, now tfjs 4\.22, .* \(harmless\)$/),
    ]);
  });

  it("differ by their length, where the schedule ends with it", () => {
    const scheduled = source.replace("lr=0.1", "lr=cosine(0.1)");
    const longer = scheduled.replace("epochs:    4", "epochs:    5");
    const found = compareMade(made({ text: scheduled }), made({ text: longer }));
    expect(found.map(({ part, changesMeaning }) => [part, changesMeaning])).toEqual([["length", true]]);
  });

  it("are the same but for when they end, where one of them watches nothing", () => {
    const stop = "  stop:      early(validate.loss, patience=2)\n";
    const [unwatched, watched] = [made(edited(stop, "")), made()];
    for (const [was, is] of [
      [unwatched, watched],
      [watched, unwatched],
    ] as const) {
      expect(compareMade(was, is)).toMatchObject([{ part: "stop", changesMeaning: false }]);
    }
  });

  it("differ where the figure that is watched counts the other way", () => {
    const [was, is] = ["min", "max"].map((mode): Made => {
      const stop = { monitor: { split: "validate", metric: "loss" }, patience: 2, mode };
      return { ...made(), parts: { ...made().parts, stop } };
    });
    if (was === undefined || is === undefined) throw new Error("unreachable");
    expect(compareMade(was, is)).toEqual([{ part: "stop", text: "stop.mode: min, now max", changesMeaning: true }]);
  });

  it("differ where the schedule of one ends with it, and that of the other by itself", () => {
    const scheduled = source.replace("lr=0.1", "lr=cosine(0.1)");
    const ending = source.replace("lr=0.1", "lr=cosine(0.1, total=16)");
    const [first, second] = [made({ text: scheduled }), made({ text: ending })];
    for (const [was, is] of [
      [first, second],
      [second, first],
    ] as const) {
      const found = compareMade(was, is);
      expect(found.map(({ part, changesMeaning }) => [part, changesMeaning])).toEqual([
        ["optimizer", true],
        ["length", true],
      ]);
    }
    expect(compareMade(first, second)[1]?.text).toBe("the schedule ended with the training, and does not now");
    expect(compareMade(second, first)[1]?.text).toBe("the schedule ends with the training, and did not");
  });
});

/** A record whose fingerprints are shown as what they are. */
const shown = ({ parts }: Made): unknown =>
  JSON.parse(JSON.stringify(parts), (_, it: unknown) =>
    typeof it === "string" && /^[0-9a-f]{16,}$/.test(it) ? "fingerprint" : it,
  );

describe("the record of a training", () => {
  it("holds all that was written, as later versions read it from files", () => {
    const text = source
      .replace("split: train 0.8, validate 0.2", "split: train 0.75, validate 0.25, by position\n  clean: drop_missing")
      .replace(
        "sgd(lr=0.1)",
        "adam(lr=cosine(peak=0.1, total=50), decay=0.2)\n  clip: norm(2.0)\n  average: ema(decay=0.5)",
      )
      .replace("epochs:    4", 'steps: 12\n  group "**.bias": decay=0\n  freeze "dense_0.bias"');
    expect(shown(made({ text }))).toEqual({
      model: "fingerprint",
      loss: "fingerprint",
      metrics: { names: ["mean_absolute_error"], of: "fingerprint", finish: ["fingerprint"] },
      optimizer: {
        kind: "adam",
        decay: 0.2,
        rate: { kind: "cosine", peak: 0.1, warmup: 0, floor: 0, total: 50 },
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
      },
      clip: { kind: "norm", limit: 2 },
      groups: [
        { pattern: "**.bias", decay: 0 },
        { pattern: "dense_0.bias", frozen: true },
      ],
      average: { kind: "ema", decay: 0.5 },
      follow: null,
      precision: null,
      batch: 2,
      seed: 1,
      data: { examples: 2, content: "fingerprint" },
      clean: ["drop_missing"],
      split: { fractions: { train: 0.75, validate: 0.25 }, seed: 0, by: "position" },
      features: { types: { x: "f32[2]", price: "f32[1]" }, of: "fingerprint" },
      save: { monitor: { split: "validate", metric: "loss" }, mode: "min" },
      stop: { monitor: { split: "validate", metric: "loss" }, patience: 2, mode: "min" },
      validate: { every: 1, unit: "epochs" },
      length: { steps: 12, ends: null },
      source: {
        kind: "csv",
        arguments: { path: "rows.csv", columns: [], delimiter: "found", quote: '"', missing: [], marks: true },
      },
      runtime: `onnx 1.30, ${process.platform} ${process.arch}`,
      version,
    });
  });

  it("holds each step of several by its name, and what it changes where that is not everything at each step", () => {
    const text = source.replace(/ {2}loss: .*\n| {2}optimizer: .*\n| {2}save: .*\n| {2}stop: .*\n/g, (line) =>
      line.startsWith("  loss")
        ? `  optimizer: sgd(lr=0.1)
  step first { loss: mse(y, price), update: "dense_0.**" }
  step second { loss: mse(y, price), every: 3, clip: value(1.0) }
  step third { loss: mse(y, price) }
`
        : "",
    );
    const rate = { kind: "constant", rate: 0.1, warmup: 0 };
    const { optimizer, clip, loss, length } = made({ text }).parts;
    expect(optimizer).toEqual({
      first: { kind: "sgd", decay: 0, rate, updates: ["dense_0.**"], every: 1 },
      second: { kind: "sgd", decay: 0, rate, updates: ["**"], every: 3 },
      third: { kind: "sgd", decay: 0, rate },
    });
    expect(clip).toEqual({ first: null, second: { kind: "value", limit: 1 }, third: null });
    expect(loss).toMatchObject({ first: expect.any(String) as string });
    expect(length).toEqual({ steps: 16, ends: null });
  });

  it("holds no `total` of a schedule that ends with the training, and shapes axis by axis", () => {
    const text = source
      .replace("sgd(lr=0.1)", "sgd(lr=cosine(peak=0.1))")
      .replace("  price:", "  grid: f32[1, 2] = stack(raw.a, raw.b, axis=-1)[:, None]\n  price:");
    const { optimizer, features, length } = made({ text }).parts;
    expect(optimizer).toEqual({ kind: "sgd", decay: 0, rate: { kind: "cosine", peak: 0.1, warmup: 0, floor: 0 } });
    expect(features).toMatchObject({ types: { x: "f32[2]", grid: "f32[1, 2]", price: "f32[1]" } });
    expect(length).toEqual({ steps: 16, ends: 16 });
  });

  it("holds steps of cleaning as they are written, with what they are given", () => {
    const program = trainingOf(source);
    const steps = [
      { kind: "drop_missing", arguments: {} },
      { kind: "drop_outside", arguments: { low: 0, high: 1.5 } },
    ];
    const { parts } = madeOf({ ...program, data: { ...program.data, clean: steps } }, rows, 8, "onnx 1.30");
    expect(parts.clean).toEqual(["drop_missing", "drop_outside(low=0, high=1.5)"]);
  });

  it("holds a text as its characters and their places among them", () => {
    const text = (tokens: readonly number[], vocabulary: readonly string[] = ["a", "b"]): RawData => ({
      kind: "text",
      unit: "character",
      tokens: Int32Array.from(tokens),
      vocabulary,
      from: "a.txt",
    });
    const dataOf = (raw: RawData): unknown => made({ raw }).parts.data;
    expect(dataOf(text([0, 1, 1]))).toEqual(dataOf(text([0, 1, 1])));
    expect(dataOf(text([0, 1, 1]))).toMatchObject({ examples: 3 });
    expect(dataOf(text([0, 1, 1]))).not.toEqual(dataOf(text([0, 1, 0])));
    expect(dataOf(text([0, 1, 1]))).not.toEqual(dataOf(text([0, 1, 1], ["a", "c"])));
  });

  it("comes back from a file", () => {
    expect(parseMade(JSON.stringify(made()))).toEqual(made());
  });

  it("has none for what it does not say", () => {
    const { parts, form } = made();
    const { clip: _, ...others } = parts;
    expect(parseMade(JSON.stringify({ form, parts: others }))?.parts.clip).toBe(null);
  });

  it.each([undefined, "", "{", "null", "7", "[]", '{"form":1}', '{"form":1,"parts":null}', '{"form":2,"parts":{}}'])(
    "is none in %j",
    (text) => {
      expect(parseMade(text)).toBe(undefined);
    },
  );
});
