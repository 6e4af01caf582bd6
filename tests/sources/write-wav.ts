/** What a WAV file holds, and how. */
export interface Written {
  /** 1 for whole numbers, 3 for real ones. */
  readonly format?: number;
  readonly bits?: number;
  readonly rate?: number;
  readonly channels?: number;
  /** Whether the format stands in the extended form. */
  readonly extended?: boolean;
  /** The length of the samples that is written down. */
  readonly length?: number;
  /** Chunks before the samples, by their names. */
  readonly before?: Readonly<Record<string, Uint8Array>>;
}

/** A WAV file of samples as they are stored, channels side by side. */
export function wavFile(stored: readonly number[], written: Written = {}): Uint8Array {
  const { format = 1, bits = 16, rate = 8000, channels = 1, extended = false, before = {} } = written;
  const size = bits / 8;
  const samples = Buffer.alloc(stored.length * size);
  for (const [at, it] of stored.entries()) {
    if (format === 3 && bits === 32) samples.writeFloatLE(it, at * size);
    else if (format === 3 && bits === 64) samples.writeDoubleLE(it, at * size);
    else if (bits === 8) samples.writeUInt8(it, at);
    else samples.writeIntLE(it, at * size, size);
  }
  const about = Buffer.alloc(extended ? 40 : 16);
  about.writeUInt16LE(extended ? 0xfffe : format, 0);
  about.writeUInt16LE(channels, 2);
  about.writeUInt32LE(rate, 4);
  about.writeUInt32LE(rate * channels * size, 8);
  about.writeUInt16LE(channels * size, 12);
  about.writeUInt16LE(bits, 14);
  if (extended) about.writeUInt16LE(format, 24);
  const chunk = (name: string, bytes: Uint8Array, length = bytes.length): Buffer => {
    const head = Buffer.from(`${name}....`, "latin1");
    head.writeUInt32LE(length, 4);
    return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
  };
  const others = Object.entries(before).map(([name, bytes]) => chunk(name, bytes));
  const data = chunk("data", samples, written.length ?? samples.length);
  const body = Buffer.concat([Buffer.from("WAVE"), chunk("fmt ", about), ...others, data]);
  return chunk("RIFF", body);
}
