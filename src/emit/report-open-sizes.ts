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
 * convolutions. True after a report of each.
 */
export function reportOpenSizes(module: Module, span: Span, collector: Collector): boolean {
  const functions = [...module.functions.values()];
  const owned = functions.flatMap((it) => [...it.parameters, ...it.states]);
  if (owned.some(({ type }) => isOpen(type.shape))) {
    for (const { role, path, value } of flatten(module, { mode: "inference" }).inputs) {
      const { shape } = value.type;
      if ((role !== "parameter" && role !== "state") || path === undefined || !isOpen(shape)) continue;
      const dims = [...new Set(shape.flatMap((it) => [...variablesOf(it)]))];
      collector.report("MC5002", span, { path, dims }, { help: waysToFix(module, dims) });
    }
    return true;
  }
  for (const node of nodesWithin(functions.flatMap(({ body }) => body.nodes))) {
    if (node.kind !== "operator" || node.attributes["groups"] === undefined) continue;
    const groups = readAttribute(node, "groups", "dim");
    if (asNumber(groups) !== undefined) continue;
    collector.report("MC5017", node.origin ?? span, { model: module.name, groups: formatDim(groups) });
    return true;
  }
  return false;
}

/** How sizes are fixed: in the command that builds, unless they stand for the axes of `...`, which have no names there. */
function waysToFix(module: Module, dims: readonly string[]): string {
  const named = new Set(entryOf(module).body.inputs.flatMap(({ type }) => type.shape.flatMap((it) => it.label ?? [])));
  if (!dims.every((it) => named.has(it))) return "Write sizes in the header in the place of `...`.";
  const flags = dims.map((it) => `--set ${it}=...`).join(" ");
  return `Give ${dims.length === 1 ? "its size" : "their sizes"} when you build, \`${flags}\`, or write ${dims.length === 1 ? "it" : "them"} in the header.`;
}

function isOpen(shape: readonly Dim[]): boolean {
  return shape.some((it) => asNumber(it) === undefined);
}
