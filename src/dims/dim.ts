/**
 * Symbolic dimensions: the types, and all that builds, reads and prints them. Deciding relations between dimensions is
 * in `decide.ts`.
 */
export type { Atom, Dim, Factor, Term } from "./form.ts";
export { asConstant, asNumber, asVariable, dimKey, sameForm, variablesOf } from "./form.ts";
export {
  add,
  axisOf,
  constant,
  dividePolynomials,
  multiply,
  negate,
  product,
  subtract,
  sum,
  toDim,
  variable,
  withLabel,
} from "./polynomial.ts";
export { ceilDivide, divideExactly, floorDivide, modulo } from "./quotient.ts";
export { maximum, minimum } from "./extremum.ts";
export { evaluate, evaluateExact, mapAtom, rebuild, substitute } from "./substitute.ts";
export { formatDim } from "./format.ts";
