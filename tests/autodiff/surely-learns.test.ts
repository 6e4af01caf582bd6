import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { activeValues } from "../../src/autodiff/active-values.ts";
import { flattenStep } from "../../src/autodiff/flatten-step.ts";
import { surelyLearns } from "../../src/autodiff/surely-learns.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { usesOf } from "../../src/graph/rewrite.ts";
import { isLearned, placesIn } from "../../src/ir/is-learned.ts";
import type { StepPlace, TrainProgram } from "../../src/ir/program.ts";
import { lowerTrain } from "../../src/lower/sections/lower-sections.ts";
import { expandComposites, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { required } from "../../src/support/fault.ts";

/** What a file trains. */
function trainingsOf(text: string, path = "a.model"): readonly TrainProgram[] {
  const collector = createCollector();
  const program = loadProgram({ path, text }, diskHost, collector);
  const trainings = program.entry.ast.declarations.flatMap((it) =>
    it.kind === "train" ? (lowerTrain(program, it, {}, collector) ?? []) : [],
  );
  expect(collector.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return trainings;
}

/** The same by the flat graph of the step: whether each parameter is read by what the loss is made of. */
function learns(program: TrainProgram, place: StepPlace): boolean {
  const { nodes, inputs, outputs } = expandComposites(flattenStep(program, place), keepOwnGradients);
  const learned = inputs.filter(({ role, path }) => role === "parameter" && isLearned(place, required(path, "path")));
  const active = activeValues(
    nodes,
    learned.map(({ value }) => value),
  );
  const needed = new Set([required(outputs.find(({ role }) => role === "loss")?.value, "loss").id]);
  for (const node of nodes.toReversed())
    if (node.results.some(({ id }) => needed.has(id)))
      for (const { id } of usesOf(node)) if (active.has(id)) needed.add(id);
  return learned.every(({ value }) => needed.has(value.id));
}

const training = (body: string, loss: string, more = ""): string => `model Net: (x: f32[B, 4]) -> y: f32[B, 4] {
${body}
}
${more}
data D {
  source: synthetic_blobs(count=120, classes=3, features=4, spread=2.0, seed=3)
  x: f32[4] = raw.x
  c: class(3) = raw.label
}
train Net on D {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
}
`;

/** What surely learns, and whether the flat graph says so, of the only training of a file. */
function both(text: string): readonly [boolean, boolean] {
  const [program] = trainingsOf(text);
  const [place] = placesIn(required(program, "training"));
  return [
    surelyLearns(required(program, "training"), required(place, "place")),
    learns(required(program, "training"), required(place, "place")),
  ];
}

const sums = `block Sums: (x: f32[B, D]) -> f32[B, D] {
  h = x -> Dense(1)
  scan v in x over D with total: f32[B] = reshape(h, [B]) {
    total <- total + v
    emit total
  }
}
`;

describe("surelyLearns", () => {
  it.each([
    ["a layer", "x -> Dense(4)"],
    ["blocks of blocks", "x -> Half(4) -> Half(4)"],
    ["a repeat", "x -> repeat 3 { Dense(4) }"],
    ["what differs in training", "x -> Dense(4) -> Dropout(0.5) -> BatchNorm"],
    ["composites", "softmax(x -> Dense(4) -> gelu)"],
    ["a scan", "x -> Sums"],
    ["the state of a recurrent layer", "reshape(x, [B, 4, 1]) -> LSTM(4, sequences=false)"],
  ])("knows it of %s", (_, body) => {
    const more = `block Half(n: int): (x: f32[..., D]) -> f32[..., n] {
  x -> Dense(n) -> relu -> Dense(n)
}
${sums}`;
    expect(both(training(`  ${body}`, "mse(y, x)", more))).toEqual([true, true]);
  });

  it.each([
    ["a layer whose result nothing reads", "idle = x -> Dense(3)\n  x -> Dense(4)"],
    ["a block of which one result is read", "(a, idle) = x -> Both\n  a"],
    [
      "a loop whose last copy alone is read",
      "(a, idle) = for i in range(2) with h = x, k = x {\n    h <- h -> Dense(4)\n    k <- k -> Dense(4)\n    emit last h\n    emit last k\n  }\n  a",
    ],
    ["what stops the gradient of one part", "stop_gradient(x -> Dense(4)) + (x -> Dense(4))"],
    ["what a loop stops", "(x -> Dense(4) -> repeat 2 { stop_gradient }) + (x -> Dense(4))"],
    ["what a scan of no result draws from", "h = x -> Dense(4)\n  idle = h -> Sums\n  x -> Dense(4)"],
  ])("does not say it of %s", (_, body) => {
    const more = `block Both: (x: f32[B, D]) -> (a: f32[B, D], b: f32[B, D]) {
  (x -> Dense(D), x -> Dense(D))
}
${sums}`;
    expect(both(training(`  ${body}`, "mse(y, x)", more))).toEqual([false, false]);
  });

  it("is never wrong, and knows most of what the specs train", () => {
    const asked = readdirSync("specs", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".model"))
      .map((name) => join("specs", name))
      .flatMap((path) =>
        trainingsOf(readFileSync(path, "utf8"), path).flatMap((program) =>
          placesIn(program).map((place) => ({
            path,
            surely: surelyLearns(program, place),
            learns: learns(program, place),
          })),
        ),
      );
    expect(asked.filter((it) => it.surely && !it.learns)).toEqual([]);
    expect(asked.filter((it) => it.surely).length).toBeGreaterThan(0.7 * asked.length);
  }, 120_000);
});
