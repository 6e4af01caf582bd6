/** `tf.Tensor4D`, or the type without a rank where TensorFlow.js has none of its own for so many axes. */
export function tensorType(rank: number): string {
  if (rank === 0) return "tf.Scalar";
  return rank <= 5 ? `tf.Tensor${rank}D` : "tf.Tensor";
}
