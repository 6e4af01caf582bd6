import type { Figure } from "../../src/runtime/train/figures.ts";

/** The numbers of a figure in a row. */
export function numbersOf(figure: Figure): readonly number[] {
  return typeof figure === "number" ? [figure] : figure.flat();
}

/** How far two figures are apart at most; infinite where they have other shapes. */
export function distanceOf(a: Figure, b: Figure): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const alike = JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b));
  return alike ? Math.max(...left.map((it, at) => Math.abs(it - (right[at] ?? NaN)))) : Infinity;
}

function shapeOf(figure: Figure): readonly number[] {
  if (typeof figure === "number") return [];
  const [first] = figure;
  return typeof first === "number" || first === undefined ? [figure.length] : [figure.length, first.length];
}
