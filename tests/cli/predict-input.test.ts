import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "modelc-predict-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rows = Array.from({ length: 40 }, (_, i) => [1700000001 + 60 * ((i * i) % 37) + i, i % 5, (i * 3) % 7] as const);
const table = `time,kind,y\n${rows.map((it) => it.join(",")).join("\n")}\n`;

const times = `model Line: (x: f32[B, 2]) -> out: f32[B, 2] {
  x -> Dense(2)
}

data Times {
  source: csv("times.csv")
  split: train 0.8, test 0.2, by position
  x: f32[2] = stack(raw.time, log(raw.kind + 1), axis=-1) -> standardize
  y: f32[1] = stack(raw.y, axis=-1) -> standardize
}

train Line on Times {
  loss: mse(out[:, :1], y)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;

const texts = `model Next: (tokens: i32[B, T]) -> logits: f32[B, T, 5] {
  tokens -> Embedding(5, 4) -> Dense(5)
}

data Text {
  source: text("text.txt")
  tokens: i32[4] = raw.window(4)
  next: i32[4] = raw.window(4, shift=1)
}

train Next on Text {
  loss: cross_entropy(logits, next)
  optimizer: sgd(lr=0.1)
  steps: 1
}
`;

const plain = `model Bytes: (id: u8[B], big: i64[B]) -> (out: f32[B], twice: i64[B]) {
  (cast(id, f32), big * 2)
}
`;

const at = (name: string): string => join(folder, name);
const out = at("out");

const predict = (file: string, name: string, input: unknown, more: readonly string[] = []) =>
  cli(["predict", at(file), "--weights", join(out, `${name}.safetensors`), ...more], {
    stdin: () => (typeof input === "string" ? input : JSON.stringify(input)),
  });

beforeAll(async () => {
  writeFileSync(at("times.csv"), table);
  writeFileSync(at("text.txt"), "abcdeabcabcdcba".repeat(4));
  writeFileSync(at("times.model"), times);
  writeFileSync(at("text.model"), texts);
  for (const file of ["times.model", "text.model"]) {
    const trained = await cli(["train", at(file), "--out", out]);
    expect(trained.err).toBe("");
  }
});

describe("modelc predict takes raw fields", () => {
  const test = rows.slice(32);
  const raw = { time: test.map((it) => it[0]), kind: test.map((it) => it[1]) };

  it("and prepares them as for training, with the checkpoint's statistics", async () => {
    const split = await predict("times.model", "Line", "", ["--split", "test", "--count", "8"]);
    const { outputs } = JSON.parse(split.out) as { readonly outputs: unknown };
    for (const input of [raw, { raw }]) {
      const found = await predict("times.model", "Line", input);
      expect(found.err).toBe("");
      expect(JSON.parse(found.out)).toEqual(outputs);
    }
  });

  it("and features as they are", async () => {
    const x = test.map(([time, kind]) => [time - 1700000000, kind]);
    const flat = await predict("times.model", "Line", { x });
    expect(flat.code).toBe(0);
    expect((await predict("times.model", "Line", { features: { x } })).out).toBe(flat.out);
    expect((await predict("times.model", "Line", x)).out).toBe(flat.out);
    expect(flat.out).not.toBe((await predict("times.model", "Line", raw)).out);
  });

  it.each([
    [{ time: [1, 2] }, "error[MC6007]: standard input has no column `kind`."],
    [
      { time: [1, "x"], kind: [1, 2] },
      "error[MC6012]: standard input, example 1: `x` in column `time` is not a number.",
    ],
    [{ time: [true], kind: [1] }, "error[MC6012]: standard input, example 0: `true` in column `time` is not a number."],
  ])("and says what cells cannot be read: %j", async (input, message) => {
    const found = await predict("times.model", "Line", input);
    expect(found.code).toBe(1);
    expect(found.err.startsWith(message), found.err).toBe(true);
  });

  it("and takes the columns of the whole section", async () => {
    expect(await predict("times.model", "Line", { time: [1], kind: [1], y: [2] })).toMatchObject({ code: 0, err: "" });
  });

  it.each([
    [{ time: [1, 2], kind: [1] }, "standard input: the column kind has 1 cells, and others have 2."],
    [
      { time: [[1]], kind: [1] },
      "standard input: the column time has a list or an object in row 0, where a number, a text or null is expected.",
    ],
    [{ time: [1], kind: [1], id: [3] }, "standard input: the inputs are made of no column id."],
    [{ z: [1] }, "standard input: Line has no input z; it takes x, or the raw fields time, kind."],
    [{}, "standard input: Line takes x, or the raw fields time, kind; this is empty."],
    [{ time: [], kind: [] }, "standard input: there are no examples in it."],
    ['{"time": [1], "kind": [1],\n  "time": [2]}', 'standard input: line 2, column 3: "time" is given twice.'],
    ['{"time": [NaN], "kind": [1]}', "standard input: line 1, column 11: this is no JSON; NaN is written in quotes."],
  ])("and says what does not fit: %j", async (input, message) => {
    expect(await predict("times.model", "Line", input)).toMatchObject({ code: 1, err: `error: ${message}\n` });
  });

  it.each([
    [{ time: [1, "NaN"], kind: [1, 2] }, /error\[MC6009\]: standard input, example 1: raw\.time has no value/],
    [{ time: [1, 2], kind: [1, -1] }, /error\[MC6021\]: standard input, example 1: the feature x is -Infinity/],
  ])("and finds what no feature holds: %j", async (input, message) => {
    const found = await predict("times.model", "Line", input);
    expect(found.code).toBe(1);
    expect(found.err).toMatch(message);
  });

  it("and texts, by the checkpoint's vocabulary", async () => {
    const numbers = await predict("text.model", "Next", {
      tokens: [
        [0, 1, 2, 3],
        [4, 3, 2, 1],
      ],
    });
    expect(numbers.code).toBe(0);
    expect((await predict("text.model", "Next", { text: ["abcd", "edcb"] })).out).toBe(numbers.out);
    expect((await predict("text.model", "Next", { text: "abc" })).err).toBe(
      "error: standard input: text 0 has 3 characters, and a window has 4.\n",
    );
    expect((await predict("text.model", "Next", { text: "abxd" })).err).toMatch(
      /text 0 has `x` at 2, which is no character/,
    );
  });

  it("and texts in the tokens of a tokenizer, which is to be that of the training", async () => {
    const spec = texts
      .replaceAll("5", "320")
      .replace('text("text.txt")', 'text("book.txt", tokenizer="tokenizer.json")')
      .replaceAll("Next", "Tokens");
    writeFileSync(at("tokens.model"), spec);
    writeFileSync(at("book.txt"), "The cat sleeps. ".repeat(20));
    const tokenizer = readFileSync("tests/sources/files/byte-level.tokenizer.json", "utf8");
    writeFileSync(at("tokenizer.json"), tokenizer);
    expect((await cli(["train", at("tokens.model"), "--out", out])).err).toBe("");
    const numbers = await predict("tokens.model", "Tokens", { tokens: [[266, 278, 262, 309]] });
    expect((await predict("tokens.model", "Tokens", { text: "The cat slee" })).out).toBe(numbers.out);
    expect((await predict("tokens.model", "Tokens", { text: "The" })).err).toMatch(
      /text 0 has \d tokens, and a window has 4/,
    );
    writeFileSync(at("tokenizer.json"), tokenizer.replaceAll("<|endoftext|>", "<|end|>"));
    const { code, err } = await predict("tokens.model", "Tokens", { text: "The cat slee" });
    expect(code).toBe(1);
    expect(err).toContain(
      "it has other tokens than the tokenizer that the weights were trained with.\n --> " + at("tokens.model"),
    );
    expect((await predict("tokens.model", "Tokens", "", ["--split", "train"])).err).toContain(
      "is of a text with another vocabulary: ",
    );
  });
});

it("a file in another encoding is told to be", async () => {
  writeFileSync(at("x.json"), Buffer.from('\ufeff{"x": [[1, 2]]}', "utf16le"));
  const { code, err } = await predict("times.model", "Line", "", ["--input", at("x.json")]);
  expect({ code, err }).toEqual({
    code: 1,
    err: `error: I cannot read ${at("x.json")}: it is UTF-16, not UTF-8: save it as UTF-8.\n`,
  });
  writeFileSync(at("x.json"), '\ufeff{"x": [[1, 2]]}');
  expect((await predict("times.model", "Line", "", ["--input", at("x.json")])).err).toBe("");
});

describe("numbers in JSON", () => {
  beforeAll(async () => {
    writeFileSync(at("bytes.model"), plain);
    expect((await cli(["build", at("bytes.model"), "--out", out, "--target", "onnx"])).code).toBe(0);
  });

  it("are read exactly, 64-bit integers in quotes", async () => {
    const found = await predict("bytes.model", "Bytes", { id: [0, 255], big: ["4503599627370497", -3] });
    expect(found.err).toBe("");
    expect(JSON.parse(found.out)).toEqual({ out: [0, 255], twice: ["9007199254740994", -6] });
  });

  it.each([
    ['{"id": [1, 300], "big": [1, 1]}', "the input id: it[1] is 300, which u8 does not hold (0 to 255)"],
    ['{"id": [-1], "big": [1]}', "the input id: it[0] is -1, which u8 does not hold (0 to 255)"],
    ['{"id": [1.5], "big": [1]}', "the input id: it[0] is 1.5, but its elements are u8"],
    ['{"id": ["NaN"], "big": [1]}', 'the input id: it[0] is "NaN", no number'],
    [
      '{"id": [1], "big": [9007199254740993]}',
      "the input big: it[0] is about 9007199254740992, more than a number in JSON says exactly: put it in quotes",
    ],
    [
      '{"id": [1], "big": ["9223372036854775808"]}',
      'the input big: it[0] is "9223372036854775808", which i64 does not hold (-2^63 to 2^63 - 1)',
    ],
  ])("that an input cannot hold are errors: %s", async (input, message) => {
    expect(await predict("bytes.model", "Bytes", input)).toMatchObject({
      code: 1,
      err: `error: standard input: ${message}.\n`,
    });
  });

  it.each([
    ["4294967296", "i32", /is 4294967296, which i32 does not hold/],
    ["1e39", "f32", /is 1e\+39, which f32 does not hold \(up to 3\.4e\+38\)/],
    ["1e999", "f64", /: it\[0\] is beyond all numbers in double precision, which f64 does not hold/],
    ["-1e999", "f32", /: it\[0\] is below all numbers in double precision, which f32 does not hold/],
    ["true", "f32", /: it\[0\] is true, no number/],
    ["2", "bool", /: it\[0\] is 2, neither true nor false/],
    ["{}", "i32", /: it\[0\] is an object, no number/],
    [`${"[".repeat(50_000)}${"]".repeat(50_000)}`, "f32", /: it has 50001 lists within one another/],
  ])("%s is no %s", async (number, dtype, message) => {
    writeFileSync(
      at("one.model"),
      `model One: (x: ${dtype}[B]) -> y: ${dtype}[B] { ${dtype === "bool" ? "not x" : "x + x"} }\n`,
    );
    const built = await cli(["build", at("one.model"), "--out", out, "--target", "onnx"]);
    expect(built.code).toBe(0);
    expect((await predict("one.model", "One", `{"x": [${number}]}`)).err).toMatch(message);
  });
});
