import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Split } from "../../src/ir/program.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { openData, type OpenedData } from "../runtime/data/open-data.ts";
import { createRandom, type Random } from "../soak/random.ts";

const script = join("tests", "oracles", "sklearn_splits.py");

interface Peers {
  readonly stratified: readonly (readonly (readonly number[])[] | null)[];
  readonly within: readonly (readonly number[])[];
  readonly distinct: readonly (readonly number[])[];
}

/** Labels of so many classes, each at least twelve times and met in the order of their numbers. */
function drawLabels(random: Random): readonly number[] {
  const classes = 2 + Math.floor(random.next() * 6);
  const often = Array.from({ length: classes }, () => 12 + Math.floor(random.next() ** 3 * 200));
  const rest = often.flatMap((count, label) => Array.from({ length: count - 1 }, () => label));
  for (let at = rest.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    const held = elementAt(rest, at);
    rest[at] = elementAt(rest, other);
    rest[other] = held;
  }
  return [...often.keys(), ...rest];
}

const shares: readonly (readonly [train: number, validate: number, test: number])[] = [
  [0.8, 0, 0.2],
  [0.5, 0, 0.5],
  [0.7, 0.15, 0.15],
  [0.6, 0.2, 0.2],
  [1 / 3, 1 / 3, 1 / 3],
];

async function opened(section: string, header: string, rows: readonly string[]): Promise<OpenedData> {
  const found = await openData(
    `  source: csv("t.csv")\n${section}\n  x: f32[] = raw.a`,
    `${header}\n${rows.join("\n")}\n`,
  );
  if (typeof found === "string") throw new Error(found);
  return found;
}

function rowsOf({ dataset }: OpenedData, split: Split): readonly number[] {
  const { count, rowOf } = dataset.splits[split];
  return Array.from({ length: count }, (_, at) => rowOf?.(at) ?? at);
}

/**
 * Compares stratified splits with scikit-learn's, outliers and duplicates with NumPy's quantiles and distinct rows;
 * gives how many differ.
 */
export async function compareSplits(python: string): Promise<number> {
  const random = createRandom(5);
  const stratified = shares.flatMap((it) =>
    Array.from({ length: 12 }, () => ({ shares: it, labels: drawLabels(random) })),
  );
  const ours = await Promise.all(
    stratified.map(async ({ shares: [train, validate, test], labels }, seed) => {
      const given = [`train ${train}`, ...(validate > 0 ? [`validate ${validate}`] : []), `test ${test}`].join(", ");
      const found = await opened(
        `  split: ${given}, seed ${seed}, stratified by raw.label`,
        "a,label",
        labels.map((it, at) => `${at},${it}`),
      );
      const names = (["train", "validate", "test"] as const).filter((it) => found.dataset.splits[it].count > 0);
      const classes = [...new Set(labels)].sort((a, b) => a - b);
      return names.map((name) => {
        const rows = rowsOf(found, name);
        return classes.map((label) => rows.filter((row) => labels[row] === label).length);
      });
    }),
  );
  const within = [0.01, 0.05, 0.2].map((low, at) => ({
    values: Array.from({ length: 101 + 17 * at }, () => Number((random.next() ** 2 * 1000).toFixed(2))),
    low,
    high: 1 - low / 2,
  }));
  const distinct = [2, 5].map((size) =>
    Array.from({ length: 200 }, () => [Math.floor(random.next() * size * 4), Math.floor(random.next() * size) / 4]),
  );
  const kept = await Promise.all(
    within.map(async ({ values, low, high }) => {
      const clean = `  split: train 1, by position\n  clean: drop_outliers(raw.a, ${low}, ${high})`;
      return rowsOf(await opened(clean, "a", values.map(String)), "train");
    }),
  );
  const first = await Promise.all(
    distinct.map(async (rows) => {
      const clean = "  split: train 1, by position\n  clean: drop_duplicates\n  y: f32[] = raw.b";
      return rowsOf(
        await opened(
          clean,
          "a,b",
          rows.map((it) => it.join(",")),
        ),
        "train",
      );
    }),
  );
  const sizes = ours.map((it) => it.map((counts) => counts.reduce((sum, count) => sum + count, 0)));
  const input = JSON.stringify({
    stratified: stratified.map(({ labels }, at) => ({ labels, sizes: elementAt(sizes, at) })),
    within,
    distinct,
  });
  const run = spawnSync(python, ["-B", script], { encoding: "utf8", input, maxBuffer: 2 ** 26 });
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`);
  const peers = JSON.parse(run.stdout) as Peers;
  const pairs = [
    ...ours.map((it, at) => ({ what: `stratified ${at}`, ours: it, theirs: peers.stratified[at] })),
    ...kept.map((it, at) => ({ what: `outliers ${at}`, ours: it, theirs: peers.within[at] })),
    ...first.map((it, at) => ({ what: `duplicates ${at}`, ours: it, theirs: peers.distinct[at] })),
  ];
  const compared = pairs.filter((it) => it.theirs !== null);
  const differing = compared.filter((it) => JSON.stringify(it.ours) !== JSON.stringify(it.theirs));
  for (const it of differing)
    console.log(`${it.what}: ${JSON.stringify(it.ours)}, the peer's ${JSON.stringify(it.theirs)}`);
  if (compared.length < pairs.length)
    console.warn(`SKIPPED: ${String(pairs.length - compared.length)} splits and steps whose peer cannot be had`);
  const fine = compared.length - differing.length;
  console.log(`splits and cleaning: ${String(fine)} of ${String(compared.length)} are scikit-learn's or NumPy's`);
  return differing.length;
}
