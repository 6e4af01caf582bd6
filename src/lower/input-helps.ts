import type { Func, Node, Value } from "../ir/graph.ts";
import { operandsOf } from "../ir/visit.ts";
import { isDType, isFloat } from "../ops/define/dtype-class.ts";
import { inFile, textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration, Input } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";
import { makerOf } from "./maker-of.ts";
import { endOfCall } from "./sizes/end-of-call.ts";
import { withFurther } from "./sizes/with-further.ts";

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
  const help = wanted === undefined || shape.length < wanted ? lastStepHelp(ctx, val.value) : undefined;
  if (help !== undefined) return help;
  if (wanted === undefined) return {};
  if (shape.length + 1 === wanted && wanted > 2)
    return { help: `An axis of size 1 is added by \`None\`, at the end by \`${shortText(span)}[..., None]\`.` };
  return wanted === 2 && shape.length > 2 ? { help: "`Flatten` joins all axes but the first." } : {};
}

/** What gives a result the axes of its declared type. */
export function helpOfResult(ctx: Context, result: Value, wanted: number): { readonly help?: string } {
  const { shape } = result.type;
  if (shape.length < wanted) return lastStepHelp(ctx, result) ?? {};
  const between = shape.length - 2;
  if (wanted !== 2 || between < 1) return {};
  const pool = between <= 3 ? `, and \`GlobalAvgPool${between}D\` leaves one place of them` : "";
  return { help: `\`Flatten\` joins all axes but the first${pool}: it stands before the layers that give the result.` };
}

/** How many values deep a layer is looked for. */
const deepest = 100;

/**
 * What to do where a value lacks the axis of its steps, since a layer that it is made by gives the last step alone, of which
 * `sequences=true` asks for all. Undefined of any other value.
 */
function lastStepHelp(ctx: Context, value: Value): { readonly help: string } | undefined {
  const layer = layerOfLastStep(ctx, value, (it) => makerOf(ctx, it), deepest);
  if (layer === undefined) return undefined;
  return { help: `\`${layer}\` gives the last step alone; \`${ofAllSteps(layer)}\` gives all of them.` };
}

/** The text of a layer, `LSTM` or `LSTM(64)`, that gives all steps. */
function ofAllSteps(layer: string): string {
  const given = /\bsequences *= *\w+/;
  if (given.test(layer)) return layer.replace(given, "sequences=true");
  return layer.endsWith(")") ? withFurther(layer, "sequences=true") : `${layer}(sequences=true)`;
}

/** The layer that gives the last step alone among what made a value, as it is written, within blocks too. */
function layerOfLastStep(
  ctx: Context,
  value: Value,
  maker: (value: Value) => Node | undefined,
  left: number,
): string | undefined {
  let at: Value | undefined = value;
  for (let depth = 0; at !== undefined && depth < left; depth += 1) {
    const node = maker(at);
    if (node === undefined) return undefined;
    const func = node.kind === "call" ? ctx.elaborator.functions.get(node.callee) : undefined;
    const layer = func && lastStepOf(ctx, func, node.origin, left - depth - 1);
    if (layer !== undefined) return layer;
    [at] = operandsOf(node);
  }
  return undefined;
}

function lastStepOf(ctx: Context, func: Func, use: Span | undefined, left: number): string | undefined {
  const isLast = func.hyperparameters.some(
    ({ name, value }) => name === "sequences" && value.kind === "boolean" && !value.value,
  );
  const text = use === undefined ? "" : textOf(use);
  // Without what it is applied to: `LSTM(64)` of `LSTM(64)(x)`.
  if (isLast) return /^[A-Z]\w*\(/.test(text) ? text.slice(0, endOfCall(text)) : func.name;
  const [result] = func.body.results;
  const within = result && layerOfLastStep(ctx, result, (it) => nodeOf(func, it), left);
  if (within === undefined || func.origin === undefined || inFile(func.origin).file.library !== true) return within;
  // What the library applies a person gave it: `Bidirectional(LSTM(64))`.
  return func.hyperparameters.flatMap(({ value }) => (value.kind === "recipe" ? [value.text] : []))[0];
}

function nodeOf({ body }: Func, { id }: Value): Node | undefined {
  return body.nodes.find(({ results }) => results.some((it) => it.id === id));
}
