import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { checkSource } from "../../src/compiler.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { asNumber } from "../../src/dims/dim.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { verifyModule } from "../../src/graph/verify.ts";
import { measure } from "../../src/graph/measure.ts";
import { textOf } from "../../src/support/source.ts";
import { host } from "../lower/checking.ts";

/** The examples with which the language was designed, as they were written. */
const example = (name: string) => ({
  path: `${name}.model`,
  text: readFileSync(`tests/cases/examples/${name}.model`, "utf8"),
});

/** What each uses of the language that is not carried out yet: nothing else is wrong with it. */
const notYet: Readonly<Record<string, readonly string[]>> = {
  gan: [],
  gpt: [],
  mnist: [],
  resnet: [],
  speech: [],
  unet: [],
  vae: [],
};

describe("the examples of the language", () => {
  it.each(Object.entries(notYet))("%s checks", (name, expected) => {
    const found = checkSource(example(name), host);
    expect(found.map((it) => textOf(it.span))).toEqual(expected);
  });

  it.each([
    ["gpt", "Gpt", 124_439_808, 0],
    ["resnet", "ResNet", 25_557_032, 53_120],
    ["resnet", "ResNet18", 11_689_512, 9_600],
    // 18,839,232 down, 12,186,560 up with the biases of its transposed convolutions, 1,365 for the head; a scale, a bias,
    // a mean and a variance for each of 5,888 normalised channels.
    ["unet", "UNet", 31_038_933, 11_776],
    // 320 + 18,496, twice 3,136 * 16 + 16, 16 * 3,136 + 3,136, 9 * 64 * 32 + 32, 9 * 32 + 1.
    ["vae", "Vae", 191_265, 0],
    ["mnist", "MnistCnn", 225_034, 0],
    // 766,017 of the generator, 138,561 of the critic, which three uses share.
    ["gan", "Dcgan", 904_578, 384],
    // Twice 345,088, four times 787,456, and 512 * 29 + 29.
    ["speech", "Speech", 3_854_877, 0],
  ])("%s: %s has its published number of parameters and states", (name, model, trainable, states) => {
    const collector = createCollector();
    const module = elaborateModel(loadProgram(example(name), host, collector), model, {}, collector);
    if (module === undefined) throw new Error(collector.diagnostics.map((it) => it.message).join("; "));
    expect(verifyModule(module)).toEqual([]);
    const { trainable: found, total } = measure(module);
    expect([asNumber(found), (asNumber(total) ?? NaN) - (asNumber(found) ?? NaN)]).toEqual([trainable, states]);
  });
});
