import { describe, expect, it } from "vitest";
import { verifyModule } from "../../src/graph/verify.ts";
import { calleesOf } from "../../src/ir/callees-of.ts";
import type { FreezePhase } from "../../src/ir/program.ts";
import { entryOf } from "../../src/graph/parameters-of.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { freezeInstances } from "../../src/passes/freeze-instances.ts";
import { phaseModules } from "../../src/passes/phase-modules.ts";
import { printGraph } from "../../src/ir/print-graph.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";

const { module } = unitOf(`
block Stage: (x: f32[B, 4]) -> f32[B, 4] {
  x -> Dense(4) -> BatchNorm -> relu
}
model Net: (x: f32[B, 4]) -> y: f32[B, 4] {
  x -> stem: Stage -> repeat 2 as stage { Stage } -> head: Dense(4)
}`);

const phases: readonly FreezePhase[] = [
  { from: { steps: 0 }, frozen: ["stem.**", "stage.**"] },
  { from: { epochs: 1 }, frozen: ["stage.0.**"] },
  { from: { epochs: 2 }, frozen: ["**.kernel"] },
];

describe("phaseModules", () => {
  const { functions, entries, modules } = phaseModules(module, phases);

  it("has one module for each phase, which runs as the model does whose instances it freezes", () => {
    expect(modules).toHaveLength(phases.length);
    modules.forEach((it, at) => {
      expect(verifyModule(it)).toEqual([]);
      const alone = freezeInstances(module, phases[at]?.frozen ?? []);
      const [together, apart] = [it, alone].map((one) => printGraph(flatten(one, { mode: "training" })));
      expect(together).toBe(apart);
    });
  });

  it("has all of them in one set, where the model's own stay what they are, and each phase finds what it calls", () => {
    for (const [key, func] of module.functions) expect(functions.get(key)).toBe(func);
    for (const [key, func] of functions) expect(func.key).toBe(key);
    modules.forEach((it, at) => {
      expect(entries[at]).toBe(entryOf(it).key);
      for (const [key, func] of it.functions) {
        expect(functions.get(key)).toBe(func);
        for (const callee of calleesOf(func.body)) expect(functions.has(callee), callee).toBe(true);
      }
    });
    // Kernels alone freeze nothing that is run otherwise.
    expect(new Set(entries).size).toBe(3);
    expect(modules[2]).toBe(module);
    expect(phaseModules(module, []).functions).toEqual(module.functions);
  });
});
