import { describe, expect, it } from "vitest";
import {
  checkFile,
  countOf,
  codesOf,
  codesOfFile,
  entryOf,
  lower,
  nodesOf,
  onlyFinding,
  parametersOf,
} from "./checking.ts";
import { runText } from "./run-text.ts";

const model = (body: string, header = "(x: f32[2, 4]) -> y: f32[2, 4]"): string => `model M: ${header} {\n${body}\n}\n`;
const paths = (text: string): readonly string[] => [...parametersOf(lower(text, "M")).keys()];

/** What a body gives, on the reference and both targets, of x = 0, 1, 2 and so on. */
async function values(body: string, header?: string, before = ""): Promise<readonly number[]> {
  const run = await runText(before + model(body, header), (_, type) => ({
    ...type,
    data: type.data.map((_x, i) => i),
  }));
  const expected = [...(run?.reference[0]?.data ?? [])];
  for (const made of Object.values(run?.runtimes ?? {})) expect([...(made[0]?.data ?? [])]).toEqual(expected);
  return expected;
}

const ten = Array.from({ length: 8 }, (_, i) => i);
const times = (by: number): readonly number[] => ten.map((it) => it * by);

describe("a `for` as a value", () => {
  it("is the list of what its body ends with", async () => {
    expect(await values("  sum(for i in range(3) { x * (i + 1) })")).toEqual(times(6));
    expect(await values("  ys = for u in [1, 10] {\n    h = x * u\n    h + h\n  }\n  ys[0] + ys[-1]")).toEqual(
      times(22),
    );
    expect(await values("  (a, b) = for u in [2, 3] { x * u }\n  b - a")).toEqual(times(1));
    expect(await values("  x * length(for u in [2, 3, 5] { x })")).toEqual(times(3));
    expect(await values("  x -> maximum(stack(for i in range(2) { x * i }, axis=0)[1])")).toEqual(times(1));
  });

  it("runs through what is made of lists", async () => {
    expect(await values("  sum(for (i, u) in enumerate([5, 7]) { x * (i * u) })")).toEqual(times(7));
    expect(await values("  sum(for (u, v) in zip([5, 7], reversed([1, 2])) { x * (u * v) })")).toEqual(times(17));
    expect(await values("  sum(for (i, u) in zip(range(2), [5, 7]) { x * (i * u) })")).toEqual(times(7));
    expect(
      await values("  parts = split(x, count=2, axis=-1)\n  concat(for p in reversed(parts) { p }, axis=-1)"),
    ).toEqual([...[2, 3, 0, 1], ...[6, 7, 4, 5]]);
    expect(await values("  sum(for u in [1, 2, 4, 8][1:-1] { x * u })")).toEqual(times(6));
    expect(await values("  sum(for u in [1, 2, 4, 8][::2] { x * u })")).toEqual(times(5));
  });

  it("may hold lists, pairs and instances", async () => {
    expect(
      await values("  rows = for i in [1, 2] { for j in [10, 20] { x * (i * j) } }\n  rows[1][0] + rows[0][1]"),
    ).toEqual(times(40));
    expect(await values("  pairs = for i in [1, 2] { (x * i, x) }\n  sum(for (a, b) in pairs { a - b })")).toEqual(
      times(1),
    );
    const heads = model("  heads = for u in [8, 4] { Dense(u, bias=false) }\n  x -> heads[0] -> heads[1]");
    expect(paths(heads)).toEqual(["heads.0.kernel", "heads.1.kernel"]);
    const both = model("  d = for _ in range(2) as d { (Dense(4), LayerNorm()) }\n  (a, n) = d[1]\n  x -> n -> a");
    expect(paths(both)).toEqual([
      "d.1.layer_norm_0.scale",
      "d.1.layer_norm_0.bias",
      "d.1.dense_0.kernel",
      "d.1.dense_0.bias",
    ]);
  });

  it("gives instances paths as stages do", () => {
    const text = (body: string): string => model(`  ${body}`);
    const plain = "{ Dense(4, bias=false)(x) }";
    expect(paths(text(`sum(for _ in range(2) as expert ${plain})`))).toEqual(["expert.0.kernel", "expert.1.kernel"]);
    expect(paths(text(`ys = for _ in range(2) ${plain}\n  sum(ys)`))).toEqual(["ys.0.kernel", "ys.1.kernel"]);
    expect(paths(text(`sum(for _ in range(2) ${plain})`))).toEqual(["for_0.0.kernel", "for_0.1.kernel"]);
    const named = "{\n    h = x -> Dense(4, bias=false)\n    h -> Dense(4, bias=false)\n  }";
    expect(paths(text(`sum(for _ in range(1) as k ${named})`))).toEqual(["k.0.h.kernel", "k.0.dense_0.kernel"]);
    const shared = "d = Dense(4)\n  sum(for i in range(3) { d(x) * i })";
    expect(countOf(lower(text(shared), "M"))).toBe(20);
  });

  it("draws in each round by a key of its own", () => {
    const nodes = nodesOf(entryOf(lower(model("  sum(for _ in range(2) { normal_like(x) })"), "M")));
    expect(nodes.flatMap((it) => (it.kind === "key" ? [it.path] : []))).toEqual([
      "for_0.0.normal_like_0",
      "for_0.1.normal_like_0",
    ]);
  });
});

describe("a `for` with carries", () => {
  it("gives what it emits, in order, else its carries", async () => {
    expect(await values("  for _ in range(3) with h = x { h <- h + x }")).toEqual(times(4));
    expect(
      await values("  (a, b) = for i in range(2) with a = x, b = x {\n    a <- a + b\n    b <- a * 2\n  }\n  b - a"),
    ).toEqual(times(6));
    expect(
      await values(
        "  (all, h) = for i in range(3) with h = x {\n    h <- h * 2\n    emit h\n    emit last h + x\n  }\n  sum(all) + h",
      ),
    ).toEqual(times(14 + 9));
    expect(await values("  sum(for i in range(3) { emit x * i })")).toEqual(times(3));
  });

  it("changes the type of a carry from round to round, or carries a number", async () => {
    expect(
      await values("  for _ in range(2) with h = x { h <- concat(h, h, axis=0) }", "(x: f32[1, 2]) -> y: f32[4, 2]"),
    ).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(
      await values("  (h, _) = for _ in range(3) with h = x, n = 2 {\n    h <- h * n\n    n <- n * 2\n  }\n  h"),
    ).toEqual(times(64));
    expect(await values("  for i in range(3) with h: f32[2, 4] = ones { h <- h * x }")).toEqual(
      ten.map((it) => it ** 3),
    );
  });

  it("updates carries where `when training` does", async () => {
    const body =
      "  for _ in range(2) with h = x, n = 0.0 {\n    when training { h <- h * 3 } else { n <- n + 1 }\n    emit last h * n\n  }";
    expect(await values(body)).toEqual(times(2));
    const scan = "  scan e in x over 1 with h: f32[2] = zeros {\n    when not training { h <- h + e }\n    emit h\n  }";
    expect(await values(scan)).toEqual([0, 1, 3, 6, 4, 9, 15, 22]);
  });

  it("gives what it began with where there are no rounds", async () => {
    expect(await values("  for _ in range(0) with h = x { h <- h * 2 }")).toEqual(times(1));
    expect(
      await values(
        "  (ys, h) = for _ in range(0) with h = x {\n    emit h * 2\n    emit last h\n  }\n  h * (length(ys) + 1)",
      ),
    ).toEqual(times(1));
  });
});

describe("lists as results", () => {
  it("are given by blocks and functions that leave the result out", async () => {
    const powers = "fn powers: (x: float[...]) {\n  for i in [1, 2] { x * i }\n}\n";
    expect(await values("  ys = powers(x)\n  ys[0] + ys[1]", undefined, powers)).toEqual(times(3));
    const nested = "fn nested: (x: float[...]) {\n  (x, for i in [1, 2] { for j in [3, 4] { x * (i * j) } })\n}\n";
    expect(await values("  (a, ys) = nested(x)\n  ys[1][1] + a", undefined, nested)).toEqual(times(9));
    const block = "block Two: (x: f32[B, D]) {\n  for _ in range(2) as side { Dense(3)(x) }\n}\n";
    expect(
      paths(block + model("  (a, b) = Two()(x)\n  concat(a, b, axis=-1)", "(x: f32[B, 4]) -> y: f32[B, 6]")),
    ).toEqual([...["two_0.side.0.kernel", "two_0.side.0.bias"], ...["two_0.side.1.kernel", "two_0.side.1.bias"]]);
  });
});

describe("what is wrong with loops and lists", () => {
  const cases: Readonly<Record<string, readonly [body: string, code: string, at: string]>> = {
    "a list as the result": ["  for i in range(2) { x * i }", "MC3092", "for i in range(2) { x * i }"],
    "a list where a tensor is wanted": ["  ys = for i in range(2) { x * i }\n  relu(ys)", "MC3008", "ys"],
    "a list piped into a block": ["  ys = for i in range(2) { x * i }\n  ys -> Dense(4)", "MC3008", "ys"],
    "a list in arithmetic": ["  ys = for i in range(2) { x * i }\n  x + ys", "MC3008", "ys"],
    "an index out of a list": ["  ys = for i in range(2) { x * i }\n  ys[2]", "MC3097", "2"],
    "a slice out of a list": ["  ys = for i in range(2) { x * i }\n  sum(ys[1:3])", "MC3097", "1:3"],
    "an index that is a tensor": ["  ys = for i in range(2) { x * i }\n  ys[x]", "MC3008", "x"],
    "two indices of a list": ["  ys = for i in range(2) { x * i }\n  ys[0, 1]", "MC3008", "ys[0, 1]"],
    "a carry that changes its type": [
      "  for _ in range(2) with h: f32[2, 4] = x { h <- concat(h, h, axis=0) }",
      "MC3024",
      "concat(h, h, axis=0)",
    ],
    "a carry that begins otherwise": ["  for _ in range(2) with h: f32[4] = x { h <- h }", "MC3024", "x"],
    "a carry without a type that begins as zeros": [
      "  for _ in range(2) with h = zeros { h <- h + x }",
      "MC3008",
      "zeros",
    ],
    "emit outside": ["  emit x\n  x", "MC2027", "emit x"],
    "emit in one mode": ["  sum(for _ in range(2) {\n    when training { emit x }\n  })", "MC3090", "emit x"],
    "rounds that emit differently": [
      "  sum(for i in range(2) {\n    when i > 0 { emit x }\n  })",
      "MC3093",
      "for i in range(2) {\n    when i > 0 { emit x }\n  }",
    ],
    "the last of no rounds": [
      "  for i in range(0) with h = x {\n    h <- h * i\n    emit last h * 2\n  }",
      "MC3094",
      "h * 2",
    ],
    "lists of different lengths": ["  sum(for (a, b) in zip([1, 2], [3]) { x * a * b })", "MC3095", "[3]"],
    "an empty list joined": ["  concat(for i in range(0) { x * i }, axis=0)", "MC3096", "for i in range(0) { x * i }"],
    "an empty list added up": ["  sum(for i in range(0) { x * i })", "MC3096", "for i in range(0) { x * i }"],
    "an element of an empty list": ["  ys = for i in range(0) { x * i }\n  ys[0]", "MC3097", "0"],
    "a count below 0": ["  sum(for i in range(-1) { x * i })", "MC3010", "-1"],
    "a count that is a tensor": ["  sum(for i in range(x) { x * i })", "MC3008", "x"],
    "a range from a start": ["  sum(for i in range(1, 3) { x * i })", "MC2014", "3"],
    "a range of nothing": ["  sum(for i in range() { x * i })", "MC2013", "range()"],
    "a tensor run through": ["  sum(for row in x { row })", "MC3008", "x"],
    "a name too many": ["  sum(for (a, b) in [1, 2] { x * a * b })", "MC3021", "[1, 2]"],
    "enumerate of two lists": ["  sum(for (i, _) in enumerate([1], [2]) { x * i })", "MC2014", "[2]"],
    "reversed of nothing": ["  sum(for i in reversed() { x * i })", "MC2013", "reversed()"],
    "zip with a name": ["  sum(for i in zip(lists=[1]) { x * i })", "MC2011", "lists=[1]"],
    "a body without a result": ["  sum(for i in range(2) { _h = x * i })", "MC2026", "_h = x * i"],
    "a value that goes nowhere": ["  for i in range(2) { x * i }\n  x", "MC2024", "for i in range(2) { x * i }"],
    "sum of a list over an axis": [
      "  sum(for i in range(2) { x * i }, axis=0)",
      "MC3008",
      "for i in range(2) { x * i }",
    ],
    "a path that is taken": [
      "  k = x -> Dense(4)\n  sum(for _ in range(2) as k { Dense(4)(k) })",
      "MC2025",
      "for _ in range(2) as k { Dense(4)(k) }",
    ],
    "a param in a round": [
      "  sum(for _ in range(2) {\n    param w: f32[4] = ones\n    x * w\n  })",
      "MC2028",
      "param w: f32[4] = ones",
    ],
  };
  it.each(Object.entries(cases))("%s", (_, [body, code, at]) => {
    const found = onlyFinding(model(body));
    expect([found.code, found.at]).toEqual([code, at]);
  });

  it("a loop that only updates what is carried around it, said once", () => {
    const found = onlyFinding(
      model("  for i in range(2) with h = x {\n    for j in range(2) { h <- h * (i + j) }\n    emit last h\n  }"),
    );
    expect([found.code, found.at]).toEqual(["MC2026", "h <- h * (i + j)"]);
    expect(found.help).toContain("h <- for ... with next = h { next <- ... }");
  });

  it("a loop that gives nothing in a section", () => {
    const file = (feature: string, loss: string): string =>
      `${model("  x -> Dense(4)", "(x: f32[B, 6]) -> y: f32[B, 4]")}data D {
  source: synthetic_blobs(count=64, classes=4, features=6, seed=3)
  x: f32[6] = sum(for i in range(2) { ${feature} })
  label: class(4) = raw.label
}
train M on D {
  loss: sum(for w in [0.5, 0.5] { ${loss} })
  optimizer: adam(lr=0.01)
  batch: 8
}
`;
    const [feature, loss] = ["raw.x * (i + 1)", "w * cross_entropy(y, label)"];
    expect(codesOfFile(file(feature, loss))).toEqual([]);
    expect(codesOfFile(file(`h = ${feature}`, loss))).toEqual(["MC2026"]);
    expect(codesOfFile(file(feature, `h = ${loss}`))).toEqual(["MC2026"]);
  });

  it("a carry of the loop outside in a scan", () => {
    const body =
      "  for _ in range(2) with h = x[:, 0] {\n    s = scan e in x over T {\n      h <- h + e\n      emit h\n    }\n    emit last s\n  }";
    const found = onlyFinding(model(body, "(x: f32[B, T]) -> y: f32[B, T]"));
    expect([found.code, found.at]).toEqual(["MC3091", "h <- h + e"]);
  });

  it("a list that a header declares as a tensor", () => {
    const text = `block P: (x: f32[B, D]) -> f32[B, D] {\n  for i in range(2) { x * i }\n}\n${model("  x -> P")}`;
    expect(codesOf(text)).toEqual(["MC3092"]);
  });
});

describe("rounds that need nothing of one another", () => {
  const told = (body: string, header = "(x: f32[B, 20, 8], z: f32[B, T, 8]) -> y: f32[B, 20, 8]"): readonly string[] =>
    checkFile(model(`${body}\n  ys[0] + mean(z, axis=1)[:, None]`, header)).map((it) => `${it.code} ${it.message}`);

  it("are told each of what is wrong in it alone", () => {
    const body = "  ys = for n in [3, 30, 0, 2] {\n    h = x -> Conv1D(8, n, padding=1)\n    h + x\n  }";
    expect(told(body).map((it) => it.slice(0, 6))).toEqual(["MC3028", "MC3010", "MC3002"]);
    expect(told("  ys = for k in [z, z[:, :1], z[:, :2]] { x + k }").map((it) => it.slice(0, 6))).toEqual([
      "MC3002",
      "MC3002",
    ]);
  });

  it("are told once of what differs by numbers alone", () => {
    expect(told("  ys = for n in [3, 5, 7, 9] { x + (x -> Conv1D(8, n)) }")).toEqual([
      "MC3002 Axes 1 of the operands of `+` must be equal, and 20 is not 18.",
    ]);
  });

  it("are left alone after three that are wrong, and where a carry goes from one to the next", () => {
    const wrong = "Conv1D(8, 30), Conv1D(8, 3), Conv1D(0, 1), Dense(7)";
    expect(told(`  ys = for L in [${wrong}] { x + (x -> L) }`)).toHaveLength(3);
    const carried = "  ys = for n in [30, 0] with h = x {\n    h <- h -> Conv1D(8, n)\n    emit h\n  }";
    expect(told(carried).map((it) => it.slice(0, 6))).toEqual(["MC3028"]);
  });
});
