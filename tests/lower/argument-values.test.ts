import { describe, expect, it } from "vitest";
import { asNumber, type Dim } from "../../src/dims/dim.ts";
import type { PlainAttributes } from "../../src/ops/define/builder.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { initializers, type InitializerArgument } from "../../src/ops/initializers.ts";
import { givenAttributes, type AttributeKind, type Operator, type Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { relativeError } from "../ops/relative-error.ts";
import { createDraw, drawOperand } from "../ops/sample-graphs.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { checkFile } from "./checking.ts";
import { runText } from "./run-text.ts";

/**
 * Every argument of every operator and initialiser with values of all kinds. Each is either refused where it stands, or
 * gives what its type says, the same on all targets as in f64, and finite.
 */
const odd: Readonly<Record<AttributeKind, readonly string[]>> = {
  int: ["-100", "-3", "-2", "-1", "0", "1", "2", "3", "7", "1000000", "1.5", "1e300", "true", '"a"', "x0", "[1]"],
  float: ["-1e30", "-1", "0", "1e-60", "1e-40", "0.5", "1", "1.5", "2", "1e30", "1e39", "true", '"a"', "[1]", "x0"],
  bool: ["0", "1", '"true"', "word", "true", "false", "[true]"],
  string: [
    ...['""', '"nonsense"', "3", "same", "valid", "explicit", "NCHW", '"a b -> b a"', '"a b, b c -> a c"'],
    ...['"b t -> b"', '"-> a"', '"a a -> a"', '"b ... -> b"', '"(a b) c -> a b c"', '"a b -> (a b"', '"a b -> a b 1"'],
  ],
  ints: [
    ...["[]", "[0]", "[-1]", "[0, 0]", "[1, 1]", "[5]", "[-5]", "[1, 1, 1]", "[1.5, 1]", "[2, 2]", "[100, 100]", "3"],
    ...['"a"', "[0, 1]", "[1, 0]", "[2, 1, 0]", "[1, 2]", "[0, 0, 0, 0]", "[1, 1, 1, 1]", "[-1, 0, 0, 0]"],
    ...["[9, 9, 9, 9]", "[1000000, 1]"],
  ],
  "word or ints": [
    "same",
    "valid",
    "causal",
    "nonsense",
    "[]",
    "0",
    "1",
    "-1",
    "[0, 1]",
    "[1, 1, 1]",
    "[0, 1, 1, 0]",
    "9",
    "1.5",
  ],
  dims: [
    ...["[]", "[0]", "[-1]", "[2]", "[6]", "[1, 6]", "[2, 3]", "[3, 2]", "[0, 6]", "[-1, 6]", "[-1, -1]", "[1.5]", "3"],
    ...["[1, 1, 1, 1, 1, 1]", "[3, 4]", "[12]", "[4]", "[1, 3]", "[0, 0]", "[100, 100]", '"a"', "[0, 1]", "[1, 0]"],
  ],
  dim: ["-1", "0", "1", "2", "3", "5", "100", "1.5", "true", "[1]", '"a"', "1e300"],
  // bf16 is computed with and never handed out by ONNX Runtime's binding for Node.
  dtype: ["f16", "f32", "f64", "i32", "i64", "bool", "f99", "u32", '"f32"', "3"],
  strings: [],
};

const isDim = (value: PlainAttributes[string]): value is Dim => typeof value === "object" && "kind" in value;

function written(value: PlainAttributes[string]): string {
  if (typeof value === "string") return /^\w+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value !== "object") return String(value);
  return isDim(value) ? String(asNumber(value)) : `[${value.map(written).join(", ")}]`;
}

/** The arguments of a sample as a person writes them, but for one. */
function otherArguments(operator: Operator, { attributes = {} }: Sample, but: string): readonly string[] {
  const { names, sizes, ...others } = attributes;
  const extents =
    Array.isArray(names) && Array.isArray(sizes)
      ? names.map((it, at) => `${String(it)}=${written(sizes[at] ?? 1)}`)
      : [];
  const plain = Object.entries(others).filter(([name]) => name !== but && name in givenAttributes(operator));
  return [...plain.map(([name, value]) => `${name}=${written(value)}`), ...extents];
}

interface Call {
  readonly text: string;
  readonly title: string;
  readonly sample: Sample;
}

/** What is given to an operator beside a random key, by the names `x0`, `x1`, ... */
const tensorsOf = (operator: Operator, sample: Sample) =>
  sample.operands.filter((_, index) => operator.operands[index]?.isKey !== true);

/** The first samples that a person can write: those of numbers that lie within their types. */
function samplesOf(operator: Operator): readonly Sample[] {
  const given = givenAttributes(operator);
  const isInternal = (name: string, value: PlainAttributes[string]): boolean => {
    return !(name in given) && operator.attributes[name]?.default !== value;
  };
  return operator.samples
    .filter((it) => !Object.entries(it.attributes ?? {}).some(([name, value]) => isInternal(name, value)))
    .slice(0, 2);
}

function callsOf(operator: Operator): readonly Call[] {
  return samplesOf(operator).flatMap((sample) => {
    const tensors = tensorsOf(operator, sample);
    const inputs = tensors.map((it, at) => `x${String(at)}: ${it.dtype}[${it.shape.join(", ")}]`);
    return Object.entries(givenAttributes(operator)).flatMap(([name, { kind }]) =>
      odd[kind].map((value): Call => {
        const given = [
          ...tensors.map((_, at) => `x${String(at)}`),
          ...otherArguments(operator, sample, name),
          `${name}=${value}`,
        ];
        const title = `${operator.name}(${given.join(", ")})`;
        return { sample, title, text: `block M: (${inputs.join(", ") || "x0: f32[1]"}) {\n  ${title}\n}\n` };
      }),
    );
  });
}

/** What is wrong with how a text is judged; undefined where it is refused as it should be, or not at all. */
function judged(text: string): { readonly refused: boolean; readonly problem?: string } {
  const found = checkFile(text).filter((it) => it.severity === "error");
  const vague = found.find(({ span, message }) => {
    const placed = span.file.path === "main.model" && span.start > 0 && span.end > span.start;
    return !placed || /NaN|undefined|\[object/.test(message);
  });
  return { refused: found.length > 0, ...(vague !== undefined && { problem: `${vague.code} ${vague.message}` }) };
}

/** What is wrong with what a call gives. */
async function problemsOf(operator: Operator, { text, sample }: Call): Promise<readonly string[]> {
  const draw = createDraw(7);
  const tensors = tensorsOf(operator, sample);
  const run = await runText(text, (name, type) => {
    const operand = tensors[Number(name.slice(1))];
    return operand === undefined ? type : drawOperand(operand, draw);
  });
  if (run === undefined) return [];
  return run.reference.flatMap((right, at) => {
    const predicted = run.predicted[at];
    const problems: string[] = [];
    if (predicted?.dtype !== right.dtype || predicted.shape?.join() !== right.shape.join()) problems.push("shape");
    if (!right.data.every(Number.isFinite)) problems.push("not finite");
    for (const [runtime, results] of Object.entries(run.runtimes)) {
      const found = results[at];
      const error = found === undefined ? Infinity : relativeError(found, right);
      // f16 has eleven binary digits.
      if (!(error <= (right.dtype === "f16" ? 1e-3 : isFloat(right.dtype) ? 1e-5 : 0)))
        problems.push(
          `${runtime}: ${[...(found?.data ?? []).slice(0, 4)].join()}, not ${[...right.data.slice(0, 4)].join()}`,
        );
    }
    return problems;
  });
}

describe.each(allOperators.filter((it) => it.exposed && Object.keys(givenAttributes(it)).length > 0))(
  "every argument of $name",
  (operator) => {
    it("is refused where it stands, or means the same everywhere", async () => {
      await useBackend(backends[0]);
      const problems: string[] = [];
      let taken = 0;
      for (const call of callsOf(operator)) {
        const { refused, problem } = judged(call.text);
        if (problem !== undefined) problems.push(`${call.title}: ${problem}`);
        if (refused) continue;
        taken++;
        // What is drawn is compared in tests/ops/random.
        if (operator.operands.some((it) => it.isKey === true)) continue;
        for (const it of await problemsOf(operator, call)) problems.push(`${call.title}: ${it}`);
      }
      expect(problems).toEqual([]);
      // A pattern is either right for its operands or refused.
      if (operator.name !== "rearrange") expect(taken).toBeGreaterThan(0);
    }, 30_000);
  },
);

describe("every argument of the initialiser", () => {
  const refusals = ({ min, above, max, below }: InitializerArgument): readonly string[] => {
    const beyond = [min === undefined ? above : min - 1, max === undefined ? below : max + 1];
    return [
      ...beyond.flatMap((it) => it ?? []).map(String),
      "1e39",
      "-1e39",
      "1e-60",
      "1e400",
      "true",
      '"a"',
      "x",
      "[1]",
    ];
  };
  const at = (init: string, type: string): string =>
    `model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  param w: ${type} = ${init}\n  x + sum(cast(w, f32))\n}\n`;
  const codes = (text: string): readonly string[] =>
    checkFile(text).flatMap((it) => (it.severity === "error" ? [it.code] : []));

  it.each(Object.entries<{ readonly arguments: Readonly<Record<string, InitializerArgument>> }>(initializers))(
    "%s is refused beyond its limits",
    (name, { arguments: declared }) => {
      const type = name === "forget_bias" ? "f32[8]" : "f32[4, 2]";
      expect(codes(at(name, type))).toEqual([]);
      for (const [argument, schema] of Object.entries(declared)) {
        for (const value of refusals(schema)) {
          const text = at(`${name}(${argument}=${value})`, type);
          expect([value, judged(text)]).toEqual([value, { refused: true }]);
        }
      }
    },
  );

  it.each([
    ["normal(-1)", "f32[4]", ["MC3010"]],
    ["truncated_normal(stddev=-1)", "f32[4]", ["MC3010"]],
    ["uniform(2, 1)", "f32[4]", ["MC3073"]],
    ["uniform(max=-1)", "f32[4]", ["MC3073"]],
    ["uniform(1, 1)", "f32[4]", []],
    ["orthogonal", "f32[4]", ["MC3073"]],
    ["orthogonal", "f32[]", ["MC3073"]],
    ["forget_bias", "f32[7]", ["MC3073"]],
    ["forget_bias", "f32[2, 4]", ["MC3073"]],
    ["normal", "i32[4]", ["MC3073"]],
    ["glorot_uniform", "bool[4]", ["MC3073"]],
    ["1e39", "f32[4]", ["MC3026"]],
    ["1e39", "f64[4]", []],
    ["1e-60", "f32[4]", ["MC3056"]],
    ["1e-60", "f64[4]", []],
    ["1e5", "f16[4]", ["MC3026"]],
    ["1e-8", "f16[4]", ["MC3056"]],
    ["0.5", "i32[4]", ["MC3026"]],
    ["300", "u8[4]", ["MC3026"]],
    ["-1", "u8[4]", ["MC3026"]],
  ])("%s of %s: %j", (init, type, expected) => {
    expect(codes(at(init, type))).toEqual(expected);
    expect(codes(at(init, type).replace("param w", "state w"))).toEqual(expected);
  });

  it.each(["h=0", "h=-2"])("rearrange with %s is refused: an axis has an element", (size) => {
    const text = `model M: (x: f32[B, 8]) -> y: f32[B] { rearrange(x, "b (h d) -> b h d", ${size}) -> sum(axes=[1, 2]) }\n`;
    expect(codes(text)).toEqual(["MC3028"]);
  });

  it.each([
    ["param w: i32[4]", "MC3073"],
    ["state w: u8[4] = 300", "MC3026"],
  ])("%s is judged where nothing else is written", (declaration, code) => {
    expect(codes(`model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  ${declaration}\n  x + cast(w, f32)\n}\n`)).toEqual([
      code,
    ]);
  });

  it.each([
    ["i32", "0.5", "MC3026"],
    ["f32", "1e39", "MC3026"],
    ["f32", "1e-60", "MC3056"],
    ["f32", "normal", "MC3037"],
  ])("a carry of %s that begins as %s", (dtype, init, code) => {
    const text = `model M: (x: ${dtype}[B, T]) -> y: ${dtype}[B, T] {\n  scan e in x over T with h: ${dtype}[B] = ${init} {\n    h <- e + h\n    emit h\n  }\n}\n`;
    expect(codes(text)).toEqual([code]);
  });
});

describe("numbers that no element type holds", () => {
  const body = (expression: string): string => `model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  ${expression}\n}\n`;
  it.each([
    ["x * 1e400", "MC1007"],
    ["x * (1e300 * 1e300)", "MC3032"],
    ["x + log(0)", "MC3032"],
    ["x * exp(1000)", "MC3032"],
    ["x + full([4], 1e39)", "MC3026"],
    ["x + full([4], 1e-60)", "MC3056"],
  ])("%s", (expression, code) => expect(checkFile(body(expression)).map((it) => it.code)).toEqual([code]));
});
