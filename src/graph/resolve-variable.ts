import type { Func, Module, Region } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";

/** What a function may own. */
export type OwnedKind = "parameter" | "state";

/**
 * The type of a parameter or state by its path within a function: its own, or that of an instance that it calls
 * (`wte.table`, `layer.3.attention.kernel`). Undefined where there is none.
 */
export function resolveVariable(module: Module, func: Func, kind: OwnedKind, path: string): TensorType | undefined {
  const own = (kind === "parameter" ? func.parameters : func.states).find((it) => it.path === path);
  return own === undefined ? within(module, func.body, kind, path) : own.type;
}

function within(module: Module, region: Region, kind: OwnedKind, path: string): TensorType | undefined {
  for (const node of region.nodes) {
    const found = ((): TensorType | undefined => {
      switch (node.kind) {
        case "call": {
          const callee = module.functions.get(node.callee);
          const rest = after(path, node.instance);
          return callee === undefined || rest === undefined ? undefined : resolveVariable(module, callee, kind, rest);
        }
        case "repeat": {
          const rest = after(path, node.path);
          if (rest === undefined) return undefined;
          if (node.shared) return within(module, node.body, kind, rest);
          const [index = "", ...more] = rest.split(".");
          if (!/^\d+$/.test(index) || Number(index) >= node.count) return undefined;
          return within(module, node.body, kind, more.join("."));
        }
        case "scan":
          return within(module, node.body, kind, path);
        case "training":
          return within(module, node.then, kind, path) ?? within(module, node.otherwise, kind, path);
        default:
          return undefined;
      }
    })();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What follows a prefix and its dot; the path itself where the prefix is empty. */
function after(path: string, prefix: string): string | undefined {
  if (prefix === "") return path;
  return path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : undefined;
}
