import { expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { programOf } from "../../runtime/data/open-data.ts";

/** The type of raw fields in generated TypeScript. */
async function rawType(section: string): Promise<readonly string[]> {
  const program = programOf(section);
  const text = await emitTfjs({ module: program.model, train: program, name: "Net" });
  const [, body = ""] = /export type \w+Raw = \{\n(.*?)\n\};/s.exec(text) ?? [];
  return body.split("\n").map((it) => it.trim());
}

it("raw fields in generated TypeScript say what they are made of", async () => {
  expect(
    await rawType(`  source: csv("t.csv")
  x: f32[] = raw.x -> impute(mean)
  w: class(3) = raw["what else"] -> categories(["*/", "b"], rest=true)
  d: f32[] = raw.day -> days_since(format="%d.%m.%Y")
  c: f32[3] = raw.columns("p*", except=["p9"])
  p: f32[7] = raw.y -> impute(previous) -> window(7, horizon=2, by="shop")`),
  ).toEqual([
    "/** i32[B]: 1 where a cell of raw.x is missing */",
    '"x.missing": Doubles;',
    "/** f64[B]; 0 where `x.missing` is 1 */",
    "x: Doubles;",
    '/** i32[B]: raw["what else"] -> categories(words=["* /","b"], rest=true) */',
    '"what else.categories": Doubles;',
    '/** f64[B]: raw.day -> days_since(format="%d.%m.%Y") */',
    '"day.days_since": Doubles;',
    '/** f64[B, 3]: raw.columns("p*", except=["p9"]) */',
    "columns: Doubles;",
    '/** f64[B, 7]: raw.y -> impute(previous) -> window(size=7, horizon=2, by="shop") */',
    '"y.previous.window_7": Doubles;',
  ]);
  expect(
    await rawType('  source: text("t.txt")\n  x: f32[] = mean(cast(raw.window(4, shift=1), f32), axis=-1)'),
  ).toEqual(["/** i32[B, 4]: raw.window(4, shift=1) */", "window_4_1: Doubles;"]);
});
