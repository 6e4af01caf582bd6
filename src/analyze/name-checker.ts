import type { Collector } from "../diagnostics/collector.ts";
import { initializers } from "../ops/initializers.ts";
import { allOperators } from "../ops/registry.ts";
import type { Library } from "../std/library.ts";
import type { Callable, ProgramFile } from "../std/program-file.ts";
import type { Span } from "../support/source.ts";
import type { CallableDeclaration, Input, Name } from "../syntax/ast.ts";
import { builtinFunctions } from "./builtins.ts";
import type { GivenGroups } from "./given.ts";
import { find, visible, type Local, type LocalKind, type LocalScope } from "./local-scope.ts";
import { reportUnknownName } from "./report-unknown-name.ts";

/** Where names are looked at, and what is known there. */
export interface Checker {
  readonly file: ProgramFile;
  readonly library: Library;
  readonly collector: Collector;
  /** Words of the enums of the declaration's own hyperparameters. */
  readonly words: ReadonlySet<string>;
  /** The declaration's inputs, which `given` may ask for. */
  readonly inputs: readonly Input[];
  /** What is known of optional inputs. */
  readonly given: GivenGroups;
  /** Everything declared so far, for what is unused in the end. */
  readonly locals: Local[];
}

const globalNames: readonly string[] = [
  ...allOperators.filter((it) => it.exposed).map((it) => it.name),
  ...Object.keys(initializers),
  ...builtinFunctions,
  "training",
];
/** Names that the language gives. */
export const globals: ReadonlySet<string> = new Set(globalNames);

/** Reports what a declaration declares and does not use. */
export function reportUnused(at: Checker, declaration: CallableDeclaration): void {
  for (const it of at.locals) {
    if (it.used || it.name.startsWith("_")) continue;
    const callable = declaration.name.text;
    if (it.kind === "hyperparameter") at.collector.report("MC2006", it.span, { name: it.name, callable });
    else if (it.kind === "input") at.collector.report("MC2005", it.span, { name: it.name, callable });
    else if (it.kind === "param" || it.kind === "state")
      at.collector.report("MC2022", it.span, { name: it.name, what: it.kind });
    else if (it.kind === "binding" || it.kind === "element" || it.kind === "carry") {
      at.collector.report("MC2004", it.span, { name: it.name });
    } else if (it.kind === "accumulator" && declaration.body.statements.at(-1)?.kind === "finish") {
      // Without it there is nothing to use it, which is reported.
      at.collector.report("MC2004", it.span, { name: it.name });
    }
  }
}

/** Binds a name in a scope; `needs`: of what may be left out, the inputs of which one must be given. */
export function declare(at: Checker, scope: LocalScope, name: Name, kind: LocalKind, needs?: readonly string[]): void {
  if (name.text === "_") return;
  const before = find(scope, name.text);
  if (before !== undefined) {
    at.collector.report(
      "MC2003",
      name.span,
      { name: name.text },
      {
        labels: [{ span: before.span, message: `\`${name.text}\` is already the name of ${article(before.kind)}` }],
        help: "Give one of them another name: no name is bound twice.",
      },
    );
    return;
  }
  const local: Local = { name: name.text, span: name.span, kind, used: false, ...(needs !== undefined && { needs }) };
  scope.names.set(name.text, local);
  at.locals.push(local);
}

function article(kind: LocalKind): string {
  return /^[aei]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}

/** The declaration that a name means outside of bodies. */
export function calleeOf(at: Checker, name: string): Callable | undefined {
  const found = at.file.scope.get(name) ?? at.library.find(name);
  return found?.kind === "callable" ? found : undefined;
}

/** Reports a name that means nothing, with the nearest that does. */
export function reportUnknown(
  at: Checker,
  scope: LocalScope | undefined,
  name: string,
  span: Span,
  words: ReadonlySet<string>,
  what = "name",
): void {
  if (at.file.ast.incomplete.includes(name)) return;
  if (at.inputs.some((it) => it.name?.text === name)) {
    const help = `\`${name}\` is an input: it is known in the body, and in the defaults of the inputs after it.`;
    at.collector.report("MC2001", span, { name, what }, { help });
    return;
  }
  at.collector.sayNames();
  const candidates =
    what === "name"
      ? [...visible(scope), ...words, ...at.file.scope.keys(), ...at.library.names, ...globalNames]
      : words;
  reportUnknownName(at.collector, name, span, candidates, what);
}
