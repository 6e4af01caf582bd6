import { findTopLevel } from "../analyze/program.ts";
import type { DType } from "../ir/types.ts";
import { isDType, isFloat } from "../ops/define/dtype-class.ts";
import { textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";

/** What makes elements of the type that is wanted of others: of logits the class is meant, which no conversion gives. */
export function helpOfElement(
  { flavor }: Pick<CallableDeclaration, "flavor">,
  word: string,
  dtype: DType,
  span: Span,
): { readonly help?: string } {
  const text = shortText(span);
  if (isDType(word)) {
    const cast = `\`cast(${text}, ${word})\``;
    const cut = isFloat(dtype) && !isFloat(word) && word !== "bool";
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
