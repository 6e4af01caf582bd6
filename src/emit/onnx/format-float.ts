/** An f32 in the fewest digits that give it back. */
export function formatFloat(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return formatDouble(single);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return formatDouble(short);
  }
  return formatDouble(single);
}

/** A number as the textual syntax of ONNX has it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : `${value}`;
}
