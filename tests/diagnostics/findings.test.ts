import { describe, expect, it } from "vitest";
import { createCollector, type Collector } from "../../src/diagnostics/collector.ts";

const file = { path: "a.model", text: "a b c" };
const at = (start: number) => ({ file, start, end: start + 1 });
const unknown = (collector: Collector, name: string, start: number): void =>
  collector.report("MC2001", at(start), { name, what: "name" });
const messages = (collector: Collector) => collector.diagnostics.map((it) => `${it.span.start} ${it.message}`);

describe("findings", () => {
  it("of a value that several rest on are told once, where they are met first", () => {
    const [shared, one, other, all] = [createCollector(), createCollector(), createCollector(), createCollector()];
    unknown(shared, "shared", 0);
    one.take(shared);
    unknown(one, "one", 2);
    unknown(other, "other", 4);
    other.take(shared);
    all.take(other);
    all.take(one);
    expect(messages(all).map((it) => it.charAt(0))).toEqual(["4", "0", "2"]);
  });

  it("are all told of one value, and of a line that several find wrong by the first", () => {
    const [one, other, all] = [createCollector(), createCollector(), createCollector()];
    unknown(one, "x", 0);
    unknown(one, "y", 0);
    unknown(other, "z", 0);
    all.take(one);
    all.take(other);
    expect(all.diagnostics).toHaveLength(2);
    expect(messages(all)).toEqual(messages(one));
  });

  it("that may only follow from an error are left out beside it, and told where there is none", () => {
    const unused = (collector: Collector): void =>
      collector.report("MC2004", at(4), { name: "c" }, { unlessWrong: { ...at(1), end: 3 } });
    for (const [wrong, told] of [
      [0, 2],
      [2, 1],
    ] as const) {
      const collector = createCollector();
      unused(collector);
      unknown(collector, "b", wrong);
      expect(collector.diagnostics).toHaveLength(told);
      expect(collector.diagnostics.some((it) => "unlessWrong" in it)).toBe(false);
    }
    const alone = createCollector();
    unused(alone);
    unused(alone);
    expect(alone.diagnostics.map((it) => it.code)).toEqual(["MC2004", "MC2004"]);
  });

  it("are errors, and say names, where those of what they rest on do", () => {
    const [inner, outer] = [createCollector(), createCollector()];
    outer.take(inner);
    expect([outer.hasErrors, outer.saysNames]).toEqual([false, false]);
    unknown(inner, "x", 0);
    inner.sayNames();
    expect([outer.hasErrors, outer.saysNames]).toEqual([true, true]);
  });
});
