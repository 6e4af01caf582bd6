import { elementAt } from "../../support/element-at.ts";
import { fault } from "../../support/fault.ts";

/** Tells the numbers of several columns, one by one; as often as it is asked. */
export type EachValue = (take: (column: number, value: number) => void) => Promise<void>;

/** A place among the sorted numbers of a column, of which the first bits are found already. */
interface Wanted {
  readonly column: number;
  /** Among those that begin with the parts found. */
  place: number;
  readonly parts: number[];
  /** How many numbers have each next part. */
  readonly counts: Uint32Array;
}

/** So many parts of 16 bits a number has. */
const partsOfNumber = 4;

/**
 * What stands at some places of each column, were its numbers sorted, -0 before 0: in four passes over them, in which they are
 * counted by 16 bits each, so that none need be kept.
 */
export async function selectValues(
  each: EachValue,
  places: readonly (readonly number[])[],
): Promise<readonly (readonly number[])[]> {
  const wanted = places.map((all, column) =>
    all.map((place): Wanted => ({ column, place, parts: [], counts: new Uint32Array(2 ** 16) })),
  );
  const key = new DataView(new ArrayBuffer(8));
  for (let pass = 0; pass < partsOfNumber; pass++) {
    await each((column, value) => {
      writeSortable(key, value);
      const part = key.getUint16(pass * 2);
      for (const { parts, counts } of elementAt(wanted, column))
        if (parts.every((it, at) => key.getUint16(at * 2) === it)) counts[part] = elementAt(counts, part) + 1;
    });
    for (const it of wanted.flat()) {
      let part = 0;
      while (it.place >= elementAt(it.counts, part)) {
        it.place -= elementAt(it.counts, part);
        part += 1;
        if (part === it.counts.length) fault(`column ${it.column} has no such place`);
      }
      it.parts.push(part);
      it.counts.fill(0);
    }
  }
  return wanted.map((all) =>
    all.map(({ parts }) => {
      for (const [at, part] of parts.entries()) key.setUint16(at * 2, part);
      return readSortable(key);
    }),
  );
}

/** Writes a number so that larger ones have larger bits: of those below 0 all are turned around, of others the sign. */
function writeSortable(key: DataView, value: number): void {
  key.setFloat64(0, value);
  const high = key.getUint32(0);
  if (high >= 0x80000000) {
    key.setUint32(0, ~high >>> 0);
    key.setUint32(4, ~key.getUint32(4) >>> 0);
  } else key.setUint32(0, (high | 0x80000000) >>> 0);
}

function readSortable(key: DataView): number {
  const high = key.getUint32(0);
  if (high >= 0x80000000) key.setUint32(0, high & 0x7fffffff);
  else {
    key.setUint32(0, ~high >>> 0);
    key.setUint32(4, ~key.getUint32(4) >>> 0);
  }
  return key.getFloat64(0);
}
