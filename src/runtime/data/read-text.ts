import { failure, success, type Result } from "../../support/result.ts";
import { decodeText } from "./decode-text.ts";
import { problem, type DataProblem, type RawData } from "./raw-data.ts";
import { readBytes } from "./read-file.ts";

/**
 * Reads a text as a sequence of character numbers. The vocabulary holds its distinct characters in code point order, so
 * that it depends on the text alone.
 */
export function readText(path: string): Result<RawData, DataProblem> {
  const bytes = readBytes(path);
  if (!bytes.ok) return bytes;
  const read = decodeText(bytes.value);
  if (!read.ok) return failure(problem("MC6002", { path, offset: 0, problem: read.error }));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.value);
  } catch {
    return failure(problem("MC6002", { path, offset: 0, problem: "the file is no UTF-8 text" }));
  }
  const characters = Array.from(text);
  if (characters.length === 0) return failure(problem("MC6002", { path, offset: 0, problem: "the file is empty" }));
  const vocabulary = [...new Set(characters)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const numbers = new Map(vocabulary.map((character, index) => [character, index]));
  const tokens = Int32Array.from(characters, (character) => numbers.get(character) ?? 0);
  return success({ kind: "text", tokens, vocabulary, from: path });
}
