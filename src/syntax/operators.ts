import type { IToken } from "chevrotain";
import { fault } from "../support/fault.ts";
import type * as ast from "./ast.ts";

/** The comparison that a token stands for. */
export function comparisonOperator(token: IToken): ast.ComparisonOperator {
  switch (token.image) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return token.image;
    default:
      return fault(`${token.image} is no comparison`);
  }
}

/** The arithmetic operator that a token stands for. */
export function binaryOperator(token: IToken): ast.BinaryOperator {
  switch (token.image) {
    case "+":
    case "-":
    case "*":
    case "/":
    case "//":
    case "%":
      return token.image;
    default:
      return fault(`${token.image} is no arithmetic operator`);
  }
}
