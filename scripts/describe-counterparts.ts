import { library } from "../src/std/library.ts";
import { fault } from "../src/support/fault.ts";
import { peerCases } from "../tests/oracles/peer-cases.ts";
import { layerCounterparts, type Counterpart } from "./counterparts.ts";
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

const named = (name: string): string => (name === "none" ? "none" : code(name));

function rowOf(name: string, { keras, torch, differs }: Counterpart): readonly string[] {
  const compared = Object.entries(comparisonsOf(name)).flatMap(([from, count]) =>
    count === 0 ? [] : [`${from} ${String(count)}`],
  );
  return [`[${name}](#${name.toLowerCase()})`, named(keras), named(torch), differs, compared.join(", ")];
}

/** What the library's names are called in Keras and PyTorch, as lines of Markdown. */
export function describeCounterparts(): readonly string[] {
  const layers = namesOf("block");
  const missing = layers.filter((name) => layerCounterparts[name] === undefined);
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
      Object.entries(layerCounterparts).map(([name, it]) => rowOf(name, it)),
    ),
  ];
}
