// Lists the places in the source that report a diagnostic and that no test reaches; fails where there are any.
//   npm run sites                 runs the tests that check diagnostics
//   npm run sites -- tests/lower  these alone
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findSites } from "./sites/find-sites.mjs";

const folder = join(".cache", "sites");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--config", "scripts/sites/vitest.config.mjs", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
const reached = new Set(readdirSync(folder).flatMap((it) => readFileSync(join(folder, it), "utf8").split("\n")));
const sites = readdirSync("src", { recursive: true })
  .map((it) => join("src", it))
  .filter((it) => it.endsWith(".ts") && !it.startsWith(join("src", "diagnostics")))
  .sort()
  .flatMap((path) => findSites(path, readFileSync(path, "utf8")));
const missed = sites.filter(({ id }) => !reached.has(id));
for (const { id } of missed) console.log(`no test reaches ${id}`);
console.log(`${sites.length - missed.length} of ${sites.length} sites reached`);
process.exit(missed.length === 0 && status === 0 ? 0 : 1);
