import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { Value } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { type } from "../autodiff/gradient-testing.ts";

import { batch, mixedBy } from "./mixed-by.ts";

const rows = type("f32", "B", 4);

describe("examples in a loop", () => {
  /** A scan over the axis `along` of `x` with a carry that begins as `start`, which emits along the axis `to`. */
  function loop(
    x: TensorType,
    start: TensorType,
    [along, to]: readonly [along: number, to: number],
    step: (b: GraphBuilder, h: Value, element: Value) => readonly [next: Value, emitted: Value],
    behind: (b: GraphBuilder, last: Value, all: Value) => Value,
    isShared = false,
  ): string {
    const inputs = isShared ? ([x, x, start] as const) : ([x, start, start] as const);
    return mixedBy(inputs, (b, sequence, own, shared) => {
      const [last, all] = b.scan(
        {
          initial: [isShared ? shared : own],
          sequences: [sequence],
          sequenceAxes: [along],
          emitAxes: [to],
          length: x.shape[along] ?? constant(1),
          reverse: false,
        },
        (inner, [h], [element]) => {
          if (h === undefined || element === undefined) throw new Error("unreachable");
          const [next, emitted] = step(inner, h, element);
          return { carries: [next], emits: [emitted] };
        },
      );
      if (last === undefined || all === undefined) throw new Error("unreachable");
      return behind(b, last, all);
    });
  }
  const steps = type("f32", "B", 5, 4);
  const add = (b: GraphBuilder, h: Value, element: Value): readonly [Value, Value] => {
    const next = b.add(h, element);
    return [next, next];
  };

  it("stay apart over any other axis, before theirs and behind it", () => {
    expect(loop(steps, rows, [1, 0], add, (_, last) => last)).toBe("apart");
    expect(loop(steps, rows, [1, 0], add, (b, _, all) => b.sum(all, [0]))).toBe("apart");
    expect(loop(steps, rows, [1, 1], add, (b, _, all) => b.sum(all, [1]))).toBe("apart");
    expect(loop(steps, rows, [1, 0], add, (b, _, all) => b.sum(all, [1]))).toBe("sum");
    expect(loop(steps, rows, [1, 1], add, (b, _, all) => b.sum(all, [0]))).toBe("sum");
    const columns = loop(
      type("f32", "B", 5),
      type("f32", "B"),
      [1, 0],
      (b, h, element) => add(b, h, element),
      (b, _, all) => b.op("softmax", [all], { axis: 0 }),
    );
    expect(columns).toBe("apart");
  });

  it("are mixed by a loop over them, and by what its steps do", () => {
    expect(loop(type("f32", "B", 4), type("f32", 4), [0, 0], add, (_, last) => last, true)).toBe("scan");
    const mean = loop(
      steps,
      rows,
      [1, 0],
      (b, h, element) => add(b, h, b.mean(element, [0], true)),
      (_, last) => last,
    );
    expect(mean).toBe("mean");
    const emitted = loop(
      steps,
      rows,
      [1, 0],
      (b, h, element) => [b.add(h, element), b.sum(h, [0])],
      (_, __, all) => all,
    );
    expect(emitted).toBe("sum");
    const turned = loop(
      type("f32", "B", 5, "B"),
      type("f32", "B", "B"),
      [1, 0],
      (b, h, element) => [b.add(b.transpose(h, [1, 0]), b.scalar(1)), element],
      (_, last) => last,
    );
    expect(turned).toBe("scan");
  });

  it("lie in several carries, elements and emits, each by itself", () => {
    const table = type("f32", "B", 5);
    const of = (pick: (b: GraphBuilder, results: readonly Value[]) => Value | undefined): string =>
      mixedBy([table, rows, rows], (b, x, y, w) => {
        const results = b.scan(
          {
            initial: [w, y],
            sequences: [x, x],
            sequenceAxes: [1, 1],
            emitAxes: [1, 0, 0],
            length: constant(5),
            reverse: false,
          },
          (inner, [shared, own], [first, second]) => {
            if (shared === undefined || own === undefined) throw new Error("unreachable");
            if (first === undefined || second === undefined) throw new Error("unreachable");
            const column = inner.reshape(second, [batch, constant(1)]);
            return {
              carries: [inner.op("tanh", [shared]), inner.add(own, column)],
              emits: [first, shared, inner.mul(own, column)],
            };
          },
        );
        return pick(b, results) ?? x;
      });
    expect(of((b, [shared]) => shared && b.sum(shared, [0]))).toBe("apart");
    expect(of((_, [, own]) => own)).toBe("apart");
    expect(of((_, [, , first]) => first)).toBe("apart");
    expect(of((b, [, , , emitted]) => emitted && b.sum(emitted, [1]))).toBe("apart");
    expect(of((_, [, , , , emitted]) => emitted)).toBe("apart");
  });

  it("come into a carry that begins without them", () => {
    const begin = (step: typeof add, behind: (b: GraphBuilder, last: Value, all: Value) => Value): string =>
      loop(steps, rows, [1, 0], step, behind, true);
    expect(begin(add, (_, last) => last)).toBe("apart");
    expect(begin(add, (b, last) => b.sum(last, [0]))).toBe("sum");
    expect(
      begin(
        (b, h, element) => [b.mul(h, b.scalar(2)), element],
        (b, last) => b.sum(last, [0]),
      ),
    ).toBe("apart");
    expect(
      begin(
        (b, h, element) => [b.add(h, element), b.sum(h, [0])],
        (_, last, all) => (last.id < 0 ? last : all),
      ),
    ).toBe("sum");
  });
});
