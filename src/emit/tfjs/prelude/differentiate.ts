import * as tf from "@tensorflow/tfjs";

/**
 * The results of `forward`, and the gradients of the first of them, the loss, with respect to the variables. To be
 * called within `tf.tidy`.
 */
export function differentiate(
  variables: readonly tf.Variable[],
  forward: () => readonly tf.Tensor[],
): { results: tf.Tensor[]; gradients: tf.Tensor[] } {
  let kept: tf.Tensor[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const [loss = tf.scalar(0), ...others] = forward();
    kept = others.map((tensor) => tf.keep(tensor.clone()));
    return loss.asScalar();
  }, [...variables]);
  // What was kept for the way out of the gradient's scope is this scope's again.
  const results = [value, ...kept.map((tensor) => tensor.clone())];
  kept.forEach((tensor) => tensor.dispose());
  return { results, gradients: variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable)) };
}

/** The same where there may be no variables to ask for, of which TensorFlow.js wants one at least. */
export function differentiateAny(
  variables: readonly tf.Variable[],
  forward: () => readonly tf.Tensor[],
): { results: tf.Tensor[]; gradients: tf.Tensor[] } {
  if (variables.length > 0) return differentiate(variables, forward);
  const [loss = tf.scalar(0), ...others] = forward();
  return { results: [loss.asScalar(), ...others], gradients: [] };
}
