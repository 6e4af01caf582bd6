import { clipTable } from "../../src/autodiff/clip-gradients.ts";
import { optimizerTable } from "../../src/autodiff/optimizers.ts";
import { precisionTable } from "../../src/autodiff/precisions.ts";
import { scheduleTable } from "../../src/autodiff/schedules.ts";
import { brokenLimit } from "../../src/ir/limits.ts";
import type { ArgumentSchema, CallSchema } from "../../src/ir/settings.ts";
import { initializers } from "../../src/ops/initializers.ts";
import type { Random } from "../soak/random.ts";

/** A text of a section, and what it uses: names of optimizers, schedules and the like. */
export interface Written {
  readonly text: string;
  readonly uses: readonly string[];
}

function argument(random: Random, schema: ArgumentSchema): Written | undefined {
  const fit = (numbers: readonly number[]): Written | undefined => {
    const some = numbers.filter((it) => brokenLimit(schema, it) === undefined);
    return some.length === 0 ? undefined : { text: String(random.pick(some)), uses: [] };
  };
  switch (schema.kind) {
    case "number":
      return fit([0, 0.01, 0.1, 0.5, 0.9, 0.99, 1, 2]);
    case "integer":
      return fit([0, 1, 2, 3, 10, 100]);
    case "boolean":
      return { text: String(random.next() < 0.5), uses: [] };
    case "word":
      return schema.oneOf === undefined ? undefined : { text: random.pick(schema.oneOf), uses: [] };
    case "string":
    case "strings":
    case "column":
      return undefined;
    case "call":
      return random.next() < 0.5 ? fit([0.001, 0.01, 0.1]) : drawCall(random, scheduleTable);
  }
}

/** A call of one of those that a table has, with arguments that its schema allows. */
function drawCall(random: Random, table: Readonly<Record<string, CallSchema>>): Written {
  const [name, schema] = random.pick(Object.entries(table));
  const given = Object.entries(schema).flatMap(([key, it]): readonly Written[] => {
    if (it.default !== undefined && random.next() < 0.6) return [];
    const value = argument(random, it);
    return value === undefined ? [] : [{ text: `${key}=${value.text}`, uses: value.uses }];
  });
  const text = given.length === 0 ? name : `${name}(${given.map((it) => it.text).join(", ")})`;
  return { text, uses: [name, ...given.flatMap((it) => it.uses)] };
}

/** An optimizer with its settings. */
export const drawOptimizer = (random: Random): Written => drawCall(random, optimizerTable);

/** A way in which gradients are clipped. */
export const drawClip = (random: Random): Written => drawCall(random, clipTable);

/** In what products are computed. */
export const drawPrecision = (random: Random): Written => drawCall(random, precisionTable);

/** How parameters begin. */
export function drawInitial(random: Random): Written {
  const name = random.pick(Object.keys(initializers));
  return { text: name, uses: [name] };
}

/** Everything that sections can name in settings. */
export const settingNames: readonly string[] = [
  ...Object.keys(optimizerTable),
  ...Object.keys(scheduleTable),
  ...Object.keys(clipTable),
  ...Object.keys(precisionTable),
];
