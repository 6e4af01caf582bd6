import { elementAt } from "../../support/element-at.ts";
import { shuffled } from "./shuffle.ts";

/** The numbers of examples in some order, of which parts are asked for. */
export interface ExampleOrder {
  readonly subarray: (from: number, to: number) => Int32Array;
}

/** So many blocks are shuffled together: of these examples are drawn while the blocks are in memory. */
const together = 16;

/**
 * An order of examples for data that are read in blocks: blocks in a random order, and the examples of each so many blocks
 * among themselves. It depends on seed, epoch and the numbers of examples and of those in a block alone; no more of it is made
 * than is asked for.
 */
export function blockOrder(count: number, block: number, seed: number, epoch: number): ExampleOrder {
  const blocks = shuffled(Math.ceil(count / block), seed, epoch, "blocks");
  const known = new Map<number, Int32Array>();
  /** The examples of so many blocks, from one on, in their order. */
  const groupAt = (group: number): Int32Array => {
    const found = known.get(group);
    if (found !== undefined) return found;
    const own = blocks.subarray(group * together, (group + 1) * together);
    const examples = Int32Array.from(
      [...own].flatMap((it) => Array.from({ length: Math.min(block, count - it * block) }, (_, at) => it * block + at)),
    );
    const order = shuffled(examples.length, seed, epoch, `blocks ${group}`).map((at) => elementAt(examples, at));
    // Two groups meet in one batch, and a batch that is read ahead may begin the next.
    if (known.size > 2) known.clear();
    known.set(group, order);
    return order;
  };
  return {
    subarray(from, to) {
      const part = new Int32Array(Math.max(0, to - from));
      let start = 0;
      for (let group = 0; start < to && group * together < blocks.length; group++) {
        const own = blocks.subarray(group * together, (group + 1) * together);
        const lacks = own.includes(blocks.length - 1) ? blocks.length * block - count : 0;
        const end = start + own.length * block - lacks;
        if (end > from) {
          const order = groupAt(group);
          const [first, last] = [Math.max(from, start), Math.min(to, end)];
          part.set(order.subarray(first - start, last - start), first - from);
        }
        start = end;
      }
      return part;
    },
  };
}
