import * as tf from "@tensorflow/tfjs";
import { fansOf, sizeOf, type Initializer } from "./initializers.ts";
import { orthogonalize } from "./orthogonalize.ts";
import { normalAt, uniformAt, type RandomKey } from "./random.ts";

/** Normal within two standard deviations of the mean. */
export function truncatedNormalWith(stddev = 0.05, mean = 0): Initializer {
  return (shape, key) =>
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => truncatedNormalAt(key, i) * stddev + mean);
}

/** Truncated normal with the variance 1 / (mean of fan in and fan out): Glorot and Bengio 2010. */
export function glorotNormal(shape: number[], key: RandomKey): Float32Array {
  const { fanIn, fanOut } = fansOf(shape);
  return truncatedWithVariance(2 / (fanIn + fanOut))(shape, key);
}

/** Truncated normal with the variance 2 / fan in: He et al. 2015. */
export function heNormal(shape: number[], key: RandomKey): Float32Array {
  return truncatedWithVariance(2 / fansOf(shape).fanIn)(shape, key);
}

/** Truncated normal with the variance 1 / fan in: LeCun et al. 1998. */
export function lecunNormal(shape: number[], key: RandomKey): Float32Array {
  return truncatedWithVariance(1 / fansOf(shape).fanIn)(shape, key);
}

/** An orthogonal matrix over all but the last axis and the last one: Saxe et al. 2013. */
export function orthogonal(shape: number[], key: RandomKey): Float32Array {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = sizeOf(shape) / columns;
  const [few, many] = [Math.min(rows, columns), Math.max(rows, columns)];
  return tf.tidy(() => {
    const drawn = Float32Array.from({ length: few * many }, (_, i) => normalAt(key, i));
    const basis = orthogonalize(tf.tensor2d(drawn, [few, many]));
    const matrix = rows < columns ? basis : tf.transpose(basis);
    return Float32Array.from(matrix.dataSync());
  });
}

/** Zeros, and ones for the forget gate, the second of four. */
export function forgetBias(shape: number[]): Float32Array {
  const units = sizeOf(shape) / 4;
  return new Float32Array(units * 4).fill(1, units, 2 * units);
}

function truncatedWithVariance(variance: number): Initializer {
  // Cutting at two lowers the deviation: this is that of a standard normal number so cut.
  return truncatedNormalWith(Math.sqrt(variance) / 0.87962566103423978);
}

/** The standard normal number within -2..2 at an index: the inverse of its distribution at a uniform number. */
function truncatedNormalAt(key: RandomKey, index: number): number {
  const x = (2 * uniformAt(key, index) - 1) * 0.9544997361036416;
  const w = -Math.log(1 - x * x) - 2.5;
  // The inverse error function's central branch: M. Giles, "Approximating the erfinv function" (2012).
  const powers = [
    2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
  ];
  return powers.reduce((sum, factor) => sum * w + factor) * x * Math.SQRT2;
}
