import type { Code, ParametersOf } from "../diagnostics/catalog.ts";
import type { Collector } from "../diagnostics/collector.ts";
import { initializers } from "../ops/initializers.ts";
import { allOperators } from "../ops/registry.ts";
import type { Library } from "../std/library.ts";
import type { Callable, ProgramFile, TopLevel } from "../std/program-file.ts";
import { nearest } from "../support/nearest.ts";
import type { Span } from "../support/source.ts";
import type { Argument, CallableDeclaration, Input, Name } from "../syntax/ast.ts";
import { builtinFunctions } from "./builtins.ts";
import type { DimNames } from "./dim-names.ts";
import type { GivenGroups } from "./given.ts";
import { find, visible, type Local, type LocalKind, type LocalScope } from "./local-scope.ts";
import { lostName } from "../syntax/lost-name.ts";
import { mayBeLost } from "./may-be-lost.ts";
import { sizeGivers } from "./size-givers.ts";
import { mostHelped, reportUnknownName } from "./report-unknown-name.ts";

/** Where names are looked at, and what is known there. */
export interface Checker {
  readonly file: ProgramFile;
  readonly library: Library;
  readonly collector: Collector;
  /** Words of the enums of the declaration's own hyperparameters. */
  readonly words: ReadonlySet<string>;
  /** The declaration's inputs, which `given` may ask for. */
  readonly inputs: readonly Input[];
  /** Whether a part of the declaration did not parse. */
  readonly broken: boolean;
  /** What is known of optional inputs. */
  readonly given: GivenGroups;
  /** Whether it is the body of a `for`, whose rounds have names of their own. */
  readonly inFor?: boolean;
  /** Everything declared so far, for what is unused in the end. */
  readonly locals: Local[];
  /** What may be left out, with where it is used although nothing says that it is given. */
  readonly leftOut: Map<Local, Span[]>;
}

const globalNames: readonly string[] = [
  ...allOperators.filter((it) => it.exposed).map((it) => it.name),
  ...Object.keys(initializers),
  ...builtinFunctions,
  "training",
];
/** Names that the language gives. */
export const globals: ReadonlySet<string> = new Set(globalNames);

/** Reports what a declaration declares and does not use: where all else is right, since a misspelt use uses it too. */
export function reportUnused(at: Checker, declaration: CallableDeclaration, dims: DimNames): void {
  const { name, span: unlessWrong, body } = declaration;
  const callable = name.text;
  const givers = sizeGivers(declaration, dims);
  for (const { used, name, span, kind } of at.locals) {
    if (used || name === lostName || name.startsWith("_")) continue;
    const report = <C extends Code>(code: C, parameters: ParametersOf<C>): void => {
      at.collector.report(code, span, parameters, { unlessWrong });
    };
    if (kind === "hyperparameter") report("MC2006", { name, callable });
    else if (kind === "input" && !givers.has(name)) report("MC2005", { name, callable });
    else if (kind === "param" || kind === "state") report("MC2022", { name, what: kind });
    else if (kind === "binding" || kind === "element" || kind === "carry") report("MC2004", { name });
    // Without `finish` there is nothing to use an accumulator, which is reported.
    else if (kind === "accumulator" && body.statements.at(-1)?.kind === "finish") report("MC2004", { name });
  }
}

const roundsHelp =
  "No name is bound twice. `x -> repeat 3 { Dense(10) }` applies stages one after the other; a carry goes from round to round: `for i in range(3) with h = x { h <- h -> Dense(10) }`.";

/** Binds a name in a scope; `needs`: of what may be left out, the inputs of which one must be given. */
export function declare(at: Checker, scope: LocalScope, name: Name, kind: LocalKind, needs?: readonly string[]): void {
  if (name.text === "_") return;
  const before = find(scope, name.text);
  if (before !== undefined && name.text === lostName) return;
  if (before !== undefined) {
    at.collector.report(
      "MC2003",
      name.span,
      { name: name.text },
      {
        labels: [{ span: before.span, message: `\`${name.text}\` is already the name of ${article(before.kind)}` }],
        help: at.inFor === true ? roundsHelp : "Give one of them another name: no name is bound twice.",
      },
    );
    // What it should have been called may be used below.
    scope.names.set(lostName, { name: lostName, span: name.span, kind, used: true });
    return;
  }
  const local: Local = { name: name.text, span: name.span, kind, used: false, ...(needs !== undefined && { needs }) };
  scope.names.set(name.text, local);
  at.locals.push(local);
}

function article(kind: LocalKind): string {
  return /^[aei]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** Whether a name means something, wherever it may stand. */
export function isKnown(at: Checker, name: string, scope: LocalScope): boolean {
  return (
    find(scope, name) !== undefined ||
    at.file.scope.has(name) ||
    at.library.find(name) !== undefined ||
    globals.has(name)
  );
}

/** The declaration that a name means outside of bodies. */
export function calleeOf(at: Checker, name: string): Callable | undefined {
  const found = at.file.scope.get(name) ?? at.library.find(name);
  return found?.kind === "callable" ? found : undefined;
}

/**
 * What a name that means nothing stands for where it is written: what is called, a value that is computed with, a size in a
 * type, what `<-` changes, or any of these.
 */
export type Role = "function" | "value" | "dim" | "updated" | "any";

const localsOf: Readonly<Record<Role, ((kind: LocalKind) => boolean) | undefined>> = {
  // What is bound may be an instance, and a hyperparameter or an element of a list a block.
  function: (kind) => kind === "binding" || kind === "hyperparameter" || kind === "loop",
  value: undefined,
  dim: undefined,
  updated: (kind) => kind === "state" || kind === "carry",
  any: undefined,
};

/** Words that are values by themselves. */
const truths: readonly string[] = ["true", "false"];

/** The names that could stand in a body where one does that means nothing. */
function candidatesOf(at: Checker, scope: LocalScope | undefined, role: Role): readonly string[] {
  const locals = visible(scope, localsOf[role]);
  if (role === "updated") return locals;
  const isMetric = (it: string): boolean => at.library.find(it)?.declaration.flavor === "metric";
  const functions = [...at.library.offered().filter((it) => !isMetric(it)), ...globalNames];
  const own = (isWanted: (it: TopLevel) => boolean): readonly string[] =>
    [...at.file.scope].flatMap(([name, it]) => (isWanted(it) ? [name] : []));
  const isCallable = (it: TopLevel): boolean => it.kind === "callable" && it.declaration.flavor !== "metric";
  if (role === "function") return [...locals, ...own(isCallable), ...functions];
  const values = [...truths, ...locals];
  if (role === "any") return [...values, ...own((it) => it.kind === "const" || isCallable(it)), ...functions];
  const constants = own((it) => it.kind === "const");
  return role === "value" ? [...values, ...constants, "training"] : [...locals, ...constants];
}

/** The file from which a name could be imported, of those that a file imports from. */
function whereToImport({ file }: Checker, name: string): string | undefined {
  return [...file.imports].find(([, it]) => it.scope.has(name))?.[0];
}

/** Reports a name that means nothing, with the nearest that could stand there. */
export function reportUnknown(
  at: Checker,
  scope: LocalScope | undefined,
  name: string,
  span: Span,
  words: ReadonlySet<string>,
  role: Role | "element type" = "any",
  given: readonly Argument[] = [],
): void {
  if (mayBeLost(at.file, name) || find(scope, lostName) !== undefined) return;
  const what = role === "element type" ? role : "name";
  const report = (help: string): void => at.collector.report("MC2001", span, { name, what }, { help });
  if (at.inputs.some((it) => it.name?.text === name))
    return report(`\`${name}\` is an input: it is known in the body, and in the defaults of the inputs after it.`);
  at.collector.sayNames();
  const path = whereToImport(at, name);
  if (path !== undefined) return report(`It is declared in ${path}: write \`import { ${name} } from "${path}"\`.`);
  // Where words are wanted no function is.
  const asked = role === "any" && words.size > 0 ? "value" : role;
  const isOnlyWords = asked === "element type" || at.collector.found.length > mostHelped;
  const candidates = isOnlyWords ? words : [...words, ...candidatesOf(at, scope, asked)];
  if (role === "dim" && name === "None")
    return report("A size that is open has a name of its own, `B` or `T`: where it stands again, it is the same size.");
  if (role === "dim" && /^[a-z]/.test(name) && nearest(name, candidates) === undefined)
    return report("A size that an input brings has a name with a capital: `B`, `Batch`.");
  // A branch or a loop has names of its own.
  const elsewhere = at.locals.find((it) => it.name === name && it.kind === "binding");
  const labels =
    elsewhere === undefined ? [] : [{ span: elsewhere.span, message: "bound here, and known in these braces alone" }];
  const dims = visible(scope, (kind) => kind === "dim");
  const isDim = role === "dim" || (/^[A-Z][A-Z0-9]?$/.test(name) && dims.length > 0);
  const otherwise = isDim && what === "name" ? helpOfDim(dims) : undefined;
  reportUnknownName(at.collector, name, span, candidates, what, what === "name" ? words : undefined, {
    otherwise,
    given,
    labels,
  });
}

/** Where dims come from, and which there are. */
function helpOfDim(dims: readonly string[]): string {
  const known = dims.length === 0 ? "" : ` Here ${dims.length === 1 ? "is" : "are"} ${dims.join(", ")}.`;
  return `A dim is introduced by an input in which it stands alone, as \`T\` in \`f32[B, T]\`.${known}`;
}

/** What to do where a name is to mean another value. */
const renaming =
  "Give the new value a name of its own. In a loop, a carry is updated: `for _ in range(3) with h = x { h <- f(h) }`.";

/** Takes note of what `<-` changes, and reports what it cannot change. */
export function useUpdated(at: Checker, scope: LocalScope, { text, span }: Name): void {
  const local = find(scope, text);
  if (local === undefined) reportUnknown(at, scope, text, span, new Set(), "updated");
  else if (local.kind === "state" || local.kind === "carry") local.used = true;
  else at.collector.report("MC2020", span, { name: local.name, what: local.kind }, { help: renaming });
}
