import { describe, expect, it } from "vitest";
import { check, codesOf, codesOfFile, entryOf, lower, onlyFinding } from "./checking.ts";

/** Attends to itself, or to a memory, where a mask says so. */
const attend = `
block Attend:
  (query: f32[B, T, D], memory: f32[B, S, E] = query, mask: bool[B, T, S]?) -> f32[B, T, D] {
  keys   = memory -> key_map: Dense(D)
  scores = matmul(query, transpose(keys))
  weights = when given(mask) {
    where(mask, scores, full([B, T, S], -10000)) -> softmax
  } else {
    scores -> softmax
  }
  matmul(weights, keys)
}
`;

const model = (
  body: string,
  inputs = "x: f32[B, T, 8], m: f32[B, S, 4], see: bool[B, T, S], self: bool[B, T, T]",
): string => `${attend}\nmodel M: (${inputs}) -> y: f32[B, T, 8] {\n  _unused = 1\n  ${body}\n}\n`;

const errorsOf = (text: string): readonly string[] =>
  check(text).flatMap((it) => (it.severity === "error" ? [`${it.code} ${it.message}`] : []));

/** The inputs of the block's functions that a model leads to. */
function variants(text: string, name = "Attend"): readonly (readonly string[])[] {
  return [...lower(text, "M").functions.values()].filter((it) => it.name === name).map((it) => it.inputNames);
}

describe("inputs of instances", () => {
  it("are given by position, by name, and piped", () => {
    for (const use of [
      "Attend()(x, m, see)",
      "x -> Attend",
      "a = Attend()\n  a(x, memory=m)",
      "a = Attend()\n  a(query=x, memory=m, mask=see)",
      "a = Attend()\n  a(mask=self, query=x)",
      "a = Attend()\n  x -> a(mask=self)",
      "a = Attend()\n  (x, m) -> a(mask=see)",
      "x -> Attend()(memory=m, mask=see)",
      "x -> at: Attend()(m)",
    ]) {
      expect([use, errorsOf(model(use))]).toEqual([
        use,
        use.startsWith("Attend(x") ? [expect.stringMatching(/^MC2014/)] : [],
      ]);
    }
  });

  it("make one function for each set that is given", () => {
    const text = model(
      "a = Attend()\n  p = a(x)\n  q = a(x, mask=self)\n  r = Attend()(x, m)\n  s = Attend()(memory=m, query=x)\n  p + q + r + s",
    );
    expect(variants(text)).toEqual([["query"], ["query", "mask"], ["query", "memory"]]);
  });

  it("share the parameters of an instance, whichever are given", () => {
    const module = lower(model("a = Attend()\n  a(x) + a(x, mask=self)"), "M");
    const paths = entryOf(module).body.nodes.flatMap((it) => (it.kind === "call" ? [it.instance] : []));
    expect(paths).toEqual(["a", "a"]);
  });

  it("are the default where they are left out, with its dims", () => {
    const found = entryOf(lower(`${attend}\nmodel M: (x: f32[B, 7, 8]) -> y: f32[B, 7, 8] { x -> Attend }\n`, "M"));
    expect(found.inputNames).toEqual(["x"]);
  });

  it("may have defaults that compute, draw and own parameters", () => {
    const text = `
block Add: (x: f32[B, D], y: f32[B, E] = x -> Dense(3), z: f32[B, D] = dropout(x, rate=0.5)) -> f32[B, D + E] {
  concat(x + z, y, axis=-1)
}
model M: (x: f32[B, 4]) -> y: f32[B, 14] { concat(x -> first: Add, x -> Add()(z=x), axis=-1) }
`;
    expect(errorsOf(text)).toEqual([]);
  });

  it("begin as zeros, ones or a number of the declared type", () => {
    const text = `
block Add: (x: f32[B, D], a: f32[B, D] = zeros, b: i32[D] = 3, c: f32[B] = ones) -> f32[B, D] {
  x + a + cast(b, f32) + reshape(c, [B, 1])
}
model M: (x: f32[B, 4]) -> y: f32[B, 4] { x -> Add }
`;
    expect(errorsOf(text)).toEqual([]);
    expect(errorsOf(text.replace("= ones", "= normal(0.1)"))).toEqual([
      "MC3037 An initialiser must stand here, and this is the random initialiser normal.",
    ]);
    expect(errorsOf(text.replace("= 3", "= 3.5"))).toHaveLength(1);
  });
});

describe("inputs of functions that may be left out", () => {
  const f = `
fn scaled(by: float = 2): (x: f32[B, D], y: f32[B, D] = x, mask: f32[B, D]?) -> f32[B, D] {
  z = x * by + y
  when given(mask) { z * mask } else { z }
}
`;
  const use = (body: string): readonly string[] =>
    errorsOf(`${f}\nmodel M: (x: f32[B, 4], m: f32[B, 4]) -> y: f32[B, 4] {\n  _m = m\n  ${body}\n}\n`);

  it("go by name, since hyperparameters follow those that must be given", () => {
    expect(use("scaled(x)")).toEqual([]);
    expect(use("scaled(x, 3)")).toEqual([]);
    expect(use("x -> scaled(3, mask=m)")).toEqual([]);
    expect(use("scaled(x, mask=m, by=3, y=m)")).toEqual([]);
    expect(use("(x, m, m) -> scaled(3)")).toEqual([]);
  });

  it("do not hide the words that hyperparameters take, however many inputs are piped", () => {
    const text = `
fn join(mode: one | two = one): (a: f32[B], b: f32[B], c: f32[B]?) -> f32[B] {
  when given(c) { a + b + c } else when mode == one { a } else { a + b }
}

model M: (x: f32[B], z: f32[B]) -> y: f32[B] {
  p = join(x, z, two)
  q = x -> join(z, two)
  r = (x, z) -> join(two)
  p + q + r + join(x, z, two, c=x)
}
`;
    expect(errorsOf(text)).toEqual([]);
    expect(errorsOf(text.replace("(z, two)", "(z, three)"))).toHaveLength(1);
  });

  it("say so where one is given by position", () => {
    const text = `${f}\nmodel M: (x: f32[B, 4], m: f32[B, 4]) -> y: f32[B, 4] {\n  scaled(x, m)\n}\n`;
    const found = onlyFinding(text);
    expect([found.code, found.at]).toEqual(["MC3009", "m"]);
    expect(found.help).toBe("Inputs of `scaled` that may be left out go by name: `y=...`, `mask=...`.");
    const more = onlyFinding(text.replace("scaled(x, m)", "scaled(x, 2, m)"));
    expect([more.code, more.help]).toEqual(["MC2014", found.help]);
  });
});

describe("wrong uses of inputs", () => {
  const finding = (body: string): readonly [string, string, string] => {
    const text = model(body);
    const found = check(text).filter((it) => it.severity === "error");
    expect(found).toHaveLength(1);
    const [first] = found;
    return [first?.code ?? "", first?.message ?? "", first?.help ?? ""];
  };

  it("are told with what the block takes", () => {
    expect(finding("a = Attend()\n  a(x, memry=m)")).toEqual([
      "MC2011",
      "`Attend` has no input `memry`.",
      "Did you mean `memory`? The inputs of `Attend` are query, memory, mask.",
    ]);
    expect(finding("a = Attend()\n  a(x, query=x)")[1]).toBe("`query` of `Attend` is given twice.");
    expect(finding("a = Attend()\n  x -> a(query=x)")[1]).toBe("`query` of `Attend` is given twice.");
    expect(finding("a = Attend()\n  a(x, memory=m, memory=m)")[1]).toBe("`memory` of `Attend` is given twice.");
    expect(finding("a = Attend()\n  a(query=x, m)")[0]).toBe("MC2019");
    expect(finding("a = Attend()\n  a(memory=m)")[1]).toBe("`Attend` needs `query`.");
    expect(finding("a = Attend()\n  a()")[1]).toBe("`Attend` takes 1 to 3 inputs, and 0 are given.");
    expect(finding("a = Attend()\n  a(x, m, see, x)")[1]).toBe("`Attend` takes 1 to 3 inputs, and 4 are given.");
    expect(finding("a = Attend()\n  a(x, mask=where(self, 1.0, 0.0))")[0]).toBe("MC3003");
    expect(finding("a = Attend()\n  a(x, mask=see)")[1]).toContain("`mask` of `Attend`");
    expect(finding("x -> Dense(8)(units=3)")).toEqual([
      "MC2011",
      "`Dense` has no input `units`.",
      "It is a hyperparameter: these go where the instance is constructed, as in `Dense(units=...)`.",
    ]);
    expect(finding("x -> Attend(memory=m)")).toEqual([
      "MC2011",
      "`Attend` has no argument `memory`.",
      "It is an input: these go to the instance, as in `Attend(...)(memory=...)`.",
    ]);
    expect(finding("x -> Attend()(m, nothing=see)")[2]).toBe("The inputs of `Attend` are query, memory, mask.");
  });

  it("do not silently take a position for a name", () => {
    // The first position was dropped where its input was given by name before it.
    const text =
      "fn sub: (a: f32[B], b: f32[B]) -> f32[B] { a - b }\n\nmodel M: (x: f32[B], z: f32[B]) -> y: f32[B] {\n";
    expect(codesOf(`${text}  sub(b=x, z)\n}\n`)).toEqual(["MC2019"]);
    expect(codesOf(`${text}  sub(a=x, z, x)\n}\n`)).toContain("MC2019");
    const scaled =
      "fn scaled(by: float): (x: f32[B], shift: f32[B]?) -> f32[B] {\n  when given(shift) { x * by + shift } else { x * by }\n}\n";
    expect(codesOf(`${scaled}\nmodel M: (x: f32[B]) -> y: f32[B] { x -> scaled(shift=x, 3) }\n`)).toEqual(["MC2019"]);
    expect(codesOf(`${scaled}\nmodel M: (x: f32[B]) -> y: f32[B] { scaled(by=3, x) }\n`)).toEqual(["MC2019"]);
  });
});

describe("headers with inputs that may be left out", () => {
  const header = (inputs: string, body = "x"): readonly string[] =>
    errorsOf(`block A: (${inputs}) -> f32[B, 4] {\n  ${body}\n}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] { x -> A }\n`);

  it("have what must be given first", () => {
    expect(header("m: f32[B, 4]?, x: f32[B, 4]", "when given(m) { x + m } else { x }")).toContain(
      "MC2042 `x` must be given, and stands after `m`, which may be left out.",
    );
  });

  it("have defaults of the declared types, over the inputs before", () => {
    expect(header("x: f32[B, 4], y: i32[B, 4] = x", "x + cast(y, f32)")).toEqual([
      "MC3003 The elements of `y` of `A` must be i32, and they are f32.",
    ]);
    expect(header("x: f32[B, 4], y: f32[B, 5] = x", "x + sum(y)")[0]).toMatch(
      /^MC3031 `y` of `A` has `5` where this has 4/,
    );
    expect(header("x: f32[B, 4], y: f32[B] = x", "x + sum(y)")[0]).toMatch(/^MC3001/);
    expect(header("x: f32[B, 4], y: f32[B, 4] = z, z: f32[B, 4] = x", "x + y + z")).toEqual([
      "MC2001 Nothing here is called `z`.",
    ]);
    expect(header("x: f32[B, 4], y: f32[B, 4] = sum(x) > 3", "x + y")[0]).toMatch(/^MC300/);
    expect(header("x: f32[B, 4], y: f32[B, N] = zeros([B, N])", "x + sum(y)")).toEqual([
      "MC2041 `N` is known only where `y` is given, and nothing says so here.",
    ]);
    expect(header("x: f32[B, 4], m: f32[B, 4]?, y: f32[B, 4] = m", "x + y")).toEqual([
      "MC2041 `m` may be left out, and nothing says that it is given here.",
    ]);
  });

  it("have every default that is wrong reported", () => {
    expect(
      header("x: f32[B, 4], y: i32[B, 4] = x, z: f32[B, 5] = x, w: f32[B] = y", "x + cast(y, f32) + sum(z) + sum(w)"),
    ).toEqual([expect.stringMatching(/^MC3003 The elements of `y`/), expect.stringMatching(/^MC3031 `z` of `A`/)]);
  });

  it("do not say `?` and a default of one input, nor of results", () => {
    expect(codesOf("block A: (x: f32[B, 4], y: f32[B, 4]? = x) -> f32[B, 4] {\n  x + y\n}\n")).toEqual(["MC1037"]);
    expect(codesOf("block A: (x: f32[B, 4]) -> f32[B, 4]? {\n  x\n}\n")).toEqual(["MC1038"]);
    expect(codesOf("block A: (x: f32[B, 4]) -> (y: f32[B, 4] = x) {\n  x\n}\n")).toEqual(["MC1038"]);
  });

  it("keep dims of optional inputs alone to where these are given", () => {
    const size = "MC2041 `S` is known only where `m` is given, and nothing says so here.";
    expect(header("x: f32[B, 4], m: f32[B, S]?", "when given(m) { x + sum(m) } else { x + S }")).toEqual([size]);
    expect(header("x: f32[B, 4], m: f32[B, S]?", "when given(m) { x + sum(m) + S } else { x }")).toEqual([]);
    expect(
      header("x: f32[B, 4], m: f32[B, S]?, n: f32[B, S]?", "when given(m) or given(n) { x + S } else { x }"),
    ).toEqual([]);
    expect(
      errorsOf("block A: (x: f32[B, 4], m: f32[B, S]?) -> f32[B, S] {\n  when given(m) { m } else { x }\n}\n"),
    ).toContain(size);
    expect(
      header("x: f32[B, 4], y: f32[2 * S] = zeros, m: f32[B, S]?", "when given(m) { x + sum(m) + sum(y) } else { x }"),
    ).toEqual([size]);
  });

  it("may state facts of what is left out, which are proved where it is given", () => {
    const block =
      "block A: (x: f32[B, T], m: f32[S]?) -> f32[B, T] where S <= T {\n  when given(m) { x + sum(m) } else { x }\n}\n";
    const use = (inputs: string, body: string): readonly string[] =>
      codesOf(`${block}\nmodel M: (${inputs}) -> y: f32[B, 4] {\n  ${body}\n}\n`);
    expect(use("x: f32[B, 4]", "x -> A")).toEqual([]);
    expect(use("x: f32[B, 4], m: f32[3]", "x -> A()(m)")).toEqual([]);
    expect(use("x: f32[B, 4], m: f32[5]", "x -> A()(m)")).toEqual(["MC3004"]);
  });

  it("may say which belong together", () => {
    const block =
      "block A: (x: f32[B, 4], a: f32[B, 4]?, b: f32[B, 4]?) -> f32[B, 4] where given(a) or not given(b) {\n  when given(a) and given(b) { x + a + b } else { x }\n}\n";
    const use = (body: string): readonly string[] =>
      codesOf(`${block}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  ${body}\n}\n`);
    expect(use("x -> A()(a=x, b=x)")).toEqual([]);
    expect(use("x -> A")).toEqual([]);
    expect(use("x -> A()(b=x)")).toEqual(["MC3004"]);
    const wrong = onlyFinding(`${block}\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] { x -> A()(b=x) }\n`);
    expect(wrong.help).toBe("Give the inputs that belong together, or leave them out together.");
  });
});

describe("given", () => {
  const block = (body: string): readonly string[] =>
    errorsOf(
      `block A(wide: bool = false): (x: f32[B, 4], m: f32[B, 4]?, d: f32[B, 4] = x) -> f32[B, 4] {\n  _w = wide\n  _d = d\n  ${body}\n}\n`,
    );

  it("says where an optional input may be used", () => {
    const left = "MC2041 `m` may be left out, and nothing says that it is given here.";
    expect(block("x + m")).toEqual([left]);
    expect(block("when given(m) { x + m } else { x }")).toEqual([]);
    expect(block("when not given(m) { x } else { x + m }")).toEqual([]);
    expect(block("when wide and given(m) { x + m } else { x }")).toEqual([]);
    expect(block("when wide or given(m) { x + m } else { x }")).toEqual([left]);
    expect(block("when not (wide or given(m)) { x } else { x + m }")).toEqual([left]);
    expect(block("when not given(m) or wide { x } else { x + m }")).toEqual([]);
    expect(block("when given(m) { x } else { x + m }")).toEqual([left]);
    expect(block("x -> when given(m) { relu -> plus(b=m) }")).toEqual(["MC2001 Nothing here is called `plus`."]);
    expect(block("when given(m) {\n    y = x + m\n  } else {\n    y = x\n  }\n  y")).toEqual([]);
    expect(block("when wide { x } else when given(m) { x + m } else { x }")).toEqual([]);
  });

  it("asks for optional inputs alone", () => {
    expect(block("when given(x) { x } else { x }")).toEqual([
      "MC2043 `given` asks for an optional input, and this is `x`, which is always given.",
    ]);
    expect(block("when given(d) { x } else { x }")).toEqual([
      "MC2043 `given` asks for an optional input, and this is `d`, which has a default.",
    ]);
    expect(block("when given(wide) { x } else { x }")).toEqual([
      "MC2043 `given` asks for an optional input, and this is none.",
    ]);
    expect(block("when given(x + 1) { x } else { x }")).toEqual([
      "MC2043 `given` asks for an optional input, and this is none.",
    ]);
    expect(block("when given() { x } else { x }")[0]).toMatch(/^MC2013/);
    expect(block("when given(m, m) { x } else { x }")[0]).toMatch(/^MC2014/);
    expect(block("when given { x } else { x }")[0]).toMatch(/^MC3008/);
  });

  it("is an ordinary name where a file declares it", () => {
    const text =
      "fn given: (x: f32[B, 4]) -> f32[B, 4] { x * 2 }\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] { given(x) }\n";
    expect(codesOf(text)).toEqual([]);
  });
});

describe("handing on what may be left out", () => {
  const outer = (body: string): string =>
    `${attend}
block Outer: (x: f32[B, T, D], mask: bool[B, T, T]?) -> f32[B, T, D] {
  ${body}
}
model M: (x: f32[B, T, 8], m: bool[B, T, T]) -> y: f32[B, T, 8] { (x -> Outer) + Outer()(x, mask=m) }
`;

  it("leaves out there what is left out here", () => {
    const text = outer("Attend()(x, mask=mask)");
    expect(errorsOf(text)).toEqual([]);
    expect(variants(text)).toEqual([["query"], ["query", "mask"]]);
    expect(errorsOf(outer("x -> repeat 2 { Attend()(mask=mask) }"))).toEqual([]);
    expect(errorsOf(outer("a = Attend()\n  x -> a(mask=mask)"))).toEqual([]);
  });

  it("wants an input there that may be left out, and its name", () => {
    const inner =
      "block Inner: (x: f32[B, T, D], mask: bool[B, T, T]) -> f32[B, T, D] { where(mask, matmul(x, transpose(x)), zeros([B, T, T])) -> matmul(x) }\n";
    const left = ["MC2041 `mask` may be left out, and nothing says that it is given here."];
    expect(errorsOf(inner + outer("Inner()(x, mask=mask)"))).toEqual(left);
    expect(errorsOf(inner + outer("a = Inner()\n  a(x, mask=mask)"))).toEqual(left);
    expect(errorsOf(outer("Attend()(x, x, mask)"))).toEqual(left);
  });
});

describe("models with inputs that may be left out", () => {
  const text = `
model M: (x: f32[B, 4], extra: f32[B, N]?, scale: f32[B, 4] = ones) -> y: f32[B, 2] {
  h = x * scale
  k = when given(extra) { concat(h, extra, axis=-1) } else { h }
  k -> Dense(2)
}
`;
  const section = (features: string): string => `${text}
data D {
  source: synthetic_blobs(features=4)
  x:     f32[4]   = raw.x
  label: class(2) = raw.label${features}
}
train M on D {
  loss:      cross_entropy(y, label)
  optimizer: sgd(lr=0.1)
}
`;

  it("are lowered without them, and checked with them as well", () => {
    expect(entryOf(lower(text, "M")).inputNames).toEqual(["x"]);
    expect(entryOf(lower(text, "M", { given: new Set(["scale"]) })).inputNames).toEqual(["x", "scale"]);
    expect(entryOf(lower(text, "M", { given: "all" })).inputNames).toEqual(["x", "extra", "scale"]);
    expect(codesOf(text)).toEqual([]);
    expect(codesOf(text.replace("concat(h, extra, axis=-1)", "h + extra"))).toEqual(["MC3002"]);
  });

  it("are blocks like any other", () => {
    const outer = `${text}
model N: (x: f32[B, 4], e: f32[B, 3]) -> z: f32[B, 2] {
  inner = M()
  inner(x, extra=e) + M()(x) + (x -> M()(scale=x)) + (x -> M)
}
`;
    expect(codesOf(outer)).toEqual([]);
  });

  it("call functions with what may be left out in losses", () => {
    const own = `fn own(weight: float = 1): (y: f32[B, 2], label: i32[B], by: f32[B]?) -> f32[] {
  when given(by) { cross_entropy(y, label) * weight + mean(by) } else { cross_entropy(y, label) * weight }
}
`;
    const loss = (call: string): readonly string[] =>
      codesOfFile(own + section("").replace("cross_entropy(y, label)\n  opt", `${call}\n  opt`));
    expect(loss("own(y, label)")).toEqual([]);
    expect(loss("own(y, label, 2, by=x[:, 0])")).toEqual([]);
    expect(loss("own(y, label, x[:, 0])")).toEqual(["MC3009"]);
    expect(loss("own(y, label, bye=x[:, 0])")).toEqual(["MC2011"]);
  });

  it("are told where a feature was probably meant for them", () => {
    expect(codesOfFile(section("\n  exrta: f32[4]   = raw.x"))).toEqual(["MC4066"]);
    // What the section reads is meant for that.
    const read = section("\n  exrta: f32[4]   = raw.x").replace(
      "cross_entropy(y, label)",
      "cross_entropy(y, label) + 0 * mean(exrta)",
    );
    expect(codesOfFile(read)).toEqual([]);
  });

  it("are inputs of metrics as well", () => {
    const metric = `metric share: (logits: f32[B, 2], label: class(2)[B], mask: f32[B]?, by: f32[B] = ones) -> more {
  hit = cast(argmax(logits) == label, f32) * by
  total right: f32[] = when given(mask) { sum(hit * mask) } else { sum(hit) }
  total all:   f32[] = when given(mask) { sum(mask) } else { sum(by) }
  finish right / all
}
`;
    const measured = (metrics: string): readonly string[] =>
      codesOfFile(
        metric + section("\n  seen:  f32[]    = raw.x[:, 0]").replace("optimizer", `metrics: ${metrics}\n  optimizer`),
      );
    expect(measured("share(y, label), share(y, label, mask=seen), share(y, label, by=seen)")).toEqual([]);
    expect(measured("share(y, label, seen)")).toEqual(["MC2014"]);
    expect(measured("share(y, label, maks=seen)")).toEqual(["MC2011"]);
  });

  it("have those that features feed", () => {
    expect(codesOfFile(section(""))).toEqual([]);
    expect(codesOfFile(section("\n  extra: f32[4]   = raw.x"))).toEqual([]);
    expect(codesOfFile(section("\n  extra: f32[]   = raw.label"))).toEqual(["MC4008"]);
  });
});

describe("carries of a scan", () => {
  it("begin as a tensor that an operator gives", () => {
    // A call was taken for an initialiser.
    const text =
      "model M: (x: f32[B, T]) -> y: f32[B] {\n  scan e in x over T with h: f32[B] = mean(x, over=T) {\n    h <- e + h\n    emit last h\n  }\n}\n";
    expect(codesOf(text)).toEqual([]);
  });
});

describe("inputs of a block", () => {
  it.each([
    ["Join(a, b)", "Join()(a, b)"],
    ["Join(2, a, b)", "Join(2)(a, b)"],
  ])("have parentheses of their own: %s", (use, meant) => {
    const header = use.includes("2") ? "block Join(n: int)" : "block Join";
    const text = `${header}: (a: f32[B, A], b: f32[B, A]) -> f32[B, A] { a + ${use.includes("2") ? "n * b" : "b"} }
model M: (a: f32[B, 4], b: f32[B, 4]) -> y: f32[B, 4] {\n  ${use}\n}\n`;
    const found = onlyFinding(text);
    expect([found.code, found.help]).toEqual([
      "MC2014",
      `A block has its inputs in parentheses of their own: \`${meant}\`.`,
    ]);
    expect(errorsOf(text.replace(use, meant))).toEqual([]);
  });
});
