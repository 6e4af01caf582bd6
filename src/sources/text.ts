import { failure, success, type Result } from "../support/result.ts";
import { decodeText } from "../support/decode-text.ts";
import { defineSource } from "./define-source.ts";
import { problem, type DataProblem, type SourceData } from "./raw-data.ts";
import { required } from "../support/fault.ts";

/** One text, as numbers of its characters. */
export const text = defineSource({
  name: "text",
  doc:
    "`raw.window(size, shift=0)`: i32 numbers of characters, windows of `size` side by side, `shift` places " +
    "later. The vocabulary is the text's distinct characters in the order of code points; it is stored in the " +
    "checkpoint. Windows of the train split move a little every epoch",
  arguments: { path: { kind: "string" }, unit: { kind: "word", default: "character", oneOf: ["character"] } },
  fields: () => ({ kind: "windows" }),
  load: async ({ arguments: { path }, files }) => {
    const place = files.placeOf(path);
    const bytes = await files.read(place);
    return bytes.ok ? charactersOf(bytes.value, place) : bytes;
  },
});

/**
 * A text as a sequence of character numbers. The vocabulary holds its distinct characters in code point order, so that
 * it depends on the text alone.
 */
function charactersOf(bytes: Uint8Array, path: string): Result<SourceData, DataProblem> {
  const read = decodeText(bytes);
  if (!read.ok) return failure(problem("MC6002", { path, offset: 0, problem: read.error }));
  let content: string;
  try {
    content = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return failure(problem("MC6002", { path, offset: 0, problem: "the file is no UTF-8 text" }));
  }
  const characters = Array.from(content);
  if (characters.length === 0) return failure(problem("MC6002", { path, offset: 0, problem: "the file is empty" }));
  const vocabulary = [...new Set(characters)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const numbers = new Map(vocabulary.map((character, index) => [character, index]));
  const tokens = Int32Array.from(characters, (it) => required(numbers.get(it), `the number of ${it}`));
  return success({ kind: "text", tokens, vocabulary, from: path });
}
