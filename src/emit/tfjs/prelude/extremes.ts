import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { notANumber } from "./not-a-number.ts";
import { sumToShape } from "./sum-to-shape.ts";

/** The larger of a and b, which broadcast; where they are equal, each gets half of the gradient. */
export function maximum(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const [left, right] = [asTensor(a), asTensor(b)];
  return withGradient(
    [left, right],
    () => withNaNOf(b, tf.maximum(left, right)),
    (dy, [x = left, y = right]) => sharesOf(dy, x, y, x, y),
  );
}

/** The smaller of a and b, which broadcast; where they are equal, each gets half of the gradient. */
export function minimum(a: tf.Tensor | number, b: tf.Tensor | number): tf.Tensor {
  const [left, right] = [asTensor(a), asTensor(b)];
  return withGradient(
    [left, right],
    () => withNaNOf(b, tf.minimum(left, right)),
    (dy, [x = left, y = right]) => sharesOf(dy, x, y, y, x),
  );
}

/** The wasm backend takes the first of two where the second is NaN. */
function withNaNOf(second: tf.Tensor | number, extreme: tf.Tensor): tf.Tensor {
  return typeof second === "number" ? extreme : tf.add(extreme, notANumber(second));
}

function asTensor(x: tf.Tensor | number): tf.Tensor {
  return typeof x === "number" ? tf.scalar(x) : x;
}

/** What x and y get of a gradient: x all of it where `high` is above `low`, half where they are equal. */
function sharesOf(dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, high: tf.Tensor, low: tf.Tensor): tf.Tensor[] {
  const above = tf.cast(tf.greater(high, low), "float32");
  const ofX = tf.mul(dy, tf.mul(tf.add(above, tf.cast(tf.greaterEqual(high, low), "float32")), 0.5));
  return [sumToShape(ofX, x.shape), sumToShape(tf.sub(dy, ofX), y.shape)];
}

/** The largest elements over axes; equal ones share the gradient. */
export function largest(x: tf.Tensor, axes: number[], keep = false): tf.Tensor {
  return withGradient(
    [x],
    () => tf.max(x, axes, keep),
    (dy, [at = x]) => [shareOfHits(dy, at, tf.max(at, axes, true), axes)],
  );
}

/** The smallest elements over axes; equal ones share the gradient. */
export function smallest(x: tf.Tensor, axes: number[], keep = false): tf.Tensor {
  return withGradient(
    [x],
    () => tf.min(x, axes, keep),
    (dy, [at = x]) => [shareOfHits(dy, at, tf.min(at, axes, true), axes)],
  );
}

function shareOfHits(dy: tf.Tensor, x: tf.Tensor, extreme: tf.Tensor, axes: number[]): tf.Tensor {
  const hits = tf.cast(tf.equal(x, extreme), "float32");
  return tf.mul(hits, tf.div(tf.reshape(dy, extreme.shape), tf.sum(hits, axes, true)));
}
