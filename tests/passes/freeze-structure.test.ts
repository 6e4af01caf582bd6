import { describe, expect, it } from "vitest";
import { verifyModule } from "../../src/graph/verify.ts";
import type { Func } from "../../src/ir/graph.ts";
import { printModule } from "../../src/ir/print-graph.ts";
import { freezeInstances } from "../../src/passes/freeze-instances.ts";
import { type } from "../autodiff/gradient-testing.ts";
import { func, moduleOf } from "./module-testing.ts";

const vector = type("f32", 4);

/** Doubles in training, and gives what it is given in inference; a function, which does as its caller does. */
const noisy = func("noisy", { x: vector }, { flavor: "fn" }, (body, { x }) => [
  body.training(
    ({ b }) => b.add(x, x),
    () => x,
  ),
]);

/** Follows its input in training, and adds what it has come to; its own draw stands in a function. */
const norm = func("Norm", { x: vector }, { parameters: { scale: vector }, states: { mean: vector } }, (body, { x }) => {
  const { b } = body;
  const mean = body.state("mean", vector);
  const moved = b.op("tanh", [x]);
  body.update("mean", (inner) => inner.b.add(mean, moved));
  const drawn = body.call(noisy, "noisy", b.mul(x, body.param("scale", vector)));
  return [
    body.training(
      (inner) => inner.b.sub(drawn, moved),
      (inner) => inner.b.add(drawn, mean),
    ),
  ];
});

/** Owns no state: whatever is frozen, it does in training what it did. */
const stage = func("Stage", { x: vector }, { parameters: { bias: vector } }, (body, { x }) => [
  body.call(noisy, "noisy", body.b.add(body.call(norm, "norm", x), body.param("bias", vector))),
]);

const net = func("Net", { x: vector }, { flavor: "model", results: ["y"] }, (body, { x }) => {
  const stem = body.call(stage, "stem", x);
  const copies = body.repeat("copy", 3, false, stem, (inner, h) => inner.call(stage, "", h));
  const shared = body.repeat("same", 2, true, copies, (inner, h) => inner.call(norm, "cell", h));
  return [body.call(norm, "last", shared)];
});

const module = moduleOf(net, norm, stage, noisy);

/** The functions that freezing made, and the model: what is done in those that are named. */
function made(patterns: readonly string[], shown: readonly string[]): string {
  const frozen = freezeInstances(module, patterns);
  expect(verifyModule(frozen)).toEqual([]);
  const own = [...frozen.functions].filter(([key, it]) => module.functions.get(key) !== it);
  const printed = (key: string, it: Func): readonly string[] =>
    printModule({ ...frozen, functions: new Map([[key, it]]) })
      .split("\n")
      .filter((line) => / = |yield|update/.test(line) && !line.includes("owns"))
      .map((line) => line.slice(6).replaceAll(": f32[4]", ""));
  return own
    .flatMap(([key, it]) => [key, ...(shown.includes(key) ? printed(key, it).map((line) => `  ${line}`) : [])])
    .join("\n");
}

describe("what freezing makes of", () => {
  it("one instance: its own function runs in inference, and so does what it calls", () => {
    expect(made(["last.**"], ["Norm.frozen", "noisy.frozen"])).toMatchInlineSnapshot(`
      "Net
      noisy.frozen
        yield %x.0
      Norm.frozen
        %mean.1 = state "mean"
        %scale.4 = parameter "scale"
        %5 = mul(%x.0, %scale.4)
        %6 = call "noisy.frozen" instance "noisy" (%5)
        %8 = add(%6, %mean.1)
        yield %8"
    `);
  });

  it("an instance within another one, whose function differs by that alone", () => {
    expect(made(["stem.**"], ["Net", "Stage.part"])).toMatchInlineSnapshot(`
      "Net
        %1 = call "Stage.part" instance "stem" (%x.0)
        %4 = repeat 3 path "copy" (%1) {
          %3 = call "Stage" instance "" (%2)
          yield %3
        %7 = repeat 2 path "same" shared (%4) {
          %6 = call "Norm" instance "cell" (%5)
          yield %6
        %8 = call "Norm" instance "last" (%7)
        yield %8
      noisy.frozen
      Norm.frozen
      Stage.part
        %1 = call "Norm.frozen" instance "norm" (%x.0)
        %bias.2 = parameter "bias"
        %3 = add(%1, %bias.2)
        %4 = call "noisy" instance "noisy" (%3)
        yield %4"
    `);
  });

  it("a copy of a repeat, which is written out", () => {
    expect(made(["copy.1.**"], ["Net"])).toMatchInlineSnapshot(`
      "Net
        %1 = call "Stage" instance "stem" (%x.0)
        %9 = call "Stage" instance "copy.0" (%1)
        %10 = call "Stage.part" instance "copy.1" (%9)
        %11 = call "Stage" instance "copy.2" (%10)
        %7 = repeat 2 path "same" shared (%11) {
          %6 = call "Norm" instance "cell" (%5)
          yield %6
        %8 = call "Norm" instance "last" (%7)
        yield %8
      noisy.frozen
      Norm.frozen
      Stage.part"
    `);
  });

  it("all copies alike, and those that share what they own, which stay loops", () => {
    expect(made(["copy.**", "same.**"], ["Net"])).toMatchInlineSnapshot(`
      "Net
        %1 = call "Stage" instance "stem" (%x.0)
        %4 = repeat 3 path "copy" (%1) {
          %3 = call "Stage.part" instance "" (%2)
          yield %3
        %7 = repeat 2 path "same" shared (%4) {
          %6 = call "Norm.frozen" instance "cell" (%5)
          yield %6
        %8 = call "Norm" instance "last" (%7)
        yield %8
      noisy.frozen
      Norm.frozen
      Stage.part"
    `);
  });

  it("a state alone, which is not updated while all else is what it was", () => {
    expect(made(["last.mean"], ["Norm.part"])).toMatchInlineSnapshot(`
      "Net
      Norm.part
        %mean.1 = state "mean"
        %2 = tanh(%x.0)
        %scale.4 = parameter "scale"
        %5 = mul(%x.0, %scale.4)
        %6 = call "noisy" instance "noisy" (%5)
        %9 = training {
          %7 = sub(%6, %2)
          yield %7
          %8 = add(%6, %mean.1)
          yield %8
        yield %9"
    `);
  });

  it("the states of different copies: a function for each that is frozen in its own way", () => {
    expect(made(["copy.0.norm.mean", "copy.2.**"], ["Net"])).toMatchInlineSnapshot(`
      "Net
        %1 = call "Stage" instance "stem" (%x.0)
        %9 = call "Stage.part" instance "copy.0" (%1)
        %10 = call "Stage" instance "copy.1" (%9)
        %11 = call "Stage.part2" instance "copy.2" (%10)
        %7 = repeat 2 path "same" shared (%11) {
          %6 = call "Norm" instance "cell" (%5)
          yield %6
        %8 = call "Norm" instance "last" (%7)
        yield %8
      Norm.part
      Stage.part
      noisy.frozen
      Norm.frozen
      Stage.part2"
    `);
  });

  it("loops within loops, written out as far as they are frozen unequally", () => {
    const inner = func("Net", { x: vector }, { flavor: "model", results: ["y"] }, (body, { x }) => [
      body.repeat("outer", 2, false, x, (outer, g) =>
        outer.repeat("inner", 2, false, g, (it, h) => it.call(norm, "n", h)),
      ),
    ]);
    const nested = moduleOf(inner, norm, noisy);
    const frozen = freezeInstances(nested, ["outer.1.inner.0.**"]);
    expect(verifyModule(frozen)).toEqual([]);
    expect(printModule({ ...frozen, functions: new Map([...frozen.functions].slice(0, 1)) })).toMatchInlineSnapshot(`
      "module "Net" entry "Net" {

        function "Net" model "Net" {
          inputs ("x")
          results ("y")
          body {
            takes %x.0: f32[4]
            %8: f32[4] = repeat 2 path "outer.0.inner" (%x.0) {
              takes %6: f32[4]
              %7: f32[4] = call "Norm" instance "n" (%6)
              yield %7
            }
            %12: f32[4] = call "Norm.frozen" instance "outer.1.inner.0.n" (%8)
            %13: f32[4] = call "Norm" instance "outer.1.inner.1.n" (%12)
            yield %13
          }
        }
      }
      "
    `);
  });

  it("nothing, where no state is frozen, and where the frozen ones are of something else", () => {
    expect(freezeInstances(module, ["**.scale", "**.bias"])).toBe(module);
    expect(freezeInstances(module, ["other.**"])).toBe(module);
  });

  it("what leads to values that nothing reads any more: it is gone, but for what may update states", () => {
    const statistics = func("Statistics", { x: vector }, { states: { sum: vector } }, (body, { x }) => {
      const { b } = body;
      const sum = body.state("sum", vector);
      const inLoop = body.repeat("loop", 2, true, b.op("exp", [x]), (inner, h) => inner.b.mul(h, x));
      const called = body.call(norm, "norm", b.op("tanh", [x]));
      const unread = b.op("sigmoid", [b.op("relu", [x])]);
      body.update("sum", (inner) => inner.b.add(sum, inner.b.add(unread, inner.b.add(inLoop, called))));
      return [
        body.training(
          (inner) => inner.b.add(x, unread),
          (inner) => inner.b.add(x, sum),
        ),
      ];
    });
    const entry = func("Net", { x: vector }, { flavor: "model", results: ["y"] }, (body, { x }) => [
      body.call(statistics, "s", x),
    ]);
    const frozen = freezeInstances(moduleOf(entry, statistics, norm, noisy), ["s.sum"]);
    expect(verifyModule(frozen)).toEqual([]);
    const made = frozen.functions.get("Statistics.frozen");
    expect(made?.body.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual([
      "state",
      "exp",
      "repeat",
      "tanh",
      "call",
      "add",
    ]);
  });
});
