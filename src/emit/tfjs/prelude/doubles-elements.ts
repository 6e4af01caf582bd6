/** The nearest whole number; halves go to the even one. */
export function roundToEven(x: number): number {
  const below = Math.floor(x);
  const above = below === -1 ? -0 : below + 1;
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : above;
}

/** A number as a whole one between two ends: fractions are cut off towards 0, and NaN is 0. */
export function wholeBetween(x: number, least: number, greatest: number): number {
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, least), greatest));
}

/** What floor division of whole numbers leaves; it has the sign of the divisor. */
export function wholeRemainder(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** What floor division leaves. */
export function remainder(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}

/** The logistic function, 1 / (1 + exp(-x)). */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The smooth rectifier ln(1 + exp(x)). */
export function softRectifier(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The Gauss error function: its series (Abramowitz and Stegun 7.1.5), and far out its continued fraction (7.1.14). */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size <= 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total) && n < 200; n++) {
      term *= -(x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = size;
  for (let k = 120; k >= 1; k--) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
}

/** The mean of some numbers. */
export function meanOf(elements: readonly number[]): number {
  return elements.reduce((sum, element) => sum + element, 0) / elements.length;
}
