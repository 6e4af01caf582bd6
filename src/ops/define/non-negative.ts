/** Of an operator whose results are never negative, whatever it is given. */
export const always = (): boolean => true;

/** Of an operator whose results are not negative where no operand is. */
export const whereAllAre = (operands: readonly boolean[]): boolean => operands.every((it) => it);
