import { nameOf } from "../analyze/dependencies.ts";
import { mentionsOf } from "../analyze/mentions.ts";
import type { Program } from "../analyze/program.ts";
import type { Collector } from "../diagnostics/collector.ts";
import { inFile, textOf } from "../support/source.ts";
import type { Declaration } from "../syntax/ast.ts";

/**
 * The names that stand in declarations with an error of syntax or names, or in those that rest on such: what these are would
 * be known by uses that could not be looked at.
 */
export function namedByWrong(program: Program, collector: Collector): ReadonlySet<string> {
  const named = new Set<string>();
  if (!collector.hasErrors) return named;
  const errors = collector.diagnostics.filter((it) => it.severity === "error" && /^MC[12]/.test(it.code));
  const isWrong = (declaration: Declaration): boolean => {
    const { file, start, end } = inFile(declaration.span);
    const within = errors.some(({ span }) => span.file.path === file.path && span.start >= start && span.start < end);
    return declaration.broken || within;
  };
  const declared = program.files.flatMap((it) => it.ast.declarations);
  // What did not parse was left out of the tree.
  const wordsOf = (it: Declaration): Iterable<string> =>
    it.broken ? (textOf(it.span).match(/\w+/g) ?? []) : mentionsOf(it);
  const open = declared.filter(isWrong);
  const affected = new Set<Declaration>();
  for (let it = open.pop(); it !== undefined; it = open.pop()) {
    if (affected.has(it)) continue;
    affected.add(it);
    for (const word of wordsOf(it)) if (word !== nameOf(it)) named.add(word);
    const name = nameOf(it);
    open.push(...declared.filter((other) => !affected.has(other) && other !== it && mentionsOf(other).has(name)));
  }
  return named;
}
