import { describe, expect, it } from "vitest";
import { asNumber } from "../../src/dims/dim.ts";
import { measure } from "../../src/graph/measure.ts";
import { loadModule, specPath } from "./spec-testing.ts";

/** Counted by hand: what Keras reports for the same layers. */
const parameters: Readonly<Record<string, number>> = {
  "linear-regression": 3 + 1,
  "logistic-regression": 2 + 1,
  "mnist-cnn": 225_034,
  "stacked-lstm": 363_274,
  "simple-rnn": 32 + 32 * 32 + 32 + 32 + 1,
  // Two embeddings, two blocks (12 d^2 + 13 d), the final norm; the output is tied.
  "tiny-gpt": (65 + 64) * 128 + 2 * (12 * 128 ** 2 + 13 * 128) + 2 * 128,
};

describe("parameters of the specs", () => {
  it.each(Object.entries(parameters))("%s has %i", (name, count) => {
    expect(asNumber(measure(loadModule(specPath(name))).trainable)).toBe(count);
  });

  it("counts those of a given width", () => {
    const module = loadModule(specPath("stacked-lstm"), { hyperparameters: { D: 32, classes: 5 } });
    expect(asNumber(measure(module).trainable)).toBe(363_274 - 4 * 128 * 32 - 129 * 5);
  });
});
