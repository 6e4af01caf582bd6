import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createDataset, type Dataset } from "../../src/runtime/data/dataset.ts";
import { loadSource } from "../../src/runtime/data/load-source.ts";
import { createHostPreparation } from "../../src/runtime/train/host-preparation.ts";
import { fitStatistics } from "../../src/runtime/train/fit-statistics.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { required } from "../../src/support/fault.ts";
import { dataFolder, trainingOf } from "../specs/spec-testing.ts";

const script = join("tests", "oracles", "sklearn_tables.py");

/** A table as scikit-learn is told of it. */
export interface PeerTable {
  readonly path: string;
  readonly delimiter: string;
  readonly quote: string;
  /** The names of its columns where it does not begin with them. */
  readonly columns: readonly string[] | null;
  readonly numbers: readonly string[];
  readonly words: readonly string[];
  /** Whether words are compared one by one: not where some are in no row of the train split. */
  readonly compare: boolean;
  readonly strategy: "mean" | "median" | "most_frequent";
  /** What a plain pipeline is to learn; null where none is trained. */
  readonly task: "class" | "number" | null;
  readonly target: string;
  /** The number from which on a class is the second of two. */
  readonly least: number | null;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** What scikit-learn has made of a table. */
export interface PeerPreparation {
  readonly numbers: readonly (readonly number[])[];
  readonly words?: readonly (readonly number[])[];
  readonly rows?: readonly (readonly number[])[];
  readonly figure?: number;
}

/** Asks scikit-learn; undefined where this Python has none. */
export function askSklearn(python: string, tables: readonly PeerTable[]): readonly PeerPreparation[] | undefined {
  if (spawnSync(python, ["-c", "import sklearn"]).status !== 0) return undefined;
  const run = spawnSync(python, ["-B", script], {
    encoding: "utf8",
    input: JSON.stringify(tables),
    maxBuffer: 1 << 30,
  });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as readonly PeerPreparation[];
}

/** The data of a training, and which rows of the file are in a split. */
export async function openTable(program: TrainProgram, path: string, folder: string): Promise<Dataset> {
  const raw = await loadSource(program.data, path, folder);
  const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (!dataset.ok) throw new Error(`${path}: ${dataset.error.code}`);
  return dataset.value;
}

/** The rows of the file, counted from 0, that are in a split. */
export function rowsIn({ splits }: Dataset, split: "train" | "test"): readonly number[] {
  const { count, rowOf = (at: number) => at } = splits[split];
  return Array.from({ length: count }, (_, at) => rowOf(at));
}

const strategies = { mean: "mean", median: "median", mode: "most_frequent" } as const;

const titanic = (rule: keyof typeof strategies): string => `model M: (x: f32[B, 5]) -> y: f32[B, 1] { x -> Dense(1) }
data D {
  source: csv("titanic.csv")
  split:  train 0.7, test 0.3, seed 3
  x:     f32[5] = raw.columns(numeric, except=["PassengerId", "Survived"]) -> impute(${rule}) -> standardize
  sex:   i32[] = raw.Sex -> impute(mode) -> categories
  port:  i32[] = raw.Embarked -> impute(mode) -> categories
  words: f32[5] = concat(
    raw.Sex -> impute(mode) -> categories -> one_hot(2), raw.Embarked -> impute(mode) -> categories -> one_hot(3), axis=-1)
}
train M on D {
  loss: mean(y)
  optimizer: sgd(lr=0.1)
}
`;

/** Compares what is made of a table's rows with what scikit-learn makes of them; gives how many differ. */
export async function comparePreparation(python: string): Promise<number> {
  const folder = dataFolder("tables");
  if (folder === undefined) {
    console.warn("SKIPPED: no tables of real data beside the repository");
    return 0;
  }
  let missed = 0;
  for (const rule of ["mean", "median", "mode"] as const) {
    const program = trainingOf(titanic(rule), join(folder, "spec.model"));
    const dataset = await openTable(program, join(folder, "spec.model"), folder);
    const [train, test] = [rowsIn(dataset, "train"), rowsIn(dataset, "test")];
    const numbers = ["Pclass", "Age", "SibSp", "Parch", "Fare"];
    const peers = askSklearn(python, [
      {
        ...{ path: join(folder, "titanic.csv"), delimiter: ",", quote: '"', columns: null },
        ...{ numbers, words: ["Sex", "Embarked"], compare: true, strategy: strategies[rule] },
        ...{ task: null, target: "Survived", least: null, train, test },
      },
    ]);
    if (peers === undefined) {
      console.warn("SKIPPED: no scikit-learn to compare the preparation of tables with");
      return 0;
    }
    const peer = required(peers[0], "what scikit-learn has prepared");
    const preparation = createHostPreparation(program);
    preparation.restore(await fitStatistics(program, dataset.splits.train, dataset.vocabularies));
    const made = preparation.prepare(await dataset.splits.test.gather(test.map((_, at) => at)));
    const of = (name: string): readonly number[] => Array.from(required(made.get(name), name).data, Number);
    const both = [
      ["numbers", of("x"), peer.numbers.flat(), 1e-6],
      ["sex", of("sex"), (peer.words ?? []).map(([sex = NaN]) => sex), 0],
      ["port", of("port"), (peer.words ?? []).map(([, port = NaN]) => port), 0],
      ["rows", of("words"), (peer.rows ?? []).flat(), 0],
    ] as const;
    for (const [name, ours, theirs, bound] of both) {
      const differ = ours.filter((it, at) => !(Math.abs(it - (theirs[at] ?? NaN)) <= bound)).length;
      if (differ === 0 && ours.length === theirs.length) continue;
      missed++;
      console.log(`titanic.csv, ${rule}, ${name}: ${String(differ)} of ${String(ours.length)} numbers differ`);
    }
  }
  console.log(`preparation of a table: ${String(12 - missed)} of 12 features are scikit-learn's`);
  return missed;
}

/** The text of a spec of `specs/tables`, split by a seed. */
export const specText = (name: string, seed: number): string =>
  readFileSync(join("specs", "tables", `${name}.model`), "utf8").replace("seed 1", `seed ${String(seed)}`);
