import { describe, expect, it } from "vitest";
import { buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import { printGraph } from "../../src/ir/print-graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { textOf } from "../../src/support/source.ts";
import { ganText, ganProgram } from "../specs/step-programs.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { checkFile, codesOfFile } from "./checking.ts";

const critic = `step critic {
    loss:      mean(softplus(-real)) + mean(softplus(held))
    update:    "critic.**"
    optimizer: rmsprop(lr=0.02)
    clip:      global_norm(1.0)
  }`;
const generator = `step generator {
    loss:      mean(softplus(-fake))
    update:    "generator.**"
    optimizer: adam(lr=0.05, beta1=0.5)
    every:     3
  }`;
const metrics = "metrics: mean_absolute_error(real, held)";

/** Codes of what is found in a training, each with the text that it is about. */
const found = (train: string): readonly (readonly [string, string])[] =>
  checkFile(ganText(0.25, train)).map(({ code, span }) => [code, textOf(span)] as const);

function programOf(train: string): TrainProgram {
  const program = unitOf(ganText(0.25, train)).train;
  if (program === undefined) throw new Error("nothing to train");
  return program;
}

describe("a training in named steps", () => {
  it("is the program that it says", () => {
    const [read, made] = [
      programOf(`${metrics}\n  ${critic}\n  ${generator}`),
      ganProgram({ dropout: 0.25, rate: "0.05" }),
    ];
    const plain = ({ steps }: TrainProgram): unknown => steps.map(({ objective: _, ...it }) => it);
    expect(plain(read)).toEqual(plain(made));
    expect(read.metrics.map(({ name }) => name)).toEqual(["mean_absolute_error"]);
    const graphs = (program: TrainProgram): readonly string[] =>
      placesIn(program).map((it) => printGraph(buildTrainingGraph(program, referenceTarget, it)));
    expect(graphs(read)).toEqual(graphs(made));
  });

  it("has an optimizer and a way of clipping for all steps that have none", () => {
    const { steps } = programOf(`optimizer: sgd(lr=0.1)
  clip: value(0.5)
  step critic { loss: mean(softplus(held)), update: "critic.hidden.**", "critic.out.*" }
  step generator { loss: mean(softplus(-fake)), optimizer: sgd(lr=0.2) }`);
    expect(steps.map(({ optimizer, clip, updates, every }) => [optimizer.rate, clip?.kind, updates, every])).toEqual([
      [{ kind: "constant", settings: { rate: 0.1, warmup: 0 } }, "value", ["critic.hidden.**", "critic.out.*"], 1],
      [{ kind: "constant", settings: { rate: 0.2, warmup: 0 } }, "value", ["**"], 1],
    ]);
  });

  it("is watched by the losses of its steps", () => {
    const saved = programOf(`${critic}\n  ${generator}\n  save: best(validate.generator.loss)`);
    expect(saved.save).toEqual({ monitor: { split: "validate", metric: "generator.loss" }, mode: "min" });
    expect(found(`${critic}\n  ${generator}\n  save: best(validate.loss)`)).toEqual([["MC4015", "validate.loss"]]);
  });

  it.each([
    ["a name twice", `${critic}\n  step critic { loss: mean(fake), optimizer: sgd(lr=0.1) }`, "MC4002", "critic"],
    [
      "a name that another one has but for its case",
      `${critic}\n  step Critic { loss: mean(fake), optimizer: sgd(lr=0.1) }`,
      "MC4002",
      "Critic",
    ],
    [
      "a key that a step does not have",
      `${critic}\n  step other { loss: mean(fake), optimizer: sgd(lr=0.1), batch: 4 }`,
      "MC4001",
      "batch",
    ],
    [
      "an entry that a step does not have",
      `${critic}\n  step other {\n    loss: mean(fake)\n    optimizer: sgd(lr=0.1)\n    freeze "critic.**"\n  }`,
      "MC4001",
      'freeze "critic.**"',
    ],
    ["no loss", `${critic}\n  step other { optimizer: sgd(lr=0.1) }`, "MC4003", "other"],
    ["no optimizer", `${critic}\n  step other { loss: mean(fake) }`, "MC4003", "other"],
    [
      "a pattern that matches nothing",
      `step critic { loss: mean(fake), update: "crtic.**", optimizer: sgd(lr=0.1) }`,
      "MC4012",
      '"crtic.**"',
    ],
    [
      "a pattern that is none",
      `step critic { loss: mean(fake), update: critic, optimizer: sgd(lr=0.1) }`,
      "MC4006",
      "critic",
    ],
    ["nothing to change", `${critic}\n  ${generator}\n  freeze "generator.**"`, "MC4022", "generator"],
    [
      "no step on every batch",
      `step critic { loss: mean(fake), optimizer: sgd(lr=0.1), every: 2 }`,
      "MC4006",
      "every: 2",
    ],
    [
      "a cadence that is none",
      `${critic}\n  step other { loss: mean(fake), optimizer: sgd(lr=0.1), every: 0 }`,
      "MC4006",
      "0",
    ],
    ["a loss beside its steps", `loss: mean(fake)\n  ${critic}`, "MC4084", "loss: mean(fake)"],
    [
      "an optimizer that no step takes",
      `optimizer: sgd(lr=0.1)\n  ${critic}\n  ${generator}`,
      "MC4084",
      "optimizer: sgd(lr=0.1)",
    ],
  ])("is refused where it has %s", (_, train, code, text) => {
    expect(found(train)).toEqual([[code, text]]);
  });

  it.each([
    ["update", `step critic { loss: mean(fake), update: critic, optimizer: sgd(lr=0.1) }`],
    ["every", `step critic { loss: mean(fake), optimizer: sgd(lr=0.1), every: 2 }`],
  ])("is told of as other sections are, by its `%s`", (key, train) => {
    expect(checkFile(ganText(0.25, train)).map((it) => it.message)).toEqual([
      expect.stringMatching(new RegExp(`^\`${key}\` of this section must be `)),
    ]);
  });
});

it("may be tested by the losses of its steps", () => {
  const text = `model M: (x: f32[B, 4]) -> (a: f32[B, 1], b: f32[B, 1]) {
  one = Dense(1)
  two = Dense(1)
  (one(x), two(x))
}
data D {
  source: drawn(count=20)
  split: train 0.5, test 0.5
  x: f32[4] = noise.normal
}
train M on D {
  optimizer: sgd
  steps: 3
  step one { loss: mean(square(a - 1)), update: "one.**" }
  step two { loss: mean(square(b)), update: "two.**" }
}
test M on D { expect one.loss <= 10, expect 5 >= two.loss }
`;
  expect(codesOfFile(text)).toEqual([]);
});
