import { success, type Result } from "../support/result.ts";
import { damaged, unreadable } from "./file-problems.ts";
import type { DataProblem } from "./raw-data.ts";

/** A sound: samples from -1 to 1, of all channels mixed to one. */
export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  readonly samples: Float64Array;
}

/** Formats that are known and not read, by their numbers in the file. */
const otherFormats: Readonly<Record<number, string>> = {
  0x02: "ADPCM",
  0x06: "A-law",
  0x07: "mu-law",
  0x11: "ADPCM",
  0x31: "GSM",
  0x55: "MP3",
};

const toPcm = "Save it as 16-bit PCM.";

/** How samples are stored: bytes of one, and its value from -1 to 1. */
interface Form {
  readonly size: number;
  readonly read: (view: DataView, at: number) => number;
}

/** Whole numbers (format 1) by their bits, which stand for shares of the largest; 8 bits have no sign. */
const wholeForms: Readonly<Record<number, Form>> = {
  8: { size: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  16: { size: 2, read: (view, at) => view.getInt16(at, true) / 2 ** 15 },
  24: { size: 3, read: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23 },
  32: { size: 4, read: (view, at) => view.getInt32(at, true) / 2 ** 31 },
};

/** Real numbers (format 3) by their bits. */
const realForms: Readonly<Record<number, Form>> = {
  32: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  64: { size: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * Parses a WAV file of whole or real numbers; `path` is for messages.
 *
 * Source: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", "Waveform Audio File Format".
 */
export function parseWav(bytes: Uint8Array, path: string): Result<Sound, DataProblem> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => new TextDecoder("latin1").decode(bytes.subarray(at, at + 4));
  if (bytes.length === 0) return damaged(path, 0, "the file is empty");
  if (word(0) !== "RIFF" || word(8) !== "WAVE")
    return unreadable(path, "it is no WAV file, which begins with RIFF and WAVE");
  let form:
    { readonly kind: number; readonly channels: number; readonly rate: number; readonly bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, start] = [word(at), at + 8];
    const length = view.getUint32(at + 4, true);
    if (name === "fmt ") {
      if (length < 16 || start + length > bytes.length)
        return damaged(path, at, "the description of its samples is cut off");
      const kind = view.getUint16(start, true);
      form = {
        // In the extended form, the format itself stands further on.
        kind: kind === 0xfffe && length >= 26 ? view.getUint16(start + 24, true) : kind,
        channels: view.getUint16(start + 2, true),
        rate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      };
    } else if (name === "data") {
      if (form === undefined) return damaged(path, at, "its samples come before the description of them");
      // What is written while it is recorded does not know its length.
      const end = length === 0xffffffff ? bytes.length : start + length;
      if (end > bytes.length)
        return damaged(path, bytes.length, `the file ends here, but its samples go on to byte ${end}`);
      return samplesOf(view, start, end, form, path);
    }
    at = start + length + (length % 2);
  }
  return damaged(path, bytes.length, "the file ends before its samples");
}

function samplesOf(
  view: DataView,
  start: number,
  end: number,
  {
    kind,
    channels,
    rate,
    bits,
  }: { readonly kind: number; readonly channels: number; readonly rate: number; readonly bits: number },
  path: string,
): Result<Sound, DataProblem> {
  const other = otherFormats[kind];
  if (other !== undefined) return unreadable(path, `its samples are compressed as ${other}`, toPcm);
  const form = kind === 1 ? wholeForms[bits] : kind === 3 ? realForms[bits] : undefined;
  if (form === undefined) return unreadable(path, `its samples have the format ${kind} of ${bits} bits`, toPcm);
  if (channels === 0 || rate === 0)
    return damaged(path, start, `it has ${channels} channels and ${rate} samples a second`);
  const count = Math.floor((end - start) / (form.size * channels));
  if (count === 0) return unreadable(path, "it has no samples");
  const samples = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      sum += form.read(view, start + (at * channels + channel) * form.size);
    if (!Number.isFinite(sum)) return unreadable(path, `its sample ${at} is no finite number`);
    samples[at] = sum / channels;
  }
  return success({ rate, samples });
}
