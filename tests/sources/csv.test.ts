import { describe, expect, it } from "vitest";
import { openData, problemOf, trainersOf } from "../runtime/data/open-data.ts";

const read = async (feature: string, content: string | Uint8Array): Promise<unknown> => {
  const found = await openData(`  source: csv("t.csv")\n  split: train 1, by position\n  ${feature}`, content);
  if (typeof found === "string") return found;
  const { train } = found.dataset.splits;
  const batch = await train.gather(Array.from({ length: train.count }, (_, i) => i));
  return [...batch.values()].map((it) => [...it.data]);
};

describe("what is wrong with a table is said with its line and cell", () => {
  it.each([
    ["too few cells", "a,b\n1,2\n3\n", "MC6004 t.csv:3:2: this line has 1 cell, and the header has 2."],
    ["too many cells", "a,b\n1,2,3\n", "MC6004 t.csv:2:3: this line has 3 cells, and the header has 2."],
    [
      "an open quote",
      'a,b\n1,2\n3,"4\n5,6\n7,8\n',
      "MC6004 t.csv:3:2: the quote that opens this cell is never closed.",
    ],
    [
      "a quote within",
      'a,b\n1,2"x\n',
      'MC6004 t.csv:2:2: a quote stands inside this cell: quote it as a whole, with "" for each quote in it.',
    ],
    ["text behind a quote", 'a,b\n"1"x,2\n', "MC6004 t.csv:2:1: something follows the quote that closes this cell."],
    ["two columns that are read", "b,a,a\n1,2,3\n", "MC6004 t.csv:1:3: two columns are named `a`."],
    ["two of them below empty lines", "\n\nb,a,a\n1,2,3\n", "MC6004 t.csv:3:3: two columns are named `a`."],
    [
      "no header",
      "1,2\n3,4\n",
      'MC6007 t.csv has no column `a`. Its first line holds numbers: where it has no line of names, give them in the source: `columns=["a", "b"]`.',
    ],
    ["another case", "A,b\n1,2\n", "MC6007 t.csv has no column `a`. Did you mean `raw.A`?"],
    [
      "another name",
      "first one,second\n1,2\n",
      'MC6007 t.csv has no column `a`. It has `raw["first one"]`, `raw.second`.',
    ],
    [
      "a name that is a reserved word",
      "when,second\n1,2\n",
      'MC6007 t.csv has no column `a`. It has `raw["when"]`, `raw.second`.',
    ],
    ["an empty file", "\n", "MC6004 t.csv:1:1: the file is empty."],
  ])("%s", async (_, content, message) => {
    expect(await read("x: f32[] = raw.a", content)).toBe(message);
  });

  it.each([
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n", "utf16le")],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n", "utf16le").swap16()],
    ["UTF-16", Buffer.from("a,b\n1,2\n", "utf16le")],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ])("a file in %s", async (encoding, bytes) => {
    expect(await read("x: f32[] = raw.a", bytes)).toBe(
      `MC6002 t.csv is damaged at byte 0: it is ${encoding}, not UTF-8: save it as UTF-8.`,
    );
    expect(
      await openData('  source: text("t.txt")\n  x: f32[] = cast(raw.window(1)[:, 0], f32)', bytes, "t.txt"),
    ).toMatch(`it is ${encoding}, not UTF-8`);
  });

  it("a name in another encoding", async () => {
    expect(await read('x: f32[] = raw["gr\u00f6\u00dfe"]', Buffer.from("gr\u00f6\u00dfe,b\n1,2\n", "latin1"))).toMatch(
      /^MC6007 .* The names of its columns are no UTF-8: save the file as UTF-8\.$/,
    );
  });
});

describe("columns that no feature reads", () => {
  it("may have no name or the same, as row numbers of other programs have", async () => {
    expect(await read("x: f32[] = raw.a", ",a,n,n,\n0,7,x,y,\n1,8,x,y,\n")).toEqual([[7, 8]]);
  });
});

describe("64-bit integers", () => {
  it.each([
    ["9007199254740993", 9007199254740993n],
    ["9007199254740993.0", 9007199254740993n],
    ["+9007199254740993.", 9007199254740993n],
    ["-900719925474099.3e1", -9007199254740993n],
    ["1e17", 100000000000000000n],
    ["9.223372036854775807E18", 9223372036854775807n],
    ["9223372036854775807", 9223372036854775807n],
    ["-9223372036854775808", -9223372036854775808n],
    ["-0.0", 0n],
    ["0e999", 0n],
    ["00120e-1", 12n],
  ])("%s is read exactly", async (cell, value) => {
    expect(await read("x: f32[] = raw.k\n  y: i64[] = raw.a", `a,k\n${cell},0\n`)).toEqual([[0], [value]]);
  });

  it.each([
    [
      "9007199254740993.5",
      /^MC6010 t\.csv:2:1: raw\.a is 9007199254740994 and a fraction, but it is read as i64, which holds whole/,
    ],
    ["-9223372036854775809", /^MC6020 t\.csv:2:1: raw\.a is -9223372036854775808, .*-2\^63 to 2\^63 - 1/],
    ["9223372036854775808", /^MC6020 t\.csv:2:1: raw\.a is 9223372036854775808, /],
    ["1e19", /^MC6020 t\.csv:2:1: raw\.a is 10000000000000000000, /],
    ["12e-1", /^MC6010 t\.csv:2:1: raw\.a is 1\.2, /],
  ])("%s is none", async (cell, message) => {
    expect(await read("x: f32[] = raw.k\n  y: i64[] = raw.a", `a,k\n${cell},0\n`)).toMatch(message);
  });
});

it.each([
  "stack(raw.a, axis=-1)",
  "transpose(stack(raw.a, axis=-1), perm=[0, 1])",
  "transpose(x=stack(raw.a, axis=-1), perm=[0, 1])",
])("64-bit integers that are moved stay exact: %s", async (feature) => {
  const content = "a,k\n9007199254740993,0\n";
  expect(await read(`x: f32[] = raw.k\n  y: i64[1] = ${feature}`, content)).toEqual([[0], [9007199254740993n]]);
});

describe("columns whose names are no words", () => {
  const table = 'fixed acidity,gr\u00f6\u00dfe,"a/b ""q"" {x}",when\n1,2,3,4\n5,6,7,8\n';
  const names = ["fixed acidity", "gr\u00f6\u00dfe", 'a/b \\"q\\" {x}', "when"];

  it('are read as `raw["..."]`, on both targets', async () => {
    const columns = names.map((it) => `raw["${it}"]`).join(", ");
    const found = await openData(
      `  source: csv("t.csv")\n  split: train 1, by position\n  x: f32[] = sum(stack(${columns}, axis=-1), axis=-1)`,
      table,
    );
    if (typeof found === "string") throw new Error(found);
    for (const trainer of await trainersOf(found)) {
      const prepared = await trainer.prepare(await found.dataset.splits.train.gather([0, 1]));
      expect([...(prepared.get("x")?.data ?? [])]).toEqual([10, 26]);
      await trainer.dispose();
    }
  });

  it("and shown so, where they are missing or hold what cannot be", async () => {
    expect(await read('x: f32[] = raw["fixed acid"]', table)).toMatch(
      /no column `fixed acid`\. Did you mean `raw\["fixed acidity"\]`\?$/,
    );
    expect(
      await problemOf(
        '  source: csv("t.csv")\n  x: f32[] = raw.k\n  y: i32[] = raw["fixed acidity"]',
        "fixed acidity,k\n1.5,0\n",
      ),
    ).toMatch(/^MC6010 t\.csv:2:1: raw\["fixed acidity"\] is 1\.5/);
  });

  it("`raw[...]` of a plain name is `raw.NAME`", async () => {
    expect(await read('x: f32[] = raw["a"] + raw.a', "a\n3\n")).toEqual([[3]]);
  });
});
