import type { Collector } from "../diagnostics/collector.ts";
import type { Library } from "../std/library.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { elementAt } from "../support/element-at.ts";
import { findOperator } from "../ops/registry.ts";
import type { Span } from "../support/source.ts";
import { isLost } from "../syntax/lost-name.ts";
import type {
  Argument,
  Body,
  CallableDeclaration,
  CallExpression,
  Chain,
  ConstDeclaration,
  Expression,
  Name,
  Statement,
  TypeExpression,
} from "../syntax/ast.ts";
import type { ForExpression } from "../syntax/ast/loops.ts";
import { elementTypes, genericElements, standsForElement } from "./builtins.ts";
import {
  checkGiven,
  isHandedOn,
  isLeftOut,
  isOptionalInput,
  knowing,
  noteLeftOut,
  reportLeftOut,
} from "./check-left-out.ts";
import { declareDims } from "./declare-dims.ts";
import { introducersOf, type DimNames } from "./dim-names.ts";
import { emitsOf, nothingGiven } from "./emits-of.ts";
import { isFunction } from "./is-function.ts";
import { enumWordsOf, wordsOf } from "./hyperparameter-words.ts";
import { checkTypeForm } from "./check-type-form.ts";
import { checkBranches, find, inside, type LocalScope } from "./local-scope.ts";
import { namesInMessage, strayHoles } from "./message-holes.ts";
import { mayBeLeftOut } from "./may-be-left-out.ts";
import {
  calleeOf,
  declare,
  isKnown,
  reportUnknown,
  reportUnused,
  useUpdated,
  type Checker,
  type Role,
} from "./name-checker.ts";
import { reportModuleName } from "./report-module-name.ts";
import { reportIdleArguments, reportIdleAttributes } from "./report-idle-arguments.ts";
import { reportComparedArgument } from "./report-compared-argument.ts";
import { reportUnknownHyperparameter } from "./report-unknown-argument.ts";
import { partsOfIndex } from "./walk.ts";
import { wordsOfArgument } from "./words-of-argument.ts";

/** Reports every unknown, doubly bound and unused name in a declaration of a file. */
export function checkNames(
  file: ProgramFile,
  library: Library,
  declaration: CallableDeclaration | ConstDeclaration,
  collector: Collector,
): void {
  const words: ReadonlySet<string> = declaration.kind === "const" ? new Set() : enumWordsOf(declaration);
  const inputs = declaration.kind === "const" ? [] : declaration.inputs;
  const { broken } = declaration;
  const at: Checker = { file, library, collector, words, inputs, broken, given: [], locals: [], leftOut: new Map() };
  if (declaration.kind === "callable") checkCallable(at, declaration);
  else checkExpression(at, declaration.value, inside(undefined));
}

function checkCallable(at: Checker, declaration: CallableDeclaration): void {
  const outer = inside(undefined);
  for (const it of declaration.hyperparameters) {
    if (it.default !== undefined) checkExpression(at, it.default, outer, wordsOf(it.type));
    declare(at, outer, it.name, "hyperparameter");
  }
  const dims = declareDims(at, declaration, outer);
  const scope = inside(outer);
  // What a use gives of this is looked at there; a fact of what it leaves out has nothing to say.
  const anyGiven: Checker = { ...at, given: declaration.inputs.map((it) => [it.name?.text ?? "_"]) };
  for (const [place, it] of declaration.inputs.entries()) {
    checkType(it.optional ? anyGiven : at, it.type, outer);
    if (it.default !== undefined) checkDefault(at, declaration, dims, place, it.default, scope);
    if (it.name !== undefined) declare(at, scope, it.name, "input", it.optional ? [it.name.text] : undefined);
  }
  for (const it of declaration.where) {
    checkExpression(anyGiven, it.condition, outer);
    for (const hole of strayHoles(it.message?.value ?? ""))
      at.collector.report("MC2050", it.message?.span ?? it.span, { hole });
    for (const name of namesInMessage(it.message?.value ?? "")) {
      const local = find(outer, name);
      if (local !== undefined) local.used = true;
      else if (it.message !== undefined) reportUnknown(at, outer, name, it.message.span, new Set());
    }
  }
  const results = new Set<string>();
  for (const it of declaration.results ?? []) {
    checkType(at, it.type, outer);
    if (it.name === undefined) continue;
    if (results.has(it.name.text)) at.collector.report("MC2003", it.name.span, { name: it.name.text });
    const { name } = it;
    // Everything generated has the inputs and the outputs of a model under their names, side by side.
    const input = declaration.flavor === "model" && declaration.inputs.find((other) => other.name?.text === name.text);
    if (input !== false && input !== undefined) {
      const labels = [{ span: input.span, message: `\`${name.text}\` is already the name of an input` }];
      at.collector.report("MC2003", name.span, { name: name.text }, { labels });
    }
    results.add(it.name.text);
  }
  checkBody(at, declaration.body, scope, "value");
  reportLeftOut(at);
  reportUnused(at, declaration, dims);
}

/** A default stands among the inputs before it; a dim that later ones introduce, or it itself, is not known yet. */
function checkDefault(
  at: Checker,
  declaration: CallableDeclaration,
  dims: DimNames,
  place: number,
  value: Expression,
  scope: LocalScope,
): void {
  const known = inside(scope);
  for (const [name, places] of dims.introducedBy) {
    const introducers = places.map((it) => elementAt(declaration.inputs, it));
    if (!introducers.every(mayBeLeftOut)) continue;
    if (places.some((it, index) => it < place && introducers[index]?.default !== undefined)) continue;
    const needs = introducersOf(declaration, dims, name);
    known.names.set(name, { name, span: declaration.name.span, kind: "dim", used: true, needs });
  }
  checkExpression(at, value, known);
}

function checkType(at: Checker, type: TypeExpression, scope: LocalScope): void {
  const element = type.element.text;
  if (element !== "class" && !elementTypes.has(element) && !genericElements.has(element)) {
    const local = find(scope, element);
    if (local?.kind === "hyperparameter") {
      local.used = true;
      checkTypeForm(type, at.collector);
    } else
      reportUnknown(at, undefined, element, type.element.span, new Set([...elementTypes, "class"]), "element type");
  } else if (genericElements.has(element)) checkTypeForm(type, at.collector);
  if (type.classes !== undefined) checkExpression(at, type.classes, scope, new Set(), "dim");
  for (const dim of type.dims) {
    if (dim.kind === "dim-spread") {
      const many = dim.name && find(scope, dim.name.text);
      if (many !== undefined) many.used = true;
      else if (dim.name !== undefined) reportUnknown(at, scope, dim.name.text, dim.name.span, new Set(), "dim");
    } else checkExpression(at, dim, scope, new Set(), "dim");
  }
}

/** `use`: whether the last statement gives a value, or the body is there for its statements. */
function checkBody(at: Checker, body: Body, scope: LocalScope, use: "value" | "statements"): void {
  body.statements.forEach((statement, index) => {
    const next = body.statements[index + 1];
    checkStatement(at, statement, scope, use === "value" && next === undefined, next);
  });
  // That there is no result is told, and this was probably to be it.
  const last = body.statements.at(-1);
  if (use !== "value" || last?.kind !== "binding") return;
  for (const { text } of last.targets) {
    const local = find(scope, text);
    if (local !== undefined) local.used = true;
  }
}

function checkStatement(at: Checker, statement: Statement, scope: LocalScope, last: boolean, next?: Statement): void {
  switch (statement.kind) {
    case "binding":
      if (statement.annotation !== undefined) checkType(at, statement.annotation, scope);
      checkExpression(at, statement.value, scope);
      // A line that did not parse stands for itself alone: what it seems to bind again it may have meant otherwise.
      for (const it of statement.targets)
        if (!isLost(statement.value) || !find(scope, it.text)) declare(at, scope, it, "binding");
      return;
    case "update": {
      checkExpression(at, statement.value, scope);
      useUpdated(at, scope, statement.target);
      return;
    }
    case "param":
      checkType(at, statement.type, scope);
      if (statement.init !== undefined) checkExpression(at, statement.init, scope);
      declare(at, scope, statement.name, statement.flavor);
      return;
    case "emit":
    case "finish":
      return checkExpression(at, statement.value, scope);
    case "gather":
      checkType(at, statement.type, scope);
      checkExpression(at, statement.value, scope);
      return declare(at, scope, statement.name, "accumulator");
    case "when-statement":
      checkExpression(at, statement.condition, scope);
      // What either branch declares is seen after it: the condition is decided at each instantiation.
      checkBranches(scope, (branch) => {
        const { condition, then, otherwise } = statement;
        const there = knowing(at, condition, branch === "then");
        if (branch === "then") checkBody(there, then, scope, "statements");
        else if (otherwise?.kind === "body") checkBody(there, otherwise, scope, "statements");
        else if (otherwise !== undefined) checkStatement(there, otherwise, scope, false);
      });
      return;
    case "expression-statement":
      checkExpression(at, statement.value, scope);
      if (
        !last &&
        !at.broken &&
        !isLost(statement.value) &&
        !(statement.value.kind === "for-expression" && nothingGiven(statement.value) !== undefined)
      ) {
        at.collector.report(
          "MC2024",
          statement.span,
          {},
          {
            help: "Bind it to a name, or remove it. Only the last statement of a body is its result.",
            // Without the `->` before the next line, that is to blame.
            ...(next !== undefined && { unlessWrong: next.span }),
          },
        );
      }
  }
}

function checkChain(at: Checker, chain: Chain, scope: LocalScope): void {
  for (const stage of chain.stages) checkExpression(at, stage, scope, new Set(), "function");
}

/** `words`: bare words that are values here, because an enum is expected. `role`: what a name stands for here. */
function checkExpression(
  at: Checker,
  e: Expression,
  scope: LocalScope,
  words: ReadonlySet<string> = new Set(),
  role: Role = "any",
): void {
  switch (e.kind) {
    case "number":
    case "string":
    case "boolean":
      return;
    case "reference":
      return checkReference(at, e.text, e.span, scope, words, role);
    case "list":
    case "tuple":
      for (const it of e.elements) checkExpression(at, it, scope, words);
      return;
    case "parenthesized":
      return checkExpression(at, e.inner, scope, words, role);
    case "unary":
      return checkExpression(at, e.operand, scope, words, computed(role));
    case "binary": {
      checkExpression(at, e.left, scope, words, computed(role));
      // What decides a condition leaves the rest unlooked at.
      const decides = e.operator === "and" || e.operator === "or";
      return checkExpression(
        decides ? knowing(at, e.left, e.operator === "and") : at,
        e.right,
        scope,
        words,
        computed(role),
      );
    }
    case "comparison":
      for (const it of e.operands) checkExpression(at, it, scope, at.words);
      return;
    case "call":
      return checkCall(at, e, scope);
    case "index":
      checkExpression(at, e.target, scope, new Set(), "value");
      for (const it of e.indices) {
        for (const part of partsOfIndex(it)) checkExpression(at, part, scope, new Set(), "value");
      }
      return;
    case "member":
      if (!reportModuleName(at.collector, e, (it) => isKnown(at, it, scope)))
        checkExpression(at, e.target, scope, new Set(), "value");
      return;
    case "pipe":
      checkExpression(at, e.source, scope, new Set(), "value");
      for (const it of e.stages) checkExpression(at, it, scope, new Set(), "function");
      return;
    case "labelled-stage":
      return checkExpression(at, e.stage, scope, new Set(), "function");
    case "repeat-stage":
      checkExpression(at, e.count, scope);
      return checkChain(at, e.chain, scope);
    case "for-stage": {
      checkExpression(at, e.list, scope);
      const loop = inside(scope);
      for (const it of e.targets) declare(at, loop, it, "loop");
      return checkChain(at, e.chain, loop);
    }
    case "for-expression":
      return checkFor(at, e, scope);
    case "when-stage":
      checkExpression(at, e.condition, scope);
      checkChain(knowing(at, e.condition, true), e.then, scope);
      if (e.otherwise !== undefined) checkChain(knowing(at, e.condition, false), e.otherwise, scope);
      return;
    case "when-expression": {
      checkExpression(at, e.condition, scope);
      checkBody(knowing(at, e.condition, true), e.then, inside(scope), "value");
      const otherwise = knowing(at, e.condition, false);
      if (e.otherwise.kind === "body") checkBody(otherwise, e.otherwise, inside(scope), "value");
      else checkExpression(otherwise, e.otherwise, scope);
      return;
    }
    case "scan": {
      for (const it of e.sequences) checkExpression(at, it.source, scope, new Set(), "value");
      checkExpression(at, e.over, scope);
      // Without the lengths that it names, a scan runs to the end.
      if (e.until !== undefined && !isOptionalInput(e.until, scope)) checkExpression(at, e.until, scope);
      for (const it of e.carries) {
        checkType(at, it.type, scope);
        checkExpression(at, it.init, scope);
      }
      const body = inside(scope);
      for (const it of e.sequences) declare(at, body, it.element, "element");
      for (const it of e.carries) declare(at, body, it.name, "carry");
      checkBody(at, e.body, body, "statements");
    }
  }
}

function checkFor(at: Checker, e: ForExpression, scope: LocalScope): void {
  checkExpression(at, e.list, scope);
  for (const it of e.carries) {
    if (it.type !== undefined) checkType(at, it.type, scope);
    checkExpression(at, it.init, scope);
  }
  const body = inside(scope);
  for (const it of e.targets) declare(at, body, it, "loop");
  for (const it of e.carries) declare(at, body, it.name, "carry");
  const gathers = e.carries.length > 0 || emitsOf(e.body).length > 0;
  checkBody({ ...at, inFor: true }, e.body, body, gathers ? "statements" : "value");
  const nothing = nothingGiven(e);
  if (nothing !== undefined && !nothing.names.some((it) => find(scope, it) !== undefined))
    at.collector.report("MC2026", nothing.span, {}, { help: nothing.help });
}

/** The role of an operand: a size in a type, and elsewhere a value. */
function computed(role: Role): Role {
  return role === "dim" ? role : "value";
}

function checkReference(
  at: Checker,
  name: string,
  span: Span,
  scope: LocalScope,
  words: ReadonlySet<string>,
  role: Role,
  given: readonly Argument[] = [],
): void {
  if (words.has(name)) return;
  const local = find(scope, name);
  if (local !== undefined) {
    local.used = true;
    if (isLeftOut(at, local)) noteLeftOut(at, local, span);
    return;
  }
  if (isKnown(at, name, scope)) return;
  if (at.words.has(name) || elementTypes.has(name) || standsForElement(name, at.inputs)) return;
  reportUnknown(at, scope, name, span, words, role, given);
}

function checkCall(at: Checker, call: CallExpression, scope: LocalScope): void {
  if (checkGiven(at, call, scope)) return;
  if (call.callee.kind === "reference")
    checkReference(at, call.callee.text, call.callee.span, scope, new Set(), "function", call.arguments);
  else checkExpression(at, call.callee, scope, new Set(), "function");
  const callee =
    call.callee.kind === "reference" && find(scope, call.callee.text) === undefined ? call.callee.text : undefined;
  const callable = callee === undefined ? undefined : calleeOf(at, callee);
  if (callable !== undefined && !at.file.library)
    reportIdleArguments(at.collector, callable.declaration, call.arguments, (name) => find(scope, name) !== undefined);
  const operator = callable === undefined && callee !== undefined ? findOperator(callee) : undefined;
  if (operator !== undefined && !at.file.library) reportIdleAttributes(at.collector, operator, call.arguments);
  call.arguments.forEach((argument, index) => {
    if (callee !== undefined && reportComparedArgument(at, callee, argument, scope)) return;
    if (callable !== undefined && argument.name !== undefined)
      checkArgumentName(at, callable.declaration, argument.name);
    const words = wordsOfArgument({ name: callee, declaration: callable?.declaration }, argument, index, scope);
    if (!isHandedOn(at, call, argument, scope)) checkExpression(at, argument.value, scope, words);
  });
}

function checkArgumentName(at: Checker, declaration: CallableDeclaration, name: Name): void {
  const known = [...declaration.hyperparameters, ...(isFunction(declaration) ? declaration.inputs : [])];
  if (known.some((it) => it.name?.text === name.text)) return;
  reportUnknownHyperparameter(at.collector, name, declaration);
}
