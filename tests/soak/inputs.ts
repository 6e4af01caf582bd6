import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/main.ts";
import type { Random } from "./random.ts";

/** What damaged input came to, by kind. */
export interface InputReport {
  readonly kind: InputKind;
  readonly inputs: number;
  /** By exit code. */
  readonly codes: Readonly<Record<number, number>>;
  /** Inputs that modelc calls its own defect, or whose message shows its insides; each with what was run. */
  readonly defects: readonly string[];
  /** The slowest of them, in milliseconds, and what it was. */
  readonly slowest: { readonly milliseconds: number; readonly what: string };
  /** How many took longer than two seconds. */
  readonly slow: number;
}

export type InputKind = "spec" | "weights" | "csv" | "json" | "idx" | "arguments";

/** Each kind, and its share of all inputs. */
export const inputKinds: Readonly<Record<InputKind, number>> = {
  spec: 0.76,
  weights: 0.07,
  csv: 0.04,
  json: 0.04,
  idx: 0.03,
  arguments: 0.06,
};

const tableSpec = `model Line: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(3, activation=tanh) -> BatchNorm -> Dense(1)
}
data Points {
  source: csv("points.csv")
  split:  train 0.7, validate 0.1, test 0.2
  clean:  drop_duplicates
  x:      f32[2] = stack(raw.a, raw.b, axis=-1) -> standardize
  target: f32[1] = stack(raw.c, axis=-1)
}
train Line on Points {
  loss:      mse(y, target)
  optimizer: adam(lr=1e-3)
  steps:     2
  batch:     8
}
test Line on Points { expect loss < 1000 }
`;

const imageSpec = `model Image: (image: f32[B, 4, 4, 1]) -> logits: f32[B, 3] {
  image -> Flatten -> Dense(3)
}
data Images {
  source: idx(images="images.idx", labels="labels.idx")
  image:  f32[4, 4, 1] = raw.image / 255
  label:  class(3) = raw.label
}
train Image on Images {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  steps:     1
}
`;

const table = ["a,b,c", ...Array.from({ length: 40 }, (_, i) => `${i},${(i * 7) % 5}.25,${2 * i - 3}e-1`)].join("\n");
const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 4, 0, 0, 0, 4, ...Array<number>(96).fill(9)]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2]);
const given = JSON.stringify({
  x: [
    [1, 2],
    [3.5, -1e3],
  ],
});

const odd = [
  "0",
  "-1",
  "1e39",
  "99999999999",
  "0.5",
  "NaN",
  "Infinity",
  '"',
  "\u001b[31m",
  "\u202e",
  "é",
  "\u0000",
  "",
];
const pieces = [
  ..."()[]{},:=+-*/%<>|.#\n \t",
  ...[
    "->",
    "<-",
    "//",
    "...",
    '""',
    "\r",
    "model ",
    "train ",
    "where ",
    "repeat 3 { ",
    "x",
    "B",
    "f32[",
    "class(",
    "=",
  ],
  ...odd,
];

/** A text with a few places damaged. */
function damage(text: string, random: Random): string {
  let result = text;
  for (let i = random.integer(3) + 1; i > 0; i--) {
    const at = random.integer(result.length + 1);
    const length = random.integer(random.pick([2, 8, 60]));
    const part = result.slice(at, at + length);
    const other = random.integer(result.length + 1);
    switch (random.integer(6)) {
      case 0:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 1:
        result = result.slice(0, at) + random.pick(pieces) + result.slice(at);
        break;
      case 2:
        result = result.slice(0, at) + random.pick(pieces) + result.slice(at + length);
        break;
      case 3:
        result = result.slice(0, other) + part + result.slice(other);
        break;
      case 4: {
        // A number becomes another.
        const numbers = [...result.matchAll(/\d+(\.\d+)?/g)];
        const found = numbers.length === 0 ? undefined : random.pick(numbers);
        if (found !== undefined)
          result = result.slice(0, found.index) + random.pick(odd) + result.slice(found.index + found[0].length);
        break;
      }
      default: {
        // A word becomes another one of the text.
        const words = [...result.matchAll(/[A-Za-z_]\w*/g)];
        if (words.length === 0) break;
        const [from, to] = [random.pick(words), random.pick(words)];
        result = result.slice(0, from.index) + to[0] + result.slice(from.index + from[0].length);
      }
    }
  }
  return result;
}

/** Bytes with a few places damaged, or cut, or with more behind them. */
function damageBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const result = Uint8Array.from(bytes);
  switch (random.integer(4)) {
    case 0:
      return result.slice(0, random.integer(result.length));
    case 1:
      return Uint8Array.from([...result, ...Array.from({ length: random.integer(9) + 1 }, () => random.integer(256))]);
    default:
      for (let i = random.integer(4) + 1; i > 0; i--) {
        // Most of what can be wrong is said at the start.
        const at = random.integer(random.pick([result.length, Math.min(result.length, 64)]));
        result[at] = random.pick([0, 1, 127, 255, random.integer(256)]);
      }
      return result;
  }
}

/** A `.safetensors` file whose header is damaged as text, its length mended, or whose bytes are. */
function damageWeights(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.next() < 0.3) return damageBytes(bytes, random);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextEncoder().encode(damage(new TextDecoder().decode(bytes.subarray(8, 8 + length)), random));
  const result = new Uint8Array(8 + header.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, 8);
  result.set(bytes.subarray(8 + length), 8 + header.length);
  return result;
}

interface Outcome {
  readonly code: number;
  readonly text: string;
}

async function command(argv: readonly string[]): Promise<Outcome> {
  let text = "";
  const add = (it: string): void => void (text += it);
  const terminal = { out: add, error: add, color: false, outColor: false, interactive: false };
  const code = await run(argv, { terminal, stdin: () => given });
  return { code, text };
}

/** What a message must never show: modelc's own insides. */
const insides = /\bdefect\b MC9|\n {4}at |undefined|\[object |node_modules/;

interface Bench {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly weights: Uint8Array;
  readonly checkpoint: Uint8Array;
}

/** Damages one input and gives the command that reads it. */
function prepare(kind: InputKind, { folder, sources, weights, checkpoint }: Bench, random: Random): readonly string[] {
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const line = path("line.model");
  switch (kind) {
    case "spec": {
      const file = write("damaged.model", damage(random.pick(sources), random));
      return random.pick([
        ["check", file],
        ["check", file, "--json"],
        ["summary", file],
        ["fmt", "--check", file],
      ]);
    }
    case "weights": {
      const file = write("damaged.safetensors", damageWeights(random.pick([weights, checkpoint]), random));
      const out = path("resumed");
      writeFileSync(join(out, "Line.checkpoint.safetensors"), readFileSync(file));
      return random.pick([
        ["test", line, "--weights", file],
        ["predict", line, "--weights", file, "--split", "test", "--count", "1"],
        ["build", line, "--weights", file, "--target", "onnx", "--out", path("built")],
        ["train", line, "--weights", file, "--out", path("trained")],
        ["train", line, "--resume", "--out", out],
      ]);
    }
    case "csv":
      return ["train", line, "--data", write("damaged.csv", damage(table, random)), "--out", path("trained")];
    case "json":
      return [
        "predict",
        line,
        "--weights",
        path("out/Line.safetensors"),
        "--input",
        write("damaged.json", damage(given, random)),
      ];
    case "idx": {
      const which = random.pick(["images", "labels"] as const);
      write("images.idx", which === "images" ? damageBytes(images, random) : images);
      write("labels.idx", which === "labels" ? damageBytes(labels, random) : labels);
      return ["train", path("image.model"), "--out", path("trained")];
    }
    case "arguments": {
      const words = ["--model", "--set", "--json", "--epochs", "--steps", "--batch", "--seed", "--out", "--weights"];
      const values = ["Line", "B=4", "x", line, path("out"), "2", ...odd];
      const base = random.pick([
        ["check", line],
        ["summary", line],
        ["explain", "MC3002"],
        ["fmt", "--check", line],
        [],
      ]);
      const extra = Array.from({ length: random.integer(4) }, () => random.pick([...words, ...values]));
      return [...base, ...extra];
    }
  }
}

/** Runs commands over so many damaged inputs, in this process. */
export async function damageInputs(inputs: number, random: Random): Promise<readonly InputReport[]> {
  const folder = mkdtempSync(join(tmpdir(), "modelc-soak-"));
  try {
    writeFileSync(join(folder, "line.model"), tableSpec);
    writeFileSync(join(folder, "image.model"), imageSpec);
    writeFileSync(join(folder, "points.csv"), table);
    for (const out of ["out", "resumed"]) {
      const made = await command(["train", join(folder, "line.model"), "--out", join(folder, out)]);
      if (made.code !== 0) throw new Error(made.text);
    }
    const bench: Bench = {
      folder,
      sources: [
        ...readdirSync("specs")
          .filter((it) => it.endsWith(".model"))
          .map((it) => readFileSync(`specs/${it}`, "utf8")),
        tableSpec,
        imageSpec,
      ],
      weights: readFileSync(join(folder, "out", "Line.safetensors")),
      checkpoint: readFileSync(join(folder, "out", "Line.checkpoint.safetensors")),
    };
    const reports: InputReport[] = [];
    for (const [kind, share] of Object.entries(inputKinds) as readonly [InputKind, number][]) {
      reports.push(await damageKind(kind, Math.max(1, Math.round(inputs * share)), bench, random));
    }
    return reports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function damageKind(kind: InputKind, inputs: number, bench: Bench, random: Random): Promise<InputReport> {
  const codes: Record<number, number> = {};
  const defects: string[] = [];
  let slowest = { milliseconds: 0, what: "" };
  let slow = 0;
  for (let i = 0; i < inputs; i++) {
    const argv = prepare(kind, bench, random);
    const what = `${kind} ${i}: modelc ${argv.map((it) => JSON.stringify(it)).join(" ")}`;
    const began = performance.now();
    try {
      const { code, text } = await command(argv);
      codes[code] = (codes[code] ?? 0) + 1;
      if (insides.test(text)) defects.push(`${what}\n${text.slice(0, 2000)}`);
    } catch (error) {
      defects.push(`${what}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const milliseconds = performance.now() - began;
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, what };
    if (milliseconds > 2000) slow++;
  }
  return { kind, inputs, codes, defects, slowest, slow };
}
