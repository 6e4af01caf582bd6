import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { damageInputs } from "./inputs.ts";
import { killAndResume, storedNames } from "./kills.ts";
import { createRandom } from "./random.ts";

/**
 * `npm run soak`: trainings killed and resumed, and damaged input of every kind, in full. Prints a table; exit code 1
 * where anything differs, is called a defect of modelc, or takes longer than two seconds.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    stored: { type: "string", default: "50" },
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}, ${availableParallelism()} cores`);

const killed = await killAndResume(Number(values.kills), createRandom(seed));
console.log(`${killed.kills} kills in ${killed.runs} trainings: ${killed.differences.length} differences`);
for (const it of killed.differences) console.log(`  ${it}`);

const stored = await killAndResume(Number(values.stored), createRandom(seed + 2), storedNames);
console.log(
  `${stored.kills} kills in ${stored.runs} trainings on data that do not lie in memory: ${stored.differences.length} differences`,
);
for (const it of stored.differences) console.log(`  ${it}`);

const reports = await damageInputs(Number(values.inputs), createRandom(seed + 1));
console.table(
  Object.fromEntries(
    reports.map(({ kind, inputs, codes, defects, slowest, slow }) => [
      kind,
      {
        inputs,
        "exit 0": codes[0] ?? 0,
        "exit 1": codes[1] ?? 0,
        "exit 2": codes[2] ?? 0,
        defects: defects.length,
        "over 2 s": slow,
        "slowest (ms)": Math.round(slowest.milliseconds),
      },
    ]),
  ),
);
for (const { defects, slowest, slow } of reports) {
  for (const it of defects.slice(0, 5)) console.log(`\n${it}`);
  if (slow > 0) console.log(`\nslowest: ${slowest.what}`);
}
const differences = killed.differences.length + stored.differences.length;
const fine = differences === 0 && reports.every((it) => it.defects.length === 0 && it.slow === 0);
process.exit(fine ? 0 : 1);
