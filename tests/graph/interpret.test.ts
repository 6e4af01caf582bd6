import { describe, expect, it } from "vitest";
import { parseGraph } from "../../src/ir/parse-graph.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { arrayOf } from "../../src/ops/define/nd-array.ts";
import { keyFor, seedWords, baseKey } from "../../src/ops/random/counter.ts";
import { verifyGraph } from "../../src/graph/verify.ts";

function graphOf(...lines: readonly string[]): Graph {
  const parsed = parseGraph(`graph "g" inference next 100 {\n${lines.join("\n")}\n}`);
  if (!parsed.ok) throw new Error(parsed.problem);
  expect(verifyGraph(parsed.value)).toEqual([]);
  return parsed.value;
}

const scanned = (reverse: string): Graph =>
  graphOf(
    'input "x" feature %0: f32[B, T]',
    "%1: f32[] = constant 0",
    "%2: f32[B] = broadcast_to(%1; shape=<[B]>)",
    `%3: f32[B], %4: f32[B, T] = scan <T> ${reverse} carry (%2) along (%0 @ 1) emit [1] {`,
    "takes %5: f32[B], %6: f32[B]",
    "%7: f32[B] = add(%5, %6)",
    "yield %7, %7",
    "}",
    'output "last" output %3',
    'output "all" output %4',
  );

describe("interpretGraph", () => {
  it("runs a scan along an axis, forwards and backwards", () => {
    const x = arrayOf("f32", [2, 3], [1, 2, 3, 10, 20, 30]);
    const forward = interpretGraph(scanned(""), new Map([["x", x]]));
    expect([...(forward.get("last")?.data ?? [])]).toEqual([6, 60]);
    expect([...(forward.get("all")?.data ?? [])]).toEqual([1, 3, 6, 10, 30, 60]);
    const backward = interpretGraph(scanned("reverse"), new Map([["x", x]]));
    expect([...(backward.get("all")?.data ?? [])]).toEqual([6, 5, 3, 60, 50, 30]);
  });

  it("reads dimensions off the inputs and checks compound ones", () => {
    const graph = graphOf(
      'input "x" feature %0: f32[B, T]',
      'input "y" feature %1: f32[2 * T]',
      "%2: i64[] = dim <B * T + 1>",
      'output "n" output %2',
    );
    const x = arrayOf("f32", [1, 3], [0, 0, 0]);
    const good = interpretGraph(
      graph,
      new Map([
        ["x", x],
        ["y", arrayOf("f32", [6], [0, 0, 0, 0, 0, 0])],
      ]),
    );
    expect([...(good.get("n")?.data ?? [])]).toEqual([4]);
    expect(() =>
      interpretGraph(
        graph,
        new Map([
          ["x", x],
          ["y", arrayOf("f32", [2], [0, 0])],
        ]),
      ),
    ).toThrow(/axis 0 of y is 2, not 6/);
    expect(() => interpretGraph(graph, new Map([["x", x]]))).toThrow(/no value for the input y/);
  });

  it("wraps 32-bit integers", () => {
    const graph = graphOf(
      'input "a" feature %0: i32[2]',
      "%1: i32[2] = mul(%0, %0)",
      "%2: i32[2] = add(%0, %0)",
      'output "m" output %1',
      'output "s" output %2',
    );
    const a = arrayOf("i32", [2], [123456789, 2147483647]);
    const outputs = interpretGraph(graph, new Map([["a", a]]));
    expect([...(outputs.get("m")?.data ?? [])]).toEqual([Math.imul(123456789, 123456789), 1]);
    expect([...(outputs.get("s")?.data ?? [])]).toEqual([246913578, -2]);
  });

  it("derives the key of a place", () => {
    const graph = graphOf(
      'input "seed" seed %0: u32[2]',
      '%1: u32[2] = key "block.dropout_0" [3, 1] base %0',
      'output "k" output %1',
    );
    const base = arrayOf("u32", [2], baseKey(seedWords(42), 7));
    const outputs = interpretGraph(graph, new Map([["seed", base]]));
    expect([...(outputs.get("k")?.data ?? [])]).toEqual([...keyFor(42, 7, "block.dropout_0", [3, 1])]);
  });
});
