import { describe, expect, it } from "vitest";
import { encodeElements, type ElementType } from "../../src/support/element-bytes.ts";
import { writeSafetensors } from "../../src/support/safetensors.ts";
import { openData, problemOf } from "../runtime/data/open-data.ts";

interface Written {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly bytes?: Uint8Array;
}

const file = (tensors: Readonly<Record<string, Written>>): Uint8Array =>
  writeSafetensors(
    Object.entries(tensors).map(([name, { dtype, shape, values, bytes }]) => ({
      name,
      dtype,
      shape,
      bytes: bytes ?? encodeElements(dtype, values, values.length),
    })),
  ).bytes;
/** A file whose header is this text. */
const headed = (header: string, payload: number): Uint8Array => {
  const bytes = Buffer.alloc(8 + header.length + payload);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  return bytes;
};

const section = (features: string): string =>
  `  source: safetensors("t.safetensors")\n  split: train 1, by position\n${features}`;
const x = { dtype: "f64", shape: [2], values: [0.5, -1] } as const;

async function read(features: string, content: Uint8Array): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const found = await openData(section(features), content, "t.safetensors");
  if (typeof found === "string") throw new Error(found);
  const batch = await found.dataset.splits.train.gather([0, 1]);
  return Object.fromEntries([...batch].map(([name, { shape, data }]) => [name, [shape.join("x"), ...data]]));
}

describe("safetensors", () => {
  it.each<readonly [ElementType, readonly number[], readonly number[]]>([
    ["bool", [1, 0], [1, 0]],
    ["u8", [255, 0], [255, 0]],
    ["i8", [-128, 127], [-128, 127]],
    ["u32", [4294967295, 1], [4294967295, 1]],
    ["i32", [-2147483648, 7], [-2147483648, 7]],
    ["i64", [-5, 7], [-5, 7]],
    ["f16", [0.1, 65504], [0.0999755859375, 65504]],
    ["bf16", [0.1, 3], [0.10009765625, 3]],
    ["f32", [0.1, -2], [0.10000000149011612, -2]],
    ["f64", [0.1, 1e300], [0.1, 1e300]],
  ])("reads tensors of %s", async (dtype, values, expected) => {
    const content = file({ x, y: { dtype, shape: [2], values }, other: { dtype: "i8", shape: [], values: [1] } });
    expect(await read("  x: f32[] = raw.x\n  y: f64[] = raw.y", content)).toEqual({
      x: ["2", 0.5, -1],
      y: ["2", ...expected],
    });
  });

  it("takes the first axis as the examples, and integers of 64 bits exactly", async () => {
    const bytes = new Uint8Array(BigInt64Array.of(9007199254740993n, -1n).buffer);
    const content = file({
      "layer.0/x": { dtype: "f32", shape: [2, 2, 1], values: [1, 2, 3, 4] },
      id: { dtype: "i64", shape: [2], values: [], bytes },
    });
    const features = '  x: f32[] = raw.id * 1.0\n  pair: f32[2] = raw["layer.0/x"]\n  id: i64[] = raw.id';
    expect(await read(features, content)).toEqual({
      "layer.0/x": ["2x2", 1, 2, 3, 4],
      id: ["2", 9007199254740993n, -1n],
    });
  });

  it.each<readonly [what: string, content: Uint8Array, said: string]>([
    [
      "another format",
      Buffer.from("a,b\n1,2\n3,4\n"),
      "MC6002 t.safetensors is damaged at byte 0: its header claims 734698278354037857 bytes: this is no .safetensors file.",
    ],
    [
      "a file that is cut",
      file({ x }).subarray(0, -1),
      'MC6002 t.safetensors is damaged at byte 79: the file is truncated: tensor "x" ends at byte 80, the file at 79.',
    ],
    [
      "an element type that is not read",
      headed('{"x":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}', 4),
      'MC6001 I cannot read t.safetensors: tensor "x" has the element type "I16", which is not supported. Save it as one of BOOL, U8, I8, U32, I32, I64, F16, BF16, F32 and F64.',
    ],
    ["another name", file({ xs: x }), "MC6007 t.safetensors has no tensor `x`. It has `raw.xs`."],
    [
      "another tensor",
      file({ image: x, "layer.0": x }),
      'MC6007 t.safetensors has no tensor `x`. It has `raw.image`, `raw["layer.0"]`.',
    ],
    ["no tensors", file({}), "MC6007 t.safetensors has no tensor `x`. It has no tensors."],
    [
      "one number",
      file({ x: { dtype: "f32", shape: [], values: [1] } }),
      "MC6001 I cannot read x of t.safetensors: it is one number: the first axis of a tensor counts the examples.",
    ],
    [
      "another shape",
      file({ x: { dtype: "f32", shape: [1, 3], values: [1, 2, 3] } }),
      "MC6005 x of t.safetensors holds 3 for each example, but raw.x is used as one number.",
    ],
    [
      "no examples",
      file({ x: { dtype: "f32", shape: [0], values: [] } }),
      "MC6006 x of t.safetensors leaves no examples for the train split.",
    ],
    [
      "a value that is none",
      file({ x: { dtype: "f32", shape: [2], values: [1, NaN] } }),
      "MC6009 x of t.safetensors, example 1: raw.x has no value. Leave such examples out with `clean: drop_missing`.",
    ],
  ])("says file, tensor and cause: %s", async (_, content, said) => {
    expect(await problemOf(section("  x: f32[] = raw.x"), content, "t.safetensors")).toBe(said);
  });
});
