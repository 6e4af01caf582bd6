import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { coverageOf, fuzzMany } from "./fuzz-many.ts";

/**
 * `npm run fuzz`: random programs of the whole language, run, changed and trained. Prints what was done and how much of the
 * catalogue it used; exit code 1 where anything is wrong. `--program N` replays one. Programs run by hundreds in processes
 * of their own: where a runtime crashes, it is told by which, and the rest goes on.
 */
const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    program: { type: "string" },
    minutes: { type: "string", default: "60" },
    part: { type: "string" },
  },
});
const seed = Number(values.seed);
const effortOf = (index: number) => ({ withTfjs: index % 2 === 0, sizes: 3, mutants: 3, trains: index % 3 === 0 });

/** What a process of its own found. */
interface Part {
  readonly failures: readonly string[];
  readonly counts: readonly (readonly [string, number])[];
  readonly uses: readonly string[];
}

async function fuzzPart(indices: readonly number[], begins?: (index: number) => void): Promise<Part> {
  await tf.setBackend("cpu");
  const { failures, counts, uses } = await fuzzMany(seed, indices, effortOf, begins);
  return { failures, counts: [...counts], uses: [...uses] };
}

/** Fuzzes some programs in a process of its own; those behind one that crashes in another. */
function fuzzApart(indices: readonly number[]): readonly Part[] {
  const [first] = indices;
  if (first === undefined) return [];
  const script = process.argv[1] ?? "";
  const { stdout, stderr, signal, status } = spawnSync(
    process.execPath,
    [script, "--seed", String(seed), "--part", indices.join()],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const result = /^PART (.*)$/m.exec(stdout)?.[1];
  if (result !== undefined) return [JSON.parse(result) as Part];
  const last = Number([...stdout.matchAll(/^BEGINS (\d+)$/gm)].at(-1)?.[1] ?? first);
  const how = signal ?? `exit code ${String(status)}`;
  const crashed: Part = {
    failures: [
      `seed ${seed}, program ${last}: the process ended by ${how}\n${stderr.split("\n").slice(-5).join("\n")}`,
    ],
    counts: [["crashes", 1]],
    uses: [],
  };
  return [crashed, ...fuzzApart(indices.filter((it) => it < last)), ...fuzzApart(indices.filter((it) => it > last))];
}

if (values.part !== undefined) {
  const part = await fuzzPart(values.part.split(",").map(Number), (index) => console.log(`BEGINS ${index}`));
  console.log(`PART ${JSON.stringify(part)}`);
  process.exit(0);
}

const count = Number(values.programs);
const until = Date.now() + Number(values.minutes) * 60_000;
const parts: Part[] = [];
if (values.program !== undefined) parts.push(await fuzzPart([Number(values.program)]));
else {
  for (let from = 0; from < count && Date.now() < until; from += 100) {
    const found = fuzzApart(Array.from({ length: Math.min(100, count - from) }, (_, at) => from + at));
    for (const failure of found.flatMap((it) => it.failures)) console.log(`${failure}\n`);
    parts.push(...found);
  }
}
const sums = new Map<string, number>();
for (const [what, by] of parts.flatMap((it) => it.counts)) sums.set(what, (sums.get(what) ?? 0) + by);
console.table(Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1))));
for (const { what, share, missing } of coverageOf(new Set(parts.flatMap((it) => it.uses))))
  console.log(`${(100 * share).toFixed(1)}% of ${what}${missing.length === 0 ? "" : `, without ${missing.join(" ")}`}`);
const failures = parts.flatMap((it) => it.failures);
if (values.program !== undefined) for (const failure of failures) console.log(failure);
console.log(`seed ${seed}: ${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
