import { tokenMatcher, type CstNode, type IToken } from "chevrotain";
import { elementWords, NumberToken } from "../../grammar/tokens.ts";
import { nearest } from "../support/nearest.ts";
import { textOf } from "../support/source.ts";
import type * as ast from "./ast.ts";
import { buildName, spanOf, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneToken } from "./cst.ts";
import { numberLiteral } from "./literals.ts";
import { buildExpression } from "./build-expression.ts";

/**
 * A tensor type, with its form checked: dims for every element but `class`, which takes its count. Whether an element that
 * is no word of the language is a hyperparameter, and its form then, is for those to say who know names.
 */
export function buildType(builder: Builder, node: CstNode): ast.TypeExpression {
  const span = spanOf(builder, node);
  const argument = maybeNode(node, "expression");
  const classes = argument && buildExpression(builder, argument);
  const element = readElement(builder, buildName(builder, oneToken(node, "Identifier")), classes);
  const bracketed = maybeToken(node, "LeftBracket") !== undefined;
  const known = elementWords.includes(element.text);
  if (element.text === "class") {
    if (classes === undefined) {
      builder.reporter.report(
        "MC1021",
        element.span,
        { problem: "`class` needs the number of its classes" },
        { help: "Write for instance `class(10)`." },
      );
    }
  } else if (known && classes !== undefined) {
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `\`${element.text}\` takes no parentheses` },
      { help: `Dims stand in brackets: \`${element.text}[B, 10]\`.` },
    );
  } else if (known && !bracketed) {
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `The type \`${element.text}\` needs its dims` },
      {
        help: `A scalar is \`${element.text}[]\`, a vector of ten \`${element.text}[10]\`, of any shape \`${element.text}[...S]\`.`,
      },
    );
  }
  // Few types hold such a number: only those whose text looks like it are taken apart.
  const numbers = /\d[kMGT]/.test(textOf(span)) ? numbersIn(node) : [];
  for (const token of numbers) {
    if (!/[kMGT]$/.test(token.image)) continue;
    const { value } = numberLiteral(token, builder.reporter);
    builder.reporter.report(
      "MC1022",
      builder.reporter.spanOf(token),
      { raw: token.image },
      {
        fix: {
          title: `write ${String(value)}`,
          edits: [{ span: builder.reporter.spanOf(token), text: String(value) }],
        },
      },
    );
  }
  const dims = nodes(node, "dim").map((it) => buildDim(builder, it));
  return { kind: "type", span, element, classes, dims, bracketed };
}

function numbersIn(node: CstNode): readonly IToken[] {
  return Object.values(node.children)
    .flat()
    .flatMap((it) => ("children" in it ? numbersIn(it) : tokenMatcher(it, NumberToken) ? [it] : []));
}

function buildDim(builder: Builder, node: CstNode): ast.DimExpression {
  const expression = maybeNode(node, "expression");
  if (expression === undefined) {
    const name = maybeToken(node, "Identifier");
    return { kind: "dim-spread", span: spanOf(builder, node), name: name && buildName(builder, name) };
  }
  return buildExpression(builder, expression);
}

/** The element of a type; what is nearly `class` and counts something is taken for it, once that is reported. */
function readElement(builder: Builder, element: ast.Name, classes: ast.Expression | undefined): ast.Name {
  const words = [...elementWords, "class"];
  if (classes === undefined || words.includes(element.text) || nearest(element.text, words) !== "class") return element;
  builder.reporter.report(
    "MC1021",
    element.span,
    { problem: `There is no element type \`${element.text}\`` },
    {
      help: `Did you mean \`class(${textOf(classes.span)})\`?`,
      fix: { title: "change to class", edits: [{ span: element.span, text: "class" }] },
    },
  );
  return { ...element, text: "class" };
}
