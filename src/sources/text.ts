import { decodeText } from "../support/decode-text.ts";
import { fault } from "../support/fault.ts";
import { success, type Result } from "../support/result.ts";
import { defineSource, type SourceFiles, type Tokenizer } from "./define-source.ts";
import { damaged, unreadable } from "./file-problems.ts";
import { numberBy, unitsOf, vocabularyOf } from "./number-text.ts";
import type { DataProblem } from "./raw-data.ts";
import { allBytes } from "./split-text.ts";

/** One text, as numbers of its characters, bytes, words or tokens. */
export const text = defineSource({
  name: "text",
  doc:
    "`raw.window(size, shift=0)`: i32 numbers of characters, windows of `size` side by side, `shift` places " +
    "later. The vocabulary is the text's distinct characters in the order of code points; it is stored in the " +
    "checkpoint. Windows of the train split move a little every epoch. `unit=byte` numbers the bytes of the file, 0 to 255; " +
    "`unit=word` its words, which are runs of letters, digits and `_`, with apostrophes within, and each other sign " +
    "that is no blank; with `words=10000` the most frequent ones have the numbers before 9999, and all others that. " +
    '`tokenizer="tokenizer.json"` numbers the tokens of a tokenizer of Hugging Face, read by the package ' +
    "`@huggingface/tokenizers`: the numbers are its own, of the text as a whole, without special tokens around it",
  arguments: {
    path: { kind: "string" },
    unit: { kind: "word", default: "character", oneOf: ["character", "byte", "word"] },
    words: { kind: "integer", default: 0, min: 0 },
    tokenizer: { kind: "string", default: "" },
  },
  wrong: ({ unit, words, tokenizer }) => {
    if (tokenizer !== "" && unit !== "character")
      return { argument: "tokenizer", problem: `left out where the unit is \`${unit}\`: it has units of its own` };
    if (words > 0 && (unit !== "word" || tokenizer !== ""))
      return { argument: "words", problem: "left out where words are not counted: `unit=word`" };
    return words === 1
      ? { argument: "words", problem: "at least 2, of which the last is for all other words" }
      : undefined;
  },
  fields: () => ({ kind: "windows" }),
  load: async ({ arguments: { path, unit, words, tokenizer }, files }) => {
    const place = files.placeOf(path);
    const bytes = await files.read(place);
    if (!bytes.ok) return bytes;
    if (bytes.value.length === 0) return damaged(place, 0, "the file is empty");
    if (unit === "byte")
      return success({ kind: "text", unit, tokens: Int32Array.from(bytes.value), vocabulary: allBytes, from: place });
    const content = contentOf(bytes.value, place);
    if (!content.ok) return content;
    if (tokenizer !== "") {
      const read = await readTokenizer(tokenizer, files);
      if (!read.ok) return read;
      const tokens = read.value.numbers(content.value);
      return tokens.ok
        ? success({ kind: "text", unit: "token", tokens: tokens.value, vocabulary: read.value.vocabulary, from: place })
        : unreadable(place, `its text ${tokens.error}`);
    }
    const units = unitsOf(content.value, unit);
    const vocabulary = vocabularyOf(units, words);
    const tokens = numberBy(vocabulary, unit)(content.value);
    if (!tokens.ok) return fault(`the text ${tokens.error}`);
    return success({ kind: "text", unit, tokens: tokens.value, vocabulary, from: place });
  },
  numberText: async ({ unit, tokenizer }, files, vocabulary) => {
    if (tokenizer === "") return success({ unit, numbers: numberBy(vocabulary, unit) });
    const read = await readTokenizer(tokenizer, files);
    if (!read.ok) return read;
    const { vocabulary: own, numbers } = read.value;
    const isSame = own.length === vocabulary.length && own.every((it, at) => it === vocabulary[at]);
    return isSame
      ? success({ unit: "token", numbers })
      : unreadable(
          files.placeBeside(tokenizer),
          "it has other tokens than the tokenizer that the weights were trained with",
        );
  },
});

async function readTokenizer(name: string, files: SourceFiles): Promise<Result<Tokenizer, DataProblem>> {
  const place = files.placeBeside(name);
  return files.readTokenizer === undefined
    ? unreadable(place, "nothing here reads tokenizers")
    : files.readTokenizer(place);
}

function contentOf(bytes: Uint8Array, path: string): Result<string, DataProblem> {
  const read = decodeText(bytes);
  if (!read.ok) return damaged(path, 0, read.error);
  try {
    return success(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return damaged(path, 0, "the file is no UTF-8 text");
  }
}
