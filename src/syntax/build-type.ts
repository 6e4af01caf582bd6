import { tokenMatcher, type CstNode, type IToken } from "chevrotain";
import { elementWords, NumberToken } from "../../grammar/tokens.ts";
import { textOf } from "../support/source.ts";
import type * as ast from "./ast.ts";
import { buildName, spanOf, spanOfToken, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneToken } from "./cst.ts";
import { numberLiteral } from "./literals.ts";
import { buildExpression } from "./build-expression.ts";

/** A tensor type, with its form checked: dims for every element but `class`, which takes its count. */
export function buildType(builder: Builder, node: CstNode): ast.TypeExpression {
  const span = spanOf(builder, node);
  const element = buildName(builder, oneToken(node, "Identifier"));
  const argument = maybeNode(node, "expression");
  const classes = argument && buildExpression(builder, argument);
  const bracketed = maybeToken(node, "LeftBracket") !== undefined;
  const end = builder.reporter.span(span.end, span.end);
  if (element.text === "class") {
    if (classes === undefined) {
      builder.reporter.report(
        "MC1021",
        element.span,
        { problem: "`class` needs the number of its classes" },
        {
          help: "Write for instance `class(10)`.",
        },
      );
    }
  } else if (classes !== undefined) {
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `\`${element.text}\` takes no parentheses` },
      {
        help: `Dims stand in brackets: \`${element.text}[B, 10]\`.`,
      },
    );
  } else if (!bracketed) {
    const known = elementWords.includes(element.text);
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `The type \`${element.text}\` needs its dims` },
      {
        help: `A scalar is \`${element.text}[]\`, a vector of ten \`${element.text}[10]\`.`,
        ...(known && { fix: { title: "make it a scalar", edits: [{ span: end, text: "[]" }] } }),
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
      spanOfToken(builder, token),
      { raw: token.image },
      {
        fix: { title: `write ${String(value)}`, edits: [{ span: spanOfToken(builder, token), text: String(value) }] },
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
