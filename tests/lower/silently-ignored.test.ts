import { describe, expect, it } from "vitest";
import { builtinFunctions } from "../../src/analyze/builtins.ts";
import type { sectionKeys } from "../../src/lower/sections/section-keys.ts";
import { optimizerTable } from "../../src/autodiff/optimizers.ts";
import { clipTable } from "../../src/autodiff/clip-gradients.ts";
import { scheduleTable } from "../../src/autodiff/schedules.ts";
import type { ArgumentSchema, CallSchema } from "../../src/ir/settings.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { cleanSteps } from "../../src/sources/clean-steps.ts";
import { allSources } from "../../src/sources/registry.ts";
import { checkFile, codesOfFile } from "./checking.ts";
import { initializers } from "../../src/ops/initializers.ts";

interface Parts {
  readonly source?: string;
  readonly data?: string;
  readonly features?: string;
  readonly train?: string;
  readonly optimizer?: string;
  readonly more?: string;
}

const file = ({ source, data, features, train, optimizer, more }: Parts = {}): string => `
model M: (x: f32[B, 2]) -> y: f32[B, 1] { x -> Dense(1) }
data D {
  source: ${source ?? 'csv("p.csv")'}
${data ?? "  split: train 0.6, validate 0.2, test 0.2"}
  x: f32[2] = ${features ?? "stack(raw.a, raw.b, axis=-1)"}
  t: f32[1] = stack(raw.t, axis=-1)
}
train M on D {
  loss: mse(y, t)
  optimizer: ${optimizer ?? "sgd(lr=0.1)"}
${train ?? ""}
}
${more ?? ""}`;

const body = (text: string): string => `model M: (x: f32[B, 7]) -> y: f32[B, 7] {\n${text}\n}\n`;
const reported = (text: string): void => expect(checkFile(text).map((it) => it.code)).not.toEqual([]);

/** A value that an argument takes, and values that it must refuse. */
function valuesOf(schema: ArgumentSchema): { readonly good: string; readonly bad: readonly string[] } {
  switch (schema.kind) {
    case "boolean":
      return { good: "true", bad: ["1", '"true"'] };
    case "string":
      return { good: '"a"', bad: ["1", "word"] };
    case "strings":
      return { good: '["a"]', bad: ["1", '"a"', "[a]", "[1]"] };
    case "column":
      return { good: "raw.a", bad: ["1", '"a"', "word", "raw.window(2)", 'raw.columns("a*")', "raw.a -> impute(0)"] };
    case "word":
      return { good: schema.oneOf?.[0] ?? "word", bad: ["1", "wrong_word"] };
    case "call":
      return { good: "0.1", bad: ["0", "-1", "true"] };
    case "number":
    case "integer": {
      const low = schema.above ?? (schema.min === undefined ? undefined : schema.min - 1);
      const high = schema.below ?? (schema.max === undefined ? undefined : schema.max + 1);
      const bad = [...[low, high].flatMap((it) => (it === undefined ? [] : [String(it)])), "true", '"1"'];
      if (schema.kind === "integer") bad.push("1.5", "1e300");
      return {
        good:
          schema.below !== undefined || schema.max !== undefined ? "0.5" : String(Math.max(3, (schema.min ?? 0) + 1)),
        bad,
      };
    }
  }
}

const cleanTable = Object.fromEntries(Object.entries(cleanSteps).map(([name, it]) => [name, it.arguments]));

/** Sources with a schema; the arguments of `idx` have any names. */
const sourceTable = Object.fromEntries(
  allSources.filter((it) => it.fieldArguments === undefined).map((it) => [it.name, it.arguments]),
);

/** Arguments that mean something beside others alone. */
const companions: Readonly<Record<string, readonly string[]>> = { "text.words": ["unit=word"] };

const settings: Readonly<
  Record<string, { readonly table: Readonly<Record<string, CallSchema>>; readonly at: (call: string) => string }>
> = {
  optimizer: { table: optimizerTable, at: (optimizer) => file({ optimizer }) },
  schedule: { table: scheduleTable, at: (lr) => file({ optimizer: `sgd(lr=${lr})` }) },
  clip: { table: clipTable, at: (clip) => file({ train: `  clip: ${clip}` }) },
  clean: {
    table: cleanTable,
    at: (clean) => file({ data: `  split: train 0.6, validate 0.2, test 0.2\n  clean: ${clean}` }),
  },
  source: { table: sourceTable, at: (source) => file({ source }) },
};

describe.each(Object.entries(settings))("every %s", (_, { table, at }) => {
  const calls = Object.entries(table).map(([name, schema]) => ({
    name,
    schema: Object.entries<ArgumentSchema>(schema),
  }));
  it.each(calls)("$name reports what it does not take", ({ name, schema }) => {
    const required = schema
      .filter(([, it]) => it.default === undefined)
      .map(([key, it]) => `${key}=${valuesOf(it).good}`);
    const others = (key: string): readonly string[] => [
      ...required.filter((it) => !it.startsWith(`${key}=`)),
      ...(companions[`${name}.${key}`] ?? []),
    ];
    const call = (...args: readonly string[]): string => at(`${name}(${args.join(", ")})`);
    reported(call(...required, "no_such_argument=1"));
    reported(call(...schema.map(([, it]) => valuesOf(it).good), "1"));
    for (const [key, it] of schema) {
      const { good, bad } = valuesOf(it);
      // A source without files or fields of these names is none to be clean in: the argument itself must be known.
      const known = checkFile(call(...others(key), `${key}=${good}`)).map((found) => found.code);
      expect(known.filter((code) => code === "MC4005" || code === "MC4006")).toEqual([]);
      expect(codesOfFile(call(...others(key), `${key}=${good}`, `${key}=${good}`))).toContain("MC4005");
      for (const value of bad) {
        const codes = codesOfFile(call(...others(key), `${key}=${value}`));
        expect([`${key}=${value}`, codes.filter((code) => code === "MC4006").length]).toEqual([`${key}=${value}`, 1]);
      }
    }
  });
});

/** For each key of a section: a value that it takes, and what must be reported. A new key needs a row. */
const dataKeys: Readonly<Record<(typeof sectionKeys.data)[number], { good: string; bad: readonly string[] }>> = {
  source: {
    good: 'csv("p.csv")',
    bad: ["3", 'csv("p.csv"), csv("q.csv")', "idx(3)", "idx", "idx()", 'idx(images="a", images="b")'],
  },
  split: {
    good: "train 0.6, validate 0.2, test 0.2",
    bad: [
      "train 0, validate 0.2",
      "train 1.5",
      "train -0.1",
      "train 0.6, train 0.2",
      "train 0.8, seed 1, seed 2",
      "train 0.8, seed -1",
      "train 0.8, seed 1.5",
      "train 0.8, by position, by position",
      "train 0.8, by position, seed 7",
      "train 0.8, seed 7, by position",
      "train 0.8, by chance",
      "train 0.8 0.1",
      "train 0.8, other 0.1",
      "train 0.8, test 0.3",
      "validate 0.5, test 0.5",
    ],
  },
  augment: {
    good: "x -> gaussian_noise(0.1)",
    bad: [
      "x",
      "3",
      "random_flip",
      "x random_flip",
      "y -> gaussian_noise(0.1)",
      "(x, 3) -> gaussian_noise(0.1)",
      "(x, x) -> gaussian_noise(0.1)",
      "x -> gaussian_noise(0.1), x -> gaussian_noise(0.1)",
      "x -> gaussian_noise(-1)",
      "x -> gaussian_noise(1, 2)",
      "x -> random_flop",
      "x -> sum",
    ],
  },
  clean: { good: "drop_missing", bad: ["drop_missing, drop_missing", "drop_everything", "3", "drop_missing 3"] },
};
const trainKeys: Readonly<Record<(typeof sectionKeys.train)[number], { good: string; bad: readonly string[] }>> = {
  loss: { good: "mse(y, t)", bad: ["mse(y, t), mse(y, t)", "3"] },
  optimizer: { good: "sgd", bad: ["sgd, adam", "3", "sgd(0.1)(2)"] },
  average: { good: "ema(decay=0.9)", bad: ["ema(decay=1)", "ema(decay=-1)", "ema, ema", "sma(3)", "0.9", "ema(1, 2)"] },
  metrics: { good: "mean_squared_error(y, t)", bad: ["3", "y - t"] },
  epochs: { good: "2", bad: ["0", "-1", "1.5", "2, 3", '"2"', "2\n  steps: 3"] },
  steps: { good: "2", bad: ["0", "1.5", "1e300"] },
  batch: { good: "2", bad: ["0", "1.5", "true"] },
  accumulate: { good: "2", bad: ["0", "1.5", "true", "2, 3", "every 2 steps"] },
  seed: { good: "2", bad: ["-1", "1.5", "1e300"] },
  clip: { good: "norm(1)", bad: ["norm(1), value(1)", "norm", "3"] },
  validate: {
    good: "every 2 steps",
    bad: ["every 0 steps", "every 1.5 epochs", "every 2 steps, every epoch", "every 2 steps 3", "every", "often"],
  },
  stop: {
    good: "early(validate.loss, patience=2)",
    bad: [
      "early(validate.loss, patience=0)",
      "early(validate.loss, patience=1.5)",
      "early(validate.loss, 2, 3)",
      "early(validate.loss, patience=2, patience=3)",
      "early(foo=validate.loss)",
      "early(test.loss)",
      "early(validate.other)",
      "early",
    ],
  },
  save: {
    good: "best(validate.loss)",
    bad: ["best(foo=validate.loss)", "best(validate.loss, 3)", "best", "worst(validate.loss)"],
  },
  precision: {
    good: "mixed_f16(scale=1024, growth=100)",
    bad: [
      "mixed_f16(0)",
      "mixed_f16(scale=-1)",
      "mixed_f16(growth=0)",
      "mixed_f16(growth=1.5)",
      "mixed_f16(1, 2, 3)",
      "mixed_f16(scale=1e39)",
      "bf16",
      "mixed_bf16(3)",
      "mixed_bf16, f32",
      '"f32"',
      "16",
      "f32(true)",
    ],
  },
};

describe("every key of a section", () => {
  it.each(Object.entries(dataKeys))("data: %s", (key, { good, bad }) => {
    const given = (value: string): string =>
      key === "source"
        ? file({ source: value })
        : key === "split"
          ? file({ data: `  split: ${value}` })
          : file({ data: `  split: train 0.6, validate 0.2\n  ${key}: ${value}` });
    expect(codesOfFile(given(good))).toEqual([]);
    for (const value of bad) expect([value, checkFile(given(value)).length > 0]).toEqual([value, true]);
    expect(codesOfFile(given(`${good}\n  ${key}: ${good}`))).toEqual(["MC4002"]);
  });

  it.each(Object.entries(trainKeys))("train: %s", (key, { good, bad }) => {
    const given = (value: string): string => {
      const text = file({ train: key === "loss" || key === "optimizer" ? "" : `  ${key}: ${value}` });
      return key === "loss" || key === "optimizer"
        ? text.replace(new RegExp(`  ${key}: .*`), () => `  ${key}: ${value}`)
        : text;
    };
    expect(codesOfFile(given(good))).toEqual([]);
    for (const value of bad) expect([value, checkFile(given(value)).length > 0]).toEqual([value, true]);
    expect(codesOfFile(given(`${good}\n  ${key}: ${good}`))).toEqual(["MC4002"]);
  });

  it.each([
    ['  group "**"', "MC4003"],
    ['  group "**": decay=0, decay=1', "MC4005"],
    ['  group "**": lr=0', "MC4005"],
    ['  group "**": decay=-1', "MC4006"],
    ['  freeze "**.bias": decay=0', "MC4006"],
    ["  unknown: 3", "MC4001"],
  ])("train: %s", (entry, code) => expect(codesOfFile(file({ train: entry }))).toContain(code));

  it.each([
    ["cosine(peak=0.1, warmup=8, total=4)", "", "MC4054"],
    ["linear(peak=0.1, warmup=4, total=4)", "", "MC4054"],
    ["cosine(peak=0.1, warmup=8)", "  steps: 4", "MC4054"],
    ["constant(0.1, warmup=8)", "  steps: 4", "MC4054"],
    ["cosine(peak=0.1, floor=0.2)", "", "MC4006"],
  ])("train: a rate that contradicts itself: %s %s", (lr, train, code) =>
    expect(codesOfFile(file({ optimizer: `sgd(lr=${lr})`, train }))).toEqual([code]),
  );

  it.each([
    ['freeze "**.kernel"', 'group "**.kernel": scale=0.1'],
    ['group "**.kernel": scale=0.1, decay=0', 'freeze "**.kernel"'],
    ['group "**.bias": decay=0', 'group "**": decay=0.1'],
    ['group "**.bias": scale=2', 'group "**.bias": scale=3'],
  ])("train: a group whose settings change nothing: %s, %s", (...entries) => {
    const train = entries.map((it) => `  ${it}`).join("\n");
    const found = codesOfFile(file({ train }));
    expect(new Set(found)).toEqual(new Set(["MC4065"]));
    // Each setting that has no effect is named.
    expect(found).toHaveLength(entries.some((it) => it.includes(", decay")) ? 2 : 1);
  });

  it.each([
    ['group "**": decay=0.1', 'group "**.bias": decay=0'],
    ['freeze "**.bias"', 'group "**": scale=0.1'],
    ['group "**": decay=0.1', 'group "**": scale=2'],
  ])("train: groups of which each changes something: %s, %s", (...entries) =>
    expect(codesOfFile(file({ train: entries.map((it) => `  ${it}`).join("\n") }))).toEqual([]),
  );

  it("train: a seed that is too large is shown as it is written, with the limit", () => {
    const [found] = checkFile(file({ train: "  seed: 12345678901234567891" }));
    expect(found?.message).toBe(
      "`seed` of this section must be a whole number of at least 0 and of at most 9007199254740991, not `12345678901234567891`.",
    );
  });

  it.each(["validate: every epoch", "stop: early(validate.loss)", "save: best(validate.loss)"])(
    "train: %s without a validate split",
    (entry) => expect(codesOfFile(file({ data: "  split: train 0.8", train: `  ${entry}` }))).toEqual(["MC4020"]),
  );

  it.each([
    ["budget M { params <= 99 at Q=3 }", "MC4013"],
    ["budget M { flops <= 99 at B=1, B=2 }", "MC4002"],
    ["budget M { flops <= 99 at B=0 }", "MC4006"],
    ["budget M { flops <= 99 at B=1.5 }", "MC4006"],
    ["budget M { params <= 2.9 }", "MC4019"],
    ["budget M { params < 3 }", "MC4019"],
    ["budget M { params == 3.4 }", "MC4019"],
    ["test M(width=3) on D { expect loss <= 1 }", "MC4005"],
  ])("%s", (more, code) => expect(codesOfFile(file({ more }))).toEqual([code]));

  it("limits are compared and shown as they are written", () => {
    expect(codesOfFile(file({ more: "budget M { params <= 3.2, params > 2.9, params != 3.4 }" }))).toEqual([]);
    expect(checkFile(file({ more: "budget M { params <= 2.9999 }" }))[0]?.message).toContain("2.9999");
  });
});

describe("every built-in function", () => {
  /** Calls that must be reported; a new function needs a row. */
  const rows: Readonly<Record<string, readonly string[]>> = {
    min: ["min(3, by=2)", "min()"],
    max: ["max(3, by=2)", "max()"],
    ceil: ["ceil(3, 2)", "ceil(by=3)"],
    floor: ["floor(3, 2)", "floor(by=3)"],
    product: ["product(3)", "product([3], 2)", "product(foo=[3])", "product()", "product([true])"],
    length: ["length(3)", "length([1, 2], 9)", "length(foo=[1])", "length()"],
    zip: ["zip()", "zip(3)", "zip([1], [2, 3])", "zip(foo=[1])"],
    enumerate: ["enumerate()", "enumerate(3)", "enumerate([1], [2])", "enumerate(foo=[1])"],
    reversed: ["reversed()", "reversed(3)", "reversed([1], [2])", "reversed(foo=[1])"],
    zeros: ["zeros(foo=[7])", "zeros([7], 1)", "zeros([7], shape=[7])", "zeros(shape=[7], shape=[7])", "zeros(true)"],
    ones: ["ones(foo=[7])", "ones([7], 1)", "ones([7], shape=[7])"],
    given: ["given()", "given(x)", "given(3)", "given(x, x)", "given(foo=x)"],
    unnormalized: ["unnormalized(x, 1)", "unnormalized()", "unnormalized(x, foo=1)", "unnormalized(softmax(x))"],
    full: ["full([7], 1, 2)", "full([7])", "full([7], 1, value=2)", "full([7], foo=1)", "full(value=1)"],
    gradient: ["gradient(x)", "gradient(y=x)", "gradient(x, x, x)", "gradient(2 * x, of=x)", "gradient(3, x)"],
  };
  it("has a row", () => expect(Object.keys(rows)).toEqual(expect.arrayContaining([...builtinFunctions])));
  it.each(Object.values(rows).flat())("reports %s", (call) => reported(body(`  x + ${call}`)));
  it.each(["zeros(shape=[7])", "full(value=2, shape=[7])", "full([7], value=2)", "product([2, 3])", "length([1, 2])"])(
    "takes %s",
    (call) => expect(codesOfFile(body(`  x + ${call}`))).toEqual([]),
  );
});

describe("every operator", () => {
  it.each(
    allOperators
      .filter((it) => it.exposed && it.operands.some((operand) => operand.isKey !== true))
      .map((it) => it.name),
  )("%s reports an unknown argument", (name) => reported(body(`  h = ${name}(x, no_such_argument=1)\n  x`)));
  it.each(
    allOperators.flatMap((it) => (it.exposed ? Object.keys(it.attributes).map((key) => [it.name, key] as const) : [])),
  )("%s reports `%s` given twice", (name, key) =>
    expect(codesOfFile(body(`  _ = ${name}(x, ${key}=1, ${key}=1)\n  x`)).length).toBeGreaterThan(0),
  );
});

describe("every initialiser", () => {
  it.each(Object.entries(initializers))("%s reports what it does not take", (name, { arguments: signature }) => {
    const at = (args: string): string => body(`  param w: f32[7, 7] = ${name}(${args})\n  matmul(x, w)`);
    const keys = Object.keys(signature);
    reported(at("no_such_argument=1"));
    reported(at([...keys.map(() => "1"), "1"].join(", ")));
    for (const key of keys) {
      expect(codesOfFile(at(`${key}=1, ${key}=2`))).toEqual(["MC2012"]);
      expect(codesOfFile(at(`${key}=true`)).length).toBeGreaterThan(0);
    }
  });
});

describe("what is given twice", () => {
  it.each([
    ["fn f: (a: f32[...S]) -> f32[...S] { a }\n", "  f(x, a=x)", "MC2012"],
    ["fn f: (a: f32[...S]) -> f32[...S] { a }\n", "  f(a=x, a=x)", "MC2012"],
    ["fn f: (a: f32[...S]) -> f32[...S] { a }\n", "  x -> f(a=x)", "MC2012"],
    ["", "  x -> Dense(7, units=7)", "MC2012"],
    ["", "  x -> Dense(7, activation=leaky_relu(0.1, alpha=0.2))", "MC2012"],
    ["block Twice(L: block): (x: f32[B, D]) -> f32[B, D] { x -> L(units=D) }\n", "  x -> Twice(Dense(7))", "MC2032"],
  ])("%s%s", (before, text, code) => expect(codesOfFile(before + body(text))).toEqual([code]));

  it.each(["LSTM", "GRU", "SimpleRNN"])("Bidirectional turns %s round itself", (layer) => {
    const text = (inner: string): string =>
      `model M: (x: f32[B, T, 4]) -> y: f32[B, 10] {\n  x -> Bidirectional(${inner})\n}\n`;
    expect(codesOfFile(text(`${layer}(5)`))).toEqual([]);
    expect(codesOfFile(text(`${layer}(5, reverse=true)`))).toEqual(["MC2032"]);
  });
});

describe("a count of pieces", () => {
  it.each([
    ["  (a, b, c) = split(x, count=3)\n  concat(a, b, c)", "MC3006"],
    ["  (a, b) = split(x, count=2)\n  concat(a, b)", "MC3006"],
  ])("that does not divide is reported: %s", (text, code) => expect(codesOfFile(body(text))).toEqual([code]));
  it("says the sections, which are taken", () => {
    expect(checkFile(body("  (a, b) = split(x, count=2)\n  concat(a, b)"))[0]?.help).toContain("sections=[4, 3]");
    expect(codesOfFile(body("  (a, b) = split(x, sections=[4, 3])\n  concat(a, b)"))).toEqual([]);
  });
  it("of an open dim needs a proof", () => {
    const text = (where: string): string =>
      `model M: (x: f32[B, D]) -> y: f32[B, D]${where} {\n  (a, b) = split(x, count=2)\n  concat(a, b)\n}\n`;
    expect(checkFile(text("")).map((it) => [it.code, /D = 1/.test(it.message)])).toContainEqual(["MC3029", true]);
    expect(codesOfFile(text(" where D % 2 == 0"))).toEqual([]);
  });
});

describe("names", () => {
  const model = (name: string): string => `model ${name}: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n`;
  it("of imports that nothing uses are warned of", () => {
    expect(
      checkFile(`import { Head } from "layers.model"\n\n${model("M")}`).map((it) => [it.code, it.severity]),
    ).toEqual([["MC2031", "warning"]]);
  });
});

describe("a carriage return alone", () => {
  it.each(["const a = 1\rconst b = 2\n", "# one\rtwo\nconst a = 1\n", "const a = 1\n\r"])("is reported: %j", (text) =>
    expect(codesOfFile(text)).toContain("MC1031"),
  );
  it("with a line feed is the end of a line", () => expect(codesOfFile("const a = 1\r\nconst b = 2\r\n")).toEqual([]));
});

describe("a hyperparameter that is no element type", () => {
  const block = (header: string, body = "x"): string =>
    `block Part(width: int): ${header} {\n  ${body}\n}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Part(4)\n}\n`;
  it.each([
    [
      "a model's input",
      "model M(width: int = 4): (x: width[B, 4]) -> y: f32[B, 4] {\n  Dense(width)(x)\n}\n",
      "MC3008",
    ],
    ["a block's input", block("(x: width[B, 4]) -> f32[B, 4]"), "MC3003"],
    ["a result", block("(x: f32[B, 4]) -> width[B, 4]"), "MC3008"],
    ["a parameter", block("(x: f32[B, 4]) -> f32[B, 4]", "param w: width[4] = zeros\n  x + w"), "MC3008"],
  ])("is reported as that of %s", (_, text, code) => {
    expect(checkFile(text).map((it) => [it.code, it.severity])).toEqual([[code, "error"]]);
  });
});
