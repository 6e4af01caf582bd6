import { findTopLevel } from "../analyze/program.ts";
import type { TensorType } from "../ir/types.ts";
import { isDType, isFloat } from "../ops/define/dtype-class.ts";
import { textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration, Input } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";

/** What makes elements of the type that is wanted of others: of logits the class is meant, which no conversion gives. */
export function helpOfElement(
  { name, flavor, inputs }: CallableDeclaration,
  input: Input,
  { val, span }: GivenInput,
): { readonly help?: string } {
  const text = shortText(span);
  const word = input.type.element.text;
  const { dtype } = val.value.type;
  if (word === "bool") {
    const [query, memory] = inputs.map((it) => it.name?.text);
    const isThird = inputs[2] === input && query === "query" && memory === "memory" && isFloat(dtype);
    return {
      help: isThird
        ? `\`memory\`, the second input, gives keys and values: \`${name.text}(...)(query, memory)\`.`
        : `A comparison gives truth values: \`${text} ${isFloat(dtype) ? ">" : "!="} 0\`.`,
    };
  }
  if (isDType(word)) {
    const cast = `\`cast(${text}, ${word})\``;
    const cut = isFloat(dtype) && !isFloat(word);
    return {
      help: cut ? `${cast} cuts fractions off; of logits, \`argmax(${text})\` is the class.` : `Convert it: ${cast}.`,
    };
  }
  if (word !== "float") return {};
  const cast = `\`cast(${text}, f32)\``;
  const help =
    flavor !== "block" || dtype === "bool"
      ? `Convert it: ${cast}.`
      : `An \`Embedding\` looks whole numbers up in a table. To compute with them, convert them: ${cast}.`;
  return { help };
}

/** How a value is written in a help: by its name, or as `x`. */
function shortText(span: Span): string {
  const text = textOf(span);
  return /^\w+$/.test(text) && !/^[A-Z]/.test(text) ? text : "x";
}

/** What gives an input the axis that it lacks, or takes away those that it has too many; `wanted`: how many it has where they are counted. */
export function helpOfRank(
  ctx: Context,
  { span, val }: GivenInput,
  wanted: number | undefined,
): { readonly help?: string } {
  const { shape } = val.value.type;
  const help = wanted === undefined || shape.length < wanted ? lastStepHelp(ctx, span) : undefined;
  if (help !== undefined) return help;
  if (wanted === undefined) return {};
  if (shape.length + 1 === wanted && wanted > 2)
    return { help: `An axis of size 1 is added by \`None\`, at the end by \`${shortText(span)}[..., None]\`.` };
  return wanted === 2 && shape.length > 2 ? { help: "`Flatten` joins all axes but the first." } : {};
}

/** What gives a result the axes of its declared type; `made`: where it is computed. */
export function helpOfResult(
  ctx: Context,
  { shape }: TensorType,
  wanted: number,
  made: Span,
): { readonly help?: string } {
  if (shape.length < wanted) return lastStepHelp(ctx, made) ?? {};
  const between = shape.length - 2;
  if (wanted !== 2 || between < 1) return {};
  const pool = between <= 3 ? `, and \`GlobalAvgPool${between}D\` leaves one place of them` : "";
  return { help: `\`Flatten\` joins all axes but the first${pool}: it stands before the layers that give the result.` };
}

/**
 * What to do where a value lacks the axis of its steps, since what makes it, at `maker`, gives the last step alone: a layer
 * of which `sequences=true` asks for all of them. Undefined of any other value.
 */
function lastStepHelp({ file }: Context, maker: Span): { readonly help: string } | undefined {
  const text = textOf(maker);
  if (/\bsequences\b/.test(text)) return undefined;
  for (const [use, name = "", rest = ""] of text.matchAll(/\b([A-Z]\w*)(\([^()]*\))?/g)) {
    const found = findTopLevel(file, name);
    if (found?.kind !== "callable") continue;
    if (!found.declaration.hyperparameters.some((it) => it.name.text === "sequences")) continue;
    const given = rest.slice(1, -1);
    const all = `${name}(${given === "" ? "" : `${given}, `}sequences=true)`;
    return { help: `\`${use}\` gives the last step alone; \`${all}\` gives all of them.` };
  }
  return undefined;
}
