import type { ParametersOf } from "../../diagnostics/catalog.ts";
import type { dataCatalog } from "../../diagnostics/catalog/data.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { Span } from "../../support/source.ts";

/** One field of a data source for all examples: row-major, the example being the outermost axis. */
export interface Column {
  readonly name: string;
  /** Shape of one example; a scalar has none. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array;
  /** The file or generator that it came from, for messages. */
  readonly from: string;
}

/** What a source delivers: columns of equally many examples, or one long text from which windows are cut. */
export type RawData =
  | { readonly kind: "columns"; readonly count: number; readonly columns: ReadonlyMap<string, Column> }
  | {
      readonly kind: "text";
      readonly tokens: Int32Array;
      readonly vocabulary: readonly string[];
      readonly from: string;
    };

export type DataCode = keyof typeof dataCatalog;

/** A failure of data: it knows its code and reports itself at the place of the spec that asked for the data. */
export interface DataProblem {
  readonly code: DataCode;
  reportTo(collector: Collector, span: Span): void;
}

/** A {@link DataProblem} of the catalog. */
export function problem<C extends DataCode>(code: C, parameters: ParametersOf<C>): DataProblem {
  return { code, reportTo: (collector, span) => collector.report(code, span, parameters) };
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
