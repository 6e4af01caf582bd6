import type { ConvolutionAttributes, WindowAttributes } from "../../../ops/define/conv2d-geometry.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";

/** The options object of the prelude's convolutions, without what is at its default; empty where all is. */
export function convolutionOptions(writer: TfjsWriter, attributes: ConvolutionAttributes): readonly Expression[] {
  return optionsOf(writer, {
    ...windowEntries(writer, attributes, [1, 1]),
    dilations: differs(writer.attribute("dilations"), [1, 1]),
    groups: differs(writer.attribute("groups"), 1),
  });
}

/** The options object of the prelude's pools. */
export function poolOptions(writer: TfjsWriter, attributes: WindowAttributes): readonly Expression[] {
  return optionsOf(writer, windowEntries(writer, attributes, undefined));
}

type Entries = Readonly<Record<string, Expression | undefined>>;

function windowEntries(
  writer: TfjsWriter,
  attributes: WindowAttributes,
  strides: readonly number[] | undefined,
): Entries {
  const explicit = attributes.padding === "explicit";
  return {
    strides: strides === undefined ? writer.attribute("strides") : differs(writer.attribute("strides"), strides),
    // The helpers take explicit pads where others take the padding's name.
    padding: explicit ? writer.attribute("pads") : differs(writer.attribute("padding"), "valid"),
  };
}

function optionsOf(writer: TfjsWriter, entries: Entries): readonly Expression[] {
  const given: Record<string, Expression> = {};
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) given[name] = value;
  return Object.keys(given).length === 0 ? [] : [writer.object(given)];
}

/** The expression, unless it is the literal that the helper assumes anyway. */
function differs(expression: Expression, usual: number | string | readonly number[]): Expression | undefined {
  if (expression.kind === "number" || expression.kind === "string") {
    return expression.value === usual ? undefined : expression;
  }
  if (expression.kind === "array" && Array.isArray(usual)) {
    const same =
      expression.elements.length === usual.length &&
      expression.elements.every((element, i) => element.kind === "number" && element.value === usual[i]);
    return same ? undefined : expression;
  }
  return expression;
}
