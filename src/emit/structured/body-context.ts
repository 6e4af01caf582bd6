import type { Dim } from "../../dims/dim.ts";
import type { OperatorNode, Value } from "../../ir/graph.ts";
import type { Callable } from "./callables.ts";
import type { NameScope } from "./name-scope.ts";
import type { StructuredTarget } from "./structured-target.ts";
import type { Expression, Statement } from "./tree.ts";
import type { Uses } from "./uses.ts";

/** What a function takes besides its inputs. */
export interface Needs {
  parameters: boolean;
  states: boolean;
  training: boolean;
  random: boolean;
  /** It counts places out of range. */
  strays: boolean;
}

/** How a body applies a callable: calls its function, or holds its nodes itself. */
export type Callee =
  | {
      readonly kind: "call";
      readonly name: string;
      /** Literals for the function's hyperparameter arguments. */
      readonly arguments: readonly Expression[];
      readonly needs: Readonly<Needs>;
      /** Dim variables that the function takes as arguments. */
      readonly dims: readonly string[];
    }
  | { readonly kind: "splice"; readonly callable: Callable };

/** What writing a body needs of the rest of the model. */
export interface BodyContext {
  readonly target: StructuredTarget;
  /** Words that no local may be called. */
  readonly reserved: ReadonlySet<string>;
  readonly resolve: (key: string, caller: Callable) => Callee;
  readonly compositeOf: (node: OperatorNode) => Callable | undefined;
  /** Look-ups whose places are not proved to be in range. */
  readonly unproved: ReadonlySet<OperatorNode>;
}

/** How a value is written: a tensor, a plain number (scalars known on the host), or a random key. */
export interface Bound {
  readonly expression: Expression;
  readonly form: "tensor" | "number" | "key";
}

/** Where parameters, states and random keys of the code at hand lie. */
export interface Place {
  readonly parameters: Expression;
  readonly states: Expression;
  readonly random: Expression;
}

/** The values of one region, and how often each is still to be read. */
export interface Env {
  readonly bound: Map<number, Bound>;
  readonly remaining: Map<number, number>;
  readonly uses: Uses;
  /** Ids of the region's results. */
  readonly results: ReadonlySet<number>;
  readonly outer: Env | undefined;
  /** Variables made in one run of statements alone may be assigned again in it. */
  readonly block: number;
  readonly place: Place;
  /** Places that were brought into range, by what they were and among how many. */
  readonly guarded: Map<string, Value>;
  readonly out: Statement[];
}

/** The state of one function under construction. */
export interface FunctionState {
  readonly callable: Callable;
  readonly context: BodyContext;
  readonly names: NameScope;
  readonly needs: Needs;
  /** Functions of the target's own that operators are written with. */
  readonly helpers: Set<string>;
  readonly dim: (dim: Dim) => Expression;
  /** Variables that may be assigned again, and the block that owns each. */
  readonly flows: Map<string, number>;
  /** Environments that are being filled, outermost first. */
  readonly live: Env[];
  /** Names that values have in the source: what has none takes another. */
  readonly sourceNames: ReadonlySet<string>;
  /** Names of results, by the ids of their values, for those that have none of their own. */
  readonly resultNames: ReadonlyMap<number, string>;
  /** Functions of the model that are called. */
  readonly called: Set<string>;
  /** States that this function assigns. */
  readonly updated: ReadonlySet<string>;
  nextBlock: number;
  /** Ids of values that the module does not have: they count down. */
  nextOwnId: number;
}

/** A value's expression in an environment or those around it. */
export function lookUp(env: Env, value: Value): { readonly env: Env; readonly bound: Bound } | undefined {
  for (let at: Env | undefined = env; at !== undefined; at = at.outer) {
    const bound = at.bound.get(value.id);
    if (bound !== undefined) return { env: at, bound };
  }
  return undefined;
}
