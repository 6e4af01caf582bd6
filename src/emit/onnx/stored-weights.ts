import { asNumber } from "../../dims/dim.ts";
import type { Graph, GraphInput } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";
import { fault } from "../../support/fault.ts";

/** How a parameter or state is stored: in a `.safetensors` file, in graphs and in checkpoints alike. */
export interface StoredVariable {
  readonly path: string;
  readonly dtype: DType;
  /** In stored order. */
  readonly shape: readonly number[];
  /** Stored axis i is logical axis `perm[i]`; undefined where the orders agree. */
  readonly perm?: readonly number[];
}

/** The parameters and states of graphs of one model, by path in their order. Requires that nothing leaves their sizes open. */
export function storedVariables(graphs: readonly Graph[]): ReadonlyMap<string, StoredVariable> {
  const variables = new Map<string, StoredVariable>();
  for (const input of graphs.flatMap((it) => it.inputs)) {
    if (input.role !== "parameter" && input.role !== "state") continue;
    const path = input.path ?? fault(`${input.name} has no path`);
    const variable = describe(path, input);
    const known = variables.get(path);
    if (known !== undefined && !sameStorage(known, variable)) {
      fault(`${path} is stored as [${known.shape.join()}] in one graph and as [${variable.shape.join()}] in another`);
    }
    variables.set(path, known ?? variable);
  }
  return variables;
}

function describe(path: string, { value, perm }: GraphInput): StoredVariable {
  const { dtype, shape } = value.type;
  const sizes = shape.map((it) => asNumber(it) ?? fault(`${path} has an open dimension`));
  return { path, dtype, shape: sizes, ...(perm !== undefined && { perm }) };
}

function sameStorage(a: StoredVariable, b: StoredVariable): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && (a.perm ?? []).join() === (b.perm ?? []).join();
}

/** Metadata of a file of weights: which paths are stored in another order than the logical one. */
export function weightsMetadata(variables: Iterable<StoredVariable>): ReadonlyMap<string, string> {
  const perms = [...variables].flatMap(({ path, perm }) => (perm === undefined ? [] : [[path, perm] as const]));
  return new Map([
    ["format", "modelc"],
    ["perm", JSON.stringify(Object.fromEntries(perms.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))))],
  ]);
}
