import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeElements,
  elementSize,
  encodeElements,
  fromHalf,
  toBrainHalf,
  fromBrainHalf,
  toHalf,
  type ElementType,
} from "../../src/support/element-bytes.ts";
import { readSafetensors, writeSafetensors, type SafeTensor } from "../../src/support/safetensors.ts";

const types = Object.keys(elementSize) as ElementType[];

const arbitraryTensor: fc.Arbitrary<SafeTensor> = fc
  .record({
    name: fc.string({ minLength: 1 }).filter((it) => it !== "__metadata__"),
    dtype: fc.constantFrom(...types),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  })
  .chain(({ name, dtype, shape }) => {
    const length = shape.reduce((a, b) => a * b, elementSize[dtype]);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ name, dtype, shape, bytes }));
  });

const arbitraryTensors = fc.uniqueArray(arbitraryTensor, { selector: (it) => it.name, maxLength: 6 });

describe("writeSafetensors", () => {
  it("writes what readSafetensors reads, whatever the order", () => {
    fc.assert(
      fc.property(arbitraryTensors, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const { bytes, places } = writeSafetensors(tensors, new Map(Object.entries(metadata)));
        expect(writeSafetensors([...tensors].reverse(), new Map(Object.entries(metadata).reverse())).bytes).toEqual(
          bytes,
        );
        const result = readSafetensors(bytes);
        if (!result.ok) throw new Error(result.error.message);
        expect(new Map(result.file.metadata)).toEqual(new Map(Object.entries(metadata)));
        expect(result.file.tensors.size).toBe(tensors.length);
        expect(new Map(result.file.places)).toEqual(places);
        for (const tensor of tensors) {
          expect(result.file.tensors.get(tensor.name)).toEqual(tensor);
          const place = places.get(tensor.name);
          expect(place?.length).toBe(tensor.bytes.byteLength);
          expect((place?.offset ?? 1) % elementSize[tensor.dtype]).toBe(0);
        }
      }),
    );
  });

  it("begins with a header length that is a multiple of 8 and a JSON object", () => {
    const { bytes } = writeSafetensors([
      { name: "a", dtype: "f32", shape: [1], bytes: new Uint8Array([0, 0, 128, 63]) },
    ]);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header).toEqual({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  });
});

/** A file with a header written by hand. */
function fileOf(header: string, payload: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + payload);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe("readSafetensors", () => {
  const whole = writeSafetensors([
    { name: "a", dtype: "f32", shape: [2], bytes: new Uint8Array(8) },
    { name: "b", dtype: "i64", shape: [], bytes: new Uint8Array(8) },
  ]).bytes;

  it("rejects every truncation, with the place where the file ends", () => {
    for (let length = 0; length < whole.length; length++) {
      const result = readSafetensors(whole.subarray(0, length));
      expect(result.ok, `at ${length}`).toBe(false);
      if (!result.ok) expect(result.error.offset).toBe(length);
    }
    expect(readSafetensors(whole).ok).toBe(true);
  });

  it.each([
    ["{]", 0, "its header is no JSON"],
    ["[]", 0, "its header is no JSON object"],
    ['{"a":3}', 0, 'tensor "a" is no JSON object'],
    ['{"a":{"dtype":"F7","shape":[],"data_offsets":[0,4]}}', 4, 'tensor "a" has the element type "F7"'],
    ['{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4, 'tensor "a" has no valid shape'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4, 'tensor "a" has no valid offsets'],
    ['{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4, 'tensor "a" has 4 bytes where its type takes 8'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8, 'tensor "a" begins at byte'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 9, "the file has 5 bytes after its last tensor"],
    ['{"__metadata__":{"k":1}}', 0, 'its metadata has "k" that is no text'],
    ['\uFEFF{"__metadata__":{}}', 0, "its header is no JSON"],
    [
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      8,
      'its header has the key "a" twice',
    ],
    ['{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}}', 4, 'its header has the key "shape" twice'],
    ['{"__metadata__":{"k":"1","k":"2"}}', 0, 'its header has the key "k" twice'],
    ['{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}', 6, 'tensor "a" has no valid shape'],
    ['{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}', 4, 'tensor "a" has no valid shape'],
    ['{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}', 0, 'tensor "a" has no valid shape'],
    [
      '{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,4]}}',
      4,
      'tensor "a" has 4 bytes where its type takes',
    ],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.5]}}', 5, 'tensor "a" has no valid offsets'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}', 0, 'tensor "a" has no valid offsets'],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8, 'tensor "a" has no valid offsets'],
    [
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
      6,
      'tensor "b" begins at byte',
    ],
    ['{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}', 4, 'tensor "a" has the element type ["F32"]'],
    ['{"a":{"shape":[1],"data_offsets":[0,4]}}', 4, 'tensor "a" has no element type'],
    ['{"__metadata__":[]}', 0, "its metadata is no JSON object"],
  ])("says what is wrong with %s", (header, payload, message) => {
    const result = readSafetensors(fileOf(header, payload));
    expect(result.ok ? "ok" : result.error.message).toContain(message);
  });

  it("names the byte of the entry that is wrong", () => {
    const header = '{"ä":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F7"}}';
    const result = readSafetensors(fileOf(header, 4));
    const at = new TextEncoder().encode(header.slice(0, header.indexOf('"b"'))).length;
    expect(result.ok ? 0 : result.error.offset).toBe(8 + at);
  });

  it("takes a key again in another object, in a list and as a value", () => {
    const header =
      '{"__metadata__":{"a":"a, \\"a\\": {","b":"a"},"a":{"data_offsets":[0,0],"dtype":"F32","shape":[0,9007199254740991,9007199254740991]},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}';
    expect(readSafetensors(fileOf(header, 4))).toMatchObject({ ok: true });
  });

  it("rejects other files at once", () => {
    const result = readSafetensors(new TextEncoder().encode("PK\x03\x04 some other file"));
    expect(result.ok ? "ok" : result.error.message).toContain("this is no .safetensors file");
  });

  it("never throws on corrupt bytes", () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const bytes = whole.slice();
        bytes[at] = byte;
        expect(typeof readSafetensors(bytes).ok).toBe("boolean");
      }),
    );
  });
});

describe("element bytes", () => {
  it("gives every f16 back, and rounds in between to even", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) continue;
      expect(toHalf(value)).toBe(bits);
    }
    expect(toHalf(1 + 2 ** -11)).toBe(toHalf(1));
    expect(toHalf(1 + 3 * 2 ** -11)).toBe(toHalf(1 + 2 ** -9));
    expect(toHalf(65519)).toBe(0x7bff);
    expect(toHalf(65520)).toBe(0x7c00);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.01)).toBe(1);
  });

  it("gives every bf16 back", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromBrainHalf(bits);
      if (!Number.isNaN(value)) expect(toBrainHalf(value)).toBe(bits);
    }
    expect(fromBrainHalf(toBrainHalf(1 + 2 ** -8))).toBe(1);
  });

  it("decodes what it encodes", () => {
    for (const type of types) {
      const values = type === "bool" ? [0, 1, 1] : type.startsWith("u") ? [0, 7, 200] : [0, -5, 100];
      expect([...decodeElements(type, encodeElements(type, values, 3))]).toEqual(values);
    }
    expect([...encodeElements("i32", 1, 2)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
  });
});
