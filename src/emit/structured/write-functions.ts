import type { TensorType } from "../../ir/types.ts";
import type { Func } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import type { BodyContext, Callee, Needs } from "./body-context.ts";
import type { Callable, Callables } from "./callables.ts";
import { functionNames } from "./function-names.ts";
import { groupCallables } from "./group-callables.ts";
import type { NameScope } from "./name-scope.ts";
import { reservedWords, type StructuredTarget } from "./structured-target.ts";
import type { Literal, Statement } from "./tree.ts";
import { typeText } from "./type-text.ts";
import { unify, type Cluster } from "./unify.ts";
import { variableTrees, type VariableNode } from "./variable-tree.ts";
import { invokedIn } from "./visit-tree.ts";
import { writeBody, type Draft } from "./write-body.ts";
import { isSpliced } from "./write-nodes.ts";

/** A function of the model as a target prints it: all instances of a declaration that are alike. */
export interface StructuredFunction {
  readonly name: string;
  readonly doc: string;
  /** How many instances it serves; the types of inputs and results are those of the first. */
  readonly instances: number;
  readonly inputs: readonly { readonly name: string; readonly type: TensorType }[];
  readonly needs: Readonly<Needs>;
  /** What an instance owns. */
  readonly parameters: VariableNode;
  readonly states: VariableNode;
  /** Arguments for what instances differ in, with the values that they have in them. */
  readonly settings: readonly { readonly name: string; readonly values: readonly Literal[] }[];
  /** Arguments for sizes that no input has as an axis. */
  readonly sizes: readonly string[];
  readonly results: readonly TensorType[];
  readonly body: readonly Statement[];
  /** Literals of the body that are written as names: they are arguments. */
  readonly renamed: ReadonlyMap<Literal, string>;
  /** Functions of the target's own that the body calls. */
  readonly helpers: ReadonlySet<string>;
}

/** How the rest of a file calls a function of the model. */
export interface CalledFunction {
  readonly name: string;
  readonly needs: Readonly<Needs>;
  /** Dim variables that it takes as arguments, behind its inputs and what it owns. */
  readonly dims: readonly string[];
}

/** The functions of a model. */
export interface StructuredFunctions {
  /** Callers before what they call. */
  readonly all: readonly StructuredFunction[];
  of(key: string): CalledFunction;
}

/** What is written. */
export interface FunctionsInput {
  readonly functions: ReadonlyMap<string, Func>;
  /** Keys of those that the rest of the file calls. */
  readonly roots: readonly string[];
  readonly callables: Callables;
  /** Look-ups whose places are brought into range first. */
  readonly unproved: BodyContext["unproved"];
  readonly names: NameScope;
  readonly target: StructuredTarget;
}

/** Writes every function of the model that is used from its roots, instances that are alike as one function. */
export function writeFunctions({
  functions,
  roots,
  callables,
  unproved,
  names,
  target,
}: FunctionsInput): StructuredFunctions {
  const callees = new Map<string, Extract<Callee, { kind: "call" }>>();
  const written: StructuredFunction[] = [];
  const parametersOf = variableTrees(functions, "parameters");
  const statesOf = variableTrees(functions, "states");
  const nothing: VariableNode = { kind: "node", entries: new Map() };
  const { base } = target.naming;

  const isInPlace = (callable: Callable, caller: Callable): boolean =>
    !roots.includes(callable.key) &&
    (isSpliced(callable) || (callable.flavor === "composite" && base(callable.name) === base(caller.name)));

  const resolve = (key: string, caller: Callable): Callee => {
    const callable = callables.of(key);
    if (isInPlace(callable, caller)) return { kind: "splice", callable };
    return required(callees.get(key), `written function ${key}`);
  };
  const reserved = reservedWords(target);
  const context: BodyContext = { target, reserved, resolve, compositeOf: callables.ofNode, unproved };

  const addCluster = (cluster: Cluster, name: string): void => {
    const { template, members, renamed } = cluster;
    members.forEach((draft, index) => {
      callees.set(draft.callable.key, {
        kind: "call",
        name,
        // A caller whose instances differ in it takes an argument of the same name.
        arguments: cluster.arguments.map((it) => ({ ...required(it.values[index], "argument"), source: it.name })),
        needs: draft.needs,
        dims: draft.dims.map(({ variable }) => variable),
      });
    });
    const { callable, needs, inputs, dims, statements, helpers } = template;
    written.push({
      name,
      doc: docOf(template, members.length),
      instances: members.length,
      inputs,
      needs,
      parameters: needs.parameters ? parametersOf(callable.key) : nothing,
      states: needs.states ? statesOf(callable.key) : nothing,
      settings: cluster.arguments,
      sizes: dims.map(({ name }) => name),
      results: callable.body.results.map(({ type }) => type),
      body: statements,
      renamed,
      helpers,
    });
  };

  const seen = new Set<string>();
  for (const { name, members } of groupCallables(roots, callables)) {
    const standing = members.filter((callable) => roots.includes(callable.key) || !isSpliced(callable));
    const clusters = unify(standing.map((callable) => writeBody(callable, context)));
    if (clusters.length === 0) continue;
    functionNames(name, clusters, target.naming).forEach((wanted, index) => {
      // A name that is another's: only instances that hold one another are told apart by numbers.
      const isForeign = names.has(wanted) && !seen.has(name);
      addCluster(required(clusters[index], "cluster"), names.take(isForeign ? `${wanted}Layer` : wanted));
    });
    seen.add(name);
  }
  const rootNames = new Set(roots.map((key) => required(callees.get(key), `function ${key}`).name));
  return {
    // A function that was only ever written in place has no caller.
    all: dropUnused(written, rootNames).toReversed(),
    of: (key) => required(callees.get(key), `function ${key}`),
  };
}

function docOf({ callable, inputs }: Draft, instances: number): string {
  const { doc, body } = callable;
  const operands = inputs.map(({ name, type }) => `${name}: ${typeText(type)}`).join(", ");
  const types = `${operands} -> ${body.results.map(({ type }) => typeText(type)).join(", ")}`;
  const shapes = instances === 1 && body.results.length > 0 ? types : undefined;
  return [doc, shapes].flatMap((it) => it ?? []).join("\n\n") || `${callable.name}, at several shapes.`;
}

function dropUnused(
  functions: readonly StructuredFunction[],
  roots: ReadonlySet<string>,
): readonly StructuredFunction[] {
  const invoked = new Map(functions.map(({ name, body }) => [name, invokedIn(body)]));
  const used = new Set<string>();
  const visit = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    invoked.get(name)?.forEach(visit);
  };
  roots.forEach(visit);
  return functions.filter(({ name }) => used.has(name));
}
