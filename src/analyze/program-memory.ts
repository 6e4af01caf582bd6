import type { KeptPiece } from "../syntax/parse.ts";
import type { Memo, Table } from "../support/memo.ts";
import type { DeclarationCheck } from "./check-declarations.ts";

/** What parsing and binding keep from one check of a program to the next. */
export interface ProgramMemory {
  readonly memo: Memo;
  readonly pieces: Table<KeptPiece>;
  readonly declarations: Table<DeclarationCheck>;
  /** Stands for a declaration with what its words mean: one object as long as neither changes. */
  readonly meanings: Table<object>;
}

/** Nothing kept yet. */
export function createProgramMemory(memo: Memo): ProgramMemory {
  return {
    memo,
    pieces: memo.table("piece"),
    declarations: memo.table("declaration"),
    meanings: memo.table("meaning"),
  };
}
