import { readFileSync } from "node:fs";
import { loadProgram, type Program, type ProgramHost } from "../../src/analyze/program.ts";
import { checkSource } from "../../src/compiler.ts";
import { createCollector, type Collector } from "../../src/diagnostics/collector.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { asNumber } from "../../src/dims/dim.ts";
import type { Func, Module, Node } from "../../src/ir/graph.ts";
import { checkProgram } from "../../src/lower/check-program.ts";
import { elaborateModel, type ModelOptions } from "../../src/lower/elaborate-model.ts";
import { verifyModule } from "../../src/graph/verify.ts";
import { textOf } from "../../src/support/source.ts";

/** Other files that sources under test may import. */
const files: Readonly<Record<string, string>> = {
  "layers.model": "block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n",
  "cycle.model":
    'import { M } from "./main.model"\n\nblock Round: (x: f32[B, 4]) -> f32[B, 2] {\n  x -> M\n}\n\nblock Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n',
};

export const host: ProgramHost = {
  read(path) {
    if (path === "too-large.model") return { unreadable: "it is larger than 4 MiB" };
    const text = files[path];
    return text === undefined ? undefined : { path, text };
  },
  resolve: (_, to) => to.replace(/^\.\//, ""),
};

export function load(text: string, collector: Collector): Program {
  return loadProgram({ path: "main.model", text }, host, collector);
}

/** Everything that is wrong with a text. */
export function check(text: string): readonly Diagnostic[] {
  const collector = createCollector();
  checkProgram(load(text, collector), collector);
  return collector.diagnostics;
}

/** The same with sections: all that `modelc check` finds. */
export function checkFile(text: string): readonly Diagnostic[] {
  return checkSource({ path: "main.model", text }, host);
}

export function codesOfFile(text: string): readonly string[] {
  return checkFile(text).map((it) => it.code);
}

export function codesOf(text: string): readonly string[] {
  return check(text).map((it) => it.code);
}

/** The one thing that is wrong with a text, and where. */
export function onlyFinding(text: string): Diagnostic & { readonly at: string } {
  const found = check(text);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`expected one finding, got ${JSON.stringify(found.map((it) => `${it.code} ${it.message}`))}`);
  }
  return { ...first, at: textOf(first.span) };
}

/** A model that is expected to be well typed. */
export function lower(text: string, name: string, options: ModelOptions = {}): Module {
  const collector = createCollector();
  const module = elaborateModel(load(text, collector), name, options, collector);
  const [problem] = collector.diagnostics.filter((it) => it.severity === "error");
  if (problem !== undefined || module === undefined)
    throw new Error(`${problem?.code ?? ""} ${problem?.message ?? "no module"}`);
  const defects = verifyModule(module);
  if (defects.length > 0) throw new Error(`ill formed: ${defects.join("; ")}`);
  return module;
}

/** Declarations that were found to be in order although they do not lower to a well-formed module. */
export function silentFailures(text: string): readonly string[] {
  const collector = createCollector();
  const program = load(text, collector);
  const { namesOnly } = checkProgram(program, collector);
  if (collector.hasErrors) return [];
  return [...program.entry.scope].flatMap(([name, entry]) => {
    if (entry.kind !== "callable" || namesOnly.includes(name)) return [];
    if (entry.declaration.hyperparameters.some((it) => it.default === undefined)) return [];
    const module = elaborateModel(program, name, {}, collector);
    // What a block needs of its inputs may be stated by those that use it.
    if (module === undefined) return collector.hasErrors ? [] : [`${name} gives no module and no message`];
    return verifyModule(module).map((defect) => `${name}: ${defect}`);
  });
}

export function example(name: string): string {
  return readFileSync(`specs/${name}.model`, "utf8");
}

export function entryOf(module: Module): Func {
  const func = module.functions.get(module.entry);
  if (func === undefined) throw new Error("no entry");
  return func;
}

const join = (...parts: readonly string[]): string => parts.filter((it) => it !== "").join(".");

function walkOwned(module: Module, visit: (func: Func, prefix: string) => void): void {
  const inFunc = (func: Func, prefix: string): void => {
    visit(func, prefix);
    inNodes(func.body.nodes, prefix);
  };
  const inNodes = (nodes: readonly Node[], prefix: string): void => {
    for (const node of nodes) {
      if (node.kind === "call") {
        const callee = module.functions.get(node.callee);
        if (callee === undefined) throw new Error(`no function ${node.callee}`);
        inFunc(callee, join(prefix, node.instance));
      } else if (node.kind === "repeat") {
        const count = node.count;
        for (let index = 0; index < (node.shared ? 1 : count); index += 1) {
          inNodes(node.body.nodes, join(prefix, node.path, node.shared ? "" : String(index)));
        }
      } else if (node.kind === "training") {
        inNodes(node.then.nodes, prefix);
        inNodes(node.otherwise.nodes, prefix);
      } else if (node.kind === "scan") inNodes(node.body.nodes, prefix);
    }
  };
  inFunc(entryOf(module), "");
}

/** The size of every parameter by its absolute path. */
export function parametersOf(module: Module): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  walkOwned(module, (func, prefix) => {
    for (const it of func.parameters) {
      const size = it.type.shape.map((dim) => asNumber(dim) ?? Number.NaN).reduce((a, b) => a * b, 1);
      sizes.set(join(prefix, it.path), size);
    }
  });
  return sizes;
}

/** Absolute paths of all states. */
export function statesOf(module: Module): readonly string[] {
  const paths = new Set<string>();
  walkOwned(module, (func, prefix) => {
    for (const it of func.states) paths.add(join(prefix, it.path));
  });
  return [...paths];
}

export function countOf(module: Module): number {
  return [...parametersOf(module).values()].reduce((a, b) => a + b, 0);
}

/** Every node of a function, those of nested regions included. */
export function nodesOf(func: Func): readonly Node[] {
  const all: Node[] = [];
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      all.push(node);
      if (node.kind === "repeat" || node.kind === "scan") visit(node.body.nodes);
      if (node.kind === "training") {
        visit(node.then.nodes);
        visit(node.otherwise.nodes);
      }
    }
  };
  visit(func.body.nodes);
  return all;
}
