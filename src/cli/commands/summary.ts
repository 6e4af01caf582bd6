import type { Unit } from "../../compiler.ts";
import { decide } from "../../dims/decide.ts";
import { add, asNumber, constant, formatDim, substitute, subtract, variable, type Dim } from "../../dims/dim.ts";
import { assume, equal, formatRelation, negateRelation, noFacts } from "../../dims/facts.ts";
import type { TensorType } from "../../ir/types.ts";
import { depthOf } from "../../graph/depth-of.ts";
import { elementsOf, measure } from "../../graph/measure.ts";
import { entryOf, parametersOf } from "../../graph/parameters-of.ts";
import { isEverLearned } from "../../ir/is-learned.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import { formatBytes, formatCount, formatTable } from "../format-figures.ts";
import type { Input } from "../../syntax/ast.ts";
import { loadSpec, lowerAll, printFindings, readSettings, type LoadedSpec, type UnitOptions } from "../load-unit.ts";
import type { Terminal } from "../terminal.ts";
import { toJson } from "../../support/show-text.ts";

export interface SummaryOptions extends UnitOptions {
  readonly json?: boolean;
}

/** A count: a number, or a polynomial over free dims as text. */
type Count = number | string;

interface NamedType {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly Count[];
}

/** One model of `modelc summary --json` (docs/schemas/summary.schema.json). */
interface ModelSummary {
  readonly name: string;
  readonly parameters: { readonly trainable: Count; readonly nonTrainable: Count; readonly total: Count };
  readonly flops: Count;
  readonly activationBytes: Count;
  /** The most layers that own parameters on a way from the inputs to the results. */
  readonly depth: number;
  readonly inputs: readonly NamedType[];
  /** Of a training whose updates take the gradients of several batches: how many, and how large each is. */
  readonly update?: { readonly batches: number; readonly batch: number };
  /** Names of the inputs that are left out. */
  readonly leftOut: readonly string[];
  /** Names of the inputs whose rank is open, and which are shown with two dims in the place of `...`. */
  readonly openRank: readonly string[];
  readonly outputs: readonly NamedType[];
  readonly layers: readonly {
    readonly path: string;
    readonly kind: string;
    /** The shape; of several outputs, a list of shapes. */
    readonly output: readonly Count[] | readonly (readonly Count[])[];
    readonly parameters: Count;
    readonly flops: Count;
  }[];
}

/** `modelc summary`: layers, shapes, parameters, FLOPs and activation memory. */
export function summary(file: string, options: SummaryOptions, terminal: Terminal): ExitCode {
  const spec = loadSpec(file, options, terminal);
  if (spec === undefined) return exitCode.findings;
  // Figures are formulas in the free dims: those that --set gives are put in afterwards.
  const units = lowerAll(spec, options, terminal, "free");
  if (units === undefined) return exitCode.findings;
  const models = units.map((unit, at) => {
    const declared = spec.units[at];
    const dims = declared === undefined ? {} : (readSettings(options.set ?? [], declared).dims ?? {});
    reportBroken(unit, dims, spec.collector);
    return summarise(unit, dims, declared?.model.inputs ?? []);
  });
  if (!printFindings(spec.collector, terminal)) return exitCode.findings;
  if (options.json === true) terminal.out(`${toJson({ models }, 2)}\n`);
  else for (const model of models) terminal.out(printSummary(model));
  return exitCode.clean;
}

/** Reports what a model states of its sizes and those of `--set` break, whatever the others are. */
function reportBroken(
  { module, span }: Unit,
  dims: Readonly<Record<string, number>>,
  collector: LoadedSpec["collector"],
): void {
  const set = Object.entries(dims);
  const given = set.reduce((facts, [name, size]) => assume(facts, equal(variable(name), constant(size))), noFacts);
  for (const relation of module.facts.relations) {
    if (decide(negateRelation(relation), given).verdict !== "proved") continue;
    const condition = formatRelation(relation);
    const message = module.contract.find((it) => it.text === condition)?.message;
    const example = `: --set says ${set.map(([name, size]) => `${name} = ${size}`).join(", ")}`;
    collector.report("MC3004", span, { condition, callee: module.name, message, example, others: [] });
  }
}

/** The summary of a unit, free dims that `dims` knows replaced; `declared` are the inputs of its header. */
function summarise(
  { name, module, train }: Unit,
  dims: Readonly<Record<string, number>>,
  declared: readonly Input[],
): ModelSummary {
  const known = new Map(Object.entries(dims).map(([name, size]) => [name, constant(size)]));
  const count = (dim: Dim): Count => {
    const fixed = substitute(dim, (it) => known.get(it));
    return asNumber(fixed) ?? formatDim(fixed);
  };
  const shape = (type: TensorType): readonly Count[] => type.shape.map(count);
  const named = (it: string | undefined, at: number, type: TensorType, kind: string): NamedType => ({
    name: it ?? `${kind}${at}`,
    dtype: type.dtype,
    shape: shape(type),
  });
  const measured = measure(module);
  const entry = entryOf(module);
  const frozen = train === undefined ? [] : parametersOf(module).filter((it) => !isEverLearned(train, it.path));
  const frozenSize = frozen.reduce((sum, it) => add(sum, elementsOf(it.type)), constant(0));
  const nonTrainable = add(measured.nonTrainable, frozenSize);
  return {
    name,
    parameters: {
      trainable: count(subtract(measured.total, nonTrainable)),
      nonTrainable: count(nonTrainable),
      total: count(measured.total),
    },
    flops: count(measured.flops),
    activationBytes: count(measured.activationBytes),
    depth: depthOf(module),
    ...(train !== undefined && train.accumulate > 1 && { update: { batches: train.accumulate, batch: train.batch } }),
    inputs: entry.body.inputs.map((it, at) => named(entry.inputNames[at], at, it.type, "input")),
    openRank: train === undefined ? declared.filter(isOpen).flatMap((it) => it.name?.text ?? []) : [],
    leftOut: declared.flatMap((it) => it.name?.text ?? []).filter((it) => !entry.inputNames.includes(it)),
    outputs: entry.body.results.map((it, at) => named(entry.resultNames[at], at, it.type, "output")),
    layers: measured.layers.map((it) => {
      const outputs = it.outputs.map(shape);
      const [only = []] = outputs;
      return {
        path: it.path,
        kind: it.kind,
        output: outputs.length === 1 ? only : outputs,
        parameters: count(add(it.trainable, it.nonTrainable)),
        flops: count(it.flops),
      };
    }),
  };
}

const shown = (count: Count): string => (typeof count === "number" ? formatCount(count) : count);

function shapeText(output: ModelSummary["layers"][number]["output"]): string {
  const isList = (it: (typeof output)[number]): it is readonly Count[] => Array.isArray(it);
  return output.some(isList)
    ? output.map((it) => (isList(it) ? shapeText(it) : String(it))).join(", ")
    : `[${output.join(", ")}]`;
}

function updateText({ batches, batch }: NonNullable<ModelSummary["update"]>): string {
  return `${batches} batches of ${batch}, ${batches * batch} examples: activations of one batch at a time`;
}

function printSummary(model: ModelSummary): string {
  const typed = (it: NamedType): string => `${it.name}: ${it.dtype}[${it.shape.join(", ")}]`;
  const rows = [
    ["layer", "kind", "output", "parameters", "FLOPs"],
    ...model.layers.map((it) => [it.path, it.kind, shapeText(it.output), shown(it.parameters), shown(it.flops)]),
  ];
  const table = formatTable(rows, new Set([3, 4]));
  const rule = "-".repeat(Math.max(...table.map((it) => it.length)));
  const { trainable, nonTrainable, total } = model.parameters;
  const bytes = typeof total === "number" ? ` (${formatBytes(total * 4)} as f32)` : "";
  const totals = formatTable(
    [
      ["parameters", `${shown(total)}${bytes}`],
      ["  trainable", shown(trainable)],
      ["  non-trainable", shown(nonTrainable)],
      ["FLOPs", shown(model.flops)],
      [
        "activations",
        typeof model.activationBytes === "number"
          ? formatBytes(model.activationBytes)
          : `${model.activationBytes} bytes`,
      ],
      ["depth", `${model.depth} ${model.depth === 1 ? "layer" : "layers"}`],
      ...(model.update === undefined ? [] : [["an update", updateText(model.update)]]),
    ],
    new Set(),
  );
  const head = `${model.name}: (${model.inputs.map(typed).join(", ")}) -> ${model.outputs.map(typed).join(", ")}`;
  const leftOut = model.leftOut.length === 0 ? [] : [`left out: ${model.leftOut.join(", ")}`];
  const open =
    model.openRank.length === 0 ? [] : [`any rank: ${model.openRank.join(", ")}, shown with two dims for \`...\``];
  return [head, ...leftOut, ...open, rule, table[0], rule, ...table.slice(1), rule, ...totals, "", ""].join("\n");
}

/** Whether an input has any leading dims: `x: f32[..., D]`. */
function isOpen({ type }: Input): boolean {
  return type.dims.some((it) => it.kind === "dim-spread");
}
