import * as tf from "@tensorflow/tfjs";
import { doublesOf, type Doubles } from "./doubles.ts";
import type { FitOptions } from "./fit.ts";
import { sizeOf } from "./initializers.ts";

/** Examples by their rows in raw fields: what `fit` shuffles and cuts where their features are made anew in each pass. */
export type ExampleRows = Record<"row", tf.Tensor>;

/** A data set as its source delivers it. */
type RawFields = Record<string, Doubles>;

/** Runs `fit` on the rows of raw fields; `held` are the raw fields that the rows of validation are of. */
export async function onRows<Raw extends RawFields, Figures, Reports>(
  raw: Raw,
  options: FitOptions<Raw, Figures>,
  run: (data: ExampleRows, options: FitOptions<ExampleRows, Figures>, held: Raw) => Promise<Reports>,
): Promise<Reports> {
  const { validation, ...others } = options;
  const data = rowsOf(raw);
  const held = typeof validation === "object" ? rowsOf(validation) : validation;
  try {
    const given = held === undefined ? others : { ...others, validation: held };
    return await run(data, given, typeof validation === "object" ? validation : raw);
  } finally {
    tf.dispose([data, typeof held === "object" ? held : []]);
  }
}

/** What comes of the features of some rows, which are made for it and disposed of. */
export async function withFeatures<Raw extends RawFields, Batch extends object, Result>(
  raw: Raw,
  { row }: ExampleRows,
  make: (raw: Raw, rows: ArrayLike<number>) => Batch,
  use: (batch: Batch) => Promise<Result>,
): Promise<Result> {
  const rows = await row.data();
  const batch = make(pickRows(raw, rows), rows);
  try {
    return await use(batch);
  } finally {
    tf.dispose(Object.values(batch));
  }
}

/** The same for a data set that is evaluated: its features are made of so many rows at a time, as modelc makes them. */
export async function withAllFeatures<Raw extends RawFields, Batch extends Record<string, tf.Tensor>, Result>(
  raw: Raw,
  { row }: ExampleRows,
  make: (raw: Raw, numbers: ArrayLike<number>) => Batch,
  use: (batch: Batch) => Promise<Result>,
  size = 256,
): Promise<Result> {
  const rows = await row.data();
  const starts = Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => at * size);
  const batch = tf.tidy(() => {
    const parts = starts.map((from) => {
      const some = rows.slice(from, from + size);
      // As a split of their own: what is drawn for them goes by their places in it.
      const numbers = Array.from(some, (_, at) => from + at);
      return make(pickRows(raw, some), numbers);
    });
    const names = Object.keys(parts[0] ?? {});
    const joined = names.map((name) => [name, tf.concat(parts.flatMap((part) => part[name] ?? []))] as const);
    return Object.fromEntries(joined) as Record<string, tf.Tensor> as Batch;
  });
  try {
    return await use(batch);
  } finally {
    tf.dispose(Object.values(batch));
  }
}

function rowsOf(raw: RawFields): ExampleRows {
  return { row: tf.range(0, Object.values(raw)[0]?.shape[0] ?? 0, 1, "int32") };
}

/** Some rows of raw fields. */
function pickRows<Raw extends RawFields>(raw: Raw, rows: ArrayLike<number>): Raw {
  const entries = Object.entries(raw).map(([name, { shape, data }]) => {
    const rest = shape.slice(1);
    const size = sizeOf(rest);
    const placeOf = (at: number) => (rows[Math.floor(at / size)] ?? NaN) * size + (at % size);
    return [name, doublesOf([rows.length, ...rest], (at) => data[placeOf(at)] ?? NaN)] as const;
  });
  return Object.fromEntries(entries) as RawFields as Raw;
}
