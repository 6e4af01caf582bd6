import { axisOf, type Dim } from "../dims/dim.ts";
import type { TensorType } from "../ir/types.ts";
import type { GivenInput, ResolvedType } from "./declared-types.ts";

/** The axis names of a caller by those of the callee: a result axis that the callee calls `T` is what the caller calls it. */
export function callerLabels(
  declared: readonly ResolvedType[],
  given: readonly GivenInput[],
): ReadonlyMap<string, Dim> {
  const labels = new Map<string, Dim>();
  declared.forEach(({ type }, index) => {
    const actual = given[index]?.val.value.type.shape ?? [];
    type.shape.forEach((dim, axis) => {
      const name = axisName(dim);
      const other = actual[axis];
      if (name !== undefined && other !== undefined && !labels.has(name)) labels.set(name, other);
    });
  });
  return labels;
}

/** A type with the axis names of the caller. */
export function relabel(type: TensorType, labels: ReadonlyMap<string, Dim>): TensorType {
  return {
    dtype: type.dtype,
    shape: type.shape.map((dim) => {
      const name = axisName(dim);
      return name === undefined ? dim : axisOf(dim, labels.get(name) ?? {});
    }),
  };
}

/** What tells an axis of a callee's input from the others, in the callee. */
function axisName({ label, origin }: Dim): string | undefined {
  return label ?? (origin === undefined ? undefined : `...${origin}`);
}
