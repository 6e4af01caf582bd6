// How long `modelc check` on all specs takes against a bare start of Node, whole processes in turn: `npm run bench:startup`.
// And a monorepo: many distinct specs in one process, by the number of specs, which shows whether that is linear.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeProcess } from "./time-process.mjs";

const runs = Number(process.argv[2] ?? 21);
const specs = readdirSync("specs")
  .filter((name) => name.endsWith(".model"))
  .map((name) => `specs/${name}`);
const commands = {
  "node -e 0": ["-e", "0"],
  [`modelc check (${specs.length} specs)`]: ["dist/cli.cjs", "check", ...specs],
};
if (!existsSync("dist/cli.cjs")) throw new Error("There is no dist/cli.cjs: run npm run build first.");

/** Wall and processor milliseconds of Node with arguments. */
const time = (arguments_) => timeProcess(process.execPath, arguments_);

const figures = { wall: {}, cpu: {} };
for (const [name, arguments_] of Object.entries(commands)) {
  for (const kind of Object.keys(figures)) figures[kind][name] = [];
  // The first run keeps V8's compiled code for those after it.
  time(arguments_);
}
for (let run = 0; run < runs; run++) {
  for (const [name, arguments_] of Object.entries(commands)) {
    const { wall, cpu } = time(arguments_);
    figures.wall[name].push(wall);
    if (cpu !== undefined) figures.cpu[name].push(cpu);
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const [bare, check] = Object.keys(commands);
console.log(`${runs} runs each, in turn; milliseconds, least and median\n`);
for (const [kind, byCommand] of Object.entries(figures)) {
  if (byCommand[bare].length === 0) continue;
  for (const [name, values] of Object.entries(byCommand)) {
    const cells = [Math.min(...values), median(values)].map((it) => it.toFixed(0).padStart(6));
    console.log(`${kind.padEnd(6)}${name.padEnd(26)}${cells.join("")}`);
  }
  const ratios = byCommand[check].map((it, i) => it / byCommand[bare][i]);
  const least = Math.min(...byCommand[check]) / Math.min(...byCommand[bare]);
  console.log(
    `${kind.padEnd(6)}${"times a bare start".padEnd(26)}${least.toFixed(2).padStart(6)}${median(ratios).toFixed(2).padStart(6)}\n`,
  );
}

// Specs that import nothing, each of them many times with another first line: no two are one text.
const texts = specs.map((path) => readFileSync(path, "utf8")).filter((text) => !/^import /m.test(text));
const monorepo = mkdtempSync(join(tmpdir(), "modelc-monorepo-"));
try {
  for (const count of [100, 500]) {
    const folder = join(monorepo, String(count));
    for (let at = 0; at < count; at++) {
      const place = join(folder, `package-${Math.floor(at / 25)}`);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, `${at}.model`), `# ${at}\n${texts[at % texts.length]}`);
    }
    const times = [0, 1, 2].map(() => time(["dist/cli.cjs", "check", folder]));
    const least = (kind) => Math.min(...times.map((it) => it[kind] ?? Number.NaN));
    const cells = [least("wall"), least("cpu"), least("wall") / count].map((it) => it.toFixed(1).padStart(9));
    console.log(`modelc check of ${count} specs: wall, cpu, wall by spec${cells.join("")}`);
  }
} finally {
  rmSync(monorepo, { recursive: true, force: true });
}
