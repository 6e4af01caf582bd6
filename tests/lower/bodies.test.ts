import { describe, expect, it } from "vitest";
import { formatType } from "../../src/lower/values.ts";
import { check, checkFile, codesOf, entryOf, lower, nodesOf, onlyFinding, statesOf } from "./checking.ts";

const resultOf = (text: string): string =>
  entryOf(lower(text, "M"))
    .body.results.map((it) => formatType(it.type))
    .join(" ");
const body = (inputs: string, text: string, header = ""): string => `block M${header}: (${inputs}) {\n  ${text}\n}\n`;

describe("expressions", () => {
  it.each([
    ["x + 1", "f32[B, T, D]"],
    ["2 * x[:, -1]", "f32[B, D]"],
    ["x[:, 0, 1:]", "f32[B, D - 1]"],
    ["mean(x, over=T)", "f32[B, D]"],
    ["mean(x, over=[T, D], keep=true)", "f32[B, 1, 1]"],
    ["sum(x)", "f32[]"],
    ["transpose(x)", "f32[B, D, T]"],
    ["concat(x, x, along=D)", "f32[B, T, 2*D]"],
    ["softmax(x)", "f32[B, T, D]"],
    ['x -> rearrange("b t d -> (b t) d")', "f32[B*T, D]"],
    ['einsum("b t d, b s d -> b t s", x, x)', "f32[B, T, T]"],
    ["stack(x, x, axis=0)", "f32[2, B, T, D]"],
    ["range(T)", "i32[T]"],
    ["x > 0 and x < 1", "bool[B, T, D]"],
    ["where(x > 0, x, 0.1 * x)", "f32[B, T, D]"],
    ["x -> clip(0, 1)", "f32[B, T, D]"],
    ["x -> cast(i32)", "i32[B, T, D]"],
    ["cast(x, i32) / 2", "f32[B, T, D]"],
    ["reshape(x, [B, T * D])", "f32[B, D*T]"],
    ["x * sqrt(D / 2)", "f32[B, T, D]"],
    ["zeros([B, min(T, 3)])", "f32[B, min(T, 3)]"],
  ])("%s is %s", (expression, type) => {
    const text = body("x: f32[B, T, D]", expression).replace("{\n", "\n  where D >= 2 {\n");
    expect(resultOf(text).replaceAll(" * ", "*")).toBe(type);
  });

  it("keeps where a number came from", () => {
    const text =
      "block Scale(by: int): (x: f32[B, D]) {\n  x * sqrt(by * 4)\n}\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Scale(9)\n}\n";
    const scale = lower(text, "M").functions.get("Scale");
    expect(scale?.body.nodes[0]).toMatchObject({ kind: "constant", data: 6, source: "sqrt(by * 4)" });
  });

  it.each([
    ["sigmoid(0)", 0.5],
    ["pow(2, 3)", 8],
    ["pow(0.5, 2)", 0.25],
    ["pow(4, -1)", 0.25],
    ["log1p(0)", 0],
    ["round(2.5)", 2],
    ["relu(-3)", 0],
    ["reciprocal(4)", 0.25],
  ])("%s of a number is the number %d", (call, number) => {
    const nodes = nodesOf(entryOf(lower(body("x: f32[B, T]", `x * (${call} + 1)`), "M")));
    expect(nodes.map((it) => (it.kind === "constant" ? it.data : it.kind === "operator" ? it.op : it.kind))).toEqual([
      number + 1,
      "mul",
    ]);
  });

  it("reports a number that a function of numbers does not have", () => {
    expect(codesOf(body("x: f32[B, T]", "x * reciprocal(0)"))).toEqual(["MC3032"]);
  });

  it("computes a dim that is not known at run time", () => {
    const nodes = nodesOf(entryOf(lower(body("x: f32[B, T]", "x / T"), "M")));
    expect(nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual(["dim", "cast", "div"]);
  });

  it("names axes as the block has them, whatever their size", () => {
    const text =
      "block Rows: (x: f32[B, H, W]) {\n  sum(x, over=H)\n}\n\nmodel M: (x: f32[B, 28, 28]) -> y: f32[B, 28] {\n  x -> Rows\n}\n";
    const rows = lower(text, "M").functions.get("Rows");
    expect(rows?.body.nodes[0]).toMatchObject({ op: "sum", attributes: { axes: { value: [1] } } });
  });

  it("carries axis names through calls, back in the caller's words", () => {
    const text = body("x: f32[B, Time, D]", "h = x -> relu -> Dense(3)\n  mean(h, over=Time)");
    expect(resultOf(text)).toBe("f32[B, 3]");
  });

  it("gives values the names of their bindings", () => {
    const nodes = nodesOf(entryOf(lower(body("x: f32[B, D]", "h = x + 1\n  k = h -> Dense(2)\n  (h, k)"), "M")));
    expect(nodes.flatMap((it) => it.results.flatMap((value) => value.name ?? []))).toEqual(["h", "k"]);
  });
});

describe("when", () => {
  it("keeps a branch by a hyperparameter, an enum's word or a dim", () => {
    const text = body(
      "x: f32[B, D]",
      "x -> when mode == tall and units > 2 { Dense(units) } -> when D != units { Dense(D) }",
      "(mode: tall | wide = tall, units: int = 5)",
    );
    expect(
      nodesOf(entryOf(lower(text.replace("D != units", "not (D == D)"), "M"))).filter((it) => it.kind === "call"),
    ).toHaveLength(1);
    expect(
      nodesOf(entryOf(lower(text.replace("D != units", "D == D"), "M", { hyperparameters: { mode: "wide" } }))).filter(
        (it) => it.kind === "call",
      ),
    ).toHaveLength(1);
    expect(
      nodesOf(entryOf(lower(text, "M", { hyperparameters: { units: 1 }, dims: { D: 7 } }))).filter(
        (it) => it.kind === "call",
      ),
    ).toHaveLength(1);
  });

  it("says for which sizes a condition differs", () => {
    const finding = onlyFinding("model M: (x: f32[B, T]) -> y: f32[B, T] {\n  when T > 8 { x * 2 } else { x }\n}\n");
    expect(finding).toMatchObject({
      code: "MC3016",
      at: "T > 8",
      message: "`T > 8` depends on T: it is true at T = 9 and false at T = 1.",
    });
  });

  it("may hold parameters that the rest of the body uses", () => {
    const text = body(
      "x: f32[B, D]",
      "when bias { param b: f32[D] = zeros }\n  when bias { x + b } else { x }",
      "(bias: bool = true)",
    );
    expect(entryOf(lower(text, "M")).parameters.map((it) => it.path)).toEqual(["b"]);
    expect(entryOf(lower(text, "M", { hyperparameters: { bias: false } })).parameters).toEqual([]);
  });

  it("makes a choice of training and inference", () => {
    const entry = entryOf(lower(body("x: f32[B, D]", "when training { x * 2 } else { x }"), "M"));
    expect(entry.body.nodes).toMatchObject([
      {
        kind: "training",
        then: { nodes: [{ kind: "constant" }, { kind: "operator", op: "mul" }] },
        otherwise: { nodes: [] },
      },
    ]);
  });
});

describe("state", () => {
  const counting = body("x: f32[B, D]", "state seen: f32[D] = zeros\n  seen <- seen + mean(x, over=B)\n  x - seen");

  it("is updated in training, and read with its new value", () => {
    const module = lower(counting, "M");
    expect(statesOf(module)).toEqual(["seen"]);
    const [state, training, difference] = entryOf(module).body.nodes;
    expect(state).toMatchObject({ kind: "state", path: "seen" });
    expect(training).toMatchObject({
      kind: "training",
      then: { nodes: [{ kind: "operator" }, { kind: "operator" }, { kind: "update", path: "seen" }] },
    });
    expect(difference?.kind === "operator" && difference.operands[1]?.id).toBe(training?.results[0]?.id);
  });
});

describe("scan", () => {
  const scan = (rest: string): string => body("x: f32[B, T, D]", `scan e in x over T ${rest}`);

  it("emits a sequence, or the last value", () => {
    expect(resultOf(scan("with h: f32[B, D] = zeros {\n    h <- h + e\n    emit h\n  }"))).toBe("f32[B, T, D]");
    expect(resultOf(scan("with h: f32[B, D] = zeros {\n    h <- h + e\n    emit last h\n  }"))).toBe("f32[B, D]");
    expect(
      resultOf(scan("with h: f32[B, D] = zeros {\n    h <- h + e\n    emit sum(h, over=D)\n    emit last h * 2\n  }")),
    ).toBe("f32[B, T] f32[B, D]");
    expect(resultOf(scan("with h: f32[B, D] = zeros, n: f32[] = 0 {\n    h <- h + e\n    n <- n + 1\n  }"))).toBe(
      "f32[B, D] f32[]",
    );
  });

  it("keeps its axes, its direction and its carries in one node", () => {
    const entry = entryOf(
      lower(scan("reverse with h: f32[B, D] = zeros {\n    h <- tanh(h + e)\n    emit h\n  }"), "M"),
    );
    expect(entry.body.nodes.at(-1)).toMatchObject({ kind: "scan", sequenceAxes: [1], emitAxes: [1], reverse: true });
  });

  it("checks that lengths agree", () => {
    const text =
      "block M: (x: f32[B, T], y: f32[B, S]) {\n  scan a in x, b in y over 1 with h: f32[B] = zeros {\n    h <- h + a * b\n  }\n}\n";
    expect(onlyFinding(text)).toMatchObject({ code: "MC3002", at: "y" });
  });
});

describe("facts", () => {
  const heads =
    'block Heads(n: int): (x: f32[B, D])\n  where D % n == 0, "width {D} does not split over {n} heads" {\n  reshape(x, [B, n, D / n])\n}\n\n';

  it("are proved with those of the caller", () => {
    expect(
      codesOf(`${heads}model M: (x: f32[B, D]) -> y: f32[B, 3, D / 3] where D % 12 == 0 {\n  x -> Heads(3)\n}\n`),
    ).toEqual([]);
    const finding = onlyFinding(
      `${heads}model M: (x: f32[B, D]) -> y: f32[B, 3, D // 3] where D % 2 == 0 {\n  x -> Heads(3)\n}\n`,
    );
    expect(finding).toMatchObject({ code: "MC3004", at: "Heads(3)" });
    expect(finding.message).toBe(
      "Width D does not split over 3 heads: `D % n == 0`, which `Heads` requires, does not hold (for example at D = 2).",
    );
  });

  it("of a model are its contract", () => {
    const text =
      'model M(most: int = 512): (x: f32[B, T]) -> y: f32[B, T] where T <= most, "at most {most}" {\n  x * 2\n}\n';
    expect(lower(text, "M").contract).toEqual([{ text: "T <= 512", message: "at most 512" }]);
    expect(lower(text, "M", { dims: { T: 8 } }).contract).toEqual([]);
  });

  it("says what sizes a training has that break it", () => {
    const text = `model M(parts: int = 3): (x: f32[B, T], y: f32[B, S]) -> z: f32[B, T] where T == parts * S {
  x + sum(y, axis=-1)[:, None] * Dense(1)(x)
}
data D {
  source: synthetic_blobs(count=100, features=8)
  x: f32[8] = raw.x
  y: f32[4] = raw.x[:, :4]
}
train M on D {
  loss: mse(z, x)
  optimizer: adam
}
`;
    expect(checkFile(text).map(({ message }) => message)).toEqual([
      "`T == parts * S`, which `M` requires, does not hold (T = 8, parts = 3, S = 4).",
    ]);
    expect(checkFile(text.replace("parts: int = 3", "parts: int = 2"))).toEqual([]);
  });

  it("of values reach a loss through blocks", () => {
    const text =
      "block Head: (x: f32[B, D]) {\n  x -> Dense(3) -> softmax\n}\n\nmodel M: (x: f32[B, 4], label: class(3)[B]) -> loss: f32[] {\n  p = x -> Head\n  cross_entropy(p[:, 0:3], label)\n}\n";
    expect(codesOf(text)).toContain("MC3019");
  });
});

describe("messages", () => {
  it("point at the innermost line of the person's own file, with the uses that led there", () => {
    const text =
      "block Net: (x: f32[B, H, W, 1]) {\n  x -> Conv2D(4, 3)\n}\n\nmodel M: (x: f32[B, 2, 8, 1]) -> y: f32[B, 1, 6, 4] {\n  x -> Net\n}\n";
    const finding = onlyFinding(text);
    expect(finding.at).toBe("Conv2D(4, 3)");
    expect(finding.labels.map((it) => it.message)).toEqual(
      expect.arrayContaining(["found in `Conv2D` of the standard library", "`Net` is used here"]),
    );
  });

  it("tell of one line once, with the first use that led to it", () => {
    const text =
      "block Net(ch: int): (x: f32[B, C]) -> f32[B, ch] {\n  x -> Dense(ch + 1)\n}\n\nmodel M: (x: f32[B, 2]) -> y: f32[B, 5] {\n  x -> Net(3) -> Net(4) -> Net(5)\n}\n\nmodel N: (x: f32[B, 2], y: f32[B, 2]) -> z: f32[B, 5] {\n  (x -> Net(3)) + (y -> Net(4))\n}\n";
    const found = check(text.slice(0, text.indexOf("\n\nmodel N")) + "\n");
    expect(found.map((it) => it.code)).toEqual(["MC3012"]);
    const both = check(text.replace(/model M[^}]*}\n\n/, ""));
    expect(both.map((it) => it.message)).toEqual(["The result is f32[B, 4]: axis 1 is 4, declared as 3 (ch)."]);
  });

  it("show the smallest sizes at which dims differ", () => {
    const text = "model M: (x: f32[B, H]) -> y: f32[B, H] {\n  concat(x[:, 0:1], x[:, 0:1], axis=1)\n}\n";
    expect(onlyFinding(text).message).toContain("axis 1 is 2, declared as H; for example at H = 1: 2 is not 1");
  });
});

describe("names of axes", () => {
  const model = (name: string, type: string, result: string): string =>
    `model ${name}: (x: f32[B, ${type}]) -> y: f32[B, ${result}] {\n  x -> P\n}\n`;
  it.each([
    "x -> Dropout(0.1)",
    "x -> relu",
    "x -> Dense(C)",
    "x -> Inner",
    "when training { x -> Dropout(0.1) } else { x }",
  ])("outlive layers that take any shape, whatever the sizes: %s", (layers) => {
    const text = `fn same: (x: f32[...S]) -> f32[...S] { x }
block Inner: (x: f32[..., D]) -> f32[..., D] { same(x) -> Dense(5) -> Dense(D) }
block P: (x: f32[B, H, W, C]) -> f32[B, W, C] {
  h = ${layers}
  mean(h, over=H)
}
`;
    expect(codesOf(text + model("Free", "H, W, C", "W, C") + model("Square", "28, 28, 28", "28, 28"))).toEqual([]);
  });

  it("do not come back", () => {
    const text = "block P: (x: f32[B, H, W, C]) -> f32[B, C] {\n  mean(mean(x, over=H), over=H)\n}\n";
    expect(codesOf(text + model("Square", "28, 28, 5", "5"))).toEqual(["MC3013"]);
  });
});
