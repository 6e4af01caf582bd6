import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ahead } from "../../src/support/ahead.ts";

/** Results that take turns at being slow. */
const slow = async (at: number): Promise<number> => {
  await setTimeout(at % 2 === 0 ? 5 : 1);
  return at * at;
};

describe("work that is begun ahead", () => {
  it("gives every result in its turn, whatever takes longer", async () => {
    const found: number[] = [];
    for await (const it of ahead(7, slow)) found.push(it);
    expect(found).toEqual([0, 1, 4, 9, 16, 25, 36]);
    for await (const it of ahead(0, slow)) found.push(it);
    expect(found).toHaveLength(7);
  });

  it("has two results under way beside the one in use, and no more", async () => {
    const begun: number[] = [];
    const seen: (readonly number[])[] = [];
    for await (const _ of ahead(5, (at) => Promise.resolve(begun.push(at)))) seen.push([...begun]);
    expect(seen).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
  });

  it("throws a failure where its result would have been, after those before it", async () => {
    const found: number[] = [];
    const failing = async (at: number): Promise<number> => {
      if (at === 2) throw new Error("two");
      return slow(at);
    };
    await expect(async () => {
      for await (const it of ahead(5, failing)) found.push(it);
    }).rejects.toThrow("two");
    expect(found).toEqual([0, 1]);
  });

  it("leaves nothing under way, and no failure unheard, where it is left early", async () => {
    let running = 0;
    const counted = async (at: number): Promise<number> => {
      running += 1;
      await setTimeout(10);
      running -= 1;
      if (at > 0) throw new Error("never asked for");
      return at;
    };
    for await (const _ of ahead(5, counted)) break;
    expect(running).toBe(0);
  });
});
