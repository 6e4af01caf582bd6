import { asNumber, variablesOf } from "../../dims/dim.ts";
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

/** Where a variable cannot be stored because building leaves a dimension of it open. */
export interface OpenVariable {
  readonly path: string;
  readonly dims: readonly string[];
}

/** The parameters and states of graphs of one model, by path in their order, or those with open dimensions. */
export function storedVariables(graphs: readonly Graph[]): {
  readonly variables: ReadonlyMap<string, StoredVariable>;
  readonly open: readonly OpenVariable[];
} {
  const variables = new Map<string, StoredVariable>();
  const open: OpenVariable[] = [];
  const seen = new Set<string>();
  for (const input of graphs.flatMap((it) => it.inputs)) {
    if (input.role !== "parameter" && input.role !== "state") continue;
    const path = input.path ?? fault(`${input.name} has no path`);
    const variable = describe(path, input);
    const known = variables.get(path);
    if (known !== undefined && variable !== undefined && !sameStorage(known, variable)) {
      fault(`${path} is stored as [${known.shape.join()}] in one graph and as [${variable.shape.join()}] in another`);
    }
    if (variable !== undefined) variables.set(path, known ?? variable);
    else if (!seen.has(path)) {
      open.push({ path, dims: [...new Set(input.value.type.shape.flatMap((it) => [...variablesOf(it)]))] });
    }
    seen.add(path);
  }
  return { variables, open };
}

function describe(path: string, { value, perm }: GraphInput): StoredVariable | undefined {
  const { dtype, shape } = value.type;
  const sizes = shape.map(asNumber).filter((it) => it !== undefined);
  if (sizes.length < shape.length) return undefined;
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
