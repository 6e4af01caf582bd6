/** Keras's snake case: `Conv2D` is `conv2d`, `LayerNorm` is `layer_norm`, `LSTM` is `lstm`. */
export function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
