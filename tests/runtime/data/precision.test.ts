import { describe, expect, it } from "vitest";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../../src/runtime/tfjs/tfjs-trainer.ts";
import { openData, problemOf, trainersOf, type OpenedData } from "./open-data.ts";

const opened = async (section: string, content: string | Uint8Array, file?: string): Promise<OpenedData> => {
  const found = await openData(section, content, file);
  if (typeof found === "string") throw new Error(found);
  return found;
};

/** The elements of a feature over the train split in file order, by each runtime. */
async function features(section: string, content: string, name: string): Promise<readonly (readonly unknown[])[]> {
  const data = await opened(`  source: csv("t.csv")\n  split: train 1, by position\n${section}`, content);
  const { train } = data.dataset.splits;
  const all = Array.from({ length: train.count }, (_, i) => i);
  const made: (readonly unknown[])[] = [];
  for (const trainer of await trainersOf(data)) {
    made.push([...((await trainer.prepare(await train.gather(all))).get(name)?.data ?? [])]);
    await trainer.dispose();
  }
  return made;
}

const seconds = Array.from({ length: 40 }, (_, i) => 1700000001 + 37 * ((i * i) % 41));
const times = `time\n${seconds.join("\n")}\n`;

describe("numbers of a table reach features unrounded, on both runtimes", () => {
  it("standardizes Unix seconds as f64 does", async () => {
    const mean = seconds.reduce((a, b) => a + b, 0) / seconds.length;
    const deviation = Math.sqrt(seconds.reduce((sum, it) => sum + (it - mean) ** 2, 0) / seconds.length);
    const expected = seconds.map((it) => (it - mean) / deviation);
    for (const found of await features("  x: f32[] = raw.time -> standardize", times, "x")) {
      expect(found).toHaveLength(expected.length);
      found.forEach((it, i) => expect(Math.abs(Number(it) - (expected[i] ?? NaN))).toBeLessThan(1e-7));
    }
  });

  it("subtracts before it rounds", async () => {
    const expected = seconds.map((it) => it - 1.7e9);
    for (const found of await features("  x: f32[] = raw.time - 1.7e9", times, "x")) expect(found).toEqual(expected);
  });

  it.each([
    ["i32", "16777217\n-2147483648\n2147483647", [16777217, -2147483648, 2147483647]],
    ["i64", "9007199254740993\n-9223372036854775808\n1e3", [9007199254740993n, -9223372036854775808n, 1000n]],
    ["f64", "0.1\n1700000001.123456\n1e300", [0.1, 1700000001.123456, 1e300]],
    ["f32", "0.1\n16777217\n.5e1", [Math.fround(0.1), 16777216, 5]],
    ["u8", "255\n+0\n3.0", [255, 0, 3]],
    ["i8", "-128\n127\n0", [-128, 127, 0]],
  ])("holds %s exactly", async (dtype, cells, expected) => {
    const table = `k,x\n${cells
      .split("\n")
      .map((it) => `1,${it}`)
      .join("\n")}\n`;
    const [onnx, tfjs] = await features(`  x: f32[] = raw.k\n  y: ${dtype}[] = raw.x`, table, "y");
    expect(onnx).toEqual(expected);
    // The reference counts in doubles: what is beyond them the check of TensorFlow.js finds.
    if (!cells.includes("9007199254740993")) expect(tfjs).toEqual(expected);
  });

  it("takes one column both as a number and as a label", async () => {
    const section = "  x: f32[] = raw.a * 0.5\n  y: class(5) = raw.a";
    expect(await features(section, "a\n1\n4\n", "x")).toEqual([
      [0.5, 2],
      [0.5, 2],
    ]);
    expect(await features(section, "a\n1\n4\n", "y")).toEqual([
      [1, 4],
      [1, 4],
    ]);
  });

  it.each([
    ["  y: class(5) = raw.a\n  x: f32[] = raw.a * 0.5", "x", [0.5, 2]],
    ["  k: i32[] = raw.a\n  x: f32[] = raw.a * raw.a * 1e9", "x", [1e9, 1.6e10]],
    ["  x: f32[] = raw.a\n  k: i32[] = cast(raw.a * 1.5, i32)", "k", [1, 6]],
    ["  k: i32[] = cast(raw.a * 1.5, i32)\n  x: f32[] = raw.a", "k", [1, 6]],
    ["  x: f32[] = raw.a\n  k: bool[] = raw.a > 3", "k", [0, 1]],
  ])("one feature does not decide what another sees: %s", async (section, name, expected) => {
    expect(await features(section, "a\n1\n4\n", name)).toEqual([expected, expected]);
  });

  it("an integer that is indexed is still as it is", async () => {
    const [onnx] = await features(
      "  x: f32[] = raw.k\n  id: i64[1] = raw.id[:, None]",
      "k,id\n1,9007199254740993\n1,5",
      "id",
    );
    expect(onnx).toEqual([9007199254740993n, 5n]);
  });

  it("an integer that double precision blurs is exact as it is, and reported where an integer is computed from it", async () => {
    const section = "  x: f32[] = raw.a * 0.5\n  y: i64[] = raw.a";
    const [onnx] = await features(section, "a\n9007199254740993\n", "y");
    expect(onnx).toEqual([9007199254740993n]);
    const computed = csv("  x: f32[] = raw.a * 0.5\n  y: i64[] = raw.a - 1");
    expect(await problemOf(computed, "a\n9007199254740993\n")).toMatch(
      /^MC6020 t\.csv:2:1: raw\.a is 9007199254740992, but the feature y is computed from it in f64, .*2\^53/,
    );
  });

  it("reports what TensorFlow.js cannot take of a feature that the training uses", async () => {
    const section = '  source: csv("t.csv")\n  x: f32[] = raw.b\n  y: i64[] = raw.a';
    const table = "a,b\n2147483647,1\n2147483648,1\n";
    expect(await problemOf(section, table)).toBe("none");
    expect(await problemOf(section, table, "t.csv", "mean(out * cast(y, f32))")).toBe(
      "none | MC6020 t.csv:3: the feature y is 2147483648, but TensorFlow.js takes it as i32, which holds -2147483648 to 2147483647.",
    );
  });

  it.each(["f16", "f64", "u8", "i8", "i64", "bool", "class(5)"])(
    "a feature of %s means the same to both targets",
    async (type) => {
      const declared = type === "class(5)" ? type : `${type}[]`;
      const section = csv(`  x: f32[] = raw.a\n  y: ${declared} = raw.a${type === "bool" ? " > 2" : ""}`);
      const found = await openData(section, "a\n1\n4\n2\n", "t.csv", "mean(out * cast(y, f32))");
      if (typeof found === "string") throw new Error(found);
      for (const trainer of await trainersOf(found)) {
        const [loss = NaN] = (
          await trainer.evaluate(await trainer.prepare(await found.dataset.splits.train.gather([0, 1, 2])))
        ).losses;
        await trainer.dispose();
        expect(loss).toBeCloseTo(type === "bool" ? 4 / 3 : 7, 5);
      }
    },
  );

  it("a feature of bf16 is refused where the binding of the runtime has no such tensors", async () => {
    const { program } = await opened('  source: csv("t.csv")\n  x: f32[] = raw.a\n  y: bf16[] = raw.a', "a\n1\n");
    const made = await createOnnxTrainer(program, { totalSteps: 1, threads: 1 });
    expect(made.ok ? "made" : made.message).toMatch(/^the tensor y is bf16, .*--runtime tfjs$/);
  });

  it("a feature of bf16 reaches TensorFlow.js as a number", async () => {
    const section = csv("  x: f32[] = raw.a\n  y: bf16[] = raw.a");
    const found = await openData(section, "a\n1\n4\n2\n", "t.csv", "mean(out * cast(y, f32))");
    if (typeof found === "string") throw new Error(found);
    const made = await createTfjsTrainer(found.program, { totalSteps: 1, backend: "cpu" });
    if (!made.ok) throw new Error(made.message);
    const { trainer } = made;
    const [loss = NaN] = (
      await trainer.evaluate(await trainer.prepare(await found.dataset.splits.train.gather([0, 1, 2])))
    ).losses;
    await trainer.dispose();
    expect(loss).toBeCloseTo(7, 5);
  });

  it("leaves columns alone that no feature reads", async () => {
    const data = await opened('  source: csv("t.csv")\n  x: f32[] = raw.a', "a,name\n1,0x10\n2,NEAR BAY\n");
    expect(data.dataset.splits.train.count).toBe(2);
  });
});

const csv = (features: string): string => `  source: csv("t.csv")\n${features}`;
const plain = "  x: f32[] = raw.a\n";

/** An IDX file of one axis. */
function idx(type: number, size: number, write: (view: DataView, at: number) => void, count = 3): Uint8Array {
  const bytes = new Uint8Array(8 + size * count);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, 1]);
  view.setUint32(4, count);
  for (let i = 0; i < count; i++) write(view, 8 + size * i);
  return bytes;
}

describe("numbers that cannot be are found when the data are loaded, with their place", () => {
  it.each([
    ["u8", "300", /^MC6020 t\.csv:3:2: raw\.b is 300, but the feature y is u8, which holds 0 to 255\.$/],
    ["u8", "-1", /^MC6020 .*raw\.b is -1/],
    ["i8", "128", /^MC6020 .*-128 to 127/],
    ["i32", "1.5", /^MC6010 t\.csv:3:2: raw\.b is 1\.5, but the feature y is i32, which holds whole numbers alone\.$/],
    ["i32", "4294967296", /^MC6020 t\.csv:3:2: raw\.b is 4294967296, .*i32/],
    ["i64", "-9223372036854775809", /^MC6020 t\.csv:3:2: .*i64, which holds -2\^63 to 2\^63 - 1\.$/],
    ["i64", "9223372036854775808", /^MC6020 t\.csv:3:2: .*i64, which holds -2\^63 to 2\^63 - 1\.$/],
    ["i64", "0.5", /^MC6010 t\.csv:3:2/],
    ["class(9)", "1.5", /^MC6010 t\.csv:3:2/],
    ["f32", "1e39", /^MC6020 t\.csv:3:2: raw\.b is 1e\+39, but the feature y is f32, which holds up to 3\.4e\+38\.$/],
    ["f16", "70000", /^MC6020 .*f16/],
    ["f64", "1e400", /^MC6004 t\.csv:3:2: `1e400` in column `b` is larger than any number in double precision\.$/],
    [
      "f32",
      "",
      /^MC6009 t\.csv:3:2: raw\.b has no value\. Leave such examples out with `clean: drop_missing`, fill them with `raw\.b -> impute\(median\)`, or ask for them with `missing\(raw\.b\)`\.$/,
    ],
    ["i32", "", /^MC6009 t\.csv:3:2/],
    ["i64", "", /^MC6009 t\.csv:3:2/],
  ])("as %s, %j", async (dtype, cell, expected) => {
    expect(
      await problemOf(
        csv(`${plain}  y: ${dtype}[] = raw.b`).replace(/(class\(9\))\[\]/, "$1"),
        `a,b\n1,1\n2,${cell}\n`,
      ),
    ).toMatch(expected);
  });

  it.each(["0x10", "Infinity", "-inf", "1_000", "1,000", "1e", "0b1", "1f", "--1", "٣"])(
    "the cell %j is no number",
    async (cell) => {
      const message = await problemOf(csv("  x: f32[] = raw.b"), `a,b\n1,"${cell}"\n`);
      expect(message).toContain(`MC6004 t.csv:2:2: \`${cell}\` in column \`b\` is not a number`);
    },
  );

  it("cuts a long cell and shows what cannot be seen", async () => {
    const message = await problemOf(csv("  x: f32[] = raw.a"), `a\n"x\u0007\n${"y".repeat(100)}"\n`);
    expect(message).toContain(`\`x\\u{7}\\u{a}${"y".repeat(54)}...\``);
  });

  it.each([
    ["  y: f32[] = log(raw.b)", /^MC6021 t\.csv:3: the feature y is -Infinity, which is no finite number\.$/],
    ["  y: f32[] = raw.b / raw.b", /^MC6021 t\.csv:3: the feature y is NaN/],
    ["  y: f32[] = (raw.b + 1) * 1e20 * 1e20", /^MC6021 t\.csv:2: the feature y is Infinity/],
    ["  y: class(2) = raw.a / 2 -> cast(f32)", /^MC6010 t\.csv:2: the feature y is 0\.5/],
    ["  y: u8[] = raw.a * 200", /^MC6020 t\.csv:3: the feature y is 400, but it is declared as u8/],
    ["  y: class(2) = raw.a", /^MC6003 Example 1 of t\.csv has the label 2, but y is class\(2\)/],
  ])("what a feature makes of them: %s", async (feature, expected) => {
    const apart = feature.includes("class") && feature.includes("/") ? "  x: f32[] = raw.b\n" : plain;
    expect(await problemOf(csv(`  split: train 1, by position\n${apart}${feature}`), "a,b\n1,3\n2,0\n")).toMatch(
      expected,
    );
  });

  it.each([
    ["  y: i32[] = raw.a + 1", /^MC6020 t\.csv:3: the feature y is 2147483648, but it is declared as i32/],
    ["  y: i32[] = cast(raw.a, i32) + 1", /^MC6020 t\.csv:3: the feature y is 2147483648, but it is declared as i32/],
    ["  y: i32[] = cast(raw.b, i32)", /^MC6020 t\.csv:3: the feature y is 90000000000, but it is declared as i32/],
    [
      "  y: f32[] = cast(cast(raw.b, i32), f32)",
      /^MC6022 t\.csv:3: the feature y is 90000000000, but becomes -?\d+ in/,
    ],
    [
      "  y: f32[] = cast(cast(raw.a, i32) * 2, f32)",
      /^MC6022 t\.csv:3: the feature y is 4294967294, but becomes -2 in/,
    ],
    ["  y: bool[] = cast(raw.a, i32) + 1 > 0", /^MC6022 t\.csv:3: the feature y is 1, but becomes 0 in/],
    // What is divided by 0 is 0.
    ["  y: i32[] = cast(raw.a, i32) // (cast(raw.a, i32) - 1)", /^none$/],
    // What overflows and is not taken, or comes back, changes nothing.
    ["  y: i32[] = where(raw.a > 9, 0, cast(raw.b, i32))", /^none$/],
    ["  y: i32[] = cast(raw.a, i32) + 1 - 1", /^none$/],
    ["  y: f32[] = cast(cast(raw.b, i64) * 2, f32)", /^none$/],
  ])("integers that overflow on the way: %s", async (feature, expected) => {
    const table = "a,b\n1,3\n2147483647,90000000000\n";
    expect(await problemOf(csv(`  split: train 1, by position\n${plain}${feature}`), table)).toMatch(expected);
  });

  it("a cast that the file asks for cuts off", async () => {
    expect(await problemOf(csv(`${plain}  y: i32[] = cast(raw.a * 1.5, i32)`), "a\n1\n2\n")).toBe("none");
  });

  it.each([
    [
      "a float",
      idx(0x0d, 4, (view, at) => view.setFloat32(at, at > 8 ? NaN : 1)),
      "f32",
      /^MC6009 t\.idx, example 1: raw\.x/,
    ],
    [
      "a double",
      idx(0x0e, 8, (view, at) => view.setFloat64(at, at > 8 ? Infinity : 1)),
      "f32",
      /^MC6021 t\.idx, example 1/,
    ],
    [
      "a large double",
      idx(0x0e, 8, (view, at) => view.setFloat64(at, 1e39)),
      "f32",
      /^MC6020 t\.idx, example 0.*1e\+39/,
    ],
    ["a short", idx(0x0b, 2, (view, at) => view.setInt16(at, 300)), "u8", /^MC6020 t\.idx, example 0: raw\.x is 300/],
    ["a fraction", idx(0x0d, 4, (view, at) => view.setFloat32(at, 1.5)), "i32", /^MC6010 t\.idx, example 0/],
  ])("of an IDX file: %s", async (_, bytes, dtype, expected) => {
    const section = `  source: idx(x="t.idx")\n  x: f32[] = ${dtype === "f32" ? "raw.x" : "cast(raw.x, f32)"}\n`;
    const other = dtype === "f32" ? "" : `  y: ${dtype}[] = raw.x`;
    expect(await problemOf(section + other, bytes, "t.idx")).toMatch(expected);
  });

  it("doubles and integers of an IDX file keep their digits", async () => {
    const data = await opened(
      '  source: idx(x="t.idx")\n  x: f32[] = raw.x - 1700000000',
      idx(0x0e, 8, (view, at) => view.setFloat64(at, 1700000000.1)),
      "t.idx",
    );
    expect([...((await data.dataset.splits.train.gather([0])).get("x")?.data ?? [])]).toEqual([1700000000.1]);
  });
});
