import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import { endOf } from "./cst.ts";

/** A token without text at the end of another, or at the beginning of the text where there is none. */
export function tokenAfter(before: IToken | undefined, type: TokenType): IToken {
  const at = before === undefined ? 0 : endOf(before);
  const { endLine: line = 1, endColumn: column = 0 } = before ?? {};
  return createTokenInstance(type, "", at, at - 1, line, line, column + 1, column + 1);
}
