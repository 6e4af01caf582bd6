import { describe, expect, it } from "vitest";
import { createMemoryHost } from "../../src/analyze/memory-host.ts";
import { checkSource } from "../../src/compiler.ts";
import { textOf } from "../../src/support/source.ts";

/** What is unknown in a text, and what is said of it. */
function unknown(text: string, files: Readonly<Record<string, string>> = {}): readonly (readonly [string, string])[] {
  return checkSource({ path: "/main.model", text }, createMemoryHost(files))
    .filter((it) => it.code === "MC2001")
    .map((it) => [textOf(it.span), it.help ?? ""]);
}

const block = (line: string, more = ""): string => `const width = 8
data widths {
  source: drawn(count=4)
  x: f32[] = noise.normal
}
fn scaled: (x: f32[...S]) -> f32[...S] { 2 * x }
${more}
block M(units: int = 4, act: fn = relu): (hidden: f32[B, T, 8]) {
  state average: f32[8] = zeros
  cell = Dense(8)
  twice = 2 * hidden
  ${line}
}
`;

describe("a name that means nothing is compared with what may stand in its place:", () => {
  it.each([
    ["hidden -> scalde", "scalde", "scaled"],
    ["scalde(hidden)", "scalde", "scaled"],
    ["hidden -> Dnse(4)", "Dnse", "Dense"],
    ["hidden -> cel", "cel", "cell"],
    ["hidden -> Dense(unist)", "unist", "units"],
    ["hidden + twicee", "twicee", "twice"],
    ["hidden * widht", "widht", "width"],
    ["hidden -> Dense(4, activation=tanhh)", "tanhh", "tanh"],
    ["averge <- mean(twice, axes=[0, 1])\n  hidden", "averge", "average"],
    ["h: f32[B, T, widht] = hidden\n  h", "widht", "width"],
  ])("%s, %s", (line, at, meant) => {
    expect(unknown(block(line))).toContainEqual([at, `Did you mean \`${meant}\`?`]);
  });

  it.each([
    // Functions are no values that are computed with, and values are no functions.
    ["hidden + scalde", "scalde"],
    ["hidden + meann", "meann"],
    ["hiden(2)", "hiden"],
    ["twice -> hiden", "hiden"],
    ["hidden -> widht", "widht"],
    // Metrics are no functions, and sections no values.
    ["recal(hidden)", "recal"],
    ["hidden * widthes", "widthes"],
    ["hidden -> Dense(widthes)", "widthes"],
    // What is updated is a state.
    ["twic <- hidden\n  hidden", "twic"],
    // Sizes are no functions.
    ["h: f32[B, T, lenght] = hidden\n  h", "lenght"],
    // Of one letter nothing is near.
    ["hidden + q", "q"],
  ])("%s, where nothing is near to %s", (line, at) => {
    const found = unknown(block(line)).filter(([name]) => name === at);
    expect(found).toHaveLength(1);
    expect(found[0]?.[1]).not.toContain("Did you mean");
  });
});

describe("in sections", () => {
  const training = (loss: string, metric = "mse(out, target)"): string => `model Net: (x: f32[B, 2]) -> out: f32[B, 1] {
  x -> Dense(1)
}
data Blobs {
  source: synthetic_blobs(count=100)
  x:      f32[2] = raw.x
  target: f32[1] = stack(raw.label, axis=-1)
}
fn far: (x: f32[B, N]) -> f32[] { mean(x) }
train Net on Blobs {
  loss:      ${loss}
  metrics:   ${metric}
  optimizer: adam
}
`;

  it.each([
    ["hubre(out, target)", "hubre", "huber"],
    ["binary_crossentropi(out, target)", "binary_crossentropi", "binary_cross_entropy"],
    ["pinnball(out, target)", "pinnball", "pinball"],
    ["mse(out, targt)", "targt", "target"],
    ["faar(out)", "faar", "far"],
  ])("losses are called, of outputs and features: %s, %s", (loss, at, meant) => {
    expect(unknown(training(loss))).toEqual([[at, `Did you mean \`${meant}\`?`]]);
  });

  it("metrics are metrics or losses", () => {
    expect(unknown(training("mse(out, target)", "pearsn(out, target)"))).toEqual([
      ["pearsn", "Did you mean `pearson`?"],
    ]);
    expect(unknown(training("pearsn(out, target)"))).toEqual([["pearsn", ""]]);
  });

  it("layers are none of them", () => {
    expect(unknown(training("Dnse(out, target)"))).toEqual([["Dnse", ""]]);
    expect(unknown(training("mse(out, hubr)"))).toEqual([["hubr", "There are the values out, x, target."]]);
  });
});

describe("what another file declares", () => {
  const files = {
    "/parts.model": "block Head: (x: f32[B, D]) { x -> Dense(2) }\nblock Tail: (x: f32[B, D]) { x -> Dense(3) }\n",
    "/others.model": "block Other: (x: f32[B, D]) { x -> Dense(2) }\n",
  };
  const using = (name: string): string =>
    `import { Head } from "./parts.model"\nblock M: (x: f32[B, 4]) { x -> Head -> ${name} }\n`;

  it("is to be imported, where the file is one that others are imported from", () => {
    expect(unknown(using("Tail"), files)).toEqual([
      ["Tail", 'It is declared in ./parts.model: write `import { Tail } from "./parts.model"`.'],
    ]);
    expect(unknown(using("Other"), files)).toEqual([["Other", ""]]);
  });
});

it("thousands of names that mean nothing are all told, the first of them with what is near", () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `  a${at} = Dnse(4)(x) + scalde${at}`).join("\n");
  const found = unknown(`block M: (x: f32[B, 4]) {\n${lines}\n  x\n}\n`);
  // The one that stands in each line is told once.
  expect(found.length).toBe(3001);
  expect(found[0]).toEqual(["Dnse", "Did you mean `Dense`?"]);
  expect(found.at(-1)).toEqual(["scalde2999", ""]);
});
