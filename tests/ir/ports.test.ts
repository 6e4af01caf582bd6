import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  accumulatorPort,
  checkpointName,
  isScaling,
  isWeight,
  nameIn,
  portOf,
  ports,
  portsOfCheckpoint,
  readSlot,
  scalingPort,
  slotPort,
} from "../../src/ir/ports.ts";

describe("ports", () => {
  test("are a word, a slash and a name", () => {
    const made = [
      portOf("feature", "image"),
      portOf("parameter", "dense_0.kernel"),
      portOf("next", portOf("state", "bn.mean")),
      slotPort("m", "dense_0.kernel"),
      ports.totalSteps,
      accumulatorPort("accuracy", "count"),
      portOf("metric", "accuracy"),
    ];
    expect(made).toEqual([
      "batch/image",
      "param/dense_0.kernel",
      "next/state/bn.mean",
      "opt/m/dense_0.kernel",
      "hyper/total_steps",
      "metric/accuracy/count",
      "metric/accuracy",
    ]);
  });

  test("are read as what they are, and as nothing else", () => {
    expect(nameIn("feature", "batch/image")).toBe("image");
    expect(nameIn("feature", "batches/image")).toBeUndefined();
    expect(nameIn("parameter", "next/param/w")).toBeUndefined();
    expect(readSlot("opt/m/a.b")).toEqual({ slot: "m", path: "a.b" });
    expect([readSlot("opt/m"), readSlot("param/m/a"), readSlot("opt")]).toEqual([undefined, undefined, undefined]);
  });

  test("of a loss scale are of no parameter, and no others are theirs", () => {
    const own = [scalingPort(undefined, "scale"), scalingPort("critic", "finite"), scalingPort("a_b", "skipped")];
    expect(own).toEqual(["opt/loss_scale", "opt/critic_finite_steps", "opt/a_b_skipped_steps"]);
    expect(own.map(isScaling)).toEqual([true, true, true]);
    expect(own.map(checkpointName)).toEqual(own);
    const others = ["opt/loss_scales", "opt/lossloss_scale", "opt/m/loss_scale", "param/loss_scale", "loss_scale"];
    expect(others.map(isScaling)).toEqual([false, false, false, false, false]);
  });

  test("are in a checkpoint where they are kept, weights under their bare paths", () => {
    const names = ["param/w", "state/s", "opt/m/w", "statistic/x.mean", "batch/x", "step", "seed", "hyper/lr_scale"];
    const kept = ["w", "s", "opt/m/w", "statistic/x.mean"];
    expect(names.flatMap((it) => checkpointName(it) ?? [])).toEqual(kept);
    kept.forEach((it, index) => {
      expect(portsOfCheckpoint(it)).toContain(names[index]);
    });
    expect(kept.map(isWeight)).toEqual([true, true, false, false]);
  });
});

/** Every TypeScript file of a folder but what is generated. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((it) => join(folder, it))
    .filter((it) => it.endsWith(".ts") && !it.endsWith(".generated.ts"));
}

test("no other module writes the word of a port", () => {
  const written = /["'`](batch|param|state|opt|raw|statistic|next|hyper|grad|metric|output)\//;
  // What generated TypeScript brings along can import nothing.
  const own = [join("src", "ir", "ports.ts"), join("src", "emit", "tfjs", "prelude")];
  const others = filesIn("src").filter((it) => own.every((path) => !it.startsWith(path)));
  expect(others.length).toBeGreaterThan(300);
  const found = others.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => written.test(line) && !/^\s*(\/?\*|\/\/)/.test(line) && !line.includes('from "'))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
