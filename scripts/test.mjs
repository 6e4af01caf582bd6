// Runs the tests; with MODELC_TEST_REPORT the runner also writes its own JSON report there.
import { spawnSync } from "node:child_process";

const report = process.env.MODELC_TEST_REPORT;
const reporters = report === undefined ? [] : ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exit(status ?? 1);
