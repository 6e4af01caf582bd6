import type { ProgramFile } from "../std/program-file.ts";
import type { Asker, Table } from "../support/memo.ts";
import type { Declaration } from "../syntax/ast.ts";
import { mentionsOf } from "./mentions.ts";
import type { ProgramMemory } from "./program-memory.ts";

/** What values of a program's declarations depend on, as texts that are equal where nothing of it has changed. */
export interface Dependencies {
  /** A declaration with all that it leads to: itself, what its words mean, what theirs do. */
  of(file: ProgramFile, declaration: Declaration): string;
  /** All names of all files: what says which there are depends on them. */
  readonly names: string;
}

interface Meaning {
  readonly id: number;
  readonly leadsTo: readonly (readonly [ProgramFile, Declaration])[];
}

/**
 * The dependencies within a program. The library never changes, so only names of the program's own files count. A
 * declaration's lowering reads nothing of these but what words in it, or in what it leads to, mean: that they are on a
 * cycle, missing or incomplete is part of their meaning.
 */
export function dependenciesOf(
  files: readonly ProgramFile[],
  cyclic: ReadonlySet<Declaration>,
  { memo, meanings }: ProgramMemory,
  asker: Asker,
): Dependencies {
  const known = new Map<Declaration, Meaning>();
  const meaningOf = (file: ProgramFile, declaration: Declaration): Meaning => {
    const before = known.get(declaration);
    if (before !== undefined) return before;
    const leadsTo: (readonly [ProgramFile, Declaration])[] = [];
    let text = `${file.source.path} ${memo.idOf(declaration)}${cyclic.has(declaration) ? " on a cycle" : ""}`;
    for (const word of mentionsOf(declaration)) {
      if (file.ast.incomplete.includes(word)) text += ` ${word}!`;
      const found = file.scope.get(word);
      if (found === undefined) continue;
      if (found.kind === "missing") text += ` ${word}?`;
      else {
        text += ` ${memo.idOf(found.declaration)}`;
        leadsTo.push([found.file, found.declaration]);
      }
    }
    const meaning = { id: memo.idOf(meanings.of(asker, text, () => ({}))), leadsTo };
    known.set(declaration, meaning);
    return meaning;
  };
  return {
    of(file, declaration) {
      const own = meaningOf(file, declaration);
      const ids = new Set<number>();
      const open = [own];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (ids.has(next.id)) continue;
        ids.add(next.id);
        for (const [in_, it] of next.leadsTo) open.push(meaningOf(in_, it));
      }
      return `${own.id} of ${[...ids].sort((a, b) => a - b).join(" ")}`;
    },
    names: files.map((it) => [...it.scope.keys()].join(" ")).join("; "),
  };
}

/** A value that may say which names there are: then it depends on all of them as well. */
export function ofNames<T extends { readonly saysNames: boolean }>(
  table: Table<T>,
  asker: Asker,
  key: string,
  names: string,
  make: (asker: Asker) => T,
): T {
  const value = table.of(asker, key, make);
  return value.saysNames ? table.of(asker, `${key} among ${names}`, make) : value;
}
