import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import type * as ast from "../syntax/ast.ts";
import type { LoopHead, ScanExpression } from "../syntax/ast/loops.ts";
import { commentsOf } from "./comments.ts";
import {
  breaksBetween,
  commaList,
  flatWidth,
  hasComments,
  withOperator,
  type Printing,
  type PrintArguments,
} from "./layout.ts";

const { align, fill, group, hardline, indent, line, softline, join } = builders;

const several = (printing: Printing, key: string, nodes: readonly unknown[]): Doc[] =>
  nodes.map((_, i) => printing.print([key, i]));

/** Prints an expression. */
export function printExpression(node: ast.Expression, printing: Printing, args: PrintArguments): Doc {
  const { print, text } = printing;
  switch (node.kind) {
    case "number":
      return node.raw;
    case "string":
      return text.slice(node.span.start, node.span.end);
    case "boolean":
      return String(node.value);
    case "reference":
      return node.text;
    case "list":
      return printList(node, printing);
    case "tuple":
      return commaList("(", several(printing, "elements", node.elements), ")");
    case "parenthesized":
      return printParenthesized(node, printing, args);
    case "unary":
      return [node.operator === "not" ? "not " : "-", print("operand")];
    case "binary":
      return printBinary(node, printing, args);
    case "comparison":
      return printComparison(node, printing);
    case "call":
      return [print("callee"), commaList("(", several(printing, "arguments", node.arguments), ")")];
    case "index":
      return [print("target"), commaList("[", several(printing, "indices", node.indices), "]")];
    case "member":
      return [print("target"), ".", print("name")];
    case "pipe":
      return printPipe(node, printing, args);
    case "labelled-stage":
      return [print("label"), ": ", print("stage")];
    case "repeat-stage": {
      const mark = node.label ? [" as ", print("label")] : node.shared ? " shared" : "";
      return ["repeat ", print("count"), mark, " ", print("chain")];
    }
    case "for-stage":
      return [...loopHead(node, printing), " ", print("chain")];
    case "for-expression": {
      const carries = printCarries(several(printing, "carries", node.carries));
      return [group([...loopHead(node, printing), carries]), " ", print("body")];
    }
    case "when-stage":
      return ["when ", print("condition"), " ", print("then"), ...printElseStage(node, printing)];
    case "when-expression":
      return ["when ", print("condition"), " ", print("then"), " else ", print("otherwise")];
    case "scan":
      return printScan(node, printing);
  }
}

/** Lists of numbers fill their lines; others are on one line or have an element a line. */
function printList(node: ast.ListExpression, printing: Printing): Doc {
  const parts = several(printing, "elements", node.elements);
  const plain = node.elements.every((it) => !hasComments(it) && isShort(it));
  if (!plain || parts.length < 8) return commaList("[", parts, "]");
  const filled = parts.flatMap((it, i) => (i === parts.length - 1 ? [it] : [[it, ","], line]));
  return group(["[", indent([softline, fill(filled)]), softline, "]"]);
}

/** Whether an element is a number or a text, of which several stand on a line. */
const isShort = ({ kind }: ast.Expression): boolean => kind === "number" || kind === "unary" || kind === "string";

/** The column from which stages no longer line up below the first arrow. */
const furthestHang = 60;

/** Whether a pipe is written over several lines with its first stage beside its source. */
function hangs(node: ast.Expression, text: string): boolean {
  if (node.kind !== "pipe") return false;
  const [first, ...rest] = stageBreaks(node.source.span.end, node.stages, text);
  return first === false && rest.includes(true);
}

/** Whether parentheses around a pipe can stand close to it, its stages below each other after a short source. */
function hangsAt(
  node: ast.ParenthesizedExpression,
  printing: Printing,
  column: number,
  path: readonly string[],
): boolean {
  if (!hangs(node.inner, printing.text) || hasComments(node.inner)) return false;
  return column + 2 + flatWidth(printing.print([...path, "inner", "source"])) < furthestHang;
}

function printParenthesized(node: ast.ParenthesizedExpression, printing: Printing, args: PrintArguments): Doc {
  if (args.column !== undefined && hangsAt(node, printing, args.column, [])) {
    return ["(", printing.print("inner", { column: args.column + 1 }), ")"];
  }
  return group(["(", indent([softline, printing.print("inner")]), softline, ")"]);
}

const precedence: Readonly<Record<ast.BinaryOperator, number>> = {
  or: 1,
  and: 2,
  "+": 3,
  "-": 3,
  "*": 4,
  "/": 4,
  "//": 4,
  "%": 4,
};

/** The operands of a run of operators of one precedence, each but the first with its operator. */
function binaryParts(node: ast.BinaryExpression, printing: Printing): Doc[] {
  const { left, operator, right } = node;
  const joins = left.kind === "binary" && precedence[left.operator] === precedence[operator] && !hasComments(left);
  const first = joins ? printing.path.call(() => binaryParts(left, printing), "left") : [printing.print("left")];
  return [...first, withOperator(printing, right, operator, printing.print("right"))];
}

function printBinary(node: ast.BinaryExpression, printing: Printing, args: PrintArguments): Doc {
  const { left, operator, right } = node;
  if (args.column !== undefined && right.kind === "parenthesized" && !hasComments(right) && !hasComments(left)) {
    const printed = printing.print("left");
    const column = args.column + flatWidth(printed) + operator.length + 2;
    if (hangsAt(right, printing, column, ["right"])) {
      return [printed, ` ${operator} `, printing.print("right", { column })];
    }
  }
  const [first = "", ...rest] = binaryParts(node, printing);
  return group([first, indent(rest.map((it) => [line, it]))]);
}

function printComparison(node: ast.ComparisonExpression, printing: Printing): Doc {
  const rest = node.operands.slice(1).map((operand, i): Doc => {
    const printed = printing.print(["operands", i + 1]);
    return [line, withOperator(printing, operand, node.operators[i] ?? "", printed)];
  });
  return group([printing.print(["operands", 0]), indent(rest)]);
}

/**
 * A source and its stages. Where the source text starts a line with `->` it says what belongs together, so those line
 * ends stay; a pipe on one line stays so where it fits, else each stage gets its line. Lines start below the first
 * arrow where that stands beside the source.
 */
function printPipe(node: ast.PipeExpression, printing: Printing, args: PrintArguments): Doc {
  const source = printing.print("source");
  const breaks = stageBreaks(node.source.span.end, node.stages, printing.text);
  const stages = node.stages.map((it, i): Doc => withOperator(printing, it, "->", printing.print(["stages", i])));
  if (!breaks.includes(true)) return group([source, indent(stages.map((it) => [line, it]))]);
  const parts = stages.map((it, i): Doc => (breaks[i] ? [hardline, it] : group([line, it])));
  const column = args.column === undefined ? Infinity : args.column + flatWidth(source) + 1;
  if (breaks[0] !== true && column < furthestHang) {
    const [first = "", ...rest] = stages;
    return [source, " ", align(column, [first, ...rest.map((_, i) => parts[i + 1] ?? "")])];
  }
  return [source, indent(parts)];
}

function stageBreaks(from: number, stages: readonly ast.Stage[], text: string): readonly boolean[] {
  let end = from;
  return stages.map((it) => {
    // A comment before a stage has a line of its own.
    const broken =
      breaksBetween(text, end, it.span.start) || commentsOf(it).some((comment) => comment.leading === true);
    end = it.span.end;
    return broken;
  });
}

/** The braces of repeat, for and when stages. */
export function printChain(node: ast.Chain, printing: Printing): Doc {
  const stages = node.stages.map((it, i): Doc => {
    return withOperator(printing, it, i === 0 ? "" : "->", printing.print(["stages", i]));
  });
  const [first = "", ...rest] = stages;
  const start = node.stages[0]?.span.start ?? node.span.end;
  const [, ...breaks] = stageBreaks(node.span.start, node.stages, printing.text);
  const opened = breaksBetween(printing.text, node.span.start, start);
  const broken = breaks.includes(true);
  const joined = rest.map((it, i): Doc => (breaks[i] ? [hardline, it] : broken ? group([line, it]) : [line, it]));
  return group(["{", indent([opened ? hardline : line, first, ...joined]), line, "}"]);
}

function printElseStage(node: ast.WhenStage, printing: Printing): Doc[] {
  if (node.otherwise === undefined) return [];
  const [only, ...more] = node.otherwise.stages;
  // `else when` is kept in the tree as braces around one stage, which have no place of their own in the text.
  const chained = only?.kind === "when-stage" && more.length === 0 && only.span.start === node.otherwise.span.start;
  if (!chained) return [" else ", printing.print("otherwise")];
  const next = printing.path.call(() => printing.print(["stages", 0]), "otherwise");
  return [" else ", withOperator(printing, only, "", next)];
}

function printScan(node: ScanExpression, printing: Printing): Doc {
  const { print } = printing;
  const sequences = several(printing, "sequences", node.sequences);
  const carries = several(printing, "carries", node.carries);
  const header: Doc[] = ["scan ", indent(join([",", line], sequences)), " over ", print("over")];
  if (node.until !== undefined) header.push(" until ", print("until"));
  if (node.reverse) header.push(" reverse");
  return [group([...header, printCarries(carries)]), " ", print("body")];
}

/** `for u in units as name`, `for (i, u) in enumerate(units)` */
function loopHead(node: LoopHead, printing: Printing): Doc[] {
  const { print } = printing;
  const names = join(", ", several(printing, "targets", node.targets));
  const label = node.label ? [" as ", print("label")] : "";
  return ["for ", node.tuple ? ["(", names, ")"] : names, " in ", print("list"), label];
}

/** The carries of a loop, on a line of their own where they do not fit. */
function printCarries(carries: readonly Doc[]): Doc {
  return carries.length === 0 ? "" : indent([line, "with ", indent(join([",", line], [...carries]))]);
}
