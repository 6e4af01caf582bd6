import type { TensorType } from "../ir/types.ts";
import type { Span } from "../support/source.ts";
import type { Context } from "./context.ts";
import type { TensorVal, Val } from "./values.ts";

/** What `<-` changes. */
export type Cell = TypedCell | FreeCell;

/** A state of the function being lowered, a carry of a scan, or one of a `for` that has a type. */
export interface TypedCell {
  readonly kind: "cell";
  readonly role: "state" | "carry";
  readonly name: string;
  readonly path: string;
  readonly type: TensorType;
  readonly declared: Span;
  current: TensorVal | undefined;
}

/** A carry of a `for` without a type: each round may give it another. */
export interface FreeCell {
  readonly kind: "cell";
  readonly role: "free";
  readonly name: string;
  readonly declared: Span;
  current: Val | undefined;
}

/** A loop around, as `emit` sees it. */
export interface Emissions {
  readonly loop: "scan" | "for";
  /** Of the loop itself: what is made for one mode alone, it cannot give. */
  readonly mode: Context["mode"];
  readonly emitted: Emission[];
}

/** What one `emit` gives, tensors alone in a scan. */
export interface Emission {
  readonly last: boolean;
  readonly val: Val;
  readonly span: Span;
}

/** A name of a metric that means nothing where the scope is seen: accumulators before `finish`, what is of a batch in it. */
export interface Barred {
  readonly kind: "barred";
  readonly what: "accumulator" | "batch";
  readonly name: string;
  readonly declared: Span | undefined;
}
