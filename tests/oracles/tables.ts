import { join } from "node:path";
import { createOnnxTrainer } from "../../src/runtime/onnx/onnx-trainer.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import { numberIn } from "../../src/runtime/train/figures.ts";
import { evaluateExamples, runTraining, totalSteps } from "../../src/runtime/train/train-loop.ts";
import { required } from "../../src/support/fault.ts";
import { dataFolder, trainerOf, trainingOf } from "../specs/spec-testing.ts";
import { askSklearn, openTable, rowsIn, specText, type PeerTable } from "./sklearn-tables.ts";
import { findTorch } from "./torch-peer.ts";

/**
 * `npm run tables`: trains the specs of `specs/tables` on their tables, three splits each, and prints their figures beside
 * those of a plain scikit-learn pipeline on the same rows (median and most frequent imputation, standardised numbers, one-hot
 * words, logistic regression or ridge). Exits with 1 where the mean of one is below the pipeline's.
 */
interface TableCase {
  readonly metric: string;
  /** What the pipeline is told; none for series, which it has no windows of. */
  readonly peer?: Pick<PeerTable, "numbers" | "words" | "target"> & Partial<PeerTable>;
  /** The figure that is to be reached where no pipeline runs beside: the most, as these are errors. */
  readonly most?: number;
}

const some = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at + 1)}`);

const cases: Readonly<Record<string, TableCase>> = {
  titanic: {
    metric: "accuracy",
    peer: { numbers: ["Pclass", "Age", "SibSp", "Parch", "Fare"], words: ["Sex", "Embarked"], target: "Survived" },
  },
  adult: {
    metric: "accuracy",
    peer: {
      columns: some("c", 15),
      numbers: ["c1", "c3", "c5", "c11", "c12", "c13"],
      words: ["c2", "c4", "c6", "c7", "c8", "c9", "c10", "c14"],
      target: "c15",
    },
  },
  penguins: {
    metric: "accuracy",
    peer: {
      numbers: ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"],
      words: ["island", "sex"],
      target: "species",
    },
  },
  iris: { metric: "accuracy", peer: { columns: some("c", 5), numbers: some("c", 4), words: [], target: "c5" } },
  "wine-red": {
    metric: "accuracy",
    peer: {
      delimiter: ";",
      numbers: [
        ...["fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides", "free sulfur dioxide"],
        ...["total sulfur dioxide", "density", "pH", "sulphates", "alcohol"],
      ],
      words: [],
      target: "quality",
      least: 6,
    },
  },
  "breast-cancer": {
    metric: "accuracy",
    peer: {
      ...{ columns: some("c", 10), quote: "'", numbers: ["c6"], target: "c10" },
      words: ["c1", "c2", "c3", "c4", "c5", "c7", "c8", "c9"],
    },
  },
  housing: {
    metric: "r2",
    peer: {
      numbers: [
        ...["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population"],
        ...["households", "median_income"],
      ],
      words: ["ocean_proximity"],
      target: "median_house_value",
      task: "number",
    },
  },
  mpg: {
    metric: "r2",
    peer: {
      numbers: ["cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year"],
      words: ["origin"],
      target: "mpg",
      task: "number",
    },
  },
  taxis: {
    metric: "r2",
    peer: {
      numbers: ["passengers", "distance"],
      words: ["color", "payment", "pickup_borough", "dropoff_borough"],
      target: "fare",
      task: "number",
    },
  },
  temperatures: { metric: "mean_absolute_error", most: 1.75 },
  pollution: { metric: "mean_absolute_error", most: 11.8 },
};

const folder = dataFolder("tables");
const { peer: python } = findTorch();
const named = process.argv.slice(2);
const unknown = named.filter((it) => !(it in cases));
if (unknown.length > 0) {
  console.error(`I know no table ${unknown.join(", ")}; there are ${Object.keys(cases).join(", ")}`);
  process.exit(2);
}
if (folder === undefined) {
  console.warn("SKIPPED: no tables of real data beside the repository");
  process.exit(0);
}
if (python === undefined) console.warn("SKIPPED: no Python with scikit-learn: figures stand alone");

/** The figure of a spec on its test split, and of the pipeline on the same rows. */
async function figuresOf(name: string, { metric, peer }: TableCase, seed: number) {
  const path = join("specs", "tables", `${name}.model`);
  const program = { ...trainingOf(specText(name, seed), path), seed };
  const dataset = await openTable(program, path, required(folder, "tables"));
  const steps = totalSteps(program, dataset.splits.train.count);
  const trainer = trainerOf(await createOnnxTrainer(program, { totalSteps: steps, threads: 2 }));
  await trainer.restore(await fitStatistics(program, dataset.splits.train, dataset.vocabularies));
  const result = await runTraining({ program, dataset, trainer, now: () => performance.now() });
  if (result.outcome !== "finished") throw new Error(`${name}: ${result.outcome}`);
  const ours = numberIn(await evaluateExamples(trainer, dataset.splits.test, program), metric);
  await trainer.dispose();
  const [theirs] =
    peer === undefined || python === undefined
      ? []
      : (askSklearn(python.python, [
          {
            ...{ path: join(required(folder, "tables"), `${name}.csv`), delimiter: ",", quote: '"', columns: null },
            ...{ compare: false, strategy: "median", task: "class", least: null },
            ...peer,
            ...{ train: rowsIn(dataset, "train"), test: rowsIn(dataset, "test") },
          },
        ]) ?? []);
  return { ours, theirs: theirs?.figure };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
let below = 0;
for (const [name, it] of Object.entries(cases)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const found = [];
  for (const seed of [1, 2, 3]) found.push(await figuresOf(name, it, seed));
  const ours = mean(found.map((each) => each.ours));
  const theirs = found.flatMap((each) => each.theirs ?? []);
  const bound = it.most ?? (theirs.length === 0 ? undefined : mean(theirs));
  const holds = bound === undefined || (it.most === undefined ? ours >= bound : ours <= bound);
  if (!holds) below++;
  const shown = found.map((each) => each.ours.toFixed(4)).join(" ");
  const against =
    bound === undefined ? "" : `, ${it.most === undefined ? "scikit-learn" : "at most"} ${bound.toFixed(4)}`;
  console.log(`${name}: ${it.metric} ${ours.toFixed(4)} (${shown})${against}${holds ? "" : " BELOW"}`);
}
process.exitCode = below === 0 ? 0 : 1;
