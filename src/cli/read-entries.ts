import type { Predicted } from "../ir/prediction.ts";
import type { TrainProgram } from "../ir/program.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import type { Vocabularies } from "../runtime/data/number-words.ts";
import { toNested, type Nested } from "../runtime/nested.ts";
import { createEntryReader } from "../runtime/onnx/entry-reader.ts";
import type { Tensors } from "../runtime/tensor.ts";
import { required } from "../support/fault.ts";
import { InputError } from "./exit-code.ts";

/** A value of `predict` as it is printed: words where it numbers words, and nothing for what is none of them. */
export type Entry = Nested | null | readonly Entry[];

/** What the entries of `predict` are read with. */
export interface EntryWeights {
  /** The file, for messages. */
  readonly path: string;
  /** They hold the statistics of the data. */
  readonly tensors: Tensors;
  readonly vocabularies?: Vocabularies | undefined;
}

/** The entries of `predict` by name, of what a network gave or of features. */
export async function readEntries(
  program: TrainProgram,
  predicted: Predicted,
  given: Tensors,
  { path, tensors, vocabularies = {} }: EntryWeights,
  options: { readonly threads: number; readonly runtimeFrom?: string | undefined },
): Promise<Readonly<Record<string, Entry>>> {
  const created = await createEntryReader(program, predicted, tensors, options);
  if (!created.ok)
    throw new InputError(
      `${path} does not say what \`predict\` of ${program.name} needs: ${created.error}. Weights that \`modelc train\` leaves have them.`,
    );
  const reader = created.value;
  try {
    const read = await reader.run(given);
    if (!read.ok) throw new InputError(`\`predict\` of ${program.name}: ${read.error}.`);
    const values = read.value;
    return Object.fromEntries(
      predicted.entries.map(({ name, field }) => {
        const tensor = required(values.get(name), `the entry ${name}`);
        const words = field !== undefined && Object.hasOwn(vocabularies, field) ? vocabularies[field] : undefined;
        const numbers = toNested(tensor);
        return [name, words === undefined || isFloat(tensor.dtype) ? numbers : wordsOf(numbers, words)];
      }),
    );
  } finally {
    await reader.dispose();
  }
}

function wordsOf(numbers: Nested, words: readonly string[]): Entry {
  if (typeof numbers === "object") return numbers.map((it) => wordsOf(it, words));
  return words[Number(numbers)] ?? null;
}
