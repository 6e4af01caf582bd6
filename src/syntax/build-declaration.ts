import { lostName } from "./lost-name.ts";
import type { CstNode } from "chevrotain";
import { elementWords } from "../../grammar/tokens.ts";
import { fault } from "../support/fault.ts";
import { textOf } from "../support/source.ts";
import type * as ast from "./ast.ts";
import type * as sections from "./ast/sections.ts";
import { buildBody } from "./build-body.ts";
import { buildArgument, buildArguments, buildExpression, buildOr, buildSum } from "./build-expression.ts";
import { buildType } from "./build-type.ts";
import { buildName, spanOf, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneNode, oneToken, onlyChild, tokens } from "./cst.ts";
import type { Docs } from "./docs.ts";
import { numberLiteral, stringLiteral } from "./literals.ts";

/** What building declarations and their entries needs besides. */
export interface DeclarationBuilder extends Builder {
  readonly docs: Docs;
}

/** The number of a `spec` line, or a declaration. */
export function buildTopLevel(builder: DeclarationBuilder, node: CstNode): ast.NumberLiteral | ast.Declaration {
  const child = onlyChild(node);
  if (child === undefined || !("children" in child)) return fault("a declaration with several parts");
  const doc = builder.docs.at(child.location?.startOffset ?? -1);
  const common = { span: spanOf(builder, child), doc, broken: false, unbalanced: false };
  const name = (): ast.Name => buildName(builder, oneToken(child, "Identifier"));
  switch (child.name) {
    case "specLine":
      return numberLiteral(oneToken(child, "Number"), builder.reporter);
    case "importDeclaration": {
      const names = tokens(child, "Identifier").map((it) => buildName(builder, it));
      const from = stringLiteral(oneToken(child, "String"), builder.reporter);
      if (names.length === 0) {
        builder.reporter.report("MC1019", common.span, { what: "import", needs: "a name" });
        names.push({ kind: "name", span: common.span, text: lostName });
      }
      return { kind: "import", ...common, names, from };
    }
    case "constDeclaration": {
      const value = buildExpression(builder, oneNode(child, "expression"));
      return { kind: "const", ...common, name: name(), value };
    }
    case "callable":
      return { ...common, ...buildCallable(builder, child) };
    case "dataDeclaration":
      return { kind: "data", ...common, name: name(), entries: buildSection(builder, child) };
    case "trainDeclaration":
      return { kind: "train", ...common, ...buildTrainHeader(builder, oneNode(child, "trainHeader")) };
    case "tuneDeclaration":
      return { kind: "tune", ...common, ...buildTrainHeader(builder, oneNode(child, "trainHeader")) };
    case "testDeclaration": {
      const on = maybeToken(child, "Identifier");
      const target = buildModelUse(builder, oneNode(child, "modelUse"));
      const entries = buildSection(builder, child);
      return { kind: "test", ...common, target, data: on && buildName(builder, on), entries };
    }
    default: {
      const target = buildModelUse(builder, oneNode(child, "modelUse"));
      const entries = nodes(child, "limit").map((it) => buildLimit(builder, it));
      return { kind: "budget", ...common, target, entries };
    }
  }
}

// --- model, block, fn, metric

type CallableParts = Omit<ast.CallableDeclaration, keyof ast.DeclarationBase>;

function buildCallable(builder: Builder, node: CstNode): CallableParts {
  const hyperparameters = maybeNode(node, "hyperparameters");
  const results = maybeNode(node, "results");
  const facts = maybeNode(node, "facts");
  const isMetric = maybeToken(node, "Metric") !== undefined;
  const name = buildName(builder, oneToken(node, "Identifier"));
  const figure = isMetric ? buildFigure(builder, name, results, node) : undefined;
  return {
    kind: "callable",
    flavor: isMetric ? "metric" : maybeToken(node, "Model") ? "model" : maybeToken(node, "Block") ? "block" : "fn",
    name,
    hyperparameters: hyperparameters
      ? nodes(hyperparameters, "hyperparameter").map((it) => buildHyperparameter(builder, it))
      : [],
    inputs: buildInputs(builder, oneNode(node, "inputs")),
    results: isMetric ? figure?.results : results && buildResults(builder, results),
    better: figure?.better,
    where: facts ? buildFacts(builder, facts) : [],
    body: buildBody(builder, oneNode(node, "body")),
  };
}

function buildHyperparameter(builder: Builder, node: CstNode): ast.Hyperparameter {
  const value = maybeNode(node, "expression");
  return {
    kind: "hyperparameter",
    span: spanOf(builder, node),
    name: buildName(builder, oneToken(node, "Identifier")),
    type: buildHyperparameterType(builder, oneNode(node, "hyperparameterType")),
    default: value && buildExpression(builder, value),
  };
}

function buildHyperparameterType(builder: Builder, node: CstNode): ast.HyperparameterType {
  const alternatives = nodes(node, "hyperparameterAlternative").map((it): ast.HyperparameterAlternative => {
    const span = spanOf(builder, it);
    const word = maybeToken(it, "Identifier");
    if (word !== undefined) return { kind: "word", name: buildName(builder, word), span };
    return { kind: "list-of", element: buildHyperparameterType(builder, oneNode(it, "hyperparameterType")), span };
  });
  return { kind: "hyperparameter-type", span: spanOf(builder, node), alternatives };
}

function buildInputs(builder: Builder, node: CstNode): readonly ast.Input[] {
  return nodes(node, "typedName").map((it) => buildInput(builder, it));
}

function buildInput(builder: Builder, node: CstNode): ast.Input {
  const name = maybeToken(node, "Identifier");
  const question = maybeToken(node, "Question");
  const value = maybeNode(node, "expression");
  if (question !== undefined && value !== undefined) {
    const span = builder.reporter.spanOf(question);
    builder.reporter.report("MC1037", span, {}, { fix: { title: "remove `?`", edits: [{ span, text: "" }] } });
  }
  const type = buildType(builder, oneNode(node, "type"));
  const untyped = name === undefined && isNameAlone(type);
  if (untyped) {
    const [problem, help] = [
      `\`${type.element.text}\` has no type`,
      `Write for instance \`${type.element.text}: f32[B, 10]\`.`,
    ];
    builder.reporter.report("MC1021", type.span, { problem }, { help });
  }
  return {
    kind: "input",
    span: spanOf(builder, node),
    name: untyped ? type.element : name && buildName(builder, name),
    type: untyped ? { ...type, element: { ...type.element, text: lostName }, bracketed: true } : type,
    // Of the two, the default stands: one report is enough.
    optional: question !== undefined && value === undefined,
    default: value && buildExpression(builder, value),
  };
}

/** Whether what was read as a type is a name without one. */
function isNameAlone({ element, classes, bracketed }: ast.TypeExpression): boolean {
  return !bracketed && classes === undefined && !elementWords.includes(element.text) && /^[a-z_]/.test(element.text);
}

/** Results are read as inputs are, and are nothing but a name and a type. */
function buildResults(builder: Builder, node: CstNode): readonly ast.TypedName[] {
  const several = maybeNode(node, "inputs");
  const read = several ? buildInputs(builder, several) : [buildInput(builder, oneNode(node, "typedName"))];
  return read.map((it): ast.TypedName => {
    const { name, type } = it;
    const span = builder.reporter.span(it.span.start, type.span.end);
    if (it.optional || it.default !== undefined) {
      const extra = builder.reporter.span(type.span.end, it.span.end);
      const fix = { title: `remove \`${textOf(extra).trim()}\``, edits: [{ span: extra, text: "" }] };
      builder.reporter.report("MC1038", extra, {}, { fix });
    }
    return { kind: "typed-name", span, name, type };
  });
}

/**
 * What a metric has where others have a result: `more` or `less`, or the type of several numbers, none of which is better
 * than another. Undefined after a report.
 */
function buildFigure(
  builder: Builder,
  name: ast.Name,
  node: CstNode | undefined,
  whole: CstNode,
): { readonly better?: "more" | "less"; readonly results?: readonly ast.TypedName[] } | undefined {
  const text = node && textOf(spanOf(builder, node));
  if (text === "more" || text === "less") return { better: text };
  // What is a word is `more` or `less`, misspelt; a type says its axes.
  const results = text?.includes("[") === true && node !== undefined ? buildResults(builder, node) : undefined;
  const [only, another] = results ?? [];
  if (only !== undefined && another === undefined && only.name === undefined && only.type.dims.length > 0)
    return { results: [only] };
  const { start, end } = spanOf(builder, whole);
  if (node === undefined && builder.reporter.reportedIn(start, end)) return undefined;
  const span = node ? spanOf(builder, node) : name.span;
  builder.reporter.report("MC1041", span, { name: name.text, ...(text !== undefined && { found: text }) });
  return undefined;
}

/** Conditions, each with the text after it, where there is one. */
function buildFacts(builder: Builder, node: CstNode): readonly ast.Fact[] {
  const facts: ast.Fact[] = [];
  for (const it of nodes(node, "fact")) {
    const condition = buildOr(builder, oneNode(it, "orExpression"));
    const before = facts.at(-1);
    if (condition.kind !== "string") {
      facts.push({ kind: "fact", span: spanOf(builder, it), condition, message: undefined });
    } else if (before === undefined || before.message !== undefined) {
      builder.reporter.report("MC1023", condition.span, {});
    } else {
      const span = builder.reporter.span(before.span.start, condition.span.end);
      facts[facts.length - 1] = { ...before, span, message: condition };
    }
  }
  return facts;
}

// --- sections

function buildModelUse(builder: Builder, node: CstNode): ast.NameReference | ast.CallExpression {
  const token = oneToken(node, "Identifier");
  const call = maybeNode(node, "call");
  const callee: ast.NameReference = {
    kind: "reference",
    span: builder.reporter.spanOf(token),
    text: token.image,
  };
  if (call === undefined) return callee;
  return { kind: "call", span: spanOf(builder, node), callee, arguments: buildArguments(builder, call) };
}

type HeaderParts = Pick<sections.TrainDeclaration, "label" | "model" | "data" | "entries">;

function buildTrainHeader(builder: DeclarationBuilder, node: CstNode): HeaderParts {
  const names = tokens(node, "Identifier");
  const label = names.length > 1 ? names[0] : undefined;
  return {
    label: label && buildName(builder, label),
    model: buildModelUse(builder, oneNode(node, "modelUse")),
    data: buildName(builder, names.at(-1) ?? fault("a header without its data")),
    entries: buildSection(builder, node),
  };
}

function buildSection(builder: DeclarationBuilder, node: CstNode): readonly sections.SectionEntry[] {
  return nodes(oneNode(node, "section"), "entry").map((it) => buildEntry(builder, it));
}

function buildPhrases(builder: Builder, node: CstNode | undefined): readonly sections.Phrase[] {
  if (node === undefined) return [];
  return nodes(node, "phrase").map((it) => ({
    kind: "phrase",
    span: spanOf(builder, it),
    parts: nodes(it, "argument").map((part) => buildArgument(builder, part)),
  }));
}

function buildEntry(builder: DeclarationBuilder, node: CstNode): sections.SectionEntry {
  const child = onlyChild(node);
  if (child === undefined || !("children" in child)) return fault("an entry with several parts");
  const common = { span: spanOf(builder, child), doc: builder.docs.at(child.location?.startOffset ?? -1) };
  const name = (): ast.Name => buildName(builder, oneToken(child, "Identifier"));
  switch (child.name) {
    case "feature":
      return {
        kind: "feature",
        ...common,
        name: name(),
        type: buildType(builder, oneNode(child, "type")),
        value: buildExpression(builder, oneNode(child, "expression")),
      };
    case "stepEntry":
      return { kind: "step", ...common, name: name(), entries: buildSection(builder, child) };
    case "predictEntry":
      return { kind: "predict", ...common, entries: buildSection(builder, child) };
    case "expectation":
      return { kind: "expectation", ...common, condition: buildOr(builder, oneNode(child, "orExpression")) };
    case "directive": {
      const [pattern, of] = tokens(child, "String").map((it) => stringLiteral(it, builder.reporter));
      return {
        kind: "directive",
        ...common,
        word: name(),
        pattern: pattern ?? fault("a directive without its pattern"),
        of,
        phrases: buildPhrases(builder, maybeNode(child, "phrases")),
      };
    }
    default:
      return {
        kind: "setting",
        ...common,
        key: tokens(child, "Identifier").map((it) => buildName(builder, it)),
        phrases: buildPhrases(builder, oneNode(child, "phrases")),
      };
  }
}

function buildLimit(builder: DeclarationBuilder, node: CstNode): sections.Limit {
  return {
    kind: "limit",
    span: spanOf(builder, node),
    doc: builder.docs.at(node.location?.startOffset ?? -1),
    condition: buildOr(builder, oneNode(node, "orExpression")),
    at: nodes(node, "fixedDim").map((it) => ({
      kind: "argument",
      span: spanOf(builder, it),
      name: buildName(builder, oneToken(it, "Identifier")),
      value: buildSum(builder, oneNode(it, "sum")),
    })),
  };
}
