import { createCollector, type Collector } from "../diagnostics/collector.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { Library } from "../std/library.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { elementAt } from "../support/element-at.ts";
import { nearest } from "../support/nearest.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type {
  CallableDeclaration,
  ConstDeclaration,
  Declaration,
  HyperparameterType,
  Input,
  Name,
} from "../syntax/ast.ts";
import { lostName } from "../syntax/lost-name.ts";
import { hyperparameterWords, elementTypes } from "./builtins.ts";
import { checkNames } from "./check-names.ts";
import { dimNamesOf } from "./dim-names.ts";
import { helpOfOwner, isFunction } from "./is-function.ts";
import { mayBeLeftOut, misplacedInputs } from "./may-be-left-out.ts";
import { referencesIn, walk } from "./walk.ts";

/** What is wrong with one declaration, looked at by itself and what its words mean. */
export interface DeclarationCheck {
  /** Names in the wrong case, misspelt types of hyperparameters and the like. */
  readonly form: Findings;
  /** Unknown, doubly bound and unused names. */
  readonly names: Findings;
  readonly saysNames: boolean;
}

/** Checks one declaration. */
export function checkDeclaration(file: ProgramFile, library: Library, declaration: Declaration): DeclarationCheck {
  const form = createCollector();
  const names = createCollector();
  if (declaration.kind === "callable") {
    checkCase(declaration, form);
    checkResultNames(declaration, form);
    for (const it of declaration.hyperparameters) checkHyperparameterType(it.type, form);
    checkFn(declaration, form);
    checkInputOrder(declaration, form);
    checkMetric(declaration, form);
  }
  // Of names that may have come out of their scopes, nothing is said.
  if ((declaration.kind === "callable" || declaration.kind === "const") && !declaration.unbalanced)
    checkNames(file, library, declaration, names);
  return { form, names, saysNames: names.saysNames };
}

/** Reports names that several declarations of a file have, and after each what its own check found wrong with it. */
export function checkDeclarations(file: ProgramFile, checks: readonly DeclarationCheck[], collector: Collector): void {
  const seen = new Map<string, Name>();
  for (const [index, declaration] of file.ast.declarations.entries()) {
    for (const name of declaredNames(declaration)) {
      if (name.text === lostName) continue;
      const first = seen.get(name.text);
      if (first === undefined) {
        seen.set(name.text, name);
        continue;
      }
      const labels = [{ span: first.span, message: "declared here first" }];
      collector.report("MC2002", name.span, { name: name.text }, { labels });
    }
    collector.take(elementAt(checks, index).form);
  }
  checkTrainings(file, collector);
}

/** What is trained gives its name to files: a label tells two trainings of one model apart. */
function checkTrainings({ ast }: ProgramFile, collector: Collector): void {
  const seen = new Map<string, Span>();
  for (const declaration of ast.declarations) {
    if (declaration.kind !== "train") continue;
    const { label, model } = declaration;
    const callee = model.kind === "call" ? model.callee : model;
    const name = label ?? (callee.kind === "reference" ? callee : undefined);
    if (name === undefined || name.text === lostName) continue;
    const first = seen.get(name.text);
    if (first === undefined) seen.set(name.text, name.span);
    else {
      collector.report(
        "MC2002",
        name.span,
        { name: name.text },
        {
          labels: [{ span: first, message: "trained here first" }],
          help: `Give each training a label: \`train small: ${name.text} on ${declaration.data.text}\`.`,
        },
      );
    }
  }
}

function declaredNames(declaration: Declaration): readonly Name[] {
  switch (declaration.kind) {
    case "import":
      return declaration.names;
    case "const":
    case "callable":
    case "data":
      return [declaration.name];
    default:
      return [];
  }
}

function checkCase({ flavor, name }: CallableDeclaration, collector: Collector): void {
  if (name.text === lostName) return;
  const capital = /^[A-Z]/.test(name.text);
  const small = isFunction({ flavor });
  if (small && capital) {
    const text = name.text.charAt(0).toLowerCase() + name.text.slice(1);
    collector.report("MC2016", name.span, {
      name: name.text,
      rule: `the name of a ${flavor} begins with a small letter`,
      better: text,
    });
  } else if (!small && !capital) {
    const text = name.text.charAt(0).toUpperCase() + name.text.slice(1);
    collector.report("MC2016", name.span, {
      name: name.text,
      rule: `the name of a ${flavor} begins with a capital`,
      better: text,
    });
  }
}

/** Sections and what is generated refer to the results of a model by name. */
function checkResultNames({ flavor, name, results, broken }: CallableDeclaration, collector: Collector): void {
  if (flavor !== "model" || broken) return;
  if (results !== undefined && results.every((it) => it.name !== undefined)) return;
  const span = results?.find((it) => it.name === undefined)?.span ?? name.span;
  const given = span === name.span ? "f32[B, 10]" : textOf(span);
  collector.report("MC2029", span, { model: name.text }, { help: `Put a name before it: \`output: ${given}\`.` });
}

/** What types of other languages are called here. */
const typesElsewhere: ReadonlyMap<string, string> = new Map([
  ["str", "string"],
  ["text", "string"],
  ["integer", "int"],
  ["double", "float"],
  ["number", "float"],
  ["boolean", "bool"],
  ["function", "fn"],
  ["callable", "fn"],
  ["module", "block"],
  ["layer", "block"],
]);

function checkHyperparameterType(type: HyperparameterType, collector: Collector): void {
  const [only, ...others] = type.alternatives;
  for (const it of type.alternatives) {
    if (it.kind === "list-of") {
      checkHyperparameterType(it.element, collector);
      continue;
    }
    const word = it.name.text;
    if (hyperparameterWords.has(word)) continue;
    // An enum of one word is of no use: such a word is a misspelt type.
    const near = nearest(word, hyperparameterWords);
    const lone = others.length === 0 && it === only;
    if (!lone && near === undefined && !elementTypes.has(word)) continue;
    const better = near ?? typesElsewhere.get(word) ?? (elementTypes.has(word) ? "float" : undefined);
    collector.report(
      "MC2017",
      it.span,
      { word },
      better === undefined
        ? {
            help: `Types of hyperparameters are ${[...hyperparameterWords].join(", ")}, lists of them, and enums such as \`same | valid\`.`,
          }
        : {
            help: `Did you mean \`${better}\`?`,
            fix: { title: `change to ${better}`, edits: [{ span: it.span, text: better }] },
          },
    );
  }
}

/** Inputs go by position first: those that must be given stand before the others. */
function checkInputOrder({ inputs }: CallableDeclaration, collector: Collector): void {
  const [first, ...others] = misplacedInputs(inputs);
  const before = inputs.find(mayBeLeftOut);
  if (first === undefined || before === undefined) return;
  const labels = [
    { span: before.span, message: "may be left out" },
    ...others.map(({ span }) => ({ span, message: "and this must be given" })),
  ];
  collector.report("MC2042", first.span, { name: nameOf(first), before: nameOf(before) }, { labels });
}

function nameOf({ name }: Input): string {
  return name?.text ?? "_";
}

/** A metric gathers something and ends in `finish`; nothing else has such statements, nor has what is nested in it. */
function checkMetric(declaration: CallableDeclaration, collector: Collector): void {
  const { flavor, name, body, broken } = declaration;
  const own = new Set<unknown>(flavor === "metric" ? body.statements : []);
  walk(body, (node) => {
    if ((node.kind !== "gather" && node.kind !== "finish") || own.has(node)) return;
    collector.report("MC2045", node.span, { word: node.kind === "gather" ? node.merge : "finish" });
  });
  // What was left out of a text with syntax errors is missing, not wrong.
  if (flavor !== "metric" || broken) return;
  const early = body.statements.slice(0, -1).find((it) => it.kind === "finish");
  const last = body.statements.at(-1);
  const report = (span: Span, problem: string, fix?: Fix): void => {
    collector.report("MC2046", span, { name: name.text, problem }, fix && { fix });
  };
  if (early !== undefined) report(early.span, "goes on after its `finish`");
  else if (last !== undefined && last.kind !== "finish") {
    const at = { ...last.span, end: last.span.start };
    const isFigure = last.kind === "expression-statement";
    const fix = { title: "write `finish`", edits: [{ span: at, text: "finish " }] };
    report(last.span, "does not end in `finish`", isFigure ? fix : undefined);
  } else if (last !== undefined && !body.statements.some((it) => it.kind === "gather"))
    report(name.span, "gathers nothing: it needs a `total`, a `largest` or a `smallest`");
}

/** A fn owns nothing, and a metric neither. */
function checkFn(declaration: CallableDeclaration, collector: Collector): void {
  if (!isFunction(declaration)) return;
  walk(declaration, (node) => {
    if (node.kind === "param") {
      const help = declaration.flavor === "fn" ? { help: helpOfOwner(declaration.name.text) } : {};
      collector.report("MC2023", node.span, { fn: declaration.name.text, what: node.flavor }, help);
    }
  });
}

const references = new WeakMap<CallableDeclaration | ConstDeclaration, ReadonlySet<string>>();

/** What a declaration refers to by name, but for the names of its own. */
function referencesOf(declaration: CallableDeclaration | ConstDeclaration): ReadonlySet<string> {
  const known = references.get(declaration);
  if (known !== undefined) return known;
  const found = new Set(findReferences(declaration));
  references.set(declaration, found);
  return found;
}

function findReferences(declaration: CallableDeclaration | ConstDeclaration): readonly string[] {
  if (declaration.kind === "const") return [...referencesIn(declaration.value)];
  const { body, hyperparameters, inputs } = declaration;
  const own = new Set([...hyperparameters, ...inputs].flatMap((it) => it.name?.text ?? []));
  walk(body, (node) => {
    if (node.kind === "binding" || node.kind === "for-stage" || node.kind === "for-expression")
      for (const it of node.targets) own.add(it.text);
    else if (
      node.kind === "param" ||
      node.kind === "gather" ||
      node.kind === "loop-carry" ||
      node.kind === "scan-carry"
    )
      own.add(node.name.text);
    else if (node.kind === "scan-sequence") own.add(node.element.text);
  });
  const parts = [body, ...[...hyperparameters, ...inputs].flatMap((it) => it.default ?? [])];
  return parts.flatMap((it) => [...referencesIn(it)]).filter((it) => !own.has(it));
}

/** Reports declarations of a file that use themselves; gives those that were reported. */
export function checkRecursion({ ast, scope }: ProgramFile, collector: Collector): readonly Declaration[] {
  const declared = new Map<string, CallableDeclaration | ConstDeclaration>();
  for (const it of ast.declarations) if (it.kind === "callable" || it.kind === "const") declared.set(it.name.text, it);
  const isConstant = (name: string): boolean => scope.get(name)?.kind === "const";
  const cyclic: Declaration[] = [];
  const settled = new Set<string>();
  const visit = (name: string, chain: readonly string[]): void => {
    const at = chain.indexOf(name);
    const found = declared.get(name);
    if (found === undefined || found.broken) return;
    if (at !== -1) {
      const cycle = chain.slice(at);
      const help = cycle.every(isConstant)
        ? "A constant is made of numbers, and of constants that are known without it."
        : "A network has a fixed number of layers: for several in a row write `repeat` or `for`.";
      collector.report("MC2015", found.name.span, { cycle: [...cycle, name].join(" -> ") }, { help });
      cyclic.push(found);
      return;
    }
    if (settled.has(name)) return;
    settled.add(name);
    const dims = found.kind === "const" ? undefined : dimNamesOf(found, isConstant).variables;
    for (const it of referencesOf(found)) if (dims?.has(it) !== true) visit(it, [...chain, name]);
  };
  for (const name of declared.keys()) visit(name, []);
  return cyclic;
}
