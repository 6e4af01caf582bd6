/** A training whose rows `k` are looked up by `body`, and whose labels `y`, among so many classes, by the loss. */
export const lookUpText = (
  classes: number,
  body: string,
): string => `model Net: (k: i32[B, T]) -> logits: f32[B, ${classes}] {
  ${body} -> Dense(${classes})
}
data Rows {
  source: csv("rows.csv")
  k: i32[2] = stack(raw.k, raw.k, axis=-1)
  y: i32[] = raw.y
}
train Net on Rows {
  loss:      cross_entropy(logits, y)
  optimizer: sgd(lr=0.1)
  epochs:    1
  batch:     4
  seed:      1
}
`;
