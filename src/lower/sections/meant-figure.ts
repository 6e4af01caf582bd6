import { answerOfName } from "../../analyze/names-elsewhere.ts";
import { nearest } from "../../support/nearest.ts";

/** The figure that a name stands for elsewhere, as `val_accuracy` and `acc` do, or one that is near. */
export function meantFigure(name: string, measured: readonly string[]): string | undefined {
  const own = name.replace(/^(?:val|validate|train|test)[_.]/, "");
  if (own !== name && measured.includes(own)) return own;
  const instead = answerOfName(own)?.instead;
  return instead !== undefined && measured.includes(instead) ? instead : nearest(own, measured);
}
