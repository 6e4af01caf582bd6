import * as tf from "@tensorflow/tfjs";

/** Whole numbers between two ends: fractions are cut off towards 0, what is beyond an end becomes it, NaN becomes 0. */
export function toInteger(x: tf.Tensor, least: number, greatest: number): tf.Tensor {
  if (x.dtype !== "float32") {
    return tf.minimum(tf.maximum(x, tf.scalar(least, "int32")), tf.scalar(greatest, "int32"));
  }
  // The largest float below 2^31. With x first, NaN stays what it is.
  const most = Math.min(greatest, 2 ** 31 - 2 ** 7);
  const whole = tf.cast(tf.minimum(tf.maximum(x, least), most), "int32");
  return most === greatest ? whole : tf.where(tf.greater(x, most), tf.scalar(greatest, "int32"), whole);
}
