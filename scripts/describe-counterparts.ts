import { library } from "../src/std/library.ts";
import { fault } from "../src/support/fault.ts";
import { peerCases } from "../tests/oracles/peer-cases.ts";
import { lossCases } from "../tests/std/loss-cases.ts";
import { metricCases } from "../tests/std/metric-cases.ts";
import { elsewhere } from "./counterparts-elsewhere.ts";
import { layerCounterparts, windowOperators, type Counterpart } from "./counterparts.ts";
import { code, table } from "./markdown-table.ts";

/** The names of the library's declarations of a kind, in the order of the alphabet. */
export const namesOf = (flavor: "block" | "fn" | "metric"): readonly string[] =>
  library.names.filter((name) => library.find(name)?.declaration.flavor === flavor).sort();

/** How many comparisons there are of a name with what each of the others computes. */
export function comparisonsOf(name: string): Readonly<Record<"Keras" | "PyTorch", number>> {
  const count = (from: "Keras" | "PyTorch"): number =>
    peerCases.filter((it) => it.of === name && it.from === from).length;
  return { Keras: count("Keras"), PyTorch: count("PyTorch") };
}

/** What is called by a line that calls one thing of the library or an operator. */
export const calledBy = (call: string): string => /\w+/.exec(call.replace(/^(\w+ -> |-?mean\()/, ""))?.[0] ?? "";

/** Each name that the library or the operators have for a function, and how the others write the same. */
function functionRows(): readonly { readonly name: string; readonly cells: readonly string[] }[] {
  const names = [...new Set(peerCases.map(({ of }) => of))].filter((name) => layerCounterparts[name] === undefined);
  return names.map((name) => {
    const cases = peerCases.filter(({ of }) => of === name);
    const [torch, keras] = (["PyTorch", "Keras"] as const).map((from) => cases.find((it) => it.from === from));
    const here = (torch ?? keras)?.body ?? "";
    return { name, cells: [here, ...(windowOperators[name] ?? [torch?.peer ?? "", keras?.peer ?? ""])] };
  });
}

const named = (name: string): string => (name === "none" || name === "" ? name : code(name));

function comparedWith(name: string): string {
  const counts = Object.entries(comparisonsOf(name)).filter(([, count]) => count > 0);
  return counts.map(([from, count]) => `${from} ${String(count)}`).join(", ");
}

const link = (name: string): string =>
  library.find(name) === undefined ? code(name) : `[${name}](#${name.toLowerCase()})`;

const layerRow = (name: string, { keras, torch, differs }: Counterpart): readonly string[] => [
  link(name),
  named(keras),
  named(torch),
  differs,
  comparedWith(name),
];

/** The first case of each name, and how many there are. */
function firstCases(
  cases: readonly { readonly call: string; readonly peer: string }[],
): readonly (readonly string[])[] {
  const names = [...new Set(cases.map(({ call }) => calledBy(call)))];
  return names.map((name) => {
    const own = cases.filter(({ call }) => calledBy(call) === name);
    return [link(name), code(own[0]?.call ?? ""), code(own[0]?.peer ?? ""), String(own.length)];
  });
}

/** What the library's names are called in Keras and PyTorch, as lines of Markdown. */
export function describeCounterparts(): readonly string[] {
  const missing = namesOf("block").filter((name) => layerCounterparts[name] === undefined);
  if (missing.length > 0) fault(`layers without a row in scripts/counterparts.ts: ${missing.join(", ")}`);
  return [
    "## Names in Keras and PyTorch",
    "",
    "What each layer is called in Keras 3 and in PyTorch, and what differs. The last column counts the comparisons that " +
      "`npm run conformance` makes, of results and of all gradients, with weights carried over; their cases stand in " +
      "`tests/oracles/`. Everything here is channels last, as in Keras; PyTorch is channels first.",
    "",
    ...table(
      ["Layer", "Keras 3", "PyTorch", "What differs", "Compared with"],
      Object.entries(layerCounterparts).map(([name, it]) => layerRow(name, it)),
    ),
    "Layers of theirs that are no layers here:",
    "",
    ...table(
      ["", "Layer", "Here"],
      elsewhere.map(([from, names, here]) => [from, names.map(code).join(", "), here]),
    ),
    "### Functions elsewhere",
    "",
    "What others write for functions and operators, as it is compared: `F` is `torch.nn.functional`, `first` and `last` " +
      "move the channels.",
    "",
    ...table(
      ["Function", "Here", "PyTorch", "Keras 3", "Compared with"],
      functionRows().map(({ name, cells }) => [link(name), ...cells.map(named), comparedWith(name)]),
    ),
    "### Losses elsewhere",
    "",
    "The first case of each loss, as it is compared with PyTorch or Keras, by value and gradient (`tests/std/loss-cases.ts`).",
    "",
    ...table(["Loss", "Here", "There", "Cases"], firstCases(lossCases)),
    "### Metrics elsewhere",
    "",
    "The first case of each metric, as it is compared with scikit-learn (`sk`), Keras or NumPy (`tests/std/metric-cases.ts`).",
    "",
    ...table(["Metric", "Here", "There", "Cases"], firstCases(metricCases)),
  ];
}
