/** The index on each axis of the element at a place in row-major order. */
export function indexIn(shape: readonly number[], place: number): readonly number[] {
  let rest = place;
  const index = shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return index.reverse();
}
