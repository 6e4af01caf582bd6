import { describe, expect, it } from "vitest";
import { wordsOf } from "../../src/analyze/hyperparameter-words.ts";
import { library } from "../../src/std/library.ts";
import { reportIdleArguments } from "../../src/analyze/report-idle-arguments.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { printModule } from "../../src/ir/print-graph.ts";
import { textOf } from "../../src/support/source.ts";
import type { Argument, Expression, Hyperparameter } from "../../src/syntax/ast.ts";
import { checkFile, load } from "../lower/checking.ts";

const model = (body: string, more = ""): string =>
  `model M: (x: f32[B, T, 8]) -> y: f32[B, T, 8] {\n  ${body}\n}\n${more}`;
const told = (text: string): readonly string[] =>
  checkFile(text).map((it) => `${it.code} ${textOf(it.span)}${it.severity === "error" ? "!" : ""}`);

describe("an argument that is read only where something else holds", () => {
  it.each([
    ["x -> MultiHeadAttention(2, base=10)", ["MC3210 base=10"]],
    ["x -> MultiHeadAttention(2, positions=none, base=10)", ["MC3210 base=10"]],
    ["x -> MultiHeadAttention(2, positions=rotary, base=10)", []],
    ["x -> Dense(8, bias=false, bias_init=ones)", ["MC3210 bias_init=ones"]],
    ["x -> Dense(8, bias=true, bias_init=ones)", []],
    ["x -> Dense(8, bias_init=ones)", []],
    ["x -> Conv1D(8, 3, padding=same, bias=not true, bias_init=ones)", ["MC3210 bias_init=ones"]],
    ["x -> Scaled(by=2)", ["MC3210 by=2"]],
    ["x -> Scaled(true, by=2)", []],
    ["x -> Scaled(false, 2)", ["MC3210 2"]],
    ["x -> Scaled(false, 2, 3)", []],
    ["x -> Scaled(true, level=0, by=2)", ["MC3210 by=2"]],
    ["x -> Scaled(false, shift=3)", []],
    ["x -> Scaled(true, shift=3)", ["MC3210 shift=3"]],
    ["x -> Named(first=2, kind=right)", ["MC3210 first=2"]],
    ["x -> Named(first=2, kind=left)", []],
    ["x -> Named(kind=right, second=2)", []],
    ["x -> AvgPool1D(1, count_padding=true)", ["MC3210 count_padding=true"]],
    ["x -> AvgPool1D(1, padding=0, count_padding=true)", ["MC3210 count_padding=true"]],
    ["x -> AvgPool1D(1, padding=same, count_padding=true)", []],
    ["x -> AvgPool1D(1, padding=[0, 0], count_padding=true)", []],
    ["x -> AvgPool1D(1, 1, 0, count_padding=true)", ["MC3210 count_padding=true"]],
    ["avg_pool(x, window=1, strides=1, count_padding=true)", ["MC3210 count_padding=true"]],
    ["x -> avg_pool(window=1, strides=1, count_padding=true, padding=valid)", ["MC3210 count_padding=true"]],
    ["x -> avg_pool([1], [1], same, count_padding=true)", []],
    ["avg_pool(x, window=3, strides=1, padding=1, count_padding=true)", []],
    ["x -> Pooled(count=true)", ["MC3210 count=true"]],
    ["x -> Pooled(count=true, around=same)", []],
  ])("is told where that is known not to: %s", (body, found) => {
    const blocks = `
block Scaled(on: bool = false, by: float = 1.5, shift: float = 0, level: int = 1): (x: f32[B, T, D]) -> f32[B, T, D] {
  when on and level > 0 { x * by } else { x + shift }
}

block Named(kind: left | right = left, first: float = 1, second: float = 1): (x: f32[B, T, D]) -> f32[B, T, D] {
  when kind == left { x * first } else { x * second }
}

block Pooled(around: valid | same = valid, count: bool = false): (x: f32[B, T, D]) -> f32[B, T, D] {
  x -> avg_pool(window=1, strides=1, padding=around, count_padding=count)
}
`;
    expect(told(model(body, blocks))).toEqual(found);
  });

  it("is not told of what is handed on, nor of what an input or a size decides", () => {
    const handed = `
block Own(bias: bool = false, start: fn = zeros): (x: f32[B, T, D]) -> f32[B, T, D] {
  x -> Dense(D, bias=bias, bias_init=start) -> Dense(D, bias=bias, bias_init=ones)
}
`;
    expect(told(model("x -> Own", handed))).toEqual([]);
    const decided = `
block By(rate: float = 2, other: float = 3): (x: f32[B, T, D], mask: bool[B, T]?) -> f32[B, T, D] {
  scaled = when given(mask) { x * rate } else { x }
  when D == 8 { scaled } else { scaled * other }
}
`;
    expect(told(model("x -> By(rate=3, other=4)", decided))).toEqual([]);
  });

  it("is told with the condition, and silenced as other warnings are", () => {
    const [found] = checkFile(model("x -> Dense(8, bias=false, bias_init=ones)"));
    expect(found?.message).toBe("`bias_init` has no effect here: `Dense` reads it only where `bias=true`.");
    const [other] = checkFile(model("x -> AvgPool1D(1, count_padding=true)"));
    expect(other?.message).toBe(
      "`count_padding` has no effect here: `AvgPool1D` reads it only where `padding != valid`.",
    );
    const silenced = model(
      "# modelc-ignore MC3210: begins so once it has one\n  x -> Dense(8, bias=false, bias_init=ones)",
    );
    expect(told(silenced)).toEqual([]);
  });
});

describe("in the library", () => {
  /** An argument that gives a hyperparameter a value. */
  const argument = ({ name, span }: Hyperparameter, value: Expression): Argument => ({
    kind: "argument",
    span,
    name,
    value,
  });

  /** Every way to choose one branch: a truth value, or one of the words. */
  const choices = (it: Hyperparameter): readonly Expression[] => [
    ...(it.default?.kind === "boolean" ? [true, false] : []).map((value): Expression => ({
      kind: "boolean",
      span: it.span,
      value,
    })),
    ...[...wordsOf(it.type)].map((text): Expression => ({ kind: "reference", span: it.span, text })),
  ];

  const told = new Set(
    library.offered().flatMap((name) => {
      const declaration = library.find(name)?.declaration;
      if (declaration === undefined) return [];
      return declaration.hyperparameters.flatMap((it) => {
        const usual = it.default;
        if (usual === undefined) return [];
        const others = declaration.hyperparameters.filter((other) => other !== it);
        const ways = [[], ...others.flatMap((other) => choices(other).map((value) => [argument(other, value)]))];
        return ways.flatMap((more) => {
          const collector = createCollector();
          reportIdleArguments(collector, declaration, [argument(it, usual), ...more], () => false);
          return collector.diagnostics
            .filter(({ message }) => message.startsWith(`\`${it.name.text}\``))
            .map(({ message }) => message.replace(/ has no effect here: `\w+` reads it only where/, " where"));
        });
      });
    }),
  );

  it("these wait for another argument", () => {
    expect([...told].toSorted()).toEqual([
      "`base` where `positions == rotary`.",
      "`bias_init` where `bias=true`.",
      "`count_padding` where `padding != valid`.",
    ]);
  });

  it.each([
    ["MultiHeadAttention(2, base=10)", "MultiHeadAttention(2, base=20)"],
    ["Dense(8, bias=false, bias_init=ones)", "Dense(8, bias=false)"],
    ["Conv1D(8, 3, padding=same, bias=false, bias_init=ones)", "Conv1D(8, 3, padding=same, bias=false)"],
    ["AvgPool1D(1, count_padding=true)", "AvgPool1D(1, count_padding=false)"],
  ])("the network of %s is that of %s", (one, other) => {
    const textOfModel = (stage: string): string => {
      const collector = createCollector();
      const module = elaborateModel(load(model(`x -> ${stage}`), collector), "M", {}, collector);
      return module === undefined
        ? expect.fail()
        : printModule(module).replaceAll(/hyper "(?:bias_init|base|count_padding)".*|count_padding=\w+,? ?/g, "");
    };
    expect(textOfModel(one)).toBe(textOfModel(other));
  });
});
