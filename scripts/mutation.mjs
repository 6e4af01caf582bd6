// Measures the tests: changes the source in small ways ("mutants"), each against the tests of its folder, and says which
// changes no test notices.
//   npm run mutation                          asks for 520 over all groups; about two thirds come of it
//   npm run mutation -- --seed 7              drawn elsewhere
//   npm run mutation -- --mutants 60 --only dims
//   npm run mutation -- --only dims --ranges src/dims/form.ts:20-40,src/dims/range.ts:1-96
// What came out stays in .cache/mutation: a report for each group, and all of it as report.json.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawRanges } from "./mutation/draw-ranges.mjs";
import { groups } from "./mutation/groups.mjs";
import { survivorsOf, tableOf } from "./mutation/show-report.mjs";

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    mutants: { type: "string", default: "520" },
    only: { type: "string" },
    ranges: { type: "string" },
  },
});
const folder = join(".cache", "mutation");
const chosen = groups.filter(({ name }) => options.only === undefined || options.only === name);
if (chosen.length === 0) {
  console.error(`no group '${options.only}': one of ${groups.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const results = chosen.map((group) => runGroup(group));
writeFileSync(join(folder, "report.json"), JSON.stringify(results, null, 2));
console.log(`\n${survivorsOf(results)}\n\n${tableOf(results)}`);

/** Runs Stryker on the drawn lines of a group: its mutants, and the seconds that they took. */
function runGroup(group) {
  const place = join(folder, group.name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const ranges = drawRanges(group, Number(options.mutants) / chosen.length, Number(options.seed));
  const mutate = options.ranges?.split(",") ?? ranges.map(({ path, from, to }) => `${path}:${from}-${to}`);
  const report = join(place, "report.json");
  const config = join(place, "stryker.config.json");
  writeFileSync(config, JSON.stringify(settingsOf(mutate, report), null, 2));
  console.log(`\n== ${group.name}: ${mutate.join(" ")}`);
  const began = performance.now();
  const { status } = spawnSync(process.execPath, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", config], {
    stdio: "inherit",
    env: { ...process.env, MODELC_MUTATION_TESTS: group.tests.join(" ") },
  });
  if (status !== 0) process.exit(status ?? 1);
  const { files } = JSON.parse(readFileSync(report, "utf8"));
  return { group: group.name, seconds: (performance.now() - began) / 1000, mutate, files };
}

function settingsOf(mutate, report) {
  return {
    mutate,
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutation/ignore-faults.mjs"],
    ignorers: ["faults"],
    vitest: { configFile: "scripts/mutation/vitest.config.mjs" },
    coverageAnalysis: "perTest",
    concurrency: 1,
    disableTypeChecks: false,
    timeoutMS: 60_000,
    timeoutFactor: 2,
    warnings: { slow: false },
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
    tempDirName: join(folder, "copy"),
    ignorePatterns: [".cache", "dist", "bench", ".git"],
    allowConsoleColors: false,
    logLevel: "warn",
  };
}
