/**
 * What of the library takes the bits of an f32 apart (Dekker 1971): in f64, as the reference computes, other bits come of it
 * by design.
 */
export const bitsOfF32: ReadonlySet<string> = new Set(["few_bits", "batch_middle"]);
