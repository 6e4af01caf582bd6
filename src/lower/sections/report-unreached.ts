import { activeValues } from "../../autodiff/active-values.ts";
import { flattenStep } from "../../autodiff/flatten-step.ts";
import { dependents } from "../../autodiff/nodes-between.ts";
import { surelyLearns } from "../../autodiff/surely-learns.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { entryOf, parametersOf } from "../../graph/parameters-of.ts";
import { usesOf } from "../../graph/rewrite.ts";
import type { Graph, GraphInput, Module, Node, Value } from "../../ir/graph.ts";
import { isLearned } from "../../ir/is-learned.ts";
import type { Objectives, ObjectiveStep, StepPlace, TrainProgram } from "../../ir/program.ts";
import { expandComposites, keepOwnGradients } from "../../passes/expand-composites.ts";
import { required } from "../../support/fault.ts";
import { beginningOf } from "./report-idle-steps.ts";
import { reportUnlearned, type LearningGraph } from "./report-unlearned.ts";
import type { WrittenStep } from "./written-steps.ts";

/**
 * Reports losses whose gradient reaches nothing that their step changes, and phases of freezing in which that is so of
 * every step: nothing is learned then. A step of which all is frozen rests, and is not asked.
 */
export function reportUnreached(
  program: Objectives & Pick<TrainProgram, "phases" | "origin">,
  written: readonly { readonly step: WrittenStep }[],
  collector: Collector,
): void {
  const { model, steps, phases, origin } = program;
  const places = phases.map((phase) => steps.flatMap((step) => lookAt(program, { step, phase })));
  const tell = ({ place, graph }: Learning, at?: string): void => {
    const step = required(written[steps.indexOf(place.step)], "step").step;
    const { span } = step.setting("loss")?.phrases[0] ?? step;
    const { why, help } = whyNot(required(graph, "graph"), model);
    collector.report("MC4086", span, { model: model.name, why, ...(at !== undefined && { at }) }, { help });
  };
  const isStill = ({ graph }: Learning): boolean => graph?.reaches === false;
  const idle = steps.flatMap((step) => {
    const own = places.flat().filter((it) => it.place.step === step);
    return own.every(isStill) ? own.slice(0, 1) : [];
  });
  idle.forEach((it) => {
    tell(it);
  });
  const [still] = places.find((it) => it.every(isStill)) ?? [];
  if (idle.length === 0 && still !== undefined) tell(still, beginningOf(still.place.phase));
  const graphs = places.flat().flatMap(({ graph }) => graph ?? []);
  // One step that surely reaches all parameters is enough for them.
  if (idle.length === 0 && still === undefined && graphs.length === places.flat().length) {
    const [leading] = written;
    const { span } = leading?.step.setting("loss")?.phrases[0] ?? { span: origin };
    reportUnlearned(graphs, model, span, collector);
  }
}

/** A step in a phase in which it is to change something, with its graph where that shows what it learns. */
interface Learning {
  readonly place: StepPlace<ObjectiveStep>;
  /** Undefined where its loss surely reaches all parameters. */
  readonly graph?: StepGraph;
}

interface StepGraph extends LearningGraph {
  readonly reaches: boolean;
}

function lookAt(program: Objectives, place: StepPlace<ObjectiveStep>): readonly Learning[] {
  if (!parametersOf(program.model).some(({ path }) => isLearned(place, path))) return [];
  if (surelyLearns(program, place)) return [{ place }];
  const graph = expandComposites(flattenStep(program, place), keepOwnGradients);
  const loss = required(graph.outputs.find(({ role }) => role === "loss")?.value, "loss");
  const inputs = parametersIn(graph).filter(({ path }) => isLearned(place, required(path, "path")));
  const slopes = slopesOf(graph, inputs);
  const learned = new Set(inputs.flatMap(({ path }) => path ?? []));
  return [{ place, graph: { graph, loss, learned, slopes, reaches: slopes.has(loss.id) } }];
}

function parametersIn({ inputs }: Graph): readonly GraphInput[] {
  return inputs.filter(({ role }) => role === "parameter");
}

/** Ids of the values that have slopes in some inputs. */
function slopesOf({ nodes }: Graph, inputs: readonly GraphInput[]): ReadonlySet<number> {
  return activeValues(
    nodes,
    inputs.map(({ value }) => value),
  );
}

/** Why the gradient of a loss reaches nothing that is to change, and what to do. */
function whyNot({ graph, loss }: LearningGraph, model: Module): { readonly why: string; readonly help: string } {
  const { nodes } = graph;
  const parameters = parametersIn(graph);
  const made = dependents(
    nodes,
    parameters.map(({ value }) => value),
  );
  if (!made.has(loss.id)) {
    const results = entryOf(model).resultNames.filter((it) => it !== undefined);
    return { why: "it is made of no parameter", help: `Make it of what the model learns to give: ${quoted(results)}.` };
  }
  const slopes = slopesOf(graph, parameters);
  if (!slopes.has(loss.id)) {
    const help =
      "Compare numbers that change a little where the parameters do, as `mse` and `cross_entropy` compare them.";
    return { why: `no gradient goes through ${quoted(blockers(nodes, slopes, loss))}`, help };
  }
  const others = parameters.flatMap((it) => (slopesOf(graph, [it]).has(loss.id) ? (it.path ?? []) : []));
  return {
    why: `its gradient reaches ${quoted(others)} alone, which ${others.length === 1 ? "is" : "are"} frozen or not updated`,
    help: "Let it learn, or make the loss of what learns.",
  };
}

/** The operators between a loss and what has slopes that have none. */
function blockers(nodes: readonly Node[], active: ReadonlySet<number>, loss: Value): readonly string[] {
  const needed = new Set([loss.id]);
  const found = new Set<string>();
  for (const node of nodes.toReversed()) {
    if (!node.results.some(({ id }) => needed.has(id))) continue;
    const uses = usesOf(node);
    for (const { id } of uses) needed.add(id);
    if (uses.some(({ id }) => active.has(id)) && !node.results.some(({ id }) => active.has(id)))
      found.add(node.kind === "operator" ? node.op : node.kind);
  }
  return [...found].reverse();
}

/** Names in words, the first few of many. */
function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((it) => `\`${it}\``);
  const more = names.length - shown.length;
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}
