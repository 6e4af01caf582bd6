import * as tf from "@tensorflow/tfjs";
import { drawProgram } from "./draw-program.ts";
import { blockText, modelText, type FuzzProgram } from "./program.ts";
import { checkText, typesOf } from "./check-types.ts";
import { permittedSizes } from "./permitted-sizes.ts";
import { runAtSizes } from "./run-at-sizes.ts";
import { judgeRejected } from "./judge-rejected.ts";
import { mutate } from "./mutate.ts";
import { createRandom } from "../soak/random.ts";
await tf.setBackend("cpu");
const from = Number(process.argv[2] ?? 0);
const count = Number(process.argv[3] ?? 50);
const every = Number(process.argv[4] ?? 5);
const seed = Number(process.argv[5] ?? 1);
const mutants = Number(process.argv[6] ?? 3);
let bad = 0,
  none = 0,
  compared = 0,
  runs = 0;
const kinds = new Map<string, number>();
const note = (k: string): void => void kinds.set(k, (kinds.get(k) ?? 0) + 1);
const t = performance.now();
async function rejected(i: number, p: FuzzProgram, random: ReturnType<typeof createRandom>): Promise<void> {
  const text = blockText(p);
  const v = checkText(text);
  if (v.cpuMilliseconds > 300) console.log("SLOW", i, v.cpuMilliseconds, text);
  if (v.faults.length > 0) {
    bad++;
    console.log("FAULT", i, v.faults, "\n" + text);
    return;
  }
  if (v.module !== undefined) {
    note("mutant accepted");
    await accepted(i, text, v.module, false, 2);
    return;
  }
  const r = await judgeRejected(p, v, random);
  note("rejected: " + r.kind + (r.kind === "unknown" || r.kind === "at no size" ? " " + v.errors[0]!.code : ""));
  if (r.kind === "unknown" || r.kind === "at no size")
    console.log("INCOMPLETE", i, r.kind, v.errors.map((e) => e.code + " " + e.message).join("\n   "), "\n" + text);
  if (r.problems.length > 0) {
    bad++;
    console.log(
      "REJ",
      i,
      r.problems.join("\n"),
      v.errors.map((e) => e.code + " " + e.message + JSON.stringify(e.counterexample)).join("\n   "),
      "\n" + text,
    );
  }
}
async function accepted(
  i: number,
  text: string,
  module: NonNullable<ReturnType<typeof checkText>["module"]>,
  tfjs: boolean,
  n: number,
): Promise<void> {
  const sizes = permittedSizes(module, createRandom(i), n);
  if (sizes.length === 0) {
    none++;
    return;
  }
  try {
    const r = await runAtSizes(text, module, sizes, tfjs);
    compared += r.compared;
    runs += r.runs;
    if (r.problems.length > 0) {
      bad++;
      console.log("RUN", i, r.problems.map((p) => p.split("\n").slice(0, 6).join("\n")).join("\n"), "\n" + text);
    }
  } catch (e) {
    bad++;
    console.log("THROWN", i, (e as Error).stack, "\n" + text);
  }
}
for (let i = from; i < from + count; i++) {
  const d = drawProgram(seed, i);
  for (const f of d.faults) {
    console.log("FAULT", i, f);
    bad++;
  }
  if (d.slowest.cpuMilliseconds > 300) console.log("SLOW", i, d.slowest);
  const p = d.growing.program;
  const text = modelText(p, d.growing.types);
  const v = checkText(text);
  if (v.module === undefined) {
    console.log(
      "AS MODEL",
      i,
      v.errors.map((e) => e.code + " " + e.message),
      v.faults,
      "\n" + text,
    );
    bad++;
    continue;
  }
  await accepted(i, text, v.module, every > 0 && i % every === 0, 3);
  const random = createRandom(i * 7 + 1);
  for (const it of d.rejected.slice(0, 1)) await rejected(i, it, random);
  for (let k = 0; k < mutants; k++) {
    const m = mutate(p, random);
    if (m !== undefined) await rejected(i, m.program, random);
  }
}
console.log({ ms: (performance.now() - t) / count, bad, none, compared, runs }, kinds);
