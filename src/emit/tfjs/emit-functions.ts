import type { Func } from "../../ir/graph.ts";
import { nodesWithin } from "../../ir/visit.ts";
import { required } from "../../support/fault.ts";
import type { FunctionItem, Parameter } from "./ast.ts";
import type { BodyContext, Needs, Target } from "./body-context.ts";
import type { Callable, Callables } from "./callables.ts";
import { emitBody, type Draft } from "./emit-body.ts";
import { isSpliced } from "./emit-nodes.ts";
import { functionNames } from "./function-names.ts";
import { typeText, type Interfaces } from "./interfaces.ts";
import { camelCase, type NameScope } from "./names.ts";
import { printType } from "./print.ts";
import { unify, type Cluster } from "./unify.ts";
import { variableTrees } from "./variable-tree.ts";
import { namesIn } from "./visit-syntax.ts";

/** How the rest of the file calls a function of the model. */
export interface EmittedFunction {
  readonly name: string;
  readonly needs: Readonly<Needs>;
}

/** The functions of a file. */
export interface EmittedFunctions {
  /** Callers before what they call. */
  readonly items: readonly FunctionItem[];
  readonly helpers: ReadonlySet<string>;
  of(key: string): EmittedFunction;
}

/**
 * Writes every function of the model that is used from `roots`, instances that are alike as one function. Places that the
 * `unproved` look-ups read are brought into range first.
 */
export function emitFunctions(
  functions: ReadonlyMap<string, Func>,
  roots: readonly string[],
  callables: Callables,
  unproved: BodyContext["unproved"],
  interfaces: Interfaces,
  names: NameScope,
): EmittedFunctions {
  const targets = new Map<string, Extract<Target, { kind: "call" }>>();
  const groups = new Map<string, Callable[]>();
  const items: FunctionItem[] = [];
  const helpers = new Set<string>();
  const parametersOf = variableTrees(functions, "parameters");
  const statesOf = variableTrees(functions, "states");

  for (const key of reachable(roots, callables)) {
    const callable = callables.of(key);
    const group = groups.get(callable.name);
    if (group === undefined) groups.set(callable.name, [callable]);
    else group.push(callable);
  }

  const isInPlace = (callable: Callable, caller: Callable): boolean =>
    !roots.includes(callable.key) &&
    (isSpliced(callable) || (callable.flavor === "composite" && camelCase(callable.name) === camelCase(caller.name)));

  const resolve = (key: string, caller: Callable): Target => {
    const callable = callables.of(key);
    if (isInPlace(callable, caller)) return { kind: "splice", callable };
    return required(targets.get(key), `emitted function ${key}`);
  };

  const begun = new Set<string>();
  const emitGroup = (name: string): void => {
    if (begun.has(name)) return;
    begun.add(name);
    const group = required(groups.get(name), `declaration ${name}`);
    for (const callable of group) calleesOf(callable, callables).forEach((it) => emitGroup(it.name));
    const standing = group.filter((callable) => roots.includes(callable.key) || !isSpliced(callable));
    const drafts = standing.map((callable) => emitBody(callable, { resolve, compositeOf: callables.ofNode, unproved }));
    if (drafts.length === 0) return;
    const clusters = unify(drafts);
    functionNames(name, clusters).forEach((wanted, index) => {
      addCluster(required(clusters[index], "cluster"), names.take(names.has(wanted) ? `${wanted}Layer` : wanted));
    });
  };

  const addCluster = (cluster: Cluster, name: string): void => {
    const { template, members, renamed } = cluster;
    members.forEach((draft, index) => {
      targets.set(draft.callable.key, {
        kind: "call",
        name,
        // A caller whose instances differ in it takes an argument of the same name.
        arguments: cluster.arguments.map((it) => ({ ...required(it.values[index], "argument"), source: it.name })),
        needs: draft.needs,
        dims: draft.dims,
      });
    });
    template.helpers.forEach((it) => helpers.add(it));
    const { key } = template.callable;
    const { needs } = template;
    const parameters: readonly Parameter[] = [
      ...template.inputs.map((input) => ({ pattern: input.name, type: "tf.Tensor" })),
      ...(needs.parameters
        ? [{ pattern: "p", type: printType(interfaces.typeOf(parametersOf(key), "parameters")) }]
        : []),
      ...(needs.states ? [{ pattern: "s", type: printType(interfaces.typeOf(statesOf(key), "states")) }] : []),
      ...cluster.arguments.map((it) => ({ pattern: it.name, type: it.type })),
      ...template.dims.map((dim) => ({ pattern: dim, type: "number" })),
      ...(needs.training ? [{ pattern: "training", type: "boolean" }] : []),
      ...(needs.random ? [{ pattern: "random", type: "Place" }] : []),
      ...(needs.strays ? [{ pattern: "strays", type: "Strays" }] : []),
    ];
    if (needs.random) helpers.add("Place");
    if (needs.strays) helpers.add("Strays");
    const count = template.callable.body.results.length;
    items.push({
      kind: "function",
      exported: false,
      name,
      parameters,
      result: count === 1 ? "tf.Tensor" : `[${Array.from({ length: count }, () => "tf.Tensor").join(", ")}]`,
      body: template.statements,
      renamed,
      doc: docOf(template, members.length),
    });
  };

  for (const name of groups.keys()) emitGroup(name);
  return {
    // A function that was only ever written in place has no caller.
    items: dropUnused(
      items,
      new Set(roots.map((key) => required(targets.get(key), `function ${key}`).name)),
    ).toReversed(),
    helpers,
    of: (key) => required(targets.get(key), `function ${key}`),
  };
}

function docOf({ callable, inputs }: Draft, instances: number): string {
  const { doc } = callable;
  const [only] = callable.body.results;
  const types = `${inputs.map(({ name, type }) => `${name}: ${typeText(type)}`).join(", ")} -> ${callable.body.results.map(({ type }) => typeText(type)).join(", ")}`;
  const shapes = instances === 1 && only !== undefined ? types : undefined;
  return [doc, shapes].flatMap((it) => it ?? []).join("\n\n") || `${callable.name}, at several shapes.`;
}

function calleesOf(callable: Callable, callables: Callables): readonly Callable[] {
  return [...nodesWithin(callable.body.nodes)].flatMap((node) => {
    if (node.kind === "call") return [callables.of(node.callee)];
    const composite = node.kind === "operator" ? callables.ofNode(node) : undefined;
    return composite === undefined ? [] : [composite];
  });
}

/** Keys of all callables used from some, those first. */
function reachable(roots: readonly string[], callables: Callables): readonly string[] {
  const found = new Set<string>();
  const visit = (key: string): void => {
    if (found.has(key)) return;
    found.add(key);
    calleesOf(callables.of(key), callables).forEach((it) => visit(it.key));
  };
  roots.forEach(visit);
  return [...found];
}

function dropUnused(items: readonly FunctionItem[], roots: ReadonlySet<string>): readonly FunctionItem[] {
  const named = new Map(items.map(({ name, body }) => [name, namesIn(body)]));
  const used = new Set<string>();
  const visit = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    for (const other of named.get(name) ?? []) if (named.has(other)) visit(other);
  };
  roots.forEach(visit);
  return items.filter(({ name }) => used.has(name));
}
