import { describe, expect, it } from "vitest";
import {
  isInitial,
  originEntry,
  originIn,
  originText,
  type WeightsOrigin,
} from "../../../src/runtime/train/weights-origin.ts";

describe("the origin of weights", () => {
  it.each<[string, WeightsOrigin, string, boolean]>([
    ["a training", { by: "train", step: 1250, seed: 42, model: "abc" }, "trained, step 1250", false],
    ["a training that has not begun", { by: "train", step: 0 }, "trained, step 0", false],
    ["a build", { by: "build", seed: 42 }, "initial, seed 42", true],
    ["a build of given weights", { by: "build" }, "of unknown origin", false],
  ])("of %s comes back from a file, and is told", (_, origin, text, initial) => {
    const found = originIn(new Map([originEntry(origin)]));
    expect(found).toEqual(origin);
    expect(originText(found)).toBe(text);
    expect(isInitial(found)).toBe(initial);
  });

  it.each([
    new Map<string, string>(),
    new Map([["format", "pt"]]),
    new Map([["origin", "{"]]),
    new Map([["origin", "null"]]),
    new Map([["origin", '"train"']]),
    new Map([["origin", '{"by":"somebody","seed":1}']]),
  ])("of other programs' files is unknown: %j", (metadata) => {
    const found = originIn(metadata);
    expect(found).toBe(undefined);
    expect(originText(found)).toBe("of unknown origin");
    expect(isInitial(found)).toBe(false);
  });

  it("leaves out what is no number and no text", () => {
    expect(originIn(new Map([["origin", '{"by":"build","step":"3","seed":null,"model":7}']]))).toEqual({ by: "build" });
  });
});
