import { calleesOf } from "../ir/callees-of.ts";
import type { Func, Initializer, Module, Region, Variable } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { regionsOf } from "../ir/visit.ts";
import { fault, required } from "../support/fault.ts";
import { joinPath } from "./paths.ts";

/** A parameter of a model, with its absolute path. */
export interface ParameterInfo {
  readonly path: string;
  readonly type: TensorType;
  readonly init: Initializer;
}

/** A state of a model, with its absolute path. */
export interface StateInfo {
  readonly path: string;
  readonly type: TensorType;
  readonly init: Initializer;
}

/** What a model owns, by absolute path, in the order of the program. */
export interface ModuleVariables {
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly states: ReadonlyMap<string, Variable>;
}

const owned = new WeakMap<Module, ModuleVariables>();

/** What a model owns: found once, as many ask for it. */
function ownedBy(module: Module): ModuleVariables {
  const found = owned.get(module) ?? variablesOf(module.functions, entryOf(module));
  owned.set(module, found);
  return found;
}

/** All parameters of a model in the order of the program, each once. */
export function parametersOf(module: Module): readonly ParameterInfo[] {
  return [...ownedBy(module).parameters].map(([path, it]) => ({
    path,
    type: it.type,
    init: it.init,
  }));
}

/** All states of a model (running statistics and the like) in the order of the program, each once. */
export function statesOf(module: Module): readonly StateInfo[] {
  return [...ownedBy(module).states].map(([path, it]) => ({
    path,
    type: it.type,
    init: it.init,
  }));
}

/** The model's own function. */
export function entryOf(module: Module): Func {
  return module.functions.get(module.entry) ?? fault(`module ${module.name} has no function ${module.entry}`);
}

/** What a function and everything that it calls owns, by path relative to that function. */
export function variablesOf(functions: ReadonlyMap<string, Func>, root: Func): ModuleVariables {
  const parameters = new Map<string, Variable>();
  const states = new Map<string, Variable>();
  const owners = owningFunctions(functions);
  const visited = new Set<string>();

  const visit = (func: Func, path: string): void => {
    const place = `${path} ${func.key}`;
    // A function that owns nothing is not entered: that keeps this linear in what is owned.
    if (visited.has(place) || !owners.has(func.key)) return;
    visited.add(place);
    for (const it of func.parameters) parameters.set(joinPath(path, it.path), it);
    for (const it of func.states) states.set(joinPath(path, it.path), it);
    visitRegion(func.body, path);
  };

  const visitRegion = (region: Region, path: string): void => {
    for (const node of region.nodes) {
      switch (node.kind) {
        case "call":
          visit(required(functions.get(node.callee), `function ${node.callee}`), joinPath(path, node.instance));
          break;
        case "repeat":
          for (let index = 0; index < (node.shared ? 1 : node.count); index += 1) {
            visitRegion(node.body, node.shared ? joinPath(path, node.path) : joinPath(path, node.path, `${index}`));
          }
          break;
        case "scan":
        case "training":
          regionsOf(node).forEach((it) => {
            visitRegion(it, path);
          });
          break;
        default:
          break;
      }
    }
  };

  visit(root, "");
  if (!owners.has(root.key)) visitRegion(root.body, "");
  return { parameters, states };
}

/** Keys of the functions that own something, themselves or through what they call. */
function owningFunctions(functions: ReadonlyMap<string, Func>): ReadonlySet<string> {
  const owning = new Map<string, boolean>();
  const owns = (key: string): boolean => {
    const known = owning.get(key);
    if (known !== undefined) return known;
    owning.set(key, false);
    const func = required(functions.get(key), `function ${key}`);
    const found = func.parameters.length > 0 || func.states.length > 0 || calleesOf(func.body).some(owns);
    owning.set(key, found);
    return found;
  };
  return new Set([...functions.keys()].filter(owns));
}
