import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { ownMetrics } from "../../specs/metric-programs.ts";
import { trainingOf } from "../../specs/spec-testing.ts";
import { typeErrors } from "./type-errors.ts";

const source = (metrics: string, functions = ""): string => `${functions}
model Net: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }
data Points {
  source: csv("points.csv")
  x:      f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  t:      f32[1] = stack(raw.t, axis=-1)
}
train Net on Points {
  loss:      mse(y, t)
  optimizer: sgd(lr=0.1)
  ${metrics}
}
`;

async function emitted(program: TrainProgram): Promise<string> {
  return emitTfjs({ name: "Net", module: program.model, train: program });
}

/** A function of a file, from its name to its end. */
function functionOf(text: string, name: string): string {
  return new RegExp(`^function ${name}\\([^]*?^}`, "m").exec(text)?.[0] ?? "";
}

describe("the figures of metrics in generated TypeScript", () => {
  it("are the loss alone where there are none", async () => {
    const text = await emitted(trainingOf(source("")));
    expect(functionOf(text, "figuresOf")).toMatchInlineSnapshot(`
      "function figuresOf([loss = NaN]: readonly number[]): NetFigures {
        return { loss };
      }"
    `);
  });

  it("are plain arithmetic on numbers", async () => {
    const metrics = "metrics: mean_squared_error(y, t), my_f1(y, t)";
    const text = await emitted(trainingOf(source(metrics, ownMetrics)));
    expect(functionOf(text, "figuresOf")).toMatchInlineSnapshot(`
      "function figuresOf([
        loss = NaN,
        meanSquaredErrorSum = NaN,
        meanSquaredErrorCount = NaN,
        myF1Both = NaN,
        myF1Found = NaN,
        myF1Wanted = NaN,
      ]: readonly number[]): NetFigures {
        return {
          loss,
          mean_squared_error: meanSquaredErrorSum / meanSquaredErrorCount,
          my_f1: (2 * myF1Both) / (myF1Found + myF1Wanted),
        };
      }"
    `);
  });

  it("take arrays out of the row, and leave out what nothing reads", async () => {
    const metrics = "metrics: binned_auc(y, t), my_f1(y, t), my_r2(y, t)";
    const text = await emitted(trainingOf(source(metrics, ownMetrics)));
    expect(functionOf(text, "figuresOf")).toMatchInlineSnapshot(`
      "function figuresOf(sums: readonly number[]): NetFigures {
        const [loss = NaN] = sums;
        const binnedAucSides = { shape: [2, 50], data: sums.slice(2, 102) };
        const [myF1Both = NaN, myF1Found = NaN, myF1Wanted = NaN, myR2First = NaN, myR2Squares = NaN, myR2Missed = NaN] =
          sums.slice(102);
        const myR2Count = { shape: [1], data: sums.slice(108, 109) };
        const value = reshapeDoubles(sliceDoubles(binnedAucSides, 0, 0, 1), [50]);
        const value2 = reshapeDoubles(sliceDoubles(binnedAucSides, 0, 1, 1), [50]);
        const value3 = scalarOf(reshapeDoubles(sliceDoubles(myR2Count, 0, 0, 1), []));
        const value4 = myR2First / value3;
        return {
          loss,
          binned_auc:
            scalarOf(
              foldDoubles(
                combineDoubles([value2, sumsAlong(value, 0, true, false), value], (a, b, c) => a * (b + 0.5 * c)),
                [0],
                false,
                0,
                (a, b) => a + b,
              ),
            ) /
            (scalarOf(foldDoubles(value, [0], false, 0, (a, b) => a + b)) *
              scalarOf(foldDoubles(value2, [0], false, 0, (a, b) => a + b))),
          my_f1: (2 * myF1Both) / (myF1Found + myF1Wanted),
          my_r2: 1 - myR2Missed / (myR2Squares - value4 * value4 * value3),
        };
      }"
    `);
    expect(typeErrors(new Map([["figures", text]]), "figures")).toEqual([]);
  });

  it("may have any name", async () => {
    const names = ["delete", "sums", "loss", "scalar_of", "constructor"];
    const functions = names.map(
      (it) => `metric ${it}: (a: f32[B, 1], b: f32[B, 1]) -> less {\n  total sum: f32[] = sum(a - b)\n  finish sum\n}`,
    );
    const metrics = `metrics: ${names.map((it) => `${it}(y, t)`).join(", ")}`;
    const text = await emitted(trainingOf(source(metrics, functions.join("\n"))));
    expect(typeErrors(new Map([["figures-names", text]]), "figures")).toEqual([]);
  });
});
