import type { ProgramFile, TopLevel } from "../std/program-file.ts";
import type { Asker, Table } from "../support/memo.ts";
import { textOf } from "../support/source.ts";
import type { Declaration, Expression } from "../syntax/ast.ts";
import { lostName } from "../syntax/lost-name.ts";
import { mentionsOf } from "./mentions.ts";
import type { ProgramMemory } from "./program-memory.ts";

/** What values of a program's declarations depend on, as texts that are equal where nothing of it has changed. */
export interface Dependencies {
  /** A declaration, or an expression in one, with all that it leads to: what its words mean, what theirs do. */
  of(file: ProgramFile, node: Dependent): string;
  /** All names of all files and what they are: what says which there are depends on them. */
  readonly names: string;
}

/** What depends on others by the words in it. */
type Dependent = Declaration | Expression;

interface Meaning {
  readonly id: number;
  readonly leadsTo: readonly (readonly [ProgramFile, Dependent])[];
}

/**
 * The dependencies within a program. The library never changes, so only names of the program's own files count. A
 * declaration's lowering reads nothing of these but what words in it, or in what it leads to, mean: that they are on a
 * cycle, missing or broken is part of their meaning.
 */
export function dependenciesOf(
  files: readonly ProgramFile[],
  cyclic: ReadonlySet<Dependent>,
  { memo, meanings }: ProgramMemory,
  asker: Asker,
): Dependencies {
  const known = new Map<Dependent, Meaning>();
  const meaningOf = (file: ProgramFile, node: Dependent): Meaning => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const leadsTo: (readonly [ProgramFile, Dependent])[] = [];
    let text = `${file.source.path} ${memo.idOf(node)}${cyclic.has(node) ? " on a cycle" : ""}${file.scope.has(lostName) ? " beside what is lost" : ""}`;
    for (const word of mentionsOf(node)) {
      const found = file.scope.get(word);
      if (found === undefined) continue;
      if (found.kind === "missing") text += ` ${word}?`;
      else {
        text += ` ${memo.idOf(found.declaration)}`;
        leadsTo.push([found.file, found.declaration]);
      }
    }
    const meaning = { id: memo.idOf(meanings.of(asker, text, () => ({}))), leadsTo };
    known.set(node, meaning);
    return meaning;
  };
  const keys = new Map<Dependent, string>();
  return {
    of(file, node) {
      const before = keys.get(node);
      if (before !== undefined) return before;
      const own = meaningOf(file, node);
      const ids = new Set<number>();
      const open = [own];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (ids.has(next.id)) continue;
        ids.add(next.id);
        for (const [in_, it] of next.leadsTo) open.push(meaningOf(in_, it));
      }
      const key = `${own.id} of ${[...ids].sort((a, b) => a - b).join(" ")}`;
      keys.set(node, key);
      return key;
    },
    names: files.map(({ scope }) => [...scope].map(([name, it]) => `${whatIs(it)} ${name}`).join(" ")).join("; "),
  };
}

/** What a name is, as far as it decides where the name may be meant. */
function whatIs(it: TopLevel): string {
  return it.kind === "callable" ? it.declaration.flavor : it.kind;
}

/** What keys of a declaration's values begin with, for those who read them. */
export function nameOf(declaration: Declaration): string {
  switch (declaration.kind) {
    case "const":
    case "callable":
    case "data":
      return declaration.name.text;
    case "train":
    case "tune":
      return declaration.label?.text ?? textOf(declaration.model.span);
    case "test":
    case "budget":
      return textOf(declaration.target.span);
    case "import":
      return declaration.from.value;
  }
}

/** A value that may say which names there are: then it depends on all of them as well. */
export function ofNames<T extends { readonly saysNames: boolean }>(
  table: Table<T>,
  asker: Asker,
  key: string,
  names: string,
  make: (asker: Asker) => T,
): T {
  const fresh: T[] = [];
  const value = table.of(asker, key, (own) => {
    const made = make(own);
    fresh.push(made);
    return made;
  });
  // What was made just now was made among these names.
  return value.saysNames ? table.of(asker, `${key} among ${names}`, (own) => fresh[0] ?? make(own)) : value;
}
