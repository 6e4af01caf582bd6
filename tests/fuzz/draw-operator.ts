import { asNumber } from "../../src/dims/dim.ts";
import { formatDim } from "../../src/dims/dim.ts";
import type { Dim } from "../../src/dims/dim.ts";
import { operandSpecAt } from "../../src/graph/infer.ts";
import { brokenLimit } from "../../src/ir/limits.ts";
import type { DType } from "../../src/ir/types.ts";
import type { PlainAttributes } from "../../src/ops/define/builder.ts";
import { inClass } from "../../src/ops/define/dtype-class.ts";
import {
  givenAttributes,
  type AttributeSpec,
  type Operator,
  type OperandSpec,
  type SampleOperand,
} from "../../src/ops/define/operator.ts";
import { boundTo, type Addition, type Adding, type Operand } from "./growing.ts";

const everyType: readonly DType[] = [
  "f32",
  "f32",
  "f32",
  "f16",
  "bf16",
  "f64",
  "i8",
  "i32",
  "i32",
  "i64",
  "u8",
  "bool",
];

/** Draws a call of an operator: the shapes of one of its samples, with the sizes of what there is in the place of its own. */
export function drawOperator(adding: Adding, operator: Operator): Addition {
  const { random } = adding;
  const sample = random.pick(operator.samples);
  const call = createCall(adding, operator);
  const operands = sample.operands.flatMap((given, index): readonly string[] => {
    const spec = operandSpecAt(operator, index);
    if (spec === undefined || spec.isKey === true) return [];
    if (index > 0 && spec.optional === true && random.next() < 0.3) return [];
    return [call.operand(spec, given, index)];
  });
  const attributes = attributeTexts(adding, operator, sample.attributes ?? {}, call);
  const [first = "", ...others] = operands;
  const isPiped = random.next() < 0.3;
  const written = isPiped
    ? `${first} -> ${operator.name}(${[...others, ...attributes].join(", ")})`
    : `${operator.name}(${[...operands, ...attributes].join(", ")})`;
  return boundTo(adding, operator.name, written);
}

/** What one call has decided: which dims stand for the sizes of its sample, and which element types for its classes. */
interface Call {
  operand(spec: OperandSpec, given: SampleOperand, index: number): string;
  /** The dim that stands for a size of the sample. */
  sized(size: number): string;
  readonly first: () => Operand | undefined;
}

function createCall(adding: Adding, operator: Operator): Call {
  const { random } = adding;
  const sizes = new Map<number, string>();
  const elements = new Map<string, string>();
  const isLoose =
    operator.structure === "elementwise" || operator.structure === "reduction" || operator.structure === "along axis";
  let first: Operand | undefined;
  const dimFor = (size: number): string => {
    if (size === 1) return "1";
    const known = sizes.get(size);
    if (known !== undefined) return known;
    const roll = random.next();
    const dim = roll < 0.5 ? String(size) : roll < 0.95 ? adding.size() : String(1 + random.integer(9));
    sizes.set(size, dim);
    return dim;
  };
  const elementFor = (spec: OperandSpec, given: DType): string => {
    const known = elements.get(spec.dtype);
    if (known !== undefined && random.next() < 0.98) return known;
    const usual =
      spec.dtype === given || random.next() < 0.8
        ? given
        : random.pick(everyType.filter((it) => inClass(it, spec.dtype)));
    return usual;
  };
  const take = (found: Operand, spec: OperandSpec, given: SampleOperand): string => {
    elements.set(spec.dtype, found.dtype);
    given.shape.forEach((size, axis) => {
      const dim = found.dims[axis];
      if (size > 1 && dim !== undefined && !sizes.has(size)) sizes.set(size, dim);
    });
    first ??= found;
    return found.name;
  };
  return {
    first: () => first,
    sized: dimFor,
    operand(spec, given, index) {
      const known = elements.get(spec.dtype);
      const there = adding.operands().filter((it) => {
        if (!inClass(it.dtype as DType, spec.dtype) || (known !== undefined && it.dtype !== known)) return false;
        if (index === 0) return isLoose ? true : it.dims.length === given.shape.length;
        if (isLoose && first !== undefined) return it.dims.join() === first.dims.join();
        return (
          it.dims.length === given.shape.length &&
          given.shape.every((size, axis) => {
            const dim = size === 1 ? "1" : sizes.get(size);
            return dim === undefined || dim === it.dims[axis];
          })
        );
      });
      // Places are looked up in what is small: values of the body are no places.
      const isPlace = operator.index?.operand === index;
      const fits = isPlace ? there.filter((it) => it.name.startsWith("x")) : there;
      if (fits.length > 0 && random.next() < (index === 0 ? 0.85 : 0.6)) return take(random.pick(fits), spec, given);
      if (isLoose && index > 0 && spec.dtype !== "bool" && random.next() < 0.4)
        return String(random.pick([0, 1, 2, 3]));
      const dims = isLoose && first !== undefined && random.next() < 0.7 ? first.dims : given.shape.map(dimFor);
      return take(adding.input(elementFor(spec, given.dtype), dims), spec, given);
    },
  };
}

function attributeTexts(adding: Adding, operator: Operator, given: PlainAttributes, call: Call): readonly string[] {
  const { random } = adding;
  const texts: string[] = [];
  const names = given["names"];
  const sizes = given["sizes"];
  const takesSizes = operator.attributes["names"]?.kind === "strings";
  if (takesSizes && Array.isArray(names) && Array.isArray(sizes)) {
    names.forEach((name, at) => {
      texts.push(`${String(name)}=${dimText(sizes[at] as Dim, call)}`);
    });
  }
  for (const [name, spec] of Object.entries(givenAttributes(operator))) {
    if (takesSizes && (name === "names" || name === "sizes")) continue;
    const usual = given[name];
    const isDrawn = random.next() < (usual === undefined ? 0.2 : 0.25);
    const text = isDrawn
      ? drawAttribute(adding, name, spec, call)
      : usual === undefined
        ? undefined
        : attributeText(adding, name, spec, usual, call);
    if (text !== undefined) texts.push(text);
    else if (usual !== undefined) texts.push(attributeText(adding, name, spec, usual, call));
  }
  return texts;
}

function dimText(dim: Dim, call: Call): string {
  const size = asNumber(dim);
  return size === undefined ? formatDim(dim) : size < 0 ? String(size) : call.sized(size);
}

function attributeText(
  adding: Adding,
  name: string,
  spec: AttributeSpec,
  value: PlainAttributes[string],
  call: Call,
): string {
  if (name === "axis") {
    const axis = Number(value);
    const dim = call.first()?.dims.at(axis);
    const isNamed =
      dim !== undefined && /^[A-Z]$/.test(dim) && call.first()?.dims.filter((it) => it === dim).length === 1;
    if (isNamed && adding.random.next() < 0.5)
      return `${adding.random.pick(["over", "axis", "along"])}=@{${dim}|${String(axis)}}`;
  }
  if (Array.isArray(value)) {
    const elements = value.map((it: number | string | Dim) =>
      typeof it === "object" ? dimText(it, call) : typeof it === "string" ? `"${it}"` : String(it),
    );
    return `${name}=[${elements.join(", ")}]`;
  }
  if (typeof value === "object") return `${name}=${dimText(value as Dim, call)}`;
  if (typeof value === "string" && spec.oneOf === undefined && spec.kind === "string") return `${name}="${value}"`;
  if (typeof value === "number" && !Number.isFinite(value)) return `${name}=1`;
  return `${name}=${String(value)}`;
}

/** A value that an attribute's declaration allows; undefined where it says too little. */
function drawAttribute(adding: Adding, name: string, spec: AttributeSpec, call: Call): string | undefined {
  const { random } = adding;
  const rank = call.first()?.dims.length ?? 2;
  const within = (numbers: readonly number[]): number | undefined => {
    const fit = numbers.filter((it) => brokenLimit(spec, it) === undefined);
    return fit.length === 0 ? undefined : random.pick(fit);
  };
  const list = (element: () => number | undefined, length: number): string | undefined => {
    const elements = Array.from({ length }, element);
    return elements.includes(undefined) ? undefined : `${name}=[${elements.join(", ")}]`;
  };
  switch (spec.kind) {
    case "bool":
      return `${name}=${String(random.next() < 0.5)}`;
    case "string":
      return spec.oneOf === undefined ? undefined : `${name}=${random.pick(spec.oneOf)}`;
    case "word or ints":
      if (spec.oneOf !== undefined && random.next() < 0.6) return `${name}=${random.pick(spec.oneOf)}`;
      return list(() => random.integer(3), random.pick([1, 2, 4]));
    case "int": {
      const value = name === "axis" ? random.integer(2 * rank + 1) - rank : within([0, 1, 2, 3, 4, 5]);
      return value === undefined ? undefined : `${name}=${String(value)}`;
    }
    case "float": {
      const value = within([0, 0.1, 0.25, 0.5, 0.9, 1, 1.5, 2, -1]);
      return value === undefined ? undefined : `${name}=${String(value)}`;
    }
    case "ints": {
      if (name === "axes") {
        const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => random.next() < 0.5);
        return `${random.pick(["axes", "over"])}=[${axes.join(", ")}]`;
      }
      return list(() => within([0, 1, 2, 3]), 1 + random.integer(3));
    }
    case "dtype":
      return `${name}=${random.pick(everyType)}`;
    case "dim":
      return `${name}=${adding.size()}`;
    case "dims":
    case "strings":
      return undefined;
  }
}
