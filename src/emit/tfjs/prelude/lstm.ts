import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { asSequence, projectSteps, recurrentGradient, stepsOf } from "./recurrent.ts";

/**
 * Long short-term memory over [batch, time, features], gates in the order input, forget, cell, output: the sequence of
 * states, the last state and the last cell. The gradient of all steps is written out, which is a third of the work of
 * recording them.
 */
export function lstm(
  x: tf.Tensor,
  kernel: tf.Tensor,
  recurrent: tf.Tensor,
  bias: tf.Tensor,
  state: tf.Tensor,
  cell: tf.Tensor,
  reverse = false,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const projected = projectSteps(x, kernel, bias, reverse);
  const [length = 0, batch = 0] = projected.shape;
  const units = state.shape[1] ?? 0;
  // The states of all steps, then the last cell.
  const packed = withGradient(
    [projected, recurrent, state, cell],
    (keep) => {
      const outputs: tf.Tensor[] = [];
      let h: tf.Tensor = state;
      let c: tf.Tensor = cell;
      for (const step of stepsOf(projected)) {
        const gates = tf.split(tf.add(step, tf.matMul(h, recurrent)), 4, 1);
        const [input = step, forget = step, candidate = step, output = step] = gates;
        const [i, f, g, o] = [tf.sigmoid(input), tf.sigmoid(forget), tf.tanh(candidate), tf.sigmoid(output)];
        const before = c;
        c = tf.add(tf.mul(f, before), tf.mul(i, g));
        const squashed = tf.tanh(c);
        keep(h, before, i, f, g, o, squashed);
        h = tf.mul(o, squashed);
        outputs.push(h);
      }
      return tf.stack([...outputs, c]);
    },
    (dy, [, weights = recurrent, , , , ...kept]) => {
      const incoming = tf.unstack(dy);
      const transposed = tf.transpose(weights);
      const states: tf.Tensor[] = [];
      const gradients: tf.Tensor[] = [];
      let dh: tf.Tensor = tf.zeros([batch, units]);
      let dc: tf.Tensor = incoming[length] ?? dh;
      for (let t = length - 1; t >= 0; t--) {
        const [h = dh, before = dh, i = dh, f = dh, g = dh, o = dh, squashed = dh] = kept.slice(7 * t, 7 * t + 7);
        dh = tf.add(dh, incoming[t] ?? dh);
        dc = tf.add(dc, tf.mul(tf.mul(dh, o), tf.sub(1, tf.square(squashed))));
        const gate = tf.concat(
          [
            tf.mul(tf.mul(dc, g), tf.mul(i, tf.sub(1, i))),
            tf.mul(tf.mul(dc, before), tf.mul(f, tf.sub(1, f))),
            tf.mul(tf.mul(dc, i), tf.sub(1, tf.square(g))),
            tf.mul(tf.mul(dh, squashed), tf.mul(o, tf.sub(1, o))),
          ],
          1,
        );
        states[t] = h;
        gradients[t] = gate;
        dh = tf.matMul(gate, transposed);
        dc = tf.mul(dc, f);
      }
      return [tf.stack(gradients), recurrentGradient(states, gradients), dh, dc];
    },
  );
  const last = (index: number) => tf.reshape(tf.slice(packed, index, 1), [batch, units]);
  return [asSequence(tf.slice(packed, 0, length), reverse), last(length - 1), last(length)];
}
