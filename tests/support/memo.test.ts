import { describe, expect, it } from "vitest";
import { createMemo } from "../../src/support/memo.ts";

describe("a memo", () => {
  it("makes a value once, and again only after a run that did not need it", () => {
    const memo = createMemo();
    const table = memo.table<string>("text");
    const ask = (...keys: readonly string[]) =>
      memo.run((asker) => keys.map((key) => table.of(asker, key, () => key.toUpperCase())));
    expect(ask("a", "b", "a")).toEqual({
      result: ["A", "B", "A"],
      made: [
        ["text", "a"],
        ["text", "b"],
      ],
    });
    expect(ask("b").made).toEqual([]);
    expect(ask("a", "b").made).toEqual([["text", "a"]]);
  });

  it("keeps what a kept value was made from", () => {
    const memo = createMemo();
    const inner = memo.table<number>("inner");
    const outer = memo.table<number>("outer");
    const ask = (key: string) =>
      memo.run((asker) => outer.of(asker, key, (own) => inner.of(own, "shared", () => 1) + key.length)).made;
    expect(ask("a")).toEqual([
      ["outer", "a"],
      ["inner", "shared"],
    ]);
    // The inner value is not asked for here, and still needed.
    expect(ask("a")).toEqual([]);
    expect(ask("bc")).toEqual([["outer", "bc"]]);
  });

  it("numbers objects by identity", () => {
    const { idOf } = createMemo();
    const [one, other] = [{}, {}];
    expect([idOf(one), idOf(other), idOf(one)]).toEqual([1, 2, 1]);
  });
});
