import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";
import { asSequence, projectSteps, recurrentGradient, stepsOf } from "./recurrent.ts";

/**
 * Gated recurrent units over [batch, time, features], gates in the order update, reset, candidate, the reset after the
 * product: the sequence of states and the last one. `biases` holds the input's and the state's as rows.
 */
export function gru(
  x: tf.Tensor,
  kernel: tf.Tensor,
  recurrent: tf.Tensor,
  biases: tf.Tensor,
  state: tf.Tensor,
  reverse = false,
): [tf.Tensor, tf.Tensor] {
  const [outer = biases, inner = biases] = tf.unstack(biases);
  const projected = projectSteps(x, kernel, outer, reverse);
  const [length = 0, batch = 0] = projected.shape;
  const units = state.shape[1] ?? 0;
  const steps = withGradient(
    [projected, recurrent, inner, state],
    (keep) => {
      const outputs: tf.Tensor[] = [];
      let h: tf.Tensor = state;
      for (const step of stepsOf(projected)) {
        const [inUpdate = step, inReset = step, inCandidate = step] = tf.split(step, 3, 1);
        const product = tf.split(tf.add(tf.matMul(h, recurrent), inner), 3, 1);
        const [ofUpdate = step, ofReset = step, ofCandidate = step] = product;
        const z = tf.sigmoid(tf.add(inUpdate, ofUpdate));
        const r = tf.sigmoid(tf.add(inReset, ofReset));
        const g = tf.tanh(tf.add(inCandidate, tf.mul(r, ofCandidate)));
        keep(h, z, r, g, ofCandidate);
        h = tf.add(g, tf.mul(z, tf.sub(h, g)));
        outputs.push(h);
      }
      return tf.stack(outputs);
    },
    (dy, [, weights = recurrent, , , , ...kept]) => {
      const incoming = tf.unstack(dy);
      const transposed = tf.transpose(weights);
      const states: tf.Tensor[] = [];
      const outerGradients: tf.Tensor[] = [];
      const innerGradients: tf.Tensor[] = [];
      let dh: tf.Tensor = tf.zeros([batch, units]);
      for (let t = length - 1; t >= 0; t--) {
        const [h = dh, z = dh, r = dh, g = dh, ofCandidate = dh] = kept.slice(5 * t, 5 * t + 5);
        dh = tf.add(dh, incoming[t] ?? dh);
        const dz = tf.mul(tf.mul(dh, tf.sub(h, g)), tf.mul(z, tf.sub(1, z)));
        const dg = tf.mul(tf.mul(dh, tf.sub(1, z)), tf.sub(1, tf.square(g)));
        const dr = tf.mul(tf.mul(dg, ofCandidate), tf.mul(r, tf.sub(1, r)));
        const gate = tf.concat([dz, dr, tf.mul(dg, r)], 1);
        states[t] = h;
        outerGradients[t] = tf.concat([dz, dr, dg], 1);
        innerGradients[t] = gate;
        dh = tf.add(tf.mul(dh, z), tf.matMul(gate, transposed));
      }
      return [
        tf.stack(outerGradients),
        recurrentGradient(states, innerGradients),
        tf.sum(tf.addN(innerGradients), 0),
        dh,
      ];
    },
  );
  const last = tf.reshape(tf.slice(steps, length - 1, 1), [batch, units]);
  return [asSequence(steps, reverse), last];
}
