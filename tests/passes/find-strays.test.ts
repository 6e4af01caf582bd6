import { describe, expect, it } from "vitest";
import { constant, variable, type Dim } from "../../src/dims/dim.ts";
import { noFacts } from "../../src/dims/facts.ts";
import type { Func, Value } from "../../src/ir/graph.ts";
import { nodesWithin } from "../../src/ir/visit.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { findStrays } from "../../src/passes/find-strays.ts";
import { dims, graphOf, type } from "../autodiff/gradient-testing.ts";
import { func } from "./module-testing.ts";

/** What is found, for a person to read: the features, the hints, and the operators of the look-ups. */
interface Found {
  readonly features: Readonly<Record<string, number>>;
  readonly hints: Readonly<Record<string, number>>;
  readonly nodes: readonly string[];
}

/** Of a flat graph whose inputs are features, but for those whose names begin with `_`. */
function straysOf<const N extends string>(
  inputs: Readonly<Record<N, TensorType>>,
  build: (b: GraphBuilder, values: Readonly<Record<N, Value>>) => Value,
): Found {
  const graph = graphOf(inputs, (b, values) => ({ y: build(b, values) }));
  const { features, hints, nodes } = findStrays({
    region: {
      inputs: graph.inputs.map((it) => it.value),
      nodes: graph.nodes,
      results: graph.outputs.map((it) => it.value),
    },
    features: graph.inputs.map((it) => (it.name.startsWith("_") ? undefined : it.name)),
    facts: noFacts,
    functions: new Map(),
  });
  const ordered = [...nodesWithin(graph.nodes)].flatMap((it) =>
    it.kind === "operator" && nodes.has(it) ? [it.op] : [],
  );
  expect(ordered).toHaveLength(nodes.size);
  return { features: Object.fromEntries(features), hints: Object.fromEntries(hints), nodes: ordered };
}

const nothing: Found = { features: {}, hints: {}, nodes: [] };
const ofFeatures = (features: Found["features"]): Found => ({ ...nothing, features });
const lookUps = (...nodes: readonly string[]): Found => ({ ...nothing, nodes });

/** Looks places up among five rows. */
const look = (b: GraphBuilder, places: Value): Value => b.op("one_hot", [places], { depth: constant(5) });

const k = type("i32", "B", 4);

describe("findStrays", () => {
  it("names a feature whose elements are places, in whatever shape it comes", () => {
    const asIs = straysOf({ k }, (b, v) => look(b, v.k));
    expect(asIs).toEqual(ofFeatures({ k: 5 }));
    const turned = straysOf({ k }, (b, v) => look(b, b.transpose(b.reshape(v.k, dims("B", 2, 2)), [2, 0, 1])));
    expect(turned).toEqual(ofFeatures({ k: 5 }));
    const widened = straysOf({ k }, (b, v) => look(b, b.cast(v.k, "i64")));
    expect(widened).toEqual(ofFeatures({ k: 5 }));
  });

  it("names a look-up of a part of a feature, and hints at the feature", () => {
    const part = { features: {}, hints: { k: 5 }, nodes: ["one_hot"] };
    const slice = (b: GraphBuilder, it: Value): Value =>
      b.op("slice", [it], { axis: 1, start: constant(0), size: constant(2) });
    expect(straysOf({ k }, (b, v) => look(b, slice(b, v.k)))).toEqual(part);
    expect(straysOf({ k }, (b, v) => look(b, b.reshape(slice(b, v.k), dims(2, "B"))))).toEqual(part);
    // What is cut off or made true is no element of the feature any more.
    expect(straysOf({ k: type("f32", "B") }, (b, v) => look(b, b.cast(v.k, "i32")))).toEqual(part);
    const truth = straysOf({ k }, (b, v) =>
      b.op("one_hot", [b.cast(b.cast(v.k, "bool"), "i32")], { depth: constant(1) }),
    );
    expect(truth).toEqual({ ...part, hints: { k: 1 } });
  });

  it("takes the least table, whichever comes first", () => {
    const both = (first: number, second: number): Found =>
      straysOf({ k }, (b, v) => {
        const [one, two] = [first, second].map((it) =>
          b.sum(b.op("one_hot", [v.k], { depth: constant(it) }), [0, 1, 2]),
        );
        if (one === undefined || two === undefined) throw new Error("unreachable");
        return b.add(one, two);
      });
    expect(both(5, 3)).toEqual(ofFeatures({ k: 3 }));
    expect(both(3, 5)).toEqual(ofFeatures({ k: 3 }));
  });

  it("names look-ups of what is computed, joined, given otherwise, or among a free number", () => {
    expect(straysOf({ k }, (b, v) => look(b, b.add(v.k, v.k)))).toEqual(lookUps("one_hot"));
    expect(straysOf({ k, l: k }, (b, v) => look(b, b.op("concat", [v.k, v.l], { axis: 0 })))).toEqual(
      lookUps("one_hot"),
    );
    expect(straysOf({ _k: k }, (b, v) => look(b, v._k))).toEqual(lookUps("one_hot"));
    expect(straysOf({ k, table: type("f32", "N", 2) }, (b, v) => b.op("gather", [v.table, v.k]))).toEqual(
      lookUps("gather"),
    );
    expect(straysOf({ k, l: type("i32", "B") }, (b, v) => b.op("gather", [v.k, v.l]))).toEqual(lookUps("gather"));
  });

  it("names lengths that a recurrent layer is given, and nothing of one that is given none", () => {
    const inputs = {
      x: type("f32", "B", 4, 3),
      kernel: type("f32", 3, 2),
      recurrent: type("f32", 2, 2),
      bias: type("f32", 2),
      h: type("f32", "B", 2),
      lengths: type("i32", "B"),
    };
    const layer = (withLengths: boolean): Found =>
      straysOf(inputs, (b, { x, kernel, recurrent, bias, h, lengths }) => {
        const operands = [x, kernel, recurrent, bias, h, ...(withLengths ? [lengths] : [])];
        return b.ops("simple_rnn", operands)[0] ?? x;
      });
    expect(layer(true)).toEqual(ofFeatures({ lengths: 5 }));
    expect(layer(false)).toEqual(nothing);
  });

  it("is silent where a range is proved, and where nothing is looked up", () => {
    expect(straysOf({ k }, (b, v) => look(b, b.op("clip", [v.k], { min: 0, max: 4 })))).toEqual(nothing);
    expect(straysOf({ k }, (b, v) => b.op("clip", [v.k], { min: 0, max: 9 }))).toEqual(nothing);
  });

  it("knows constants by the least and the greatest of their numbers", () => {
    const among = (data: number | readonly number[], length: number): Found =>
      straysOf({}, (b) => look(b, b.constant(type("i32", length), data)));
    expect(among(4, 3)).toEqual(nothing);
    expect(among([0, 4, 2], 3)).toEqual(nothing);
    expect(among(5, 3)).toEqual(lookUps("one_hot"));
    expect(among([0, 5, 2], 3)).toEqual(lookUps("one_hot"));
    expect(among([3, -1, 2], 3)).toEqual(lookUps("one_hot"));
    expect(straysOf({}, (b) => look(b, b.cast(b.constant(type("f32", 2), [1.5, 2]), "i32")))).toEqual(
      lookUps("one_hot"),
    );
  });

  it("knows sizes", () => {
    const size = (b: GraphBuilder, dim: Dim): Value => b.dimAs(dim, "i32");
    const among = (dim: Dim): Found =>
      straysOf({ table: type("f32", "B", 2) }, (b, { table }) => b.op("gather", [table, size(b, dim)]));
    expect(among(variable("B"))).toEqual(lookUps("gather"));
    const before = straysOf({ table: type("f32", "B", 2) }, (b, { table }) =>
      b.op("gather", [table, b.sub(size(b, variable("B")), b.scalar(1, "i32"))]),
    );
    expect(before).toEqual(nothing);
  });
});

describe("of a loop", () => {
  /** A scan over `k` with a carry that begins as `start`; `step` makes the next one, and the places to look up. */
  function loop(
    start: (b: GraphBuilder, l: Value) => Value,
    step: (b: GraphBuilder, h: Value, element: Value) => readonly [next: Value, places: Value],
  ): Found {
    return straysOf({ k: type("i32", "B", 4), l: type("i32", "B") }, (b, v) => {
      const [, all] = b.scan(
        {
          initial: [start(b, v.l)],
          sequences: [v.k],
          sequenceAxes: [1],
          emitAxes: [0],
          length: constant(4),
          reverse: false,
        },
        (inner, [h], [element]) => {
          if (h === undefined || element === undefined) throw new Error("unreachable");
          const [next, places] = step(inner, h, element);
          return { carries: [next], emits: [look(inner, places)] };
        },
      );
      return all ?? v.k;
    });
  }
  const zero = (b: GraphBuilder): Value => b.constant(type("i32", "B"), 0);
  const one = (b: GraphBuilder): Value => b.scalar(1, "i32");

  it("knows that every element of a sequence is met in some step", () => {
    expect(loop(zero, (_, h, element) => [h, element])).toEqual(ofFeatures({ k: 5 }));
    expect(
      loop(
        (_, l) => l,
        (_, h) => [h, h],
      ),
    ).toEqual(ofFeatures({ l: 5 }));
  });

  it("keeps what a carry begins with, as long as each step keeps to it", () => {
    expect(loop(zero, (b, h) => [b.op("clip", [h], { min: 0, max: 0 }), h])).toEqual(nothing);
    expect(loop(zero, (b, h) => [b.add(h, one(b)), h])).toEqual(lookUps("one_hot"));
    expect(loop(zero, (b, h) => [b.sub(h, one(b)), h])).toEqual(lookUps("one_hot"));
    const two = straysOf({ k: type("i32", 4), l: type("i32", 2), m: type("i32", 2) }, (b, v) => {
      const [, , all] = b.scan(
        {
          initial: [v.l, v.m],
          sequences: [v.k],
          sequenceAxes: [0],
          emitAxes: [0],
          length: constant(4),
          reverse: false,
        },
        (inner, [g, h]) => {
          if (g === undefined || h === undefined) throw new Error("unreachable");
          return { carries: [g, inner.add(h, one(inner))], emits: [inner.add(look(inner, g), look(inner, h))] };
        },
      );
      return all ?? v.k;
    });
    expect(two).toEqual({ ...ofFeatures({ l: 5 }), nodes: ["one_hot"] });
    // A feature at first, and something else later.
    expect(
      loop(
        (_, l) => l,
        (b, h) => [b.add(h, one(b)), h],
      ),
    ).toEqual(lookUps("one_hot"));
    expect(
      loop(
        (_, l) => l,
        (_, h, element) => [element, h],
      ),
    ).toEqual(lookUps("one_hot"));
  });
});

describe("of functions", () => {
  const row = type("i32", "B");
  const lookUp = func("LookUp", { x: row }, {}, ({ b }, { x }) => [look(b, x)]);

  function found(entry: Func, ...others: readonly Func[]): Found {
    const functions = new Map([entry, ...others].map((it) => [it.key, it]));
    const { features, hints, nodes } = findStrays({
      region: entry.body,
      features: entry.inputNames,
      facts: noFacts,
      functions,
    });
    return {
      features: Object.fromEntries(features),
      hints: Object.fromEntries(hints),
      nodes: [...nodes].map((it) => it.op),
    };
  }
  const net = (build: Parameters<typeof func<"k" | "l">>[3], ...others: readonly Func[]): Found =>
    found(func("Net", { k: row, l: row }, { flavor: "model", results: ["y"] }, build), lookUp, ...others);

  it("what is known of an argument is known within, for each call by itself", () => {
    expect(net((body, v) => [body.call(lookUp, "a", v.k), body.call(lookUp, "b", v.l)])).toEqual(
      ofFeatures({ k: 5, l: 5 }),
    );
    const clipped = net((body, v) => {
      const safe = (max: number): Value => body.b.op("clip", [v.k], { min: 0, max });
      return [body.call(lookUp, "a", safe(4)), body.call(lookUp, "b", safe(5)), body.call(lookUp, "c", v.l)];
    });
    expect(clipped).toEqual({ ...ofFeatures({ l: 5 }), nodes: ["one_hot"] });
    const part = net((body, v) => {
      const half = body.b.op("slice", [v.k], { axis: 0, start: constant(0), size: variable("B") });
      return [
        body.call(lookUp, "a", half),
        body.call(lookUp, "b", body.b.op("slice", [v.k], { axis: 0, start: constant(0), size: constant(1) })),
      ];
    });
    expect(part).toEqual({ features: { k: 5 }, hints: { k: 5 }, nodes: ["one_hot"] });
  });

  it("is found once, however many ways lead to a function", () => {
    const chain = Array.from({ length: 30 }).reduce<readonly Func[]>((made) => {
      const [callee = lookUp] = made.toReversed();
      const next = func(`Twice${made.length}`, { x: row }, {}, (body, { x }) => [
        body.b.add(body.call(callee, "a", x), body.call(callee, "b", x)),
      ]);
      return [...made, next];
    }, []);
    const [last = lookUp] = chain.toReversed();
    expect(net((body, v) => [body.call(last, "a", v.k)], ...chain)).toEqual(ofFeatures({ k: 5 }));
  });

  it("what a call gives is known behind it", () => {
    const clip = func("Clip", { x: row }, {}, ({ b }, { x }) => [b.op("clip", [x], { min: 0, max: 4 })]);
    const same = func("Same", { x: row }, {}, ({ b }, { x }) => [b.op("reshape", [x], { shape: row.shape })]);
    expect(net((body, v) => [look(body.b, body.call(clip, "a", v.k))], clip)).toEqual(nothing);
    expect(net((body, v) => [look(body.b, body.call(same, "a", v.l))], same)).toEqual(ofFeatures({ l: 5 }));
  });

  it("of a repeat, what begins it and each round; of modes, what both have in common", () => {
    expect(
      net((body, v) => [
        look(
          body.b,
          body.repeat("r", 2, true, v.k, (_, x) => x),
        ),
      ]),
    ).toEqual(ofFeatures({ k: 5 }));
    expect(
      net((body, v) => [
        look(
          body.b,
          body.repeat("r", 2, true, v.k, ({ b }, x) => b.add(x, x)),
        ),
      ]),
    ).toEqual(lookUps("one_hot"));
    const between =
      (max: number) =>
      (body: { readonly b: GraphBuilder }, it: Value): Value =>
        body.b.op("clip", [it], { min: 0, max });
    const modes = (first: number, second: number): Found =>
      net((body, v) => [
        look(
          body.b,
          body.training(
            (inner) => between(first)(inner, v.k),
            (inner) => between(second)(inner, v.k),
          ),
        ),
      ]);
    expect(modes(4, 3)).toEqual(nothing);
    expect(modes(4, 5)).toEqual(lookUps("one_hot"));
    expect(modes(5, 4)).toEqual(lookUps("one_hot"));
    const features = (pick: (k: Value, l: Value) => readonly [Value, Value]): Found =>
      net((body, v) => {
        const [first, second] = pick(v.k, v.l);
        return [
          look(
            body.b,
            body.training(
              () => first,
              () => second,
            ),
          ),
        ];
      });
    expect(features((k) => [k, k])).toEqual(ofFeatures({ k: 5 }));
    expect(features((k, l) => [k, l])).toEqual(lookUps("one_hot"));
  });

  it("of parameters and keys, what their types say", () => {
    const drawn = net((body) => [look(body.b, body.b.cast(body.param("table", type("f32", "B")), "i32"))]);
    expect(drawn).toEqual(lookUps("one_hot"));
  });
});
