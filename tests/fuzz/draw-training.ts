import type { DType, TensorType } from "../../src/ir/types.ts";
import { formatDim } from "../../src/dims/dim.ts";
import type { Random } from "../soak/random.ts";
import { signatureUses } from "../std/signature-uses.ts";
import { metrics } from "./catalogue.ts";
import { typesOf } from "./check-types.ts";
import { drawClip, drawInitial, drawOptimizer, drawPrecision, type Written } from "./draw-settings.ts";
import { withSizes, type FuzzProgram, type Sizes } from "./program.ts";

/** A whole file: a model, data and a training. */
export interface Training {
  readonly text: string;
  /** Keys of sections, metrics, optimizers and the like that it has. */
  readonly uses: readonly string[];
}

/**
 * A training of a program. All sizes but that of the batch are written in; what has no batch in front is no feature, and
 * becomes a parameter or a constant. Undefined where the program does not stand with these sizes.
 */
export function drawTraining(program: FuzzProgram, sizes: Sizes, random: Random): Training | undefined {
  const fixed = withSizes(program, new Map([...sizes].filter(([name]) => name !== "B")));
  const { types } = typesOf(fixed, fixed.results);
  if (types === undefined) return undefined;
  const features = fixed.inputs.filter((it) => it.dims[0] === "B" && !it.dims.slice(1).some((dim) => /B/.test(dim)));
  const others = fixed.inputs.filter((it) => !features.includes(it));
  const named = ["given: f32[B, 3]", ...features.map((it) => `${it.name}: ${it.element}[${it.dims.join(", ")}]`)];
  const outputs = fixed.results.map((name) => ({ name: `r_${name}`, type: types.get(name) }));
  const isSome = <T extends { readonly type: TensorType | undefined }>(
    it: T,
  ): it is T & { readonly type: TensorType } => it.type !== undefined;
  const typed = outputs.filter(isSome);
  const results = [
    "score: f32[B, 2]",
    ...typed.map(({ name, type }) => `${name}: ${type.dtype}[${type.shape.map(formatDim).join(", ")}]`),
  ];
  const follows = random.next() < 0.2;
  const body = [
    ...others.map((it) => `  ${ownedInput(it.name, it.element, it.dims)}\n`),
    ...fixed.statements.map((it) => `  ${it.text}\n`),
    // What follows the head is seen by nothing that learns.
    ...(follows ? ["  shadowed = given -> shadow: Dense(2)\n"] : []),
    `  (${follows ? "(given -> head: Dense(2)) + 0.1 * stop_gradient(shadowed)" : "given -> head: Dense(2)"}, ${fixed.results.join(", ")})\n`,
  ];
  const blocks = fixed.blocks.map((it) => `${it}\n`).join("");
  const model = `${blocks}model Net: (${named.join(", ")})\n  -> (${results.join(", ")}) {\n${body.join("")}}\n`;
  const measured = drawMetrics(random);
  const data = drawData(random, [
    { name: "given", element: "f32", shape: ["3"] },
    ...features.map(({ name, element, dims }) => ({ name, element, shape: dims.slice(1) })),
    ...measured.features,
  ]);
  const losses = typed.filter(({ type }) => isReal(type.dtype)).map(({ name, type }) => lossOf(random, name, type));
  const loss = ["mean(square(score))", ...losses].join(" + ");
  const section = drawSection(random, loss, measured.calls, data.uses.includes("split"), follows);
  const isSeveral = section.uses.includes("step");
  const isTested = data.uses.includes("test") && random.next() < 0.5;
  const test = isTested ? `test Net { expect ${isSeveral ? "one.loss" : "loss"} < 1e9 }\n` : "";
  const budget = random.next() < 0.2 ? "budget Net { params <= 1000M, depth <= 100 }\n" : "";
  return {
    text: `${model}${data.text}train Net on Rows {\n${section.text}}\n${test}${budget}`,
    uses: [...data.uses, ...section.uses, ...measured.uses],
  };
}

const isReal = (dtype: DType): boolean => /^b?f\d/.test(dtype);

/** What stands in the place of an input that no example has. */
function ownedInput(name: string, element: string, dims: readonly string[]): string {
  const shape = `[${dims.join(", ")}]`;
  const isFree = dims.some((it) => /B/.test(it));
  if (element === "f32" && !isFree) return `param ${name}: f32${shape} = normal(0.5)`;
  const dtype = element.startsWith("class") ? "i32" : element;
  return dtype === "f32" ? `${name} = full(${shape}, 0.5)` : `${name} = cast(full(${shape}, 0.5), ${dtype})`;
}

function lossOf(random: Random, name: string, { dtype }: TensorType): string {
  const real = dtype === "f32" ? name : `cast(${name}, f32)`;
  // What is large or is no number is kept from making the loss so.
  return random.pick([`0.1 * mean(square(tanh(${real})))`, `mean(sigmoid(${real}))`, `mse(tanh(${real}), 0.5)`]);
}

interface Feature {
  readonly name: string;
  readonly element: string;
  readonly shape: readonly string[];
}

function drawMetrics(random: Random): {
  readonly features: readonly Feature[];
  readonly calls: readonly string[];
  readonly uses: readonly string[];
} {
  const features = new Map<string, Feature>();
  const chosen = Array.from({ length: random.integer(3) }, () => random.pick(metrics));
  const calls = [...new Set(chosen)].flatMap((declaration, at) => {
    const uses = signatureUses(declaration, "literal", { ranks: [1, 2], isWanted: (it) => it === "f32" });
    if (uses.length === 0) return [];
    const use = random.pick(uses);
    return [
      use.callOf((input) => {
        const [, element = "", axes = ""] = /^(.+)\[(.*)\]$/.exec(input.type) ?? [];
        const name = `m${String(at)}_${input.name}`;
        const isBf = /^(f16|bf16|f64)$/.test(element);
        features.set(name, { name, element: isBf ? "f32" : element, shape: axes.split(", ").slice(1) });
        return isBf ? `cast(${name}, ${element})` : name;
      }),
    ];
  });
  return { features: [...features.values()], calls, uses: calls.map((it) => it.replace(/\(.*/s, "")) };
}

function drawData(random: Random, features: readonly Feature[]): Written {
  const isDrawn = random.next() < 0.3;
  const lines = features.map(({ name, element, shape }) => {
    const type = element.startsWith("class") && shape.length === 0 ? element : `${element}[${shape.join(", ")}]`;
    return `  ${name}: ${type} = ${isDrawn ? noiseOf(random, element) : rawOf(random, name, element, shape)}\n`;
  });
  const uses = ["source", isDrawn ? "drawn" : "npz"];
  const keys = [`  source: ${isDrawn ? "drawn(count=20)" : 'npz("rows.npz")'}\n`];
  if (random.next() < 0.5) {
    const isTested = random.next() < 0.5;
    const shares = isTested ? "train 0.6, validate 0.2, test 0.2" : "train 0.8, validate 0.2";
    keys.push(`  split: ${shares}${random.pick(["", ", seed 3", ", by position"])}\n`);
    uses.push("split", ...(isTested ? ["test"] : []));
  }
  if (!isDrawn && random.next() < 0.3) {
    keys.push(`  clean: ${random.pick(["drop_missing", "drop_duplicates", "drop_missing, drop_duplicates"])}\n`);
    uses.push("clean");
  }
  return { text: `data Rows {\n${keys.join("")}${lines.join("")}}\n`, uses };
}

function rawOf(random: Random, name: string, element: string, shape: readonly string[]): string {
  if (element === "bool") return `raw.${name} > 0`;
  if (element !== "f32") return `raw.${name}`;
  const scaled = random.pick([`raw.${name}`, `raw.${name} / 2`, `raw.${name} -> when training { dropout(rate=0.1) }`]);
  return shape.length > 0 && random.next() < 0.3 ? `${scaled} -> standardize` : scaled;
}

function noiseOf(random: Random, element: string): string {
  if (element === "bool") return "noise.uniform > 0.5";
  return /^b?f\d/.test(element) ? random.pick(["noise.normal", "noise.uniform"]) : "floor(2 * noise.uniform)";
}

function drawSection(
  random: Random,
  loss: string,
  calls: readonly string[],
  isSplit: boolean,
  follows: boolean,
): Written {
  const uses = ["loss", "optimizer"];
  const lines: string[] = [];
  const add = (key: string, value: string, more: readonly string[] = []): void => {
    lines.push(`  ${key}: ${value}\n`);
    uses.push(key.replace(/ .*/, ""), ...more);
  };
  const maybe = (share: number, key: string, make: () => Written | string): void => {
    if (random.next() >= share) return;
    const made = make();
    if (typeof made === "string") add(key, made);
    else add(key, made.text, made.uses);
  };
  const optimizer = drawOptimizer(random);
  const isSeveral = random.next() < 0.15;
  if (isSeveral) {
    lines.push(`  step one { loss: ${loss}, update: "**", every: ${random.pick(["1", "2"])} }\n`);
    const clip = drawClip(random);
    lines.push(`  step two { loss: mean(abs(score)), update: "head.**", clip: ${clip.text} }\n`);
    uses.push("step", "update", "every", ...clip.uses);
  } else add("loss", loss);
  add("optimizer", optimizer.text, optimizer.uses);
  if (calls.length > 0) add("metrics", calls.join(", "));
  const epochs = 2 + random.integer(5);
  const isInEpochs = random.next() < 0.5;
  if (isInEpochs) add("epochs", String(epochs));
  else add("steps", String(100 + random.integer(500)));
  maybe(0.3, "average", () => "ema(decay=0.9)");
  maybe(0.6, "batch", () => String(1 + random.integer(8)));
  maybe(0.15, "accumulate", () => String(1 + random.integer(3)));
  maybe(0.5, "seed", () => String(random.integer(1000)));
  maybe(0.4, "clip", () => drawClip(random));
  const watched = (): string =>
    `${isSplit ? random.pick(["train", "validate"]) : "train"}.${isSeveral ? "one.loss" : "loss"}`;
  if (isSplit) maybe(0.4, "validate", () => random.pick(["every epoch", "every 2 epochs", "every 20 steps"]));
  maybe(0.2, "stop", () => `early(${watched()}, patience=2)`);
  maybe(0.2, "save", () => `best(${watched()})`);
  maybe(0.2, "precision", () => drawPrecision(random));
  maybe(0.2, 'group "**.bias"', () => random.pick(["decay=0", "scale=2", "decay=0.1, scale=0.5"]));
  maybe(0.15, 'freeze "head.bias"', () =>
    random.pick(isInEpochs ? ["from epoch 2", "until epoch 2", ""] : ["until step 20", ""]),
  );
  maybe(0.2, 'init "head.kernel"', () => drawInitial(random));
  if (follows) add('follow "shadow.**" of "head.**"', random.pick(["decay=0.9", "every=2", "decay=0.5, every=3"]));
  const text = lines.map((it) => it.replace(/^( {2}freeze "[^"]*"): \n$/, "$1\n")).join("");
  return { text, uses };
}
