import type { Dim } from "../../dims/dim.ts";
import type { OperatorNode } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";
import type { AttributeSchema, Composite, LoweringInput } from "../../ops/define/operator.ts";
import type { Bound } from "./body-context.ts";
import type { Expression, Statement } from "./tree.ts";

/** What the stage asks of a target: how it says operators, and what its language makes of names and lengths. */
export interface StructuredTarget {
  /** Words of the language; {@link reservedWords} has those of the stage besides. */
  readonly reserved: ReadonlySet<string>;
  readonly naming: {
    /** What the function of a declaration is called: `conv2d` for `Conv2D`. */
    readonly base: (declaration: string) => string;
    /** What follows it where two functions of a declaration differ in a setting: `Relu` for `relu`. */
    readonly variant: (word: string) => string;
  };
  /** Element types that the target holds alike have one name. */
  readonly dtype: (dtype: DType) => string;
  /** Whether an application of a composite is one expression; it becomes a function of its parts where not. */
  readonly keeps: (operator: Composite, input: LoweringInput<AttributeSchema>) => boolean;
  /** An operator applied: an expression, a list of them where it has several results and makes each apart. */
  readonly apply: (node: OperatorNode, operands: readonly Bound[], context: ApplyContext) => Applied;
  /** Whether an expression reads well inside of another one. */
  readonly isLegible: (expression: Expression) => boolean;
  /** Functions of the target's own that statements rest on, beside those that operators use: no local hides them. */
  readonly functionsOf: (statements: readonly Statement[]) => Iterable<string>;
}

/** What applying an operator needs of the code around it. */
export interface ApplyContext {
  /** A dimension as a number. */
  readonly dim: (dim: Dim) => Expression;
  /** Notes a function of the target's own. */
  readonly useHelper: (name: string) => void;
}

/** An application, and whether it left a plain number alone. */
export interface Applied {
  readonly expression: Expression;
  readonly isNumber: boolean;
}

/** What functions call that which they take besides their inputs: parameters, states, the mode, random numbers, strays. */
export const ownNames = {
  parameters: "p",
  states: "s",
  training: "training",
  random: "random",
  strays: "strays",
} as const;

/** Words that nothing in a target's functions may be called. */
export function reservedWords({ reserved }: StructuredTarget): ReadonlySet<string> {
  return new Set([...reserved, ...Object.values(ownNames)]);
}
