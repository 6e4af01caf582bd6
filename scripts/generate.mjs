// Writes everything that is generated and committed, or with --check fails where it is not what would be written.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const steps = [
  "scripts/generate-std.ts",
  "scripts/generate-prelude.ts",
  "scripts/generate-grammar.ts",
  "scripts/generate-specs.ts",
  "scripts/generate-reference.ts",
  "scripts/generate-messages.ts",
  "scripts/generate-zoo.ts",
];
const outputs = [
  "src/std/index.generated.ts",
  "src/emit/tfjs/prelude.generated.ts",
  "grammar/model.ebnf",
  "grammar/model.tmLanguage.json",
  "grammar/diagrams.html",
  "README.md",
  "docs/language.md",
  "docs/operators.md",
  "docs/library.md",
  "docs/diagnostics.md",
  "docs/messages.md",
  "specs/zoo/README.md",
  "generated",
];

function contents() {
  const found = new Map();
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else found.set(path, readFileSync(path, "utf8"));
  };
  outputs.forEach(visit);
  return found;
}

const before = contents();
for (const step of steps) {
  const { status } = spawnSync(process.execPath, ["scripts/run.mjs", step], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}
if (process.argv.includes("--check")) {
  const after = contents();
  const stale = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  for (const path of stale) console.error(`${path} is stale`);
  if (stale.length > 0) {
    console.error("Run `npm run generate` and commit what it writes.");
    process.exit(1);
  }
  console.log(`${after.size} generated files are as they should be`);
}
