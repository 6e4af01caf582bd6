import type { Func } from "../ir/graph.ts";
import type { Metric } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import type { Callable } from "../std/program-file.ts";
import type { Span } from "../support/source.ts";
import type { Crossing } from "./crossings.ts";
import type { GivenInput } from "./declared-types.ts";
import type { PathScope } from "./paths.ts";
import type { ValueTree } from "./value-tree.ts";
import type { TensorVal, Val, ValueFacts } from "./values.ts";

/** One lowered instantiation of a declaration, with what its callers need to know of it. */
export interface Instantiation {
  readonly func: Func;
  /** True where it, or what it calls, has parameters or states. */
  readonly owns: boolean;
  /** True where it, or what it calls, draws random numbers. */
  readonly draws: boolean;
  /** True where it, or what it calls, updates a state. */
  readonly updates: boolean;
  /** Where broadcasting sets a dim against itself, in it or in what it calls. */
  readonly crossings: readonly Crossing[];
  readonly resultFacts: readonly ValueFacts[];
  /** How its results make up the value of a use. */
  readonly resultTree: ValueTree;
  /** Types of all parameters by path relative to it, those of what it calls included. */
  readonly variables: ReadonlyMap<string, TensorType>;
  /** Differs where sharing one set of weights would need two shapes. */
  readonly signature: string;
  /** Of a metric. Its function gives what a batch gives to the accumulators. */
  readonly metric?: MetricParts;
}

/** What makes an instantiation a metric. */
export type MetricParts = Omit<Metric, "name">;

/** The lowered body of a metric: what a batch gives to its accumulators, and what makes a figure of them. */
export interface MetricBody {
  readonly gathered: readonly { readonly name: string; readonly val: TensorVal }[];
  readonly tree: ValueTree;
  readonly parts: MetricParts;
}

/** One set of weights: a constructed block, and where in its function it lives. */
export interface Instance {
  readonly callable: Callable;
  readonly hyperparameters: ReadonlyMap<string, Val>;
  /** Where it was constructed. */
  readonly span: Span;
  /** The numbering that it takes part in. */
  readonly home: PathScope;
  /** The name that a binding or a label gives it. */
  readonly hint: string | undefined;
  /** Its path in the function, once it is applied or one of its parameters is read. */
  path: string | undefined;
  /** What it was first applied to. */
  applied: { readonly instantiation: Instantiation; readonly span: Span } | undefined;
}

/** A use that became a call. */
export interface Called {
  readonly callable: Callable;
  readonly hyperparameters: ReadonlyMap<string, Val>;
  /** What is given for each input. */
  readonly given: readonly (GivenInput | undefined)[];
}
