import { asNumber, formatDim, variablesOf, type Dim } from "../dims/dim.ts";
import type { Collector } from "../diagnostics/collector.ts";
import { entryOf } from "../graph/parameters-of.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import type { Module } from "../ir/graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { flatten } from "../passes/flatten.ts";
import type { Span } from "../support/source.ts";

/**
 * Whether a model leaves open what every target needs to know: sizes of its parameters and states, and groups of
 * convolutions. True after a report of each. What is `built` may be given sizes that have names, what is `trained` no more
 * than its data give; of what is neither yet, those alone are told that have no names (`nameless`).
 */
export function reportOpenSizes(
  module: Module,
  span: Span,
  collector: Collector,
  how: "built" | "trained" | "nameless",
): boolean {
  const isAsked = (dims: readonly string[]): boolean => how !== "nameless" || !areNamed(module, dims);
  const functions = [...module.functions.values()];
  const owned = functions.flatMap((it) => [...it.parameters, ...it.states]);
  if (owned.some(({ type }) => isOpen(type.shape))) {
    // A training may own what a prediction does without.
    const inputs = (["inference", "training"] as const).flatMap((mode) => flatten(module, { mode }).inputs);
    // Those that depend on the same sizes are told at the first of them.
    const told = new Map<
      string,
      { readonly path: string; readonly dims: readonly string[]; readonly more: Set<string> }
    >();
    for (const { role, path, value } of inputs) {
      const dims = [...new Set(value.type.shape.flatMap((it) => [...variablesOf(it)]))];
      const isOwned = role === "parameter" || role === "state";
      if (!isOwned || path === undefined || dims.length === 0 || !isAsked(dims)) continue;
      const key = dims.toSorted().join(" ");
      const group = told.get(key);
      if (group === undefined) told.set(key, { path, dims, more: new Set() });
      else if (group.path !== path) group.more.add(path);
    }
    for (const { path, dims, more } of told.values()) {
      const help = waysToFix(module, dims, how === "trained");
      collector.report("MC5002", span, { path, dims, more: more.size }, { help });
    }
    if (told.size > 0) return true;
  }
  for (const node of nodesWithin(functions.flatMap(({ body }) => body.nodes))) {
    if (node.kind !== "operator" || node.attributes["groups"] === undefined) continue;
    const groups = readAttribute(node, "groups", "dim");
    const dims = [...variablesOf(groups)];
    if (asNumber(groups) !== undefined || !isAsked(dims)) continue;
    const help = waysToFix(module, dims, how === "trained");
    collector.report("MC5017", node.origin ?? span, { model: module.name, groups: formatDim(groups) }, { help });
    return true;
  }
  return false;
}

/** Whether dims have names in the header: those that stand for the axes of `...` have none. */
function areNamed(module: Module, dims: readonly string[]): boolean {
  const named = new Set(entryOf(module).body.inputs.flatMap(({ type }) => type.shape.flatMap((it) => it.label ?? [])));
  return dims.every((it) => named.has(it));
}

/** How sizes are fixed: in the command that builds, where they have names and nothing is trained. */
function waysToFix(module: Module, dims: readonly string[], trained: boolean): string {
  if (!areNamed(module, dims)) return "Write sizes in the header in the place of `...`.";
  const [their, them] = dims.length === 1 ? ["its size", "it"] : ["their sizes", "them"];
  if (trained) return `Write ${their} in the header, or in the types of the features that give ${them}.`;
  const flags = dims.map((it) => `--set ${it}=...`).join(" ");
  return `Give ${their} when you build, \`${flags}\`, or write ${them} in the header.`;
}

function isOpen(shape: readonly Dim[]): boolean {
  return shape.some((it) => asNumber(it) === undefined);
}
