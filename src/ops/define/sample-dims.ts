import { constant, type Dim } from "../../dims/dim.ts";

/** Literal dimensions, for the attributes of samples. */
export function dims(...sizes: readonly number[]): readonly Dim[] {
  return sizes.map((size) => constant(size));
}
