import { asNumber } from "../dims/dim.ts";
import type { RawField } from "../ir/program.ts";
import { fromNested } from "../runtime/nested.ts";
import { toNumbers } from "../runtime/onnx/typed-array.ts";
import type { Column } from "../sources/raw-data.ts";
import { elementAt } from "../support/element-at.ts";
import { InputError } from "./exit-code.ts";

/** A raw field whose examples are of different lengths, from a list with a list for each example. */
export function readRagged({ name, type }: RawField, examples: readonly unknown[], source: string): Column {
  const { dtype, shape } = type;
  const inner = shape.slice(1).map(asNumber);
  const starts = new Int32Array(examples.length + 1);
  const read = examples.map((example, at) => {
    const tensor = fromNested(example, dtype === "f32" ? "f64" : dtype);
    const what = `${source}: example ${at} of the raw field ${name}`;
    if (!tensor.ok) throw new InputError(`${what}: ${tensor.error}.`);
    const [length = 0, ...found] = tensor.value.shape;
    const isFit = tensor.value.shape.length === shape.length && inner.every((size, axis) => size === found[axis]);
    if (!isFit || length === 0) {
      const expected = ["any length", ...inner.map((it) => it ?? "any")].join(", ");
      throw new InputError(`${what} has the shape [${tensor.value.shape.join(", ")}], not [${expected}].`);
    }
    const numbers = toNumbers(tensor.value);
    starts[at + 1] = elementAt(starts, at) + numbers.length;
    return { length, numbers };
  });
  const data = new Float64Array(elementAt(starts, examples.length));
  for (const [at, { numbers }] of read.entries()) data.set(numbers, elementAt(starts, at));
  const longest = read.reduce((most, { length }) => Math.max(most, length), 0);
  return { name, shape: [longest, ...inner.map((it) => it ?? 1)], data, starts, from: source };
}
