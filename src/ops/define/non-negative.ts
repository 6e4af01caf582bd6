import type { DType } from "../../ir/types.ts";
import { isFloat } from "./dtype-class.ts";

/** Of an operator whose results are never negative, whatever it is given. */
export const always = (): boolean => true;

/** Of an operator whose results are not negative where no operand is. */
export const whereAllAre = (operands: readonly boolean[]): boolean => operands.every((it) => it);

/** The same of an operator whose results may be larger than its operands: integers that have a sign wrap around. */
export const unlessItWraps =
  (rule: (operands: readonly boolean[]) => boolean) =>
  (operands: readonly boolean[], result: DType): boolean =>
    (isFloat(result) || result === "u8" || result === "u32" || result === "bool") && rule(operands);
