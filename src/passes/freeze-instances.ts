import { calleesOf } from "../ir/callees-of.ts";
import { mapRegions, operandsOf, regionsOf } from "../ir/visit.ts";
import type { Func, Module, Node, Region, RepeatNode, Value } from "../ir/graph.ts";
import { matchesAny } from "../ir/is-learned.ts";
import { required } from "../support/fault.ts";
import { entryOf, variablesOf } from "../graph/parameters-of.ts";
import { joinPath } from "../graph/paths.ts";
import { cloneNode, renameAll, renameBy, renameUses } from "../graph/rewrite.ts";

/**
 * The model as a training runs it while the paths that fit some patterns are frozen. A frozen state is not updated. An
 * instance that owns states, all of them and its own parameters frozen, runs in inference mode in the training graph too,
 * as in Keras 3; so do the functions that it calls, but none of the instances in it: each of them decides for itself, and
 * Dropout, which owns no state, goes on dropping.
 *
 * Structured form to structured form; copies of a repeat that are frozen unequally are written out one by one. What is
 * not concerned stays the same function, and what the model does not call stays there.
 */
export function freezeInstances(module: Module, frozen: readonly string[]): Module {
  const entry = entryOf(module);
  const { parameters, states } = variablesOf(module.functions, entry);
  const freezes = (path: string): boolean => matchesAny(frozen, path);
  if (![...states.keys()].some(freezes)) return module;

  const suffixes = suffixesOf([...parameters.keys(), ...states.keys()]);
  /** What is frozen below a path, as a text that is equal for instances that are frozen alike. */
  const frozenBelow = (path: string): string =>
    (suffixes.get(path) ?? []).filter((it) => freezes(joinPath(path, it))).join(" ");
  const functions = new Map(module.functions);
  const made = new Map<string, string>();

  /** The key of a function as it is to run at a path; its own where nothing changes. */
  const specialise = (key: string, path: string, around: boolean): string => {
    const func = required(module.functions.get(key), `function ${key}`);
    const inference = func.flavor === "fn" ? around : runsFrozen(func, path);
    const within = frozenBelow(path);
    if (!inference && within === "") return key;
    const identity = `${key} ${String(inference)} ${within}`;
    const known = made.get(identity);
    if (known !== undefined) return known;
    const body = bodyOf(func, path, inference);
    const name = body === func.body ? key : freshKey(functions, inference ? `${key}.frozen` : `${key}.part`);
    if (body !== func.body) functions.set(name, { ...func, key: name, body });
    made.set(identity, name);
    return name;
  };

  const runsFrozen = (func: Func, path: string): boolean =>
    func.states.length > 0 && [...func.states, ...func.parameters].every((it) => freezes(joinPath(path, it.path)));

  const bodyOf = (func: Func, at: string, inference: boolean): Region => {
    let nextId = 1 + greatestId(func.body);
    const fresh = (like: Value): Value => ({ ...like, id: nextId++ });
    let changed = false;
    /** What stands for results of nodes that are gone. */
    const scope = new Map<number, Value>();

    const region = (from: Region, path: string): Region => {
      const nodes = from.nodes.flatMap((it) => node(it, path));
      return { inputs: from.inputs, nodes, results: renameAll(from.results, renameBy(scope)) };
    };

    const node = (from: Node, path: string): readonly Node[] => {
      const it = renameUses(from, renameBy(scope));
      switch (it.kind) {
        case "update":
          if (!freezes(joinPath(path, it.path))) return [it];
          changed = true;
          return [];
        case "training": {
          if (!inference) return [mapRegions(it, (inner) => region(inner, path))];
          changed = true;
          const taken = region(it.otherwise, path);
          it.results.forEach((result, index) => scope.set(result.id, required(taken.results[index], "result")));
          return taken.nodes;
        }
        case "call": {
          const callee = specialise(it.callee, joinPath(path, it.instance), inference);
          changed ||= callee !== it.callee;
          return [callee === it.callee ? it : { ...it, callee }];
        }
        case "repeat":
          return repeat(it, path);
        case "scan":
          return [mapRegions(it, (inner) => region(inner, path))];
        default:
          return [it];
      }
    };

    const repeat = (it: RepeatNode, path: string): readonly Node[] => {
      const place = joinPath(path, it.path);
      if (it.shared) return [{ ...it, body: region(it.body, place) }];
      const count = it.count;
      const copies = Array.from({ length: count }, (_, index) => `${place}.${String(index)}`);
      if (new Set(copies.map(frozenBelow)).size <= 1) {
        return count === 0 ? [it] : [{ ...it, body: region(it.body, required(copies[0], "copy")) }];
      }
      changed = true;
      let carried = it.operands;
      const nodes = copies.flatMap((_, index): readonly Node[] => {
        const inner = new Map(it.body.inputs.map((input, at) => [input.id, required(carried[at], "carry")]));
        const copy = it.body.nodes.map((one) => below(joinPath(it.path, String(index)), cloneNode(one, inner, fresh)));
        const written = copy.flatMap((one) => node(one, path));
        carried = renameAll(renameAll(it.body.results, renameBy(inner)), renameBy(scope));
        return written;
      });
      it.results.forEach((result, index) => scope.set(result.id, required(carried[index], "result")));
      return nodes;
    };

    const body = region(func.body, at);
    return changed ? withoutUnused(body) : func.body;
  };

  const root = bodyOf(entry, "", runsFrozen(entry, ""));
  functions.set(entry.key, { ...entry, body: root });
  const [before, used] = [reachable(module.functions, entry.key), reachable(functions, entry.key)];
  return { ...module, functions: new Map([...functions].filter(([key]) => used.has(key) || !before.has(key))) };
}

/** For every path that something lies below: the rests of the paths of what does. */
function suffixesOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>([["", [...paths]]]);
  for (const path of paths) {
    for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
      const above = path.slice(0, dot);
      const known = found.get(above) ?? [];
      known.push(path.slice(dot + 1));
      found.set(above, known);
    }
  }
  return found;
}

function freshKey(functions: ReadonlyMap<string, Func>, wanted: string): string {
  let key = wanted;
  for (let number = 2; functions.has(key); number += 1) key = `${wanted}${String(number)}`;
  return key;
}

function greatestId({ inputs, nodes, results }: Region): number {
  const own = [...inputs, ...results, ...nodes.flatMap((it) => it.results)].map((it) => it.id);
  return [...own, ...nodes.flatMap(regionsOf).map(greatestId)].reduce((a, b) => Math.max(a, b), -1);
}

/** A node of a copy with what it names put below the copy's path. */
function below(prefix: string, node: Node): Node {
  switch (node.kind) {
    case "call":
      return { ...node, instance: joinPath(prefix, node.instance) };
    case "parameter":
    case "state":
    case "update":
    case "key":
    case "repeat":
      return { ...node, path: joinPath(prefix, node.path) };
    default:
      return mapRegions(node, (it) => ({ ...it, nodes: it.nodes.map((one) => below(prefix, one)) }));
  }
}

/** The region without the nodes that served only what is gone. */
function withoutUnused({ inputs, nodes, results }: Region): Region {
  const used = new Set<number>();
  const use = (it: Value): void => void used.add(it.id);
  const sweep = (from: readonly Node[]): readonly Node[] => {
    const kept: Node[] = [];
    for (const node of from.toReversed()) {
      if (node.kind === "training") {
        const isRead = node.results.map((it) => used.has(it.id));
        const read = (from: readonly Value[]): readonly Value[] => from.filter((_, index) => isRead[index]);
        const swept = (it: Region): Region => {
          const left = read(it.results);
          left.forEach(use);
          return { inputs: it.inputs, nodes: sweep(it.nodes), results: left };
        };
        const [then, otherwise, left] = [swept(node.then), swept(node.otherwise), read(node.results)];
        const isEmpty = [then.nodes, otherwise.nodes, left].every((it) => it.length === 0);
        if (!isEmpty) kept.push({ ...node, then, otherwise, results: left });
        continue;
      }
      const isStatement = node.kind === "update" || node.kind === "repeat" || node.kind === "call";
      if (!isStatement && !node.results.some((it) => used.has(it.id))) continue;
      kept.push(node);
      operandsOf(node).forEach(use);
      regionsOf(node).forEach((it) => usesWithin(it, use));
    }
    return kept.reverse();
  };
  results.forEach(use);
  return { inputs, nodes: sweep(nodes), results };
}

function usesWithin({ nodes, results }: Region, use: (it: Value) => void): void {
  results.forEach(use);
  for (const node of nodes) {
    operandsOf(node).forEach(use);
    regionsOf(node).forEach((it) => usesWithin(it, use));
  }
}

function reachable(functions: ReadonlyMap<string, Func>, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (key: string): void => {
    if (found.has(key)) return;
    found.add(key);
    calleesOf(required(functions.get(key), `function ${key}`).body).forEach(visit);
  };
  visit(from);
  return found;
}
