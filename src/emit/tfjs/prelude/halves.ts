/** How many bits of the types of two bytes are the exponent; the others, but for the sign, are digits. */
export const halfExponents = { F16: 5, BF16: 8 };

/** Numbers in a type of two bytes, the nearest ones, ties to even; throws where one is too large for it. */
export function toHalves(type: keyof typeof halfExponents, numbers: ArrayLike<number>, name: string): Uint16Array {
  const digits = 15 - halfExponents[type];
  const least = 2 - 2 ** (halfExponents[type] - 1);
  const infinity = 0x8000 - 2 ** digits;
  return Uint16Array.from(numbers, (value, at) => {
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    if (Number.isNaN(value)) return infinity + 1;
    if (Math.abs(value) === Infinity) return sign + infinity;
    const exponent = Math.max(least, value === 0 ? least : Math.floor(Math.log2(Math.abs(value))));
    const scaled = Math.abs(value) / 2 ** (exponent - digits);
    const rest = scaled % 2;
    // Ties go to the even one; a carry makes the next exponent by itself.
    const bits = (exponent - least) * 2 ** digits + (rest === 0.5 ? Math.floor(scaled) : Math.round(scaled));
    if (bits < infinity) return sign + bits;
    throw new Error(`${name} has ${value} at element ${at}, which ${type} cannot hold`);
  });
}

/** The numbers that bits of a type of two bytes are. */
export function fromHalves(type: keyof typeof halfExponents, bits: Uint16Array): Float32Array {
  const digits = 15 - halfExponents[type];
  const least = 2 - 2 ** (halfExponents[type] - 1);
  const infinity = 0x8000 - 2 ** digits;
  return Float32Array.from(bits, (it) => {
    const sign = it >= 0x8000 ? -1 : 1;
    const size = it % 0x8000;
    if (size >= infinity) return size === infinity ? sign * Infinity : NaN;
    const exponent = Math.max(0, Math.floor(size / 2 ** digits) - 1);
    return sign * (size - exponent * 2 ** digits) * 2 ** (exponent + least - digits);
  });
}
