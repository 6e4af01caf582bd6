import type { Func, Module, Value } from "../../ir/graph.ts";
import type { Strays } from "../../passes/find-strays.ts";
import type { TensorType } from "../../ir/types.ts";
import type { Pattern } from "./ast.ts";
import type { CalledFunction } from "../structured/write-functions.ts";
import type { Interfaces } from "./interfaces.ts";
import { localName } from "./names.ts";
import type { VariableNode } from "../structured/variable-tree.ts";

/** A tensor that a model takes or gives, by name. */
export interface Port {
  readonly name: string;
  /** The variable that holds it. */
  readonly local: string;
  readonly type: TensorType;
}

/** What the parts of a file share. */
export interface ModelContext {
  readonly module: Module;
  readonly entry: Func;
  /** The name of the model's type: `MnistCnn`. */
  readonly type: string;
  readonly forward: CalledFunction;
  readonly parameters: VariableNode;
  /** The parameters as they begin. */
  readonly initial: VariableNode;
  readonly states: VariableNode;
  /** What the data section fits on the training examples, where it does. */
  readonly statistics?: VariableNode;
  readonly interfaces: Interfaces;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly helpers: Set<string>;
  /** The look-ups of the model that may be out of range. */
  readonly strays: Strays;
  /** The seed that `create` begins with where none is given. */
  readonly seed: number;
  /** True where the file trains: models then carry an optimizer and a step. */
  readonly trains: boolean;
  /** True where the optimizer remembers anything of parameters. */
  readonly remembers: boolean;
  /** True where a training takes several steps at once, each with its optimizer. */
  readonly several: boolean;
  /** True where what is frozen changes while it trains. */
  readonly phased: boolean;
  /** True where `fit` ends with the best weights. */
  readonly keepsBest: boolean;
  /** By what decay averages of the parameters are kept, where they are. */
  readonly average?: number;
  /** True where something follows something else. */
  readonly follows: boolean;
  /** Steps of the whole training, where the learning rate depends on that: Infinity until `fit` knows. */
  readonly steps?: number;
}

/** `{ x, class: class_ }`: the fields of ports by their variables. */
export function portsPattern(ports: readonly Port[]): Pattern {
  return { kind: "object-pattern", entries: ports.map(({ name, local }) => ({ key: name, binding: local })) };
}

/** The inputs and outputs of a model by name. */
export function portsOf(func: Func): { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] } {
  const taken = new Set<string>();
  const port = (name: string, value: Value): Port => {
    const local = localName(name, taken);
    taken.add(local);
    return { name, local, type: value.type };
  };
  return {
    inputs: func.body.inputs.map((value, index) => port(func.inputNames[index] ?? `input${index}`, value)),
    outputs: func.body.results.map((value, index) => port(func.resultNames[index] ?? `output${index}`, value)),
  };
}
