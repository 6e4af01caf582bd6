import { deflateRawSync, gzipSync } from "node:zlib";

/** A .npy file, written from NumPy's description of the format. */
export function npy(
  descr: string,
  shape: readonly number[],
  bytes: Uint8Array,
  fortran = false,
  version = 1,
): Uint8Array {
  const sizes = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const order = fortran ? "True" : "False";
  const header = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${sizes}, }\n`;
  const lead = version === 1 ? Buffer.alloc(2) : Buffer.alloc(4);
  if (version === 1) lead.writeUInt16LE(header.length);
  else lead.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]), lead, Buffer.from(header), bytes]);
}

interface Written {
  readonly deflated?: boolean;
  readonly method?: number;
  readonly flags?: number;
  /** The size that is written down. */
  readonly size?: number;
}

/** A zip file of arrays by their names, in their order. */
export function npz(arrays: readonly (readonly [name: string, content: Uint8Array])[], written: Written = {}): Buffer {
  const files: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of arrays) {
    const bytes = written.deflated === true ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20);
    fields.writeUInt16LE(written.flags ?? 0, 2);
    fields.writeUInt16LE(written.method ?? (written.deflated === true ? 8 : 0), 4);
    // The checksum is that with which a gzip file of the same bytes ends.
    gzipSync(content).copy(fields, 10, gzipSync(content).length - 8, gzipSync(content).length - 4);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(written.size ?? content.length, 18);
    fields.writeUInt16LE(name.length + 4, 22);
    const file = Buffer.from(`${name}.npy`);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0", "latin1"), fields, place, file]));
    files.push(Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, file, bytes]));
    offset += 30 + file.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(arrays.length, 8);
  end.writeUInt16LE(arrays.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...entries, end]);
}
