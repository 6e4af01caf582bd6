import { beforeAll, describe, expect, it } from "vitest";
import { openData, problemOf, type Content } from "../runtime/data/open-data.ts";
import { writeSqlite } from "./write-sqlite.ts";

let shop: Uint8Array = new Uint8Array();
let single: Uint8Array = new Uint8Array();
beforeAll(async () => {
  shop = await writeSqlite(`
    CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, "paid by" TEXT, big INTEGER, day TEXT, photo BLOB, note);
    CREATE INDEX by_price ON orders (price);
    INSERT INTO orders VALUES
      (3, 1.5, 'card', 9007199254740993, '2024-03-01', NULL, 'a'),
      (1, 20, 'cash', -9223372036854775808, '2024-01-01', NULL, NULL),
      (2, NULL, '', 7, '2024-02-01', x'ff00', 2);
    CREATE VIEW cheap AS SELECT id, price FROM orders WHERE price < 10;
    CREATE TABLE "odd ""name""" ("a""b" REAL);
    INSERT INTO "odd ""name""" VALUES (4), (5);
  `);
  single = await writeSqlite("CREATE TABLE points (x REAL); INSERT INTO points VALUES (1), (2)");
});

const section = (source: string, features: string): string =>
  `  source: ${source}\n  split: train 1, by position\n${features}`;

async function read(source: string, features: string, content: Content = shop): Promise<unknown> {
  const found = await openData(section(source, features), content, "shop.db");
  if (typeof found === "string") return found;
  const { train } = found.dataset.splits;
  const batch = await train.gather(Array.from({ length: train.count }, (_, at) => at));
  return Object.fromEntries([...batch].map(([name, it]) => [name, [...it.data]]));
}

describe("SQLite", () => {
  it("has the rows of a table in the order of its rowids, whatever is read of it", async () => {
    const features = [
      "  x: f32[] = raw.id",
      "  p: f32[] = raw.price -> impute(0)",
      '  by: class(3) = raw["paid by"] -> impute("none") -> categories',
      "  b: i64[] = raw.big",
      '  d: f32[] = raw.day -> days_since("2024-01-01")',
    ];
    expect(await read('sqlite("shop.db", table="orders")', features.join("\n"))).toEqual({
      id: [1, 2, 3],
      price: [20, 0, 1.5],
      "price.missing": [0, 1, 0],
      "paid by.categories": [1, 0, 0],
      "paid by.missing": [0, 1, 0],
      big: [-9223372036854775808n, 7n, 9007199254740993n],
      "day.days_since": [0, 31, 60],
    });
    // An index has this column alone, in its own order.
    expect(await read('sqlite("shop.db", "orders")', "  x: f32[] = raw.price -> impute(0)")).toMatchObject({
      price: [20, 0, 1.5],
    });
  });

  it("has views, and names of any signs and any case", async () => {
    expect(await read('sqlite("shop.db", table="cheap")', "  x: f32[] = raw.price")).toEqual({ price: [1.5] });
    const odd = String.raw`sqlite("shop.db", table="Odd \"name\"")`;
    expect(await read(odd, String.raw`  x: f32[] = raw["a\"b"]`)).toEqual({ 'a"b': [4, 5] });
  });

  it("has one table that need not be named", async () => {
    expect(await read('sqlite("shop.db")', "  x: f32[] = raw.x", single)).toEqual({ x: [1, 2] });
  });

  it("has what a query gives, in its order", async () => {
    const query =
      'query="select price * 2 as twice, upper(note) as loud from orders where price > 0 order by price desc; -- all"';
    const features = '  x: f32[] = raw.twice\n  n: class(2) = raw.loud -> impute("NONE") -> categories(["NONE", "A"])';
    expect(await read(`sqlite("shop.db", ${query})`, features)).toMatchObject({
      twice: [40, 3],
      "loud.categories": [0, 1],
    });
  });

  it.each([
    ['table="order"', "MC6007 shop.db has no table `order`. Did you mean `orders`?"],
    ['table="clients"', 'MC6007 shop.db has no table `clients`. It has `orders`, `cheap`, `odd "name"`.'],
    [
      'table=""',
      'MC6001 I cannot read shop.db: it has 3 tables. Name one: `table="orders"`. It has `orders`, `cheap`, `odd "name"`.',
    ],
    [
      'table="orders"',
      'MC6007 orders of shop.db has no column `x`. It has `raw.id`, `raw.price`, `raw["paid by"]`, `raw.big`, `raw.day`, `raw.photo`, `raw.note`.',
    ],
    ['query="select 1 as y"', "MC6007 shop.db has no column `x`. It has `raw.y`."],
    [
      'query="select photo as x from orders order by id"',
      "MC6012 shop.db, example 1: `x` holds bytes, and a cell is a text, a number or a truth value.",
    ],
    [
      'query="select note as x from orders order by id desc"',
      "MC6012 shop.db, example 0: `a` in column `x` is not a number. Read words with `raw.x -> categories`.",
    ],
    ['query="select price as x from orders order by id"', "MC6009 shop.db, example 1: raw.x has no value. "],
    ['query="select price as x, id as x from orders"', "MC6012 shop.db: two columns are named `x`."],
    ['query="selec 1"', 'MC6001 I cannot read shop.db: SQLite says of the query: near "selec": syntax error.'],
    ['query="select x from orders"', "MC6001 I cannot read shop.db: SQLite says of the query: no such column: x."],
    [
      'query="select x from clients"',
      'MC6001 I cannot read shop.db: SQLite says of the query: no such table: clients. It has `orders`, `cheap`, `odd "name"`.',
    ],
    ['query="  "', "MC6001 I cannot read shop.db: its query is empty."],
    ['query="select 1 as x; select 2 as x"', "MC6001 I cannot read shop.db: its query is several: one gives the rows."],
    [
      'query="delete from orders"',
      "MC6001 I cannot read shop.db: its query gives no columns: data are only read, by `select ...`.",
    ],
    [
      'query="pragma query_only = off"',
      "MC6001 I cannot read shop.db: its query gives no columns: data are only read, by `select ...`.",
    ],
    [
      'query="update orders set price = 1 returning price as x"',
      "MC6001 I cannot read shop.db: its query writes, and data are only read.",
    ],
  ])("%s, what is wrong", async (given, message) => {
    const found = await problemOf(section(`sqlite("shop.db", ${given})`, "  x: f32[] = raw.x"), shop, "shop.db");
    expect(found.slice(0, message.length)).toBe(message);
  });

  it.each([
    ["no database", () => new TextEncoder().encode("a,b\n1,2\n"), "it is no SQLite database, or it is encrypted."],
    ["noise", () => new Uint8Array(5000).fill(7), "it is no SQLite database, or it is encrypted."],
    ["one that is cut off", () => shop.subarray(0, 5000), "SQLite says: database disk image is malformed."],
    ["an empty file", () => new Uint8Array(), "it has no tables."],
    [
      "changes that lie beside it",
      () => ({ "shop.db": shop, "shop.db-wal": "..." }),
      "not all that was written to it is in it yet: some is in shop.db-wal. Close the program that writes to it, or open it once with `sqlite3` and close it.",
    ],
  ])("%s, what is wrong", async (_, content: () => Content, message) => {
    const found = await problemOf(section('sqlite("shop.db")', "  x: f32[] = raw.x"), content(), "shop.db");
    expect(found.replaceAll(/\/\S*\/(?=shop)/g, "")).toBe(`MC6001 I cannot read shop.db: ${message}`);
  });

  it("takes a table or a query", async () => {
    const source = 'sqlite("shop.db", table="orders", query="select 1 as x")';
    await expect(() => openData(section(source, "  x: f32[] = raw.x"), shop, "shop.db")).rejects.toThrow(
      "`query` of `sqlite` must be alone: a query says itself which tables it reads",
    );
  });
});
