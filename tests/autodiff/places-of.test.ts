import { describe, expect, it } from "vitest";
import { placesOf, wholePlacesOf } from "../../src/autodiff/places-of.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { lookUpText } from "./look-up-text.ts";

/** Rows `k` are looked up by `body`; labels `y` among four by the loss. */
const programOf = (body: string): ReturnType<typeof trainingOf> => trainingOf(lookUpText(4, body));

describe("features that hold places", () => {
  it("are found in the model and in the loss, each with the number of its rows or classes", () => {
    const program = programOf("mean(k -> Embedding(9, 5), over=T)");
    const expected = new Map([
      ["k", 9],
      ["y", 4],
    ]);
    expect(wholePlacesOf(program)).toEqual(expected);
    expect(placesOf(program)).toEqual(expected);
  });

  it("have the least number, where they are looked up twice", () => {
    const program = programOf(
      "concat(mean(k -> Embedding(9, 5), over=T), mean(k -> Embedding(7, 2), over=T), axis=-1)",
    );
    expect(wholePlacesOf(program).get("k")).toBe(7);
    expect(placesOf(program).get("k")).toBe(7);
  });

  it("are no whole ones, where only a part of each is looked up", () => {
    const program = programOf("k[:, 0] -> Embedding(9, 5)");
    expect(wholePlacesOf(program)).toEqual(new Map([["y", 4]]));
    expect(placesOf(program)).toEqual(
      new Map([
        ["k", 9],
        ["y", 4],
      ]),
    );
  });

  it("go by the whole, where a part is looked up as well: a smaller number is right of the part alone", () => {
    const program = programOf("concat(mean(k -> Embedding(9, 5), over=T), k[:, 0] -> Embedding(3, 2), axis=-1)");
    expect(placesOf(program).get("k")).toBe(9);
  });
});
