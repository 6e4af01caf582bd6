import { describe, expect, it } from "vitest";
import { gradientParts, touches } from "../../src/autodiff/gradient-parts.ts";
import { dependents, nodesBetween } from "../../src/autodiff/nodes-between.ts";
import type { Func, Node, Value } from "../../src/ir/graph.ts";
import { func, type Body } from "../passes/module-testing.ts";
import { type } from "./gradient-testing.ts";

const vector = type("f32", 3);

/** The gradient of a value by another one. */
function gradient({ b }: Body, of: Value, by: Value): Value {
  const result = b.value(by.type);
  b.append({ kind: "gradient", of, by, results: [result] });
  return result;
}

const named = (nodes: readonly Node[]): readonly string[] =>
  nodes.map((it) => (it.kind === "operator" ? it.op : it.kind === "call" ? it.callee : it.kind));

/** The parts of a function's body, by the names of their operators. */
function partsOf(build: (body: Body, x: Value, y: Value) => Value, ...others: readonly Func[]) {
  const { body } = func("f", { x: vector, y: vector }, {}, (within, { x, y }) => [build(within, x, y)]);
  const { before, way, after } = gradientParts(body.nodes, new Map(others.map((it) => [it.key, it])));
  expect([...before, ...way, ...after]).toHaveLength(body.nodes.length);
  return { before: named(before), way: named(way), after: named(after) };
}

describe("the parts of a region with gradients", () => {
  it("are what comes before, what gradients go through, and what is made of it", () => {
    const parts = partsOf((body, x, y) => {
      const { b } = body;
      const fixed = b.op("exp", [y]);
      const loss = b.sum(b.op("tanh", [b.mul(x, fixed)]), [0]);
      const slope = gradient(body, loss, x);
      return b.add(b.op("sqrt", [slope]), b.op("log", [fixed]));
    });
    expect(parts).toEqual({ before: ["exp", "log"], way: ["mul", "tanh", "sum", "gradient"], after: ["sqrt", "add"] });
  });

  it("have on the way what lies between two gradients", () => {
    const parts = partsOf((body, x) => {
      const { b } = body;
      const first = gradient(body, b.sum(b.op("tanh", [x]), [0]), x);
      const penalty = b.sum(b.op("square", [first]), [0]);
      const unread = b.op("relu", [first]);
      const second = gradient(body, penalty, x);
      return b.add(unread, second);
    });
    expect(parts).toEqual({
      before: [],
      way: ["tanh", "sum", "gradient", "square", "sum", "gradient"],
      after: ["relu", "add"],
    });
  });

  it("have on the way what leads from one gradient to what another goes through, and not what joins it there", () => {
    const parts = partsOf((body, x, y) => {
      const { b } = body;
      const first = gradient(body, b.sum(b.op("tanh", [x]), [0]), x);
      const fixed = b.op("exp", [x]);
      const scaled = b.mul(b.op("square", [first]), fixed);
      const unread = b.op("relu", [first]);
      const second = gradient(body, b.sum(b.op("sqrt", [b.add(y, scaled)]), [0]), y);
      return b.sub(unread, second);
    });
    expect(parts).toEqual({
      before: ["exp"],
      way: ["tanh", "sum", "gradient", "square", "mul", "add", "sqrt", "sum", "gradient"],
      after: ["relu", "sub"],
    });
  });

  it("have nothing on the way where no gradient is", () => {
    const parts = partsOf(({ b }, x, y) => b.add(b.op("exp", [x]), y));
    expect(parts).toEqual({ before: ["exp", "add"], way: [], after: [] });
  });

  it("keep updates of states in their order, where the way has one", () => {
    const follows = func("Follows", { x: vector }, { states: { mean: vector } }, (body, { x }) => {
      body.update("mean", () => x);
      return [body.b.op("tanh", [x])];
    });
    const other = func("Other", { x: vector }, {}, ({ b }, { x }) => [b.op("tanh", [x])]);
    const parts = partsOf(
      (body, x, y) => {
        const { b } = body;
        const loss = b.sum(body.call(follows, "a", x), [0]);
        const beside = body.call(follows, "b", y);
        const plain = body.call(other, "c", y);
        const slope = gradient(body, loss, x);
        const behind = body.call(follows, "d", y);
        return b.add(b.add(slope, beside), b.add(plain, behind));
      },
      follows,
      other,
    );
    expect(parts.way).toEqual(["Follows", "sum", "Follows", "gradient"]);
    expect(parts.before).toEqual(["Other", "Follows", "add"]);
    expect(parts.after).toEqual(["add", "add"]);
    // Without an update on the way, one beside it stays where it was.
    const free = partsOf(
      (body, x, y) => {
        const beside = body.call(follows, "b", y);
        return body.b.add(beside, gradient(body, body.b.sum(body.call(other, "c", x), [0]), x));
      },
      follows,
      other,
    );
    expect(free).toEqual({ before: ["Follows"], way: ["Other", "sum", "gradient"], after: ["add"] });
  });
});

describe("what lies between two values", () => {
  it("is what the second is made of, and the first leads to, in order", () => {
    const { body } = func("f", { x: vector, y: vector }, {}, ({ b }, { x, y }) => {
      const [first, beside] = [b.op("exp", [x]), b.op("log", [y])];
      const [second, unread] = [b.mul(first, beside), b.op("relu", [first])];
      return [b.op("tanh", [second]), unread, beside];
    });
    const [x, y] = body.inputs;
    const [last, unread, beside] = body.results;
    if (!x || !y || !last || !unread || !beside) throw new Error("unreachable");
    expect(named(nodesBetween(body.nodes, x, last) ?? [])).toEqual(["exp", "mul", "tanh"]);
    expect(named(nodesBetween(body.nodes, y, last) ?? [])).toEqual(["log", "mul", "tanh"]);
    expect(nodesBetween(body.nodes, y, unread)).toBeUndefined();
    expect(nodesBetween(body.nodes, x, x)).toEqual([]);
    expect([...dependents(body.nodes, [beside])]).toEqual([
      beside.id,
      ...body.nodes.flatMap((it) =>
        ["mul", "tanh"].includes(named([it])[0] ?? "") ? it.results.map(({ id }) => id) : [],
      ),
    ]);
  });
});

describe("a kind of node", () => {
  it("is found in regions and in what is called, however functions call one another", () => {
    const drawn = func("Drawn", { x: vector }, {}, (body, { x }) => {
      body.key("drop");
      return [x];
    });
    const deep = func("Deep", { x: vector }, {}, (body, { x }) => [
      body.repeat("r", 2, true, x, (inner, h) => inner.call(drawn, "d", h)),
    ]);
    const functions = new Map([drawn, deep].map((it) => [it.key, it]));
    expect(touches(deep.body.nodes, functions, "key")).toBe(true);
    expect(touches(deep.body.nodes, functions, "repeat")).toBe(true);
    expect(touches(drawn.body.nodes, functions, "repeat")).toBe(false);
    expect(touches(deep.body.nodes, functions, "update")).toBe(false);
  });
});
