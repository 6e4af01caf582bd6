import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { codesOf, lower, onlyFinding, parametersOf } from "./checking.ts";

const model = (header: string, body: string): string => `model M: ${header} {\n  ${body}\n}\n`;

describe("sizes that are broadcast", () => {
  it("are shown to differ where neither is 1: there it would run", () => {
    const { code, message, help } = onlyFinding(model("(a: f32[B, A], b: f32[B, C]) -> y: f32[B, A]", "a + b"));
    expect(code).toBe("MC3002");
    expect(message).toBe(
      "Axes 1 of the operands of `+` must be equal, and A is not C; for example at A = 2, C = 3: 2 is not 3.",
    );
    expect(help).toBe("State it in the header if it always holds: `where A == C`.");
  });

  it("are named by their place", () => {
    const { message } = onlyFinding(model("(a: f32[A, 4], b: f32[C, 4]) -> y: f32[A, 4]", "where(a > b, a, 0)"));
    expect(message).toContain("Axes 0 of the operands of `>` must be equal");
    const product = model("(a: f32[A, 4, 4], b: f32[C, 4, 4]) -> y: f32[A, 4, 4]", "matmul(a, b)");
    expect(onlyFinding(product).message).toContain("Axes 0 of the operands of matmul must be equal");
  });
});

describe("sizes that are repeated to those of a result", () => {
  const repeated = (shape: string): string => model("(x: f32[B, N]) -> y: f32[B, 4]", `broadcast_to(x, ${shape})`);

  it.each(["4", "1"])("are shown to differ where they are not 1: there it would run, to %s", (size) => {
    const found = onlyFinding(repeated(`[B, ${size}]`));
    expect(found.message).toContain("Axes 1 of the operand and 1 of the result of broadcast_to");
    expect(found.counterexample).toEqual({ N: 2 });
  });

  it("are told of once, with what makes all of them equal", () => {
    const { code, help } = onlyFinding(repeated("[N, 4]"));
    expect(code).toBe("MC3002");
    expect(help).toBe("State it in the header if it always holds: `where B == N, N == 4`.");
  });
});

describe("a width that the one who builds a model gives", () => {
  it.each([
    "Dense(D)",
    "SimpleRNN(D)",
    "LSTM(D)",
    "GRU(D)",
    "Bidirectional(LSTM(2 * D))",
    "Conv1D(D, 3, padding=same)",
    "Conv1DTranspose(D, 3)",
    "SeparableConv1D(D, 3, padding=same)",
  ])("is one for %s", (layer) => {
    const text = `block M: (x: f32[B, T, D]) {\n  x -> ${layer}\n}\n`;
    expect(codesOf(text)).toEqual([]);
    expect(parametersOf(lower(text, "M", { dims: { D: 3 } })).size).toBeGreaterThan(0);
  });

  it("is one for convolutions with a memory", () => {
    const text = "block M: (x: f32[B, T, H, D]) {\n  x -> ConvLSTM1D(D, 3, padding=same)\n}\n";
    expect(codesOf(text)).toEqual([]);
  });
});

describe("a dim", () => {
  it("may be called as its model is, or as another: that is no use of it", () => {
    expect(codesOf(model("(x: f32[B, M]) -> y: f32[B, M]", "x -> Dense(M)"))).toEqual([]);
    const crossed = "block Net: (x: f32[B, M]) -> f32[B, M] { x -> Dense(M) }\n";
    expect(codesOf(`${crossed}${model("(x: f32[B, Net]) -> y: f32[B, Net]", "x -> Dense(Net)")}`)).toEqual([]);
  });

  it("is none where a constant has its name", () => {
    const text = "const N = K\nconst K = N\nblock Net: (x: f32[B, N]) -> f32[B, N] { x }\n";
    expect(codesOf(text)).toEqual(["MC2015"]);
  });
});

describe("a header that no sizes satisfy", () => {
  it("is told of once, with the facts that contradict one another", () => {
    const header = "(x: f32[B, T, S]) -> y: f32[B, T, S]\n  where B > 1, T >= 8, S > T, S % 2 == 0, S < 4, B > 3";
    const { code, message, at, labels } = onlyFinding(model(header, "x + zeros([T])"));
    expect(code).toBe("MC3100");
    expect(message).toBe("No sizes satisfy the header of M: `T >= 8`, `S > T`, `S < 4` contradict one another.");
    expect(at).toBe("S < 4");
    expect(labels?.map((it) => textOf(it.span))).toEqual(["T >= 8", "S > T"]);
  });

  it("may be so for one fact alone", () => {
    const { message } = onlyFinding(model("(x: f32[B, T]) -> y: f32[B, T] where B > 1, T < 1", "x"));
    expect(message).toBe("No sizes satisfy the header of M: `T < 1` holds for none.");
    const between = onlyFinding(model("(x: f32[B, T]) -> y: f32[B, T] where 3 <= T <= 2", "x"));
    expect(between.message).toBe("No sizes satisfy the header of M: `3 <= T <= 2` holds for none.");
  });
});
