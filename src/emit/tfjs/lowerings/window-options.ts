import type { TensorType } from "../../../ir/types.ts";
import type { PoolAttributes } from "../../../ops/define/pool.ts";
import type { ConvolutionAttributes } from "../../../ops/define/window-geometry.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";

/** The helper for images of one, two or three spatial axes. */
export function forAxes({ shape }: TensorType, ...helpers: readonly [string, string, string]): string {
  return elementAt(helpers, shape.length - 3);
}

/** The options object of the prelude's convolutions, without what is at its default; empty where all is. */
export function convolutionOptions(writer: TfjsWriter, attributes: ConvolutionAttributes): readonly Expression[] {
  return optionsOf(writer, {
    strides: unlessOnes(writer, "strides", attributes.strides),
    padding: attributes.padding === "valid" ? undefined : writer.attribute("padding"),
    dilations: unlessOnes(writer, "dilations", attributes.dilations),
    groups: isLiteral(writer.attribute("groups"), 1) ? undefined : writer.attribute("groups"),
  });
}

/** The options object of the prelude's pools. */
export function poolOptions(
  writer: TfjsWriter,
  attributes: PoolAttributes & { readonly count_padding?: boolean },
): readonly Expression[] {
  return optionsOf(writer, {
    strides: writer.attribute("strides"),
    padding: attributes.padding === "valid" ? undefined : writer.attribute("padding"),
    dilations: attributes.dilations && unlessOnes(writer, "dilations", attributes.dilations),
    ceil: attributes.ceil ? writer.boolean(true) : undefined,
    countPadding: attributes.count_padding === true ? writer.boolean(true) : undefined,
  });
}

function optionsOf(
  writer: TfjsWriter,
  entries: Readonly<Record<string, Expression | undefined>>,
): readonly Expression[] {
  const given: Record<string, Expression> = {};
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) given[name] = value;
  return Object.keys(given).length === 0 ? [] : [writer.object(given)];
}

/** A list of numbers, unless it is written out and all ones, which the helper assumes anyway. */
function unlessOnes(writer: TfjsWriter, name: string, numbers: readonly number[]): Expression | undefined {
  const written = writer.attribute(name);
  const isWrittenOut = written.kind === "array" && written.elements.every((it) => isLiteral(it, 1));
  return isWrittenOut && numbers.every((it) => it === 1) ? undefined : written;
}

function isLiteral(expression: Expression, value: number): boolean {
  return expression.kind === "number" && expression.value === value;
}
