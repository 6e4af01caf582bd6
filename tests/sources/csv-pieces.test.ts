import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvPieces } from "../../src/sources/csv-pieces.ts";
import { parseCsv, type CsvForm } from "../../src/sources/parse-csv.ts";
import type { CellTable, DataProblem } from "../../src/sources/raw-data.ts";
import type { Result } from "../../src/support/result.ts";
import { messageOf } from "../runtime/data/open-data.ts";

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let from = 0; from < bytes.length; from += size) yield await Promise.resolve(bytes.subarray(from, from + size));
}

/** A table as it is read in parts, put together again. */
async function pieced(bytes: Uint8Array, size: number, rows: number, form: CsvForm) {
  const found: CellTable[] = [];
  for await (const piece of csvPieces(inParts(bytes, size), "t.csv", form, rows)) {
    if (!piece.ok) return messageOf(piece.error);
    found.push(piece.value);
  }
  const [first] = found;
  if (first === undefined) return "nothing";
  for (const it of found) expect([it.names, it.from, it.header]).toEqual([first.names, first.from, first.header]);
  const columns = first.columns.map(({ name, place }, at) => ({
    name,
    cells: found.flatMap((it) => it.columns[at]?.cells ?? []),
    lines: found.flatMap((it) => linesOf(it, at)),
    columns: place?.columns,
  }));
  return { names: first.names, header: first.header, count: found.reduce((sum, it) => sum + it.count, 0), columns };
}

const linesOf = ({ columns, count }: CellTable, at: number) =>
  Array.from({ length: count }, (_, row) => columns[at]?.place?.lines.at(row));

function whole(read: Result<CellTable, DataProblem>) {
  if (!read.ok) return messageOf(read.error);
  const { names, header, count, columns } = read.value;
  const told = columns.map(({ name, cells, place }, at) => ({
    name,
    cells: [...cells],
    lines: linesOf(read.value, at),
    columns: place?.columns,
  }));
  return { names, header, count, columns: told };
}

const plain = fc.oneof(
  fc.constantFrom("", "1", "-2.5", "NA", "abc", "ä€", " x ", "\u00a0", "a b", "?", "\v7", "  "),
  fc.double({ noNaN: true }).map(String),
);
const quoted = fc.constantFrom('"a,b"', '"say ""so"""', '"two\nlines"', '""', '" x "', '"\r\n"');
const table = fc.record({
  delimiter: fc.constantFrom(",", ";", "\t", "|", ":", "; "),
  ending: fc.constantFrom("\n", "\r\n", "\r"),
  cells: fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.array(
      fc.array(fc.oneof({ weight: 30, arbitrary: plain }, { weight: 1, arbitrary: quoted }), {
        minLength: width,
        maxLength: width,
      }),
      {
        maxLength: 40,
      },
    ),
  ),
  blank: fc.array(fc.tuple(fc.nat(40), fc.constantFrom("", "  ", "\t", " \t ")), { maxLength: 3 }),
  ends: fc.boolean(),
  bom: fc.boolean(),
});

describe("a table of text that is read in parts", () => {
  it("is the table that is read at once, wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async ({ delimiter, ending, cells, blank, ends, bom }, size, rows, given) => {
          const width = cells[0]?.length ?? 1;
          const names = Array.from({ length: width }, (_, at) => ` n${at}`).join(delimiter);
          const lines = [names, ...cells.map((it) => it.join(delimiter))];
          for (const [at, it] of blank) lines.splice(at % (lines.length + 1), 0, it);
          const text = `${bom ? "\ufeff" : ""}${lines.join(ending)}${ends ? ending : ""}`;
          const form = { ...(given && { delimiter }), isWanted: (name: string) => name !== "n1" };
          const wanted = whole(await parseCsv(text.replace(/^\ufeff/, ""), "t.csv", form));
          expect(await pieced(new TextEncoder().encode(text), size, rows, form)).toEqual(wanted);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ["cells that are too many", "a,b\n1,2\n3,4,5\n6,7\n"],
    ["and too few", "a,b\n1\n"],
    ["an empty file", ""],
    ["one of blanks", "\n \n"],
    ["names alone", "a,b\n"],
    ["a quote that is never closed", 'a,b\n1,2\n3,"4\n5,6\n7,8\n'],
    ["a quote within a cell", 'a,b\n1,2\n3,4"5\n'],
    ["what follows a quote", 'a,b\n1,2\n"3"x,4\n'],
    ["another encoding", "\ufeffa"],
    ["a comma at the ends", "a,b\n1,2,\n3,4, \n"],
    ["ends of two kinds", "a,b\n1,2\r\n3,4\n5\r6,7\n"],
    ["and of two kinds", "a,b\r\n1,2\n3,4\r\n5,6\r\n"],
    ["bytes that are no text", "a,b\n1,\u0000\n"],
  ])("is told the same of: %s", async (_, text) => {
    const wanted = whole(await parseCsv(text.replace(/^\ufeff/, ""), "t.csv"));
    for (const size of [1, 3, 7, 1000])
      expect(await pieced(new TextEncoder().encode(text), size, 1, {})).toEqual(wanted);
  });

  it("that is no UTF-8 is told by its encoding", async () => {
    const bytes = new Uint8Array(Buffer.from("\ufeffa,b\n1,2\n3,4\n".repeat(20), "utf16le"));
    for (const size of [5, 100, 10_000])
      expect(await pieced(bytes, size, 2, {})).toBe(
        "MC6002 t.csv is damaged at byte 0: it is UTF-16, not UTF-8: save it as UTF-8.",
      );
    const broken = Uint8Array.from([97, 10, 0xe4, 49, 10, 0xf0, 0x9f, 10]);
    for (const size of [1, 2, 100])
      expect(await pieced(broken, size, 1, {})).toMatchObject({ columns: [{ cells: ["\ufffd1", "\ufffd"] }] });
  });

  it("with a quote that is never closed does not fill the memory", async () => {
    const text = `a,b\n1,2\n3,"4\n${"5,6\n".repeat(5_000_000)}`;
    expect(await pieced(new TextEncoder().encode(text), 2 ** 20, 4096, {})).toBe(
      "MC6004 t.csv:3:1: this line is longer than 16 MB, as one is whose quote is never closed.",
    );
  });
});
