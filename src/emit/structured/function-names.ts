import { formatDim } from "../../dims/dim.ts";
import type { HyperparameterValue } from "../../ir/graph.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import type { StructuredTarget } from "./structured-target.ts";
import type { Cluster } from "./unify.ts";

/** Words for an activation that changes nothing: the plain variant of a layer. */
const plain: ReadonlySet<string> = new Set(["linear", "identity", "none", "false", "1", "[1, 1]", "valid"]);

/** A bias is usual; what else can be switched on is not. */
function isPlain(name: string, value: HyperparameterValue | undefined): boolean {
  return name === "bias" ? value?.kind === "boolean" && value.value : plain.has(valueText(value));
}

/** A name for each of a declaration's functions: the plainest has the declaration's, the others say what differs. */
export function functionNames(
  declaration: string,
  clusters: readonly Cluster[],
  { base: baseOf, variant }: StructuredTarget["naming"],
): readonly string[] {
  const base = baseOf(declaration);
  if (clusters.length === 1) return [base];
  const settings = clusters.map(
    ({ template }) => new Map(template.callable.hyperparameters.map((it) => [it.name, it.value])),
  );
  const differing = [...required(settings[0], "settings").keys()].filter((name) => {
    const texts = clusters.map(({ members }) => new Set(members.map((it) => valueText(settingOf(it, name)))));
    const fixed = texts.every(({ size }) => size === 1);
    return fixed && new Set(texts.map((it) => [...it][0])).size > 1;
  });
  const inputs = clusters.map(({ template }) => template.inputs.map(({ name }) => name ?? "_"));
  const scores = settings.map(
    (it, index) =>
      differing.filter((name) => isPlain(name, it.get(name))).length - required(inputs[index], "inputs").length,
  );
  const first = scores.indexOf(Math.max(...scores));
  const baseline = required(settings[first], "settings");
  return settings.map((it, index) => {
    if (index === first) return base;
    const changed = differing.filter((name) => valueText(it.get(name)) !== valueText(baseline.get(name)));
    // Sizes are named only where nothing else tells two functions apart.
    const baseInputs = required(inputs[first], "inputs");
    const more = required(inputs[index], "inputs").filter((name) => !baseInputs.includes(name));
    const given = more.map((name, at) => `${at === 0 ? variant("with") : ""}${variant(name)}`);
    const telling = changed.filter((name) => it.get(name)?.kind !== "number");
    const settled = telling.length > 0 || given.length > 0 ? telling : changed;
    const words = [...settled.map((name) => describe(variant, name, it.get(name))), ...given];
    const ranks = required(clusters[index], "cluster").template.inputs.map(({ type }) => type.shape.length);
    const baseRanks = required(clusters[first], "cluster").template.inputs.map(({ type }) => type.shape.length);
    if (words.length === 0 && ranks.join() !== baseRanks.join()) return `${base}${elementAt(ranks, 0)}d`;
    return `${base}${words.join("")}`;
  });
}

function settingOf({ callable }: Cluster["template"], name: string): HyperparameterValue | undefined {
  return callable.hyperparameters.find((it) => it.name === name)?.value;
}

function valueText(value: HyperparameterValue | undefined): string {
  switch (value?.kind) {
    case undefined:
      return "undefined";
    case "number":
    case "boolean":
    case "string":
      return String(value.value);
    case "dim":
      return formatDim(value.value);
    case "list":
      return `[${value.elements.map(valueText).join(", ")}]`;
    case "recipe":
      return value.text;
  }
}

function describe(variant: (word: string) => string, name: string, value: HyperparameterValue | undefined): string {
  if (value?.kind === "boolean") return value.value ? variant(name) : `${variant("no")}${variant(name)}`;
  if (value?.kind === "string") return variant(value.value);
  if (value?.kind === "recipe") return variant(value.name);
  if (value?.kind === "list") {
    const [first, ...others] = value.elements;
    if (others.every((it) => valueText(it) === valueText(first))) return describe(variant, name, first);
  }
  return `${variant(name)}${valueText(value).replace(/\W+/g, "x").replace(/^x|x$/g, "")}`;
}
