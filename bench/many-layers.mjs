// How long `modelc check` of networks of many distinct layers takes, by their number, which shows whether that is linear:
// processor time of whole processes. Beside it, reading the text alone, below which no check of it can be, and where Python
// has onnx, what its strict shape inference in C++ takes on the same network as an ONNX graph, `import onnx` included, as a
// check in CI has it. `npm run bench` runs it at its end.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuOf } from "./time-process.mjs";

if (!existsSync("dist/cli.cjs")) throw new Error("There is no dist/cli.cjs: run npm run build first.");
const python = existsSync(".cache/oracles/bin/python") ? ".cache/oracles/bin/python" : "/usr/bin/python3";
const hasOnnx = spawnSync(python, ["-c", "import onnx"]).status === 0;
const rounds = 3;

/** Widths of so many dense layers in a row, of which no two have both widths alike. */
function widthsOf(layers) {
  const most = Math.ceil(Math.sqrt(layers));
  const walk = [];
  // Every pair of numbers stands side by side in this walk once.
  for (let a = 0; a < most; a++) {
    walk.push(a);
    for (let b = a + 1; b < most; b++) walk.push(a, b);
  }
  return Array.from({ length: layers + 1 }, (_, at) => 2 + walk[at % walk.length]);
}

/** What reading a text alone takes. */
function readingTimeOf(spec) {
  const times = Array.from({ length: rounds }, () => {
    const { stdout } = spawnSync(process.execPath, ["scripts/run.mjs", "bench/parse.ts", spec], { encoding: "utf8" });
    return JSON.parse(stdout).tree;
  });
  return Math.min(...times);
}

/** The network as a spec. */
function specOf(widths) {
  const lines = widths
    .slice(1)
    .map((width, at) => `  h${at + 1} = ${at === 0 ? "x" : `h${at}`} -> Dense(${width}, activation=relu)`);
  const header = `model Net: (x: f32[B, ${widths[0]}]) -> y: f32[B, ${widths.at(-1)}] {`;
  return [header, ...lines, `  h${widths.length - 1}`, "}", ""].join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "modelc-layers-"));
const least = (program, arguments_) =>
  Math.min(...Array.from({ length: rounds }, () => cpuOf(program, arguments_) ?? Number.NaN));
try {
  console.log(`Distinct layers in a row; processor milliseconds, least of ${rounds}`);
  for (const layers of [1000, 5000, 10_000]) {
    const widths = widthsOf(layers);
    const [spec, graph, said] = ["model", "onnx", "json"].map((it) => join(folder, `net-${layers}.${it}`));
    writeFileSync(spec, specOf(widths));
    const check = least(process.execPath, ["dist/cli.cjs", "check", spec]);
    const bytes = statSync(spec).size;
    const read = readingTimeOf(spec);
    const reading = `, reading alone${read.toFixed(0).padStart(6)} (${(bytes / 1e3 / read).toFixed(1)} MB/s)`;
    let peer = "onnx: not found here, left out";
    if (hasOnnx) {
      writeFileSync(said, JSON.stringify(widths));
      const made = spawnSync(python, ["bench/onnx-peer.py", "make", said, graph], { encoding: "utf8" });
      if (made.status !== 0) throw new Error(made.stderr);
      const infer = least(python, ["bench/onnx-peer.py", "infer", graph]);
      peer = `import onnx and strict inference${infer.toFixed(0).padStart(8)}, ${(check / infer).toFixed(2)} x`;
    }
    const size = `${String(layers).padStart(6)} (${(bytes / 1024).toFixed(0)} kB)`;
    console.log(`${size}  modelc check${check.toFixed(0).padStart(8)}${reading}   ${peer}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
