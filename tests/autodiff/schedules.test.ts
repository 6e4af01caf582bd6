import { describe, expect, it } from "vitest";
import {
  buildRate,
  constantRate,
  constantSchedule,
  endsSomewhere,
  needsTotal,
  rateAt,
  schedules,
  scheduleTable,
  totalOf,
} from "../../src/autodiff/schedules.ts";
import { noFacts } from "../../src/dims/facts.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import type { Schedule } from "../../src/ir/program.ts";

/** The rate at a step by a graph, and the names that it has given to values. */
function builtRate(
  schedule: Schedule,
  step: number,
  total: number,
): { readonly rate: number; readonly names: string[] } {
  const b = createBuilder({ firstId: 0 });
  const at = b.value({ dtype: "f64", shape: [] }, "step");
  const names: string[] = [];
  const named = (name: string, value: Value): Value => {
    names.push(name);
    return value;
  };
  const rate = buildRate(b, schedule, at, () => b.scalar(total, "f64"), named);
  const graph: Graph = {
    name: "rate",
    mode: "training",
    inputs: [{ name: "step", role: "step", value: at }],
    nodes: b.nodes,
    outputs: [{ name: "rate", role: "output", value: rate }],
    facts: noFacts,
    nextId: b.nextId,
  };
  const found = interpretGraph(graph, new Map([["step", { dtype: "f64", shape: [], data: Float64Array.of(step) }]]));
  return { rate: found.get("rate")?.data[0] ?? NaN, names };
}

/** A rate's way through ten steps of a training of eight. */
const way = (schedule: Schedule): readonly number[] =>
  Array.from({ length: 10 }, (_, step) => {
    const rate = rateAt(schedule, step, 8);
    expect(builtRate(schedule, step, 8).rate).toBeCloseTo(rate, 12);
    return Number(rate.toFixed(4));
  });

describe("a schedule", () => {
  it.each<readonly [string, Schedule["settings"], readonly number[]]>([
    ["constant", { rate: 2, warmup: 0 }, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]],
    ["constant", { rate: 2, warmup: 4 }, [0.5, 1, 1.5, 2, 2, 2, 2, 2, 2, 2]],
    ["linear", { peak: 8, floor: 0, warmup: 0, total: 0 }, [8, 7, 6, 5, 4, 3, 2, 1, 0, 0]],
    ["linear", { peak: 8, floor: 2, warmup: 2, total: 0 }, [4, 8, 8, 7, 6, 5, 4, 3, 2, 2]],
    ["linear", { peak: 8, floor: 0, warmup: 0, total: 4 }, [8, 6, 4, 2, 0, 0, 0, 0, 0, 0]],
    // A training that is no longer than its warmup goes to the end in one step.
    ["linear", { peak: 8, floor: 4, warmup: 4, total: 4 }, [2, 4, 6, 8, 8, 4, 4, 4, 4, 4]],
    ["linear", { peak: 8, floor: 4, warmup: 4, total: 2 }, [2, 4, 6, 8, 8, 4, 4, 4, 4, 4]],
    ["cosine", { peak: 3, floor: 1, warmup: 0, total: 4 }, [3, 2.7071, 2, 1.2929, 1, 1, 1, 1, 1, 1]],
    ["cosine", { peak: 3, floor: 1, warmup: 2, total: 4 }, [1.5, 3, 3, 2, 1, 1, 1, 1, 1, 1]],
    ["step", { rate: 8, every: 3, factor: 0.5, warmup: 0 }, [8, 8, 8, 4, 4, 4, 2, 2, 2, 1]],
    ["step", { rate: 8, every: 3, factor: 0.5, warmup: 2 }, [4, 8, 8, 8, 8, 4, 4, 4, 2, 2]],
    [
      "exponential",
      { rate: 8, decay: 0.5, every: 1, warmup: 0 },
      [8, 4, 2, 1, 0.5, 0.25, 0.125, 0.0625, 0.0313, 0.0156],
    ],
    ["exponential", { rate: 8, decay: 0.25, every: 2, warmup: 1 }, [8, 8, 4, 2, 1, 0.5, 0.25, 0.125, 0.0625, 0.0313]],
  ])("%s %j goes its way, in a graph as on plain numbers", (kind, settings, expected) => {
    expect(way({ kind, settings })).toEqual(expected);
  });

  it("names how far it is, where it asks", () => {
    expect(builtRate({ kind: "linear", settings: { peak: 1, floor: 0, warmup: 0, total: 4 } }, 1, 8).names).toEqual([
      "progress",
    ]);
    expect(builtRate(constantSchedule(1), 1, 8).names).toEqual([]);
  });

  it("ends with the training, at a step of its own, or nowhere", () => {
    const linear = (total: number): Schedule => ({ kind: "linear", settings: { peak: 1, floor: 0, warmup: 0, total } });
    const step: Schedule = { kind: "step", settings: { rate: 1, every: 2, factor: 0.1, warmup: 0 } };
    expect([linear(0), linear(4), step].map(endsSomewhere)).toEqual([true, true, false]);
    expect([linear(0), linear(4), step].map(needsTotal)).toEqual([true, false, false]);
    expect([linear(0), linear(4), step].map(totalOf)).toEqual([undefined, 4, undefined]);
  });

  it("that never changes has one rate", () => {
    expect(constantSchedule(0.5)).toEqual({ kind: "constant", settings: { rate: 0.5, warmup: 0 } });
    expect(constantRate(constantSchedule(0.5))).toBe(0.5);
    expect(constantRate({ kind: "constant", settings: { rate: 0.5, warmup: 1 } })).toBeUndefined();
    expect(constantRate({ kind: "step", settings: { rate: 1, every: 2, factor: 0.1, warmup: 0 } })).toBeUndefined();
  });

  it("that is not there, or lacks a setting, is a fault", () => {
    expect(() => rateAt({ kind: "toString", settings: { warmup: 0 } }, 0, 1)).toThrow("no schedule toString");
    expect(() => rateAt({ kind: "linear", settings: { peak: 1, floor: 0, total: 0 } }, 0, 1)).toThrow("warmup");
  });

  it("takes settings in one order, some of which may be left out, within limits", () => {
    const told = (kind: string): readonly string[] =>
      Object.entries(scheduleTable[kind] ?? {}).map(
        ([name, { kind: number, default: usual, min, max, above }]) =>
          `${name}: ${number}${usual === undefined ? "" : ` = ${String(usual)}`}${min === undefined ? "" : `, from ${min}`}` +
          `${above === undefined ? "" : `, above ${above}`}${max === undefined ? "" : `, to ${max}`}`,
      );
    expect(Object.keys(scheduleTable)).toEqual(Object.keys(schedules));
    const warmup = "warmup: integer = 0, from 0";
    const ends = ["floor: number = 0, from 0", "total: integer = 0, from 0"];
    expect(told("constant")).toEqual(["rate: number, above 0", warmup]);
    expect(told("cosine")).toEqual(["peak: number, above 0", warmup, ...ends]);
    expect(told("linear")).toEqual(["peak: number, above 0", warmup, ...ends]);
    expect(told("step")).toEqual([
      "rate: number, above 0",
      "every: integer, from 1",
      "factor: number = 0.1, above 0",
      warmup,
    ]);
    expect(told("exponential")).toEqual([
      "rate: number, above 0",
      "decay: number, above 0, to 1",
      "every: integer = 1, from 1",
      warmup,
    ]);
  });
});
