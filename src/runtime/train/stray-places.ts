/**
 * Thrown by a trainer or a predictor when places (labels, rows of a table) were out of range in a batch: nothing of it
 * was learned, and nothing that it gave is a result. Whoever knows the data says which they are.
 */
export class StrayPlaces extends Error {
  override readonly name = "StrayPlaces";
  /** How many, over all look-ups of the batch. */
  readonly count: number;

  constructor(count: number) {
    super(
      count === 1
        ? "one place that the network looks up is out of range (a label, or the row of a table)"
        : `${count} places that the network looks up are out of range (labels, or rows of tables)`,
    );
    this.count = count;
  }
}
