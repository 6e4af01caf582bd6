import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import type * as ast from "../syntax/ast.ts";
import { commaList, flatWidth, width, type Printing } from "./layout.ts";

const { group, hardline, indent, line, join } = builders;

/** Prints `model`, `block`, `fn` and `metric`: the header on as few lines as it fits on, then the body. */
export function printCallable(node: ast.CallableDeclaration, printing: Printing): Doc {
  const { print } = printing;
  const each = (key: string, nodes: readonly unknown[]): Doc[] => nodes.map((_, i) => print([key, i]));
  const hyperparameters = each("hyperparameters", node.hyperparameters);
  const head: Doc = [
    `${node.flavor} `,
    print("name"),
    hyperparameters.length === 0 ? "" : commaList("(", hyperparameters, ")"),
  ];
  const inputs = commaList("(", each("inputs", node.inputs), ")");
  const results = printResults(node, each("results", node.results ?? []));
  const facts =
    node.where.length === 0 ? undefined : group(["where ", indent(join([",", line], each("where", node.where)))]);
  const body: Doc = [" ", print("body")];

  const headWidth = flatWidth(head);
  // Broken hyperparameters end in a line of `)` alone.
  const lead = headWidth < width ? headWidth : 1;
  const resultWidth = results === undefined ? 0 : flatWidth(results) + 4;
  const opening = 2;
  const oneLine = lead + 2 + flatWidth(inputs) + resultWidth;
  if (facts !== undefined && oneLine + 1 + flatWidth(facts) + opening <= width) {
    return [head, ": ", inputs, results === undefined ? "" : [" -> ", results], " ", facts, body];
  }
  const where: Doc = facts === undefined ? "" : indent([hardline, facts]);
  const after = facts === undefined ? opening : 0;
  if (results === undefined) {
    const fits = oneLine + after <= width;
    return [head, fits ? [": ", inputs] : [":", indent([hardline, inputs])], where, body];
  }
  if (oneLine + after <= width) return [head, ": ", inputs, " -> ", results, where, body];
  if (2 + flatWidth(inputs) + resultWidth + after <= width) {
    return [head, ":", indent([hardline, inputs, " -> ", results]), where, body];
  }
  const below = indent([hardline, "-> ", results]);
  if (lead + 2 + flatWidth(inputs) <= width) return [head, ": ", inputs, below, where, body];
  return [head, ":", indent([hardline, inputs]), below, where, body];
}

function printResults(node: ast.CallableDeclaration, printed: readonly Doc[]): Doc | undefined {
  if (node.results === undefined) return node.better;
  return printed.length === 1 ? printed[0] : commaList("(", printed, ")");
}

/** Prints a tensor type. */
export function printType(node: ast.TypeExpression, printing: Printing): Doc {
  const dims = node.dims.map((_, i) => printing.print(["dims", i]));
  return [
    printing.print("element"),
    node.classes === undefined ? "" : ["(", printing.print("classes"), ")"],
    node.bracketed ? commaList("[", dims, "]") : "",
  ];
}

/** Prints a fact of a `where` with its message. */
export function printFact(node: ast.Fact, printing: Printing): Doc {
  return [printing.print("condition"), node.message === undefined ? "" : [", ", printing.print("message")]];
}
