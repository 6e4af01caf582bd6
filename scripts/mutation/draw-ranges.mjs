// Which lines of a group are mutated: drawn by a seed, so that a run can be repeated and the next one looks elsewhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Lines of a window: a small function, or a part of one with its conditions. */
const windowSize = 10;

/** Mutants that a line gives, about; measured over the groups. */
const mutantsPerLine = 2;

/** Ranges of lines (`path`, `from`, `to`) of a group that give about as many mutants as asked for. */
export function drawRanges(group, mutants, seed) {
  const pieces = readdirSync(group.sources, { recursive: true })
    .filter((it) => it.endsWith(".ts") && !it.endsWith(".generated.ts"))
    .sort()
    .flatMap((it) => {
      const path = join(group.sources, it);
      const text = readFileSync(path, "utf8");
      return group.only === undefined ? windowsOf(path, text) : valuesOf(path, text, group.only);
    });
  const drawn = [];
  let lines = 0;
  for (const piece of shuffle(pieces, seed)) {
    if (lines * mutantsPerLine >= mutants) break;
    drawn.push(piece);
    lines += piece.to - piece.from + 1;
  }
  return drawn.sort((a, b) => (a.path === b.path ? a.from - b.from : a.path < b.path ? -1 : 1));
}

/** The file in windows that begin and end between statements where a statement is no longer than a window. */
function windowsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const line = (position) => file.getLineAndCharacterOfPosition(position).line + 1;
  const windows = [];
  for (const statement of file.statements) {
    if (
      ts.isImportDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    )
      continue;
    const [from, to] = [line(statement.getStart()), line(statement.getEnd())];
    const last = windows.at(-1);
    if (last !== undefined && to - last.from < windowSize) last.to = to;
    else
      for (let at = from; at <= to; at += windowSize)
        windows.push({ path, from: at, to: Math.min(to, at + windowSize - 1) });
  }
  return windows;
}

/** Where a property of a name has a function as its value, and the functions of the file that such a one names. */
function valuesOf(path, text, name) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const declared = new Map(
    file.statements.filter((it) => ts.isFunctionDeclaration(it)).map((it) => [it.name?.text, it]),
  );
  const found = new Set();
  const follow = (node) => {
    if (ts.isIdentifier(node) && declared.has(node.text) && !found.has(declared.get(node.text))) {
      found.add(declared.get(node.text));
      follow(declared.get(node.text).body);
    }
    ts.forEachChild(node, follow);
  };
  const visit = (node) => {
    const named = (ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node)) && node.name.getText() === name;
    const value = named && ts.isPropertyAssignment(node) ? node.initializer : node;
    if (named && !ts.isStringLiteral(value)) {
      if (!ts.isIdentifier(value)) found.add(node);
      follow(value);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const line = (position) => file.getLineAndCharacterOfPosition(position).line + 1;
  return [...found].map((it) => ({ path, from: line(it.getStart()), to: line(it.getEnd()) }));
}

/** In an order that a seed decides: numbers of a linear congruence as keys. */
function shuffle(pieces, seed) {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return pieces
    .map((piece) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return { piece, key: state >>> 8 };
    })
    .sort((a, b) => a.key - b.key)
    .map(({ piece }) => piece);
}
