import { noFacts } from "../../../src/dims/facts.ts";
import type { Func } from "../../../src/ir/graph.ts";
import { printGraph, printType } from "../../../src/ir/print-graph.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { TensorType } from "../../../src/ir/types.ts";
import { unitOf } from "../../emit/tfjs/spec-unit.ts";
import { fileWith } from "./told.ts";

const isType = (it: object): it is TensorType => "dtype" in it && "shape" in it;
const isFunc = (it: object): it is Func => "body" in it && "inputNames" in it;

/** What a function takes, computes and gives, line by line. */
function functionLines({ name, body, inputNames, states }: Func): readonly string[] {
  const text = printGraph({
    name,
    mode: "training",
    facts: noFacts,
    nextId: 0,
    inputs: body.inputs.map((value, at) => ({ name: inputNames[at] ?? "", role: "feature", value })),
    nodes: body.nodes,
    outputs: body.results.map((value, at) => ({ name: `${at}`, role: "output", value })),
  });
  const lines = text.split("\n").slice(1, -2);
  return [...lines.map((it) => it.trim()), ...states.map((it) => `state ${it.path} ${printType(it.type)}`)];
}

/** A value as lines of paths and texts; places in the source are left out. */
function linesOf(path: string, value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [`${path}: ${JSON.stringify(value)}`];
  if (isType(value)) return [`${path}: ${printType(value)}`];
  if (isFunc(value)) return functionLines(value).map((it) => `${path}: ${it}`);
  if (Array.isArray(value) && value.every((it) => typeof it !== "object")) return [`${path}: ${JSON.stringify(value)}`];
  const entries = Object.entries(value).filter(([key]) => key !== "origin");
  return entries.length === 0 ? [`${path}: none`] : entries.flatMap(([key, it]) => linesOf(`${path}.${key}`, it));
}

function programLines(text: string): readonly string[] {
  const program: TrainProgram | undefined = unitOf(text).train;
  if (program === undefined) throw new Error("nothing to train");
  const { model, ...others } = program;
  return [
    `functions: ${JSON.stringify([...model.functions.keys()].sort())}`,
    ...Object.entries(others).flatMap(([key, it]) => (key === "origin" ? [] : linesOf(key, it))),
  ];
}

const prepared = "data.preparation.func: ";

/**
 * What a training with some lines in its data or its own section has otherwise than one without them; of what is prepared
 * but not rounded, and of what is measured, what the whole preparation does not do as well.
 */
export function meant(place: "data" | "train" | "more", lines: readonly string[]): readonly string[] {
  const plain = new Set(programLines(fileWith("more", [])));
  const all = programLines(fileWith(place, lines));
  const done = new Set(all.flatMap((it) => (it.startsWith(prepared) ? [it.slice(prepared.length)] : [])));
  const repeats = (line: string): boolean =>
    done.has(/^data\.preparation\.(?:unrounded|statistics\.\d+\.measured): (.*)/.exec(line)?.[1] ?? "");
  return all.filter((it) => !plain.has(it) && !repeats(it));
}
