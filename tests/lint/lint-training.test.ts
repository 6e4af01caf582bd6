import { describe, expect, it } from "vitest";
import { lintsOfTrainingsCatalog } from "../../src/diagnostics/catalog/lints-of-trainings.ts";
import { textOf } from "../../src/support/source.ts";
import { checkFile, codesOfFile } from "../lower/checking.ts";

describe("the catalog of lints of trainings", () => {
  it.each(Object.entries(lintsOfTrainingsCatalog))(
    "%s: the bad example yields it alone, the good one nothing",
    (code, it) => {
      expect(codesOfFile(it.bad)).toEqual([code]);
      expect(codesOfFile(it.good)).toEqual([]);
      expect(checkFile(it.bad)[0]?.message).toMatch(/^[A-Z`].*\.$/s);
    },
  );
});

interface Training {
  readonly body?: string;
  readonly results?: string;
  readonly source?: string;
  readonly features?: string;
  readonly loss?: string;
  readonly entries?: string;
  readonly before?: string;
}

/** A file that trains a model of points; what is left out is right. */
function file({ body, results, source, features, loss, entries, before }: Training): string {
  return `${before ?? ""}model M: (x: f32[B, 2]) -> ${results ?? "(logits: f32[B, 3])"} {
  ${body ?? "x -> Dense(3)"}
}
data D {
  source: ${source ?? "synthetic_blobs(count=100, classes=3)"}
  x: f32[2] = raw.x
  label: class(3) = raw.label
  ${features ?? ""}
}
train M on D {
  loss: ${loss ?? "cross_entropy(logits, label)"}
  optimizer: adam
  ${entries ?? ""}
}
`;
}

const found = (it: Training): readonly string[] => checkFile(file(it)).map((at) => `${at.code} ${textOf(at.span)}`);

describe("a batch of one for a batch normalisation", () => {
  const normalised = "x -> Dense(4, bias=false) -> BatchNorm -> relu -> Dense(3)";
  const split = (count: number, shares: string): string =>
    `synthetic_blobs(count=${count}, classes=3)\n  split: ${shares}`;
  it.each<[string, Training, boolean]>([
    ["the last one of an epoch", { source: "synthetic_blobs(count=97, classes=3)" }, true],
    ["the default batch", { source: "synthetic_blobs(count=97, classes=3)", entries: "batch: 32" }, true],
    ["the train split", { source: split(121, "train 0.8, validate 0.2") }, true],
    ["the train split, without one left over", { source: split(97, "train 0.8, validate 0.2") }, false],
    ["as many as fit", { source: "synthetic_blobs(count=96, classes=3)" }, false],
    ["one example in all", { source: "synthetic_blobs(count=1, classes=3)" }, false],
    ["always", { entries: "batch: 1" }, true],
    ["beyond the last step", { source: "synthetic_blobs(count=97, classes=3)", entries: "steps: 3" }, false],
    ["at the last step", { source: "synthetic_blobs(count=97, classes=3)", entries: "steps: 4" }, true],
    ["rows that may be left out", { source: "synthetic_blobs(count=97, classes=3)\n  clean: drop_duplicates" }, false],
    ["frozen", { source: "synthetic_blobs(count=97, classes=3)", entries: 'freeze "batch_norm_0.**"' }, false],
  ])("%s", (_, it, isTold) => {
    expect(found({ body: normalised, ...it })).toEqual(isTold ? ["MC4201 M"] : []);
  });

  it.each([
    ["x -> Dense(4) -> LayerNorm -> relu -> Dense(3)", false],
    ["x[:, None] -> Dense(4, bias=false) -> BatchNorm -> relu -> Flatten -> Dense(3)", true],
    ["reshape(x, [B, 2, 1]) -> Dense(4, bias=false) -> BatchNorm -> relu -> Flatten -> Dense(3)", false],
  ])("%s", (body, isTold) => {
    expect(found({ body, entries: "batch: 1" })).toEqual(isTold ? ["MC4201 M"] : []);
  });

  it("offers another size", () => {
    const [finding] = checkFile(file({ body: normalised, source: "synthetic_blobs(count=97, classes=3)" }));
    expect(finding?.help).toBe("Take another size, as `batch: 31`.");
  });
});

describe("a loss whose arguments are swapped", () => {
  const judge: Training = {
    body: "x -> Dense(3)",
    features: "real: f32[3] = cast(stack(raw.label, raw.label, raw.label, axis=-1) > 0, f32)",
  };
  it.each<[string, readonly string[]]>([
    ["binary_cross_entropy(real, logits)", ["MC4202 binary_cross_entropy(real, logits)"]],
    ["0.1 * soft_cross_entropy(softmax(real), logits) + 1", ["MC4202 soft_cross_entropy(softmax(real), logits)"]],

    ["binary_cross_entropy(logits, real)", []],
    ["soft_cross_entropy(logits, real)", []],
    ["mse(real, logits)", []],
    ["smooth_l1(real, logits)", []],
    ["binary_cross_entropy(logits, 0.5 * real + 0.5 * sigmoid(stop_gradient(logits)))", []],
    ["binary_cross_entropy(logits, 0.9)", []],
    ["own(real, logits)", ["MC4202 own(real, logits)"]],
    ["own(logits, real)", []],
  ])("%s", (loss, codes) => {
    const before =
      "fn own: (logits: f32[B, C], targets: f32[B, C]) -> f32[] {\n  mean(softplus(logits) - logits * targets)\n}\n";
    expect(found({ ...judge, loss, before }).filter((it) => !it.startsWith("MC2"))).toEqual(codes);
  });

  it("says what to write", () => {
    const [finding] = checkFile(file({ ...judge, loss: "binary_cross_entropy(real, logits)" }));
    expect(finding?.help).toBe("Give `logits` first and `real` second.");
  });
});

describe("more classes than labels", () => {
  const classes = (count: number): Training => ({
    body: `x -> Dense(${count})`,
    results: `(logits: f32[B, ${count}])`,
  });
  it.each<[string, Training, readonly string[]]>([
    ["one more", classes(4), ["MC4203 cross_entropy(logits, label)"]],
    ["many more", classes(30), ["MC4203 cross_entropy(logits, label)"]],
    ["as many", classes(3), []],
    ["widened for speed", classes(64), []],
    [
      "of a sequence, which some may only begin",
      {
        body: "x[:, None] + zeros([B, 2, 2]) -> Dense(4)",
        results: "(logits: f32[B, 2, 4])",
        features: "marks: class(3)[2] = stack(raw.label, raw.label, axis=-1)",
        loss: "cross_entropy(logits, marks)",
      },
      [],
    ],
    ["of labels that are computed", { ...classes(4), loss: "cross_entropy(logits, 3 - label)" }, []],
    [
      "through views",
      { ...classes(4), loss: "cross_entropy(logits[:, None], label[:, None])" },
      ["MC4203 cross_entropy(logits[:, None], label[:, None])"],
    ],
  ])("%s", (_, it, codes) => {
    expect(found(it).filter((code) => !code.startsWith("MC3"))).toEqual(codes);
  });
});

describe("parameters that no loss reaches", () => {
  const heads: Training = {
    body: "h = x -> body: Dense(8, activation=relu)\n  (h -> head: Dense(3), h -> size: Dense(1))",
    results: "(logits: f32[B, 3], size: f32[B, 1])",
  };
  it.each<[string, Training, readonly string[]]>([
    ["a head without a loss", heads, ["size.kernel", "size.bias"]],
    [
      "a head that only rounded numbers come of",
      { ...heads, loss: "cross_entropy(logits, label) + mean(round(size))" },
      ["size.kernel", "size.bias"],
    ],
    ["a head with one", { ...heads, loss: "cross_entropy(logits, label) + mean(square(size))" }, []],
    ["frozen", { ...heads, entries: 'freeze "size.**"' }, []],
    [
      "thawed later",
      { ...heads, entries: 'freeze "size.**": until step 5\n  steps: 10' },
      ["size.kernel", "size.bias"],
    ],
    [
      "a parameter of the model's own",
      {
        body: "param b: f32[3] = zeros\n  param c: f32[3] = zeros\n  ((x -> Dense(3)) + b, c + x[:, 0:1])",
        results: "(logits: f32[B, 3], size: f32[B, 3])",
      },
      ["c"],
    ],
    ["what a name that begins with _ has", { body: "_h = x -> Dense(2)\n  x -> Dense(3)" }, []],
    [
      "what is dropped within a block that is used",
      {
        body: "x -> Part -> Dense(3)",
        before: "block Part: (x: f32[B, 2]) -> f32[B, 2] {\n  _h = x -> repeat 2 { Dense(2) -> tanh }\n  x * 2\n}\n",
      },
      [],
    ],
    [
      "copies of a loop",
      {
        ...heads,
        body: "h = x -> body: Dense(8, activation=relu)\n  (h -> head: Dense(3), h -> repeat 2 as deep { Dense(1) -> tanh -> Dense(8) -> tanh } -> sum(axis=-1, keep=true))",
      },
      ["deep.0.dense_0.kernel", "deep.0.dense_0.bias", "deep.0.dense_1.kernel"],
    ],
    [
      "the bias of what a loss takes the gradient of",
      { body: "(x -> Dense(3)) + x[:, 0:1]", loss: "mean(square(gradient(logits, x)))" },
      [],
    ],
    ["what only a bias can change", { body: "param b: f32[3] = zeros\n  (x -> Dense(3)) + b" }, []],
    [
      "the last copy of a loop",
      {
        body: "(_, out) = (x, x) -> repeat 3 { Part }\n  out -> Dense(3)",
        before:
          "block Part: (h: f32[B, 2], out: f32[B, 2]) -> (f32[B, 2], f32[B, 2]) {\n  (h -> Dense(2) -> tanh, out + (h -> Dense(2) -> relu))\n}\n",
      },
      [],
    ],
  ])("%s", (_, it, paths) => {
    const messages = checkFile(file(it)).map((finding) => finding.message);
    const named = paths.map((path) => `\`${path}\``).join(", ");
    const list = paths.length === 3 ? `${named} and 5 more` : named;
    expect(messages).toEqual(
      paths.length === 0
        ? []
        : [
            `No gradient reaches ${list} of \`M\`: ${paths.length === 1 ? "it stays as it begins" : "they stay as they begin"}.`,
          ],
    );
  });

  it("is nothing where every parameter is reached by one of several steps", () => {
    const steps = `train M on D {
  step main {
    loss: cross_entropy(logits, label)
    optimizer: adam
    update: "body.**", "head.**"
  }
  step other {
    loss: mean(square(size))
    optimizer: adam
    update: "size.**"
  }
}
`;
    expect(codesOfFile(file(heads).replace(/train M[^]*/, steps))).toEqual([]);
    expect(codesOfFile(file(heads).replace(/train M[^]*/, steps.replace("square(size)", "square(logits)")))).toEqual([
      "MC4086",
    ]);
  });
});

describe("what lints of trainings say", () => {
  const normalised = "x -> Dense(4, bias=false) -> BatchNorm -> relu -> Dense(3)";
  it.each<[Training, readonly string[]]>([
    [
      { body: normalised, source: "synthetic_blobs(count=97, classes=3)" },
      [
        "`BatchNorm` normalises over the batch, and the last batch of an epoch is one example: 97 leave one over in batches of 32.",
        "BatchNorm: it has nothing but the batch to measure",
        "Take another size, as `batch: 31`.",
      ],
    ],
    [
      { body: normalised, entries: "batch: 1" },
      [
        "`BatchNorm` normalises over the batch, and a batch here is one example: what it gives is the same for all of them.",
        "BatchNorm: it has nothing but the batch to measure",
        "Take larger batches; `LayerNorm` and `GroupNorm` normalise each example by itself.",
      ],
    ],
    [
      { body: "x -> Dense(4)", results: "(logits: f32[B, 4])" },
      ["`cross_entropy` is given logits of 4 classes, and `label` is class(3): no example is ever of the last one."],
    ],
    [
      { body: "x -> Dense(5)", results: "(logits: f32[B, 5])" },
      ["`cross_entropy` is given logits of 5 classes, and `label` is class(3): no example is ever of the others."],
    ],
  ])("%#", (it, said) => {
    const [finding, ...others] = checkFile(file(it));
    expect(others).toEqual([]);
    expect([
      finding?.message,
      ...(finding?.labels ?? []).map(({ span, message }) => `${textOf(span)}: ${message}`),
      ...(finding?.help === undefined ? [] : [finding.help]),
    ]).toEqual(said);
  });
});
