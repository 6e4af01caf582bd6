import * as tf from "@tensorflow/tfjs";

/** The product of integers, which wraps around; the cpu backend multiplies as doubles, which lose the low bits. */
export function multiplyIntegers(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== "cpu") return tf.mul(a, b);
  const half = tf.scalar(2 ** 16, "int32");
  const high = tf.floorDiv(b, half);
  return tf.add(tf.mul(tf.mul(a, high), half), tf.mul(a, tf.sub(b, tf.mul(high, half))));
}

/** The magnitude of integers; TensorFlow.js computes its own in floats. The least one has none, and stays itself. */
export function magnitudeOfIntegers(x: tf.Tensor): tf.Tensor {
  return tf.maximum(x, tf.sub(tf.scalar(0, "int32"), x));
}

/** Integers as 8 bits hold them, of which the least is -offset: what is beyond wraps around. */
export function wrapBytes(x: tf.Tensor, offset: number): tf.Tensor {
  const [size, shift] = [tf.scalar(256, "int32"), tf.scalar(offset, "int32")];
  return offset === 0 ? tf.mod(x, size) : tf.sub(tf.mod(tf.add(x, shift), size), shift);
}

/** The quotient of integers, rounded down. The wasm backend divides as floats, which hold 24 bits. */
export function floorDivide(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (tf.getBackend() === "cpu") return tf.floorDiv(a, b);
  const zero = tf.scalar(0, "int32");
  const rest = tf.mod(a, b);
  const isLower = tf.logicalAnd(tf.notEqual(rest, zero), tf.logicalXor(tf.less(a, zero), tf.less(b, zero)));
  // A multiple of b, nearer to 0 than a: it never overflows. What the first quotient misses, the second finds.
  const multiple = tf.sub(a, tf.where(isLower, tf.sub(rest, b), rest));
  const quotient = nearestQuotient(multiple, b);
  const missed = nearestQuotient(tf.sub(multiple, tf.mul(quotient, b)), b);
  return tf.sub(tf.add(quotient, missed), tf.cast(isLower, "int32"));
}

function nearestQuotient(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.cast(tf.round(tf.div(tf.cast(a, "float32"), tf.cast(b, "float32"))), "int32");
}
