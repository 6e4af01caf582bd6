import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { npz as source } from "../../src/sources/npz.ts";
import { parseNpy } from "../../src/sources/parse-npy.ts";
import { success } from "../../src/support/result.ts";
import { isStored } from "../../src/sources/raw-data.ts";
import { messageOf, openData, problemOf, trainersOf } from "../runtime/data/open-data.ts";
import { relativeNorm, weightVector } from "../specs/spec-testing.ts";
import { npy, npz } from "./write-npz.ts";

const doubles = (...values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
const column = (...values: readonly number[]): Uint8Array => npy("'<f8'", [values.length], doubles(...values));

const section = (features: string): string => `  source: npz("t.npz")\n  split: train 1, by position\n${features}`;
const problem = (features: string, content: Uint8Array): Promise<string> =>
  problemOf(section(features), content, "t.npz");

/** The numbers of raw fields, example by example. */
async function read(features: string, content: Uint8Array): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const found = await openData(section(features), content, "t.npz");
  if (typeof found === "string") throw new Error(found);
  const { train } = found.dataset.splits;
  const batch = await train.gather(Array.from({ length: train.count }, (_, at) => at));
  return Object.fromEntries([...batch].map(([name, { shape, data }]) => [name, [shape.join("x"), ...data]]));
}

describe("files that NumPy wrote", () => {
  // numpy.savez(x=[[1.5, -2], [0.25, 4], [8, 16]] as >f4, label=[0, 2, 1] as i8), NumPy 2.4, and zlib.compress of that.
  const plain = inflateSync(
    Buffer.from(
      "eNoL8GZm0WWAAEUGs6072/9DASuDCEOFXl5BJSODAMMMqBIYPdkv1DcgkpGhjKFaPSW1OLlI3UpB3S7NRF1HQT0tv6ikKDEvPr8oJRUk7paYU5wKFC/OSCxIBfI1jHUUjDR1FGoVyAZc9gcYGICIwa6BgcEBiB2BbEcgHYDinWefQ31h3uEEeicnMSk1hyQv2WRaEOklyjwE9BLUGQxMUJoRSgd4MzLpMqPG0Qyou1kZEKABrAEcY+haQOEA08KJouU8kISHSoA3KxvEBUwMWUB6EdhEAMQobBY=",
      "base64",
    ),
  );
  // numpy.savez_compressed(x=arange(12).reshape(2, 3, 2) as u2 in Fortran order, flag=[True, False], half=[0.1, 65504] as f2)
  const compressed = Buffer.from(
    "UEsDBC0AAAAIAAAAIQBLPtNU//////////8FABQAeC5ucHkBABAAmAAAAAAAAABgAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG5TaqSuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKxjoKRpo6CrUKZAIuBgY2BiYGDgYWBi4GRgZ2BmYGTgZWBm4GAFBLAwQtAAAACAAAACEA7hm7Xf//////////CAAUAGZsYWcubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAUEsDBC0AAAAIAAAAIQBqXX7B//////////8IABQAaGFsZi5ucHkBABAAhAAAAAAAAABIAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAK40vf/VAFBLAQItAy0AAAAIAAAAIQBLPtNUYAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAIAAAAIQDuGbtdRgAAAIIAAAAIAAAAAAAAAAAAAACAAZcAAABmbGFnLm5weVBLAQItAy0AAAAIAAAAIQBqXX7BSAAAAIQAAAAIAAAAAAAAAAAAAACAARcBAABoYWxmLm5weVBLBQYAAAAAAwADAJ8AAACZAQAAAAA=",
    "base64",
  );

  it("are read where they are stored", async () => {
    expect(
      await read("  pair: f32[2] = raw.x\n  x: f32[] = raw.label * 1.0\n  label: class(3) = raw.label", plain),
    ).toEqual({
      x: ["3x2", 1.5, -2, 0.25, 4, 8, 16],
      label: ["3", 0, 2, 1],
    });
  });

  it("and where they are compressed", async () => {
    const features = "  block: f32[3, 2] = raw.x\n  x: f32[] = raw.half\n  flag: u8[] = raw.flag";
    expect(await read(features, compressed)).toEqual({
      x: ["2x3x2", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      half: ["2", 0.0999755859375, 65504],
      flag: ["2", 1, 0],
    });
  });
});

describe("an array", () => {
  const all: readonly (readonly [descr: string, bytes: readonly number[], expected: readonly unknown[]])[] = [
    ["'|b1'", [0, 1, 2], [0, 1, 1]],
    ["'|u1'", [0, 255], [0, 255]],
    ["'|i1'", [128, 127], [-128, 127]],
    ["'<u2'", [1, 2], [513]],
    ["'>u2'", [1, 2], [258]],
    ["'<i2'", [0, 128], [-32768]],
    ["'i2'", [1, 0], [1]],
    ["'=i2'", [1, 0], [1]],
    ["'>i2'", [128, 0], [-32768]],
    ["'<u4'", [255, 255, 255, 255], [4294967295]],
    ["'>i4'", [255, 255, 255, 254], [-2]],
    ["'<i4'", [0, 0, 0, 128], [-2147483648]],
    ["'<u8'", [0, 0, 0, 0, 0, 0, 0, 128], [2 ** 63]],
    ["'>i8'", [255, 255, 255, 255, 255, 255, 255, 255], [-1]],
    ["'<f2'", [0, 60, 0, 252], [1, -Infinity]],
    ["'>f2'", [60, 0], [1]],
    ["'<f4'", [0, 0, 128, 63], [1]],
    ["'>f4'", [63, 128, 0, 0], [1]],
    ["'<f8'", [0, 0, 0, 0, 0, 0, 240, 63], [1]],
    ["'>f8'", [63, 240, 0, 0, 0, 0, 0, 0], [1]],
    ['"<f4"', [0, 0, 192, 255], [NaN]],
  ];
  it.each(all)("of %s", (descr, bytes, expected) => {
    for (const version of [1, 2, 3]) {
      const parsed = parseNpy(npy(descr, [expected.length], Uint8Array.from(bytes), false, version), "x", false);
      expect(parsed.ok && [...parsed.value.data]).toEqual(expected);
      expect(parsed.ok && parsed.value.shape).toEqual([expected.length]);
    }
  });

  it.each([
    [[6], [0, 1, 2, 3, 4, 5]],
    [
      [2, 3],
      [0, 2, 4, 1, 3, 5],
    ],
    [
      [3, 2, 1],
      [0, 3, 1, 4, 2, 5],
    ],
    [
      [1, 2, 3],
      [0, 2, 4, 1, 3, 5],
    ],
    [
      [1, 1, 6],
      [0, 1, 2, 3, 4, 5],
    ],
    [[2, 0, 3], []],
  ])("of shape %j in Fortran order", (shape, expected) => {
    const parsed = parseNpy(npy("'|u1'", shape, Uint8Array.from(expected.keys()), true), "x", false);
    expect(parsed.ok && [...parsed.value.data]).toEqual(expected);
  });

  it("of 64-bit integers is exact where a feature takes it as such", async () => {
    const big = new Uint8Array(BigInt64Array.of(9007199254740993n, -9223372036854775808n).buffer);
    const file = npz([
      ["x", column(1, 2)],
      ["id", npy("'<i8'", [2], big)],
    ]);
    expect(await read("  x: f32[] = raw.x\n  id: i64[] = raw.id", file)).toMatchObject({
      id: ["2", 9007199254740993n, -9223372036854775808n],
    });
    expect(await problem("  x: f32[] = raw.x\n  id: i32[] = raw.id", file)).toMatch(
      /^MC6020 id of t\.npz, example 0: raw\.id is 9007199254740992, .* i32/,
    );
  });

  it("of unsigned integers beyond them is an error with its place", async () => {
    const file = npz([
      ["x", column(1, 2)],
      ["id", npy("'<u8'", [2], new Uint8Array(BigUint64Array.of(7n, 2n ** 63n).buffer))],
    ]);
    expect(await problem("  x: f32[] = raw.x\n  id: i64[] = raw.id", file)).toMatch(
      /^MC6020 id of t\.npz, example 1: raw\.id is 9223372036854775808, .* i64/,
    );
  });

  it("of any name is read, whichever way it is compressed", async () => {
    for (const deflated of [true, false]) {
      const file = npz(
        [
          ["fixed acidity", column(1, 2)],
          ["unread", npy("'|O'", [2], Uint8Array.of(1))],
        ],
        { deflated },
      );
      expect(await read('  x: f32[] = raw["fixed acidity"]', file)).toEqual({ "fixed acidity": ["2", 1, 2] });
    }
  });

  it("with a value that is none is cleaned as cells of a table are", async () => {
    const file = npz([["x", column(1, NaN, 3)]]);
    expect(await problem("  x: f32[] = raw.x", file)).toBe(
      "MC6009 x of t.npz, example 1: raw.x has no value. Leave such examples out with `clean: drop_missing`.",
    );
    expect(await read("  clean: drop_missing\n  x: f32[] = raw.x", file)).toEqual({ x: ["2", 1, 3] });
  });

  it("takes the place of a free dim", async () => {
    const file = npz([
      ["x", column(1, 2)],
      ["wave", npy("'<f8'", [2, 3], doubles(1, 2, 3, 4, 5, 6))],
    ]);
    expect(await read("  x: f32[] = raw.x\n  wave: f32[T] = raw.wave", file)).toMatchObject({
      wave: ["2x3", 1, 2, 3, 4, 5, 6],
    });
  });
});

describe("what cannot be read is told with file, array and what to do", () => {
  const x = column(1, 2);
  const good = npz([["x", x]]);
  const deflated = npz([["x", x]], { deflated: true });
  const spoilt = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((it, place) => (place === at ? it ^ 0xff : it));

  it.each<readonly [what: string, file: Uint8Array, said: string | RegExp]>([
    ["no file", Buffer.alloc(0), "MC6002 t.npz is damaged at byte 0: a .npz file begins with the letters PK."],
    [
      "another file",
      Buffer.from("a,b\n1,2\n"),
      "MC6002 t.npz is damaged at byte 0: a .npz file begins with the letters PK.",
    ],
    [
      "one array",
      x,
      /^MC6001 I cannot read t\.npz: it is one array, of `numpy\.save`\. Such files are read by `npy\(x="x\.npy"\)`, one for each field\.$/,
    ],
    [
      "half a file",
      good.subarray(0, 90),
      "MC6002 t.npz is damaged at byte 90: the file ends before the list of its arrays: it was most likely not copied or downloaded whole.",
    ],
    [
      "a part cut out",
      Buffer.concat([good.subarray(0, 60), good.subarray(70)]),
      /^MC6002 t\.npz is damaged at byte \d+: the list of its arrays ends here, and should end at byte/,
    ],
    [
      "a spoilt list",
      spoilt(good, good.length - 22 - 51),
      /^MC6002 t\.npz is damaged at byte \d+: 1 arrays are listed, and number 1 should be here\.$/,
    ],
    [
      "a spoilt header",
      spoilt(good, 0).map((it, at) => (at === 0 ? 0x50 : at === 2 ? 9 : it)),
      "MC6002 t.npz is damaged at byte 0: x.npy should begin here.",
    ],
    [
      "a spoilt number",
      spoilt(good, 110),
      /^MC6002 t\.npz is damaged at byte 35: x\.npy is not what its checksum and its size of \d+ bytes say\.$/,
    ],
    [
      "a spoilt deflated number",
      spoilt(deflated, 60),
      /^MC6002 t\.npz is damaged at byte 35: x\.npy is not what its checksum and its size of \d+ bytes say\.$/,
    ],
    [
      "another size",
      npz([["x", x]], { deflated: true, size: x.length - 1 }),
      /^MC6002 .* x\.npy is not what its checksum and its size of \d+ bytes say\.$/,
    ],
    [
      "a larger size",
      npz([["x", x]], { deflated: true, size: x.length + 9 }),
      /^MC6002 .* x\.npy is not what its checksum/,
    ],
    [
      "a size beyond all bounds",
      npz([["x", x]], { deflated: true, size: 300e6 }),
      /^MC6030 t\.npz \(\d+ bytes\) unpacks to more than 256 MB\.$/,
    ],
    ["64-bit sizes", npz([["x", x]], { size: 0xffffffff }), /^MC6030 /],
    ["encryption", npz([["x", x]], { flags: 1 }), "MC6001 I cannot read x of t.npz: it is encrypted."],
    [
      "another method",
      npz([["x", x]], { method: 14 }),
      /^MC6001 I cannot read x of t\.npz: it is compressed by method 14\. `numpy\.savez_compressed` writes/,
    ],
    ["another array", npz([["other", x]]), "MC6007 t.npz has no array `x`. It has `raw.other`."],
    ["no array at all", npz([]), "MC6007 t.npz has no array `x`. It has no arrays."],
    [
      "two of one name",
      npz([
        ["x", x],
        ["x", x],
      ]),
      "MC6001 I cannot read x of t.npz: two arrays of the file have this name.",
    ],
    [
      "no array in it",
      npz([["x", Buffer.from("text")]]),
      "MC6002 x of t.npz is damaged at byte 0: an array begins with \\x93NUMPY.",
    ],
    [
      "an array that is cut",
      npz([["x", x.subarray(0, -1)]]),
      /^MC6002 x of t\.npz is damaged at byte \d+: it ends here, but 2 elements of f8 need \d+ bytes\.$/,
    ],
    [
      "an array that goes on",
      npz([["x", Buffer.concat([x, x])]]),
      /^MC6002 x of t\.npz is damaged at byte \d+: \d+ bytes follow the 2 elements of f8 that it declares\.$/,
    ],
    [
      "a header that is cut",
      npz([["x", x.subarray(0, 40)]]),
      /^MC6002 x of t\.npz is damaged at byte 40: it ends within its header, which has \d+ bytes\.$/,
    ],
    [
      "a header that is none",
      npz([["x", spoilt(x, 12)]]),
      /^MC6002 x of t\.npz is damaged at byte 10: its header describes no array: /,
    ],
    [
      "another version",
      npz([["x", npy("'<f8'", [2], doubles(1, 2), false, 4)]]),
      /^MC6001 .*: it has version 4\.0 of the format, and I know 1\.0 to 3\.0\.$/,
    ],
    [
      "one number",
      npz([["x", npy("'<f8'", [], doubles(1))]]),
      "MC6001 I cannot read x of t.npz: it is one number: the first axis of an array counts the examples.",
    ],
    [
      "objects",
      npz([["x", npy("'|O'", [2], doubles(1, 2))]]),
      /^MC6001 I cannot read x of t\.npz: it holds Python objects, and features are made of numbers\. Save it as numbers/,
    ],
    ["texts", npz([["x", npy("'<U3'", [2], doubles(1, 2))]]), /: it holds texts, .* `numpy\.unique/],
    ["texts of bytes", npz([["x", npy("'|S12'", [2], doubles(1, 2))]]), /: it holds texts, /],
    [
      "complex numbers",
      npz([["x", npy("'<c16'", [2], doubles(1, 2, 3, 4))]]),
      /: it holds complex numbers, .* `x\.real`/,
    ],
    ["dates", npz([["x", npy("'<M8[D]'", [2], doubles(1, 2))]]), /: it holds dates, .*int64/],
    ["records", npz([["x", npy("[('a', '<f8')]", [2], doubles(1, 2))]]), /: it holds records, /],
    [
      "numbers of 128 bits",
      npz([["x", npy("'<f16'", [1], doubles(1, 2))]]),
      /: it holds numbers of the type <f16, .*float64/,
    ],
    [
      "another shape",
      npz([["x", npy("'<f8'", [1, 2], doubles(1, 2))]]),
      "MC6005 x of t.npz holds 2 for each example, but raw.x is used as one number.",
    ],
    [
      "no examples",
      npz([["x", npy("'<f8'", [0], doubles())]]),
      "MC6006 x of t.npz leaves no examples for the train split.",
    ],
  ])("%s", async (_, file, said) => {
    expect(await problem("  x: f32[] = raw.x", file)).toMatch(said instanceof RegExp ? said : literal(said));
  });

  it("arrays of different length", async () => {
    const file = npz([
      ["x", column(1, 2)],
      ["y", column(1, 2, 3)],
    ]);
    expect(await problem("  x: f32[] = raw.x\n  y: f32[] = raw.y", file)).toBe(
      "MC6008 x of t.npz holds 2 examples, but y of t.npz holds 3.",
    );
  });

  /** The numbers of `x`, read from memory. */
  async function load(file: Uint8Array): Promise<readonly number[] | string> {
    const origin = { file: { path: "spec.model", text: "" }, start: 0, end: 0 };
    const wanted = [{ name: "x", type: { dtype: "f32", shape: [] } }] as const;
    const files = {
      held: Infinity,
      placeOf: (name: string) => name,
      placeBeside: (name: string) => name,
      read: () => Promise.resolve(success(file)),
      list: () => undefined,
      real: (folder: string) => folder,
    };
    const loaded = await source.load({ kind: "npz", arguments: { path: "t.npz" }, origin }, wanted, files);
    if (!loaded.ok) return messageOf(loaded.error);
    return loaded.value.kind === "columns"
      ? loaded.value.columns.flatMap((it) => (isStored(it) ? [] : [...it.data]))
      : "a text";
  }

  it("whichever byte of a file is another, or is not there", async () => {
    for (const whole of [good, deflated]) {
      for (let at = 0; at < whole.length; at++) {
        for (const file of [spoilt(whole, at), whole.subarray(0, at)]) {
          const found = await load(file);
          // Times, attributes and the like say nothing of the arrays.
          if (typeof found === "string") expect(found).toMatch(/^MC60(01|02|07|30) /);
          else expect(found).toEqual([1, 2]);
        }
      }
    }
  });
});

const literal = (text: string): RegExp => new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);

describe("a training", () => {
  it("takes the same steps on both runtimes", async () => {
    const rows = 16;
    const inputs = Float64Array.from({ length: rows }, (_, at) => Math.sin(at));
    const file = npz(
      [
        ["x", npy("'<f8'", [rows], new Uint8Array(inputs.buffer))],
        ["y", column(...inputs.map((it) => 3 * it))],
      ],
      { deflated: true },
    );
    const found = await openData(
      section("  x: f32[] = raw.x -> standardize\n  y: f32[] = raw.y"),
      file,
      "t.npz",
      "mse(out, y)",
    );
    if (typeof found === "string") throw new Error(found);
    const raw = await found.dataset.splits.train.gather(Array.from({ length: rows }, (_, at) => at));
    const weights: Float64Array[] = [];
    for (const trainer of await trainersOf(found)) {
      const features = await trainer.prepare(raw);
      const losses: number[] = [];
      for (let step = 0; step < 20; step++) losses.push((await trainer.step(features, step)).loss);
      expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] ?? 0));
      weights.push(weightVector(await trainer.snapshot()));
      await trainer.dispose();
    }
    const [onnx = new Float64Array(), tfjs = new Float64Array()] = weights;
    expect(relativeNorm(onnx, tfjs)).toBeLessThan(1e-5);
  });
});

const python = [".cache/oracles/bin/python", "/usr/bin/python3"].find(
  (it) => existsSync(it) && spawnSync(it, ["-c", "import numpy"]).status === 0,
);
if (python === undefined) console.warn("SKIPPED: no NumPy in .cache/oracles or /usr/bin: its own files are not read");

describe.skipIf(python === undefined)("NumPy's own files", () => {
  const dtypes = [
    "?",
    ...["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"].flatMap((it) => [`<${it}`, `>${it}`]),
  ];
  const script = `
import json, sys, numpy as np
kinds = ${JSON.stringify(dtypes)}
draw = np.random.default_rng(7)
arrays = {}
for save in ("savez", "savez_compressed"):
    for order in "CF":
        for at, kind in enumerate(kinds):
            values = draw.integers(0, 100, (4, 3, 2)) if kind[1:] not in ("f2", "f4", "f8") else draw.normal(size=(4, 3, 2))
            arrays[f"a{at}"] = np.asarray(values.astype(kind), order=order)
        getattr(np, save)(f"{sys.argv[1]}/{save}{order}.npz", **arrays)
        with open(f"{sys.argv[1]}/{save}{order}.json", "w") as f:
            json.dump({k: v.astype("f8").ravel().tolist() for k, v in arrays.items()}, f)
`;

  it("are read as NumPy reads them: each type, order of bytes and of axes, stored and compressed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "modelc-numpy-"));
    try {
      const run = spawnSync(python ?? "", ["-c", script, folder], { encoding: "utf8" });
      expect(run.stderr).toBe("");
      const features = dtypes.map((_, at) => `  f${at}: f64[3, 2] = raw.a${at}`).join("\n");
      for (const name of ["savezC", "savezF", "savez_compressedC", "savez_compressedF"]) {
        const expected = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Record<string, number[]>;
        const found = await read(
          `  x: f32[] = sum(raw.a0, axis=[-1, -2])\n${features}`,
          readFileSync(join(folder, `${name}.npz`)),
        );
        for (const [key, values] of Object.entries(expected))
          expect(found[key], `${name} ${key}`).toEqual(["4x3x2", ...values]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
