import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

const functions = `fn gathered(how: summed | middle): (x: f32[B, C]) -> f32[B] {
  when how == summed { sum(x, over=C) } else { mean(x, over=C) }
}

metric share(how: summed | middle = summed, times: int = 1): (logits: f32[B, C]) -> more {
  total sum: f32[] = when how == summed { sum(logits) } else { mean(logits) }
  finish sum * times
}
`;

/** A file whose sections use what takes words. */
const file = (parts: { readonly loss?: string; readonly metrics?: string; readonly feature?: string }): string =>
  `${functions}
model Net: (x: f32[B, 2]) -> logits: f32[B, 3] {
  x -> Dense(3)
}

data Points {
  source: csv("p.csv")
  x:     f32[2]   = ${parts.feature ?? "stack(raw.a, raw.b, axis=-1)"}
  label: class(3) = raw.label
}

train Net on Points {
  loss:      cross_entropy(logits, label) + ${parts.loss ?? "gathered(logits, summed)"}
  optimizer: sgd(lr=0.1)
  metrics:   ${parts.metrics ?? "share(logits, middle)"}
}
`;

const told = (text: string): readonly (readonly string[])[] =>
  checkFile(text).map(({ code, span, help = "" }) => [code, textOf(span), help]);

describe("a word of an enum by position, in a section", () => {
  it.each([
    ["of a metric of the library", { metrics: "class_f1(logits, label, micro)" }],
    ["of several", { metrics: "class_f1(logits, label, weighted, 2), confusion_matrix(logits, label, real)" }],
    ["of a metric of one's own", { metrics: "share(logits, summed, 3)" }],
    ["of a function in a loss", { loss: "gathered(logits, middle)" }],
    ["of a function that is piped to", { loss: "(logits -> gathered(middle))" }],
    ["of an element type in a feature", { feature: "stack(raw.a, cast(raw.b, f32), axis=-1)" }],
    [
      "of a function of a feature",
      { feature: "stack(gathered(stack(raw.a, raw.b, axis=-1), middle), raw.b, axis=-1)" },
    ],
  ])("may stand there: %s", (_, parts) => {
    expect(told(file(parts))).toEqual([]);
  });

  it.each([
    ["is misspelt", { metrics: "class_f1(logits, label, mirco)" }, "MC2001", "mirco", "Did you mean `micro`?"],
    [
      "is not of this one",
      { metrics: "share(logits, micro)" },
      "MC2001",
      "micro",
      "It takes the words summed, middle.",
    ],
    ["is misspelt in a loss", { loss: "gathered(logits, sumed)" }, "MC2001", "sumed", "Did you mean `summed`?"],
  ])("is told where it %s", (_, parts, code, at, help) => {
    expect(told(file(parts))).toEqual([[code, at, help]]);
  });

  it("is not taken for a name where an input stands", () => {
    expect(told(file({ metrics: "share(summed, summed)" }))).toEqual([["MC2001", "summed", ""]]);
  });
});
