import type { Dim } from "../../dims/dim.ts";

/** A TypeScript expression as a syntax tree: what lowerings to TensorFlow.js build. */
export type TfjsExpression =
  | { readonly kind: "identifier"; readonly name: string }
  /** A literal; `source` is the hyperparameter expression that it came from, which names the argument it may become. */
  | { readonly kind: "number"; readonly value: number; readonly source?: string }
  | { readonly kind: "string"; readonly value: string; readonly source?: string }
  | { readonly kind: "boolean"; readonly value: boolean; readonly source?: string }
  | { readonly kind: "undefined" }
  | { readonly kind: "array"; readonly elements: readonly TfjsExpression[] }
  | { readonly kind: "object"; readonly entries: readonly { readonly key: string; readonly value: TfjsExpression }[] }
  | { readonly kind: "member"; readonly target: TfjsExpression; readonly name: string }
  | { readonly kind: "index"; readonly target: TfjsExpression; readonly index: TfjsExpression }
  | { readonly kind: "call"; readonly callee: TfjsExpression; readonly arguments: readonly TfjsExpression[] }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: TfjsExpression;
      readonly right: TfjsExpression;
    }
  | {
      readonly kind: "conditional";
      readonly test: TfjsExpression;
      readonly then: TfjsExpression;
      readonly otherwise: TfjsExpression;
    }
  | { readonly kind: "arrow"; readonly parameters: readonly string[]; readonly body: TfjsExpression }
  | { readonly kind: "as"; readonly value: TfjsExpression; readonly type: string }
  | { readonly kind: "spread"; readonly value: TfjsExpression };

/** What an operator's TensorFlow.js lowering writes with. */
export interface TfjsWriter {
  /** `tf.name(...args)`. */
  tf(name: string, ...args: readonly TfjsExpression[]): TfjsExpression;
  /** `target.name(...args)`. */
  method(target: TfjsExpression, name: string, ...args: readonly TfjsExpression[]): TfjsExpression;
  number(value: number): TfjsExpression;
  string(value: string): TfjsExpression;
  boolean(value: boolean): TfjsExpression;
  array(elements: readonly TfjsExpression[]): TfjsExpression;
  numbers(values: readonly number[]): TfjsExpression;
  object(entries: Readonly<Record<string, TfjsExpression>>): TfjsExpression;
  readonly undefined: TfjsExpression;
  /** A dimension as a number: a literal, or an expression over shapes of the function's inputs. */
  dim(dim: Dim): TfjsExpression;
  /** An array of dimensions. */
  shape(dims: readonly Dim[]): TfjsExpression;
  /** An attribute by name: its literal value, or the function's argument where instances differ in it. */
  attribute(name: string): TfjsExpression;
  /**
   * Calls a helper of the prelude (`src/emit/tfjs/prelude/<name>.ts`), which is written into the output once: for what
   * TensorFlow.js lacks, or differentiates badly.
   */
  helper(name: string, ...args: readonly TfjsExpression[]): TfjsExpression;
}
