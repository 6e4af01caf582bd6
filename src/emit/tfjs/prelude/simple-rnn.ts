import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { asSequence, projectSteps, recurrentGradient, stepsOf } from "./recurrent.ts";

/** The plain recurrent layer over [batch, time, features]: the sequence of states and the last one. */
export function simpleRnn(
  x: tf.Tensor,
  kernel: tf.Tensor,
  recurrent: tf.Tensor,
  bias: tf.Tensor,
  state: tf.Tensor,
  reverse = false,
  activation = "tanh",
): [tf.Tensor, tf.Tensor] {
  const projected = projectSteps(x, kernel, bias, reverse);
  const [length = 0, batch = 0] = projected.shape;
  const units = state.shape[1] ?? 0;
  const bent = activation === "tanh";
  const steps = withGradient(
    [projected, recurrent, state],
    (keep) => {
      const outputs: tf.Tensor[] = [];
      let h: tf.Tensor = state;
      for (const step of stepsOf(projected)) {
        const sum = tf.add(step, tf.matMul(h, recurrent));
        h = bent ? tf.tanh(sum) : tf.relu(sum);
        outputs.push(h);
      }
      keep(...outputs);
      return tf.stack(outputs);
    },
    (dy, [, weights = recurrent, first = state, , ...outputs]) => {
      const incoming = tf.unstack(dy);
      const transposed = tf.transpose(weights);
      const gradients: tf.Tensor[] = [];
      let dh: tf.Tensor = tf.zeros([batch, units]);
      for (let t = length - 1; t >= 0; t--) {
        const h = outputs[t] ?? first;
        dh = tf.add(dh, incoming[t] ?? dh);
        const sum = tf.mul(dh, bent ? tf.sub(1, tf.square(h)) : tf.step(h));
        gradients[t] = sum;
        dh = tf.matMul(sum, transposed);
      }
      const states = [first, ...outputs.slice(0, -1)];
      return [tf.stack(gradients), recurrentGradient(states, gradients), dh];
    },
  );
  const last = tf.reshape(tf.slice(steps, length - 1, 1), [batch, units]);
  return [asSequence(steps, reverse), last];
}
