import type { CsvError } from "csv-parse";
import { decodeText } from "../support/decode-text.ts";
import { failure, success, type Result } from "../support/result.ts";
import { findDelimiter, looked, parserForm, takeRows, unparsed, type CsvForm } from "./parse-csv.ts";
import { damaged } from "./file-problems.ts";
import type { CellTable, DataProblem } from "./raw-data.ts";

/** A record has no more characters: what goes on for longer is a quote that is never closed. */
const longestRecord = 2 ** 24;

/** What separates cells where lines are cut without the parser: single signs that are no blanks around cells, or a tab. */
const plainDelimiters: ReadonlySet<string> = new Set([",", ";", "|", "\t"]);

/**
 * A table of text in pieces of at least `rows` rows, but for the last: together they are what `parseCsv` makes of the whole.
 * Of what is wrong with the file, the first is told. Lines are cut at once as long as there are no quotes; from the first
 * one on the parser reads.
 */
export async function* csvPieces(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  form: CsvForm,
  rows: number,
): AsyncGenerator<Result<CellTable, DataProblem>, void> {
  const { quote = '"' } = form;
  const taken = takeRows(path, form);
  let delimiter = form.delimiter;
  let parser: RecordParser | undefined;
  let ending: string | undefined;
  let line = 0;
  let rest = "";
  for await (const text of textsOf(bytes)) {
    if (!text.ok) {
      yield damaged(path, 0, text.error);
      return;
    }
    const { part, isLast } = text.value;
    rest += part;
    const isLong = rest.length > longestRecord;
    // What the first lines say of the form needs them as a whole.
    if (delimiter === undefined && !isLast && !isLong && rest.split("\n", looked + 1).length <= looked) continue;
    delimiter ??= findDelimiter(rest, quote);
    ending ??= /\r\n|\r(?!$)|\n/.exec(rest)?.[0];
    const last = ending === undefined ? -1 : rest.lastIndexOf(ending);
    const end = isLast ? rest.length : last < 0 ? 0 : last + (ending?.length ?? 0);
    const whole = rest.slice(0, end);
    if (parser === undefined && (isLong || !arePlainLines(rest, whole, { quote, delimiter, ending })))
      parser = await recordParser({ quote, delimiter, ending: line === 0 ? undefined : ending }, (record, own) =>
        taken.take(record, line + own),
      );
    if (parser === undefined) {
      line += takeLines(whole, { delimiter, ending, line }, taken.take);
      rest = rest.slice(end);
    } else {
      const wrong = await parser(rest, isLast);
      rest = "";
      if (wrong !== undefined) {
        yield failure(unparsed(wrong, path, taken.last(), line));
        return;
      }
    }
    const wrong = isLast ? taken.wrong() : taken.uneven();
    if (wrong !== undefined) {
      yield failure(wrong);
      return;
    }
    if (isLast || taken.count() >= rows) yield success(taken.cut());
  }
}

/** A file as texts, of which the last may be empty; what is no UTF-8 is told. */
async function* textsOf(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Result<{ readonly part: string; readonly isLast: boolean }, string>, void> {
  const decoder = new TextDecoder();
  let start = new Uint8Array();
  let isKnown = false;
  const encodingOf = (): Result<string, string> => decodeText(start);
  for await (const chunk of bytes) {
    if (!isKnown) {
      // The first bytes tell the encoding.
      start = Uint8Array.from([...start, ...chunk.subarray(0, 64)]);
      isKnown = start.length >= 64;
      const encoding = isKnown ? encodingOf() : success("");
      if (!encoding.ok) {
        yield encoding;
        return;
      }
    }
    yield success({ part: decoder.decode(chunk, { stream: true }), isLast: false });
  }
  const encoding = isKnown ? success("") : encodingOf();
  yield encoding.ok ? success({ part: decoder.decode(), isLast: true }) : encoding;
}

/** How the lines of a table end and are separated. */
interface Lines {
  readonly delimiter: string;
  /** Of a file with one line that does not end: none. */
  readonly ending: string | undefined;
}

/** Whether lines may be cut at their ends and separators: no quotes, and one way to end a line. */
function arePlainLines(
  text: string,
  whole: string,
  { quote, delimiter, ending }: Lines & { readonly quote: string },
): boolean {
  if (!plainDelimiters.has(delimiter) || delimiter === quote || (quote !== "" && text.includes(quote))) return false;
  if (ending === "\r\n") return !/\r(?!\n)|(?<!\r)\n/.test(whole);
  return ending !== "\r" && !whole.includes("\r");
}

/** Takes the records of lines without quotes, of which there are `line` before; how many lines these are. */
function takeLines(
  text: string,
  { delimiter, ending = "\n", line }: Lines & { readonly line: number },
  take: (record: readonly string[], line: number) => void,
): number {
  if (text === "") return 0;
  const lines = text.split(ending);
  // Behind the end of the last line there is none.
  if (lines.at(-1) === "") lines.pop();
  const isBlank = delimiter === "\t" ? /^[^\S\t]*$/ : /^\s*$/;
  for (const [at, it] of lines.entries()) if (!isBlank.test(it)) take(it.split(delimiter), line + at + 1);
  return lines.length;
}

/** Parses the next text of a table; what is wrong with it. */
type RecordParser = (text: string, isLast: boolean) => Promise<CsvError | undefined>;

/** A parser that is given a text piece by piece. */
async function recordParser(
  { quote, delimiter, ending }: Lines & { readonly quote: string },
  take: (record: readonly string[], line: number) => void,
): Promise<RecordParser> {
  // The build for browsers brings the streams that the other one takes from Node.
  const { CsvError, parse } = await import("csv-parse/browser/esm");
  const stream = parse({
    ...parserForm(quote, delimiter),
    ...(ending !== undefined && { record_delimiter: ending }),
    max_record_size: longestRecord,
    on_record: (record: readonly string[], { lines }) => {
      take(record, lines);
      return null;
    },
  });
  // What is wrong is told by the call in which it is found.
  stream.on("error", () => undefined);
  const known = (error: unknown): CsvError | undefined => {
    if (error === undefined || error === null) return undefined;
    if (error instanceof CsvError) return error;
    throw error;
  };
  return async (text, isLast) => {
    const wrong = known(await new Promise<unknown>((resolve) => stream.write(text, resolve)));
    if (wrong !== undefined || !isLast) return wrong;
    return known(
      await new Promise<unknown>((resolve) => {
        stream.once("error", resolve);
        stream.once("finish", () => resolve(undefined));
        stream.end();
      }),
    );
  };
}
