import type { Dim } from "../../dims/dim.ts";
import type { Expression } from "../structured/tree.ts";

/** What an operator's TensorFlow.js lowering writes with. */
export interface TfjsWriter {
  /** `tf.name(...args)`. */
  tf(name: string, ...args: readonly Expression[]): Expression;
  /** `target.name(...args)`. */
  method(target: Expression, name: string, ...args: readonly Expression[]): Expression;
  number(value: number): Expression;
  string(value: string): Expression;
  boolean(value: boolean): Expression;
  array(elements: readonly Expression[]): Expression;
  numbers(values: readonly number[]): Expression;
  object(entries: Readonly<Record<string, Expression>>): Expression;
  readonly undefined: Expression;
  /** A dimension as a number: a literal, or an expression over shapes of the function's inputs. */
  dim(dim: Dim): Expression;
  /** An array of dimensions. */
  shape(dims: readonly Dim[]): Expression;
  /** An attribute by name: its literal value, or the function's argument where instances differ in it. */
  attribute(name: string): Expression;
  /**
   * Calls a helper of the prelude (`src/emit/tfjs/prelude/<name>.ts`), which is written into the output once: for what
   * TensorFlow.js lacks, or differentiates badly.
   */
  helper(name: string, ...args: readonly Expression[]): Expression;
}
