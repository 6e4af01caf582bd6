import { describe, expect, it } from "vitest";
import { checkSource } from "../../../src/compiler.ts";
import { host } from "../checking.ts";

interface Edit {
  readonly frames?: string;
  readonly features?: string;
  readonly more?: string;
  readonly loss?: string;
  readonly metrics?: string;
  readonly batch?: string;
  readonly before?: string;
}

const spec = ({
  frames = "f32[T, 8] = raw.audio -> log_mel(bands=8)",
  features = "",
  more = "",
  loss = "mse(y, 0)",
  metrics,
  batch = "4",
  before = "",
}: Edit): string => `${before}model Net: (frames: f32[B, T, 8]) -> y: f32[B] {
  mean(frames, axis=1) -> Dense(1) -> reshape([B])
}

data Clips {
  source: wav("clips", transcripts="clips.csv")
${more}  frames: ${frames}
${features}}

train Net on Clips {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
${metrics === undefined ? "" : `  metrics: ${metrics}\n`}  batch: ${batch}
}
`;

const toldOf = (edit: Edit): readonly string[] =>
  checkSource({ path: "main.model", text: spec(edit) }, host).map(
    (it) => `${it.code} ${it.message}${it.help === undefined ? "" : ` ${it.help}`}`,
  );

const lengthsOf = "`lengths` is of a feature whose size varies by example, but";

describe("lengths of features", () => {
  it.each<readonly [what: string, edit: Edit]>([
    ["in a loss", { loss: "mse(y, cast(lengths(frames), f32))" }],
    [
      "as a stage",
      { loss: "mse(y, cast(frames -> lengths, f32))", metrics: "mse(y, (frames -> lengths) -> cast(f32))" },
    ],
    ["in a feature", { features: "  steps: i32[] = lengths(frames) * 2\n", loss: "mse(y, cast(steps, f32))" }],
    ["as real numbers", { features: "  steps: f32[] = lengths(frames) / 100\n", loss: "mse(y, steps)" }],
    [
      "over one of two sizes",
      {
        features:
          "  text: class(29)[L] = raw.text -> characters\n  pairs: f32[T, L] = zeros_like(raw.audio -> log_mel(bands=8))[:, :, :1] + cast(raw.text -> characters, f32)[:, None]\n",
        loss: "mse(y, cast(lengths(pairs, over=L) + lengths(pairs, over=T), f32))",
      },
    ],
    [
      "of a function of one's own",
      { before: "fn lengths: (x: f32[B]) -> f32[B] { x }\n\n", loss: "mse(lengths(y), 0)" },
    ],
  ])("%s", (_, edit) => {
    expect(toldOf(edit)).toEqual([]);
  });

  it.each<readonly [edit: Edit, told: readonly string[]]>([
    [
      { loss: "mse(y, cast(lengths(), f32))" },
      [
        `MC4099 ${lengthsOf} it is given the name of one. \`lengths(frames)\`, and of several sizes \`lengths(image, over=H)\`.`,
      ],
    ],
    [
      { loss: "mse(y, cast(lengths(frames, 2), f32))" },
      [
        `MC4099 ${lengthsOf} it is given the name of one. \`lengths(frames)\`, and of several sizes \`lengths(image, over=H)\`.`,
      ],
    ],
    [
      { loss: "mse(y, cast(lengths(y), f32))" },
      [`MC4099 ${lengthsOf} \`y\` is no feature of Clips. There is \`lengths(frames)\`.`],
    ],
    [
      { loss: "mse(y, cast(lengths(frame), f32))" },
      [`MC4099 ${lengthsOf} \`frame\` is no feature of Clips. Did you mean \`frames\`?`],
    ],
    [
      { loss: "mse(y, cast(lengths(frames, over=L), f32))" },
      [`MC4099 ${lengthsOf} \`frames\` is f32[T, 8], and has no size \`L\` that varies.`],
    ],
    [
      { frames: "f32[9, 8] = raw.audio -> log_mel(bands=8)", loss: "mse(y, cast(lengths(frames), f32))" },
      [
        `MC4099 ${lengthsOf} \`frames\` is f32[9, 8] in every example. A size that varies has a name in the type of the feature, as \`T\` in \`f32[T, 80]\`.`,
      ],
    ],
    [
      { features: "  steps: i32[] = lengths(raw.audio)\n" },
      [`MC4099 ${lengthsOf} \`raw.audio\` is no feature of Clips. There is \`lengths(frames)\`.`],
    ],
    [
      {
        features:
          "  text: class(29)[L] = raw.text -> characters\n  pairs: f32[T, L] = zeros_like(raw.audio -> log_mel(bands=8))[:, :, :1] + cast(raw.text -> characters, f32)[:, None]\n  size: i32[] = lengths(pairs)\n",
      },
      [
        `MC4099 ${lengthsOf} \`pairs\` is f32[T, L], of several sizes that vary. Say which: \`lengths(pairs, over=T)\`.`,
      ],
    ],
    [
      { metrics: "mse(y, cast(lengths(nothing), f32))" },
      [`MC4099 ${lengthsOf} \`nothing\` is no feature of Clips. There is \`lengths(frames)\`.`],
    ],
    // What is wrong with a feature is told once.
    [
      { frames: "f32[T, 8] = raw.audio -> log_mel(bands=8) + 1", features: "  steps: i32[] = lengths(frames)\n" },
      [
        "MC1014 After `->` stands one stage: `+` cannot follow it. Put the stages in parentheses, so that it is clear what the operator joins.",
      ],
    ],
    [
      { frames: "f33[T, 8] = raw.audio", loss: "mse(y, cast(lengths(frames), f32))" },
      [
        "MC4004 `f33` is no element type. There are `f16`, `bf16`, `f32`, `f64`, `i8`, `i32`, `i64`, `u8`, `bool`, `class(n)`. Did you mean `f32`?",
      ],
    ],
  ])("%j", (edit, told) => {
    expect(toldOf(edit)).toEqual(told);
  });
});

describe("batches of examples that are alike in length", () => {
  const expected = "a number of examples, or one with a size that varies by example, as in `16, bucket by T`";
  it.each<readonly [batch: string, told: readonly string[]]>([
    ["4, bucket by T", []],
    ["4, bucket by S", ["MC4004 `S` is no size that varies by example. There are `T`."]],
    ["4, bucket by 8", [`MC4006 \`batch\` of this section must be ${expected}, not this.`]],
    ['4, bucket by "T"', [`MC4006 \`batch\` of this section must be ${expected}, not this.`]],
    ["4, bucket", [`MC4006 \`batch\` of this section must be ${expected}, not this.`]],
    ["4, bucket by T, 2", [`MC4006 \`batch\` of this section must be ${expected}, not this.`]],
    ["bucket by T", [`MC4006 \`batch\` of this section must be ${expected}, not this.`]],
    ["0, bucket by T", ["MC4006 `batch` of this section must be a whole number of at least 1, not `0`."]],
  ])("%s", (batch, told) => {
    expect(toldOf({ batch })).toEqual(told);
  });

  it("needs a feature that varies", () => {
    const edit = { frames: "f32[9, 8] = raw.audio -> log_mel(bands=8)", batch: "4, bucket by T" };
    expect(toldOf(edit)).toEqual([
      "MC4006 `batch` of this section must be a number of examples, as no feature of Clips has a size that varies by example, not this. A name in the place of a number, as `T` in `f32[T, 80]`, is that of a size that varies.",
    ]);
  });
});

describe("texts as sequences", () => {
  it.each<readonly [feature: string, told: readonly string[]]>([
    ["class(29)[L] = raw.text -> characters", []],
    ["i32[L] = raw.text -> characters", []],
    ['i32[20] = raw.text -> words(100, known=["a", "b"])', []],
    ["f32[L, 30] = raw.text -> characters -> one_hot(30)", []],
    ["f32[30] = mean(raw.text -> characters(rest=true) -> one_hot(30), axis=-2)", []],
    [
      "i32[L] = raw.text -> words",
      [
        "MC4089 `words` has no place here: nothing says how many numbers there are, that of the rest among them. `class(1000)[L]` as the type of the feature says so, `one_hot(1000)` as the next stage, or `words(1000)`.",
      ],
    ],
    [
      "i32[L] = raw.text -> characters(rest=true)",
      [
        "MC4089 `characters` has no place here: nothing says how many numbers there are, that of the rest among them. `class(1000)[L]` as the type of the feature says so, or `one_hot(1000)` as the next stage.",
      ],
    ],
    [
      "class(50)[L] = raw.text -> words(100)",
      ["MC4089 `words` has no place here: it gives numbers below 100, and 50 are declared. Declare `class(100)`."],
    ],
    [
      "class(256)[L] = raw.text -> bytes",
      ["MC4089 `bytes` has no place here: it gives numbers below 257, and 256 are declared. Declare `class(257)`."],
    ],
    [
      'i32[L] = raw.text -> impute("a") -> characters',
      [
        "MC4089 `impute` has no place here: a text that is missing has no parts. Leave such rows out with `clean: drop_missing`.",
      ],
    ],
    [
      "i32[3, L] = raw.text -> characters -> window(3)",
      ["MC4089 `window` has no place here: a window is of cells, and this one is read as a sequence. Leave it out."],
    ],
    [
      "i32[L] = raw.audio -> characters",
      [
        "MC4089 `characters` has no place here: the source `wav` has no cells. It is for the columns of a table, as `csv`, `jsonl`, `parquet` and `sqlite` read them.",
      ],
    ],
    [
      'i32[L] = raw.text -> characters("abca")',
      ['MC4006 `known` of `characters` must be each character once, and `a` is there twice, not "abca".'],
    ],
    [
      'i32[L] = raw.text -> words(9, known=["a", "a"])',
      ['MC4006 `known` of `words` must be each word once, and `a` is there twice, not `["a", "a"]`.'],
    ],
    [
      'i32[L] = raw.text -> words(9, known=["A"])',
      ['MC4006 `known` of `words` must be words in small letters without signs, and not `A`, not `["A"]`.'],
    ],
    [
      'i32[L] = raw.text -> words(3, known=["a", "b"])',
      ["MC4006 `count` of `words` must be at least 4, for 2 words, all others, and 0, not `3`."],
    ],
    [
      "i32[L] = raw.text -> words(2)",
      ["MC4006 `count` of `words` must be a whole number of at least 3 and of at most 2147483647, not `2`."],
    ],
  ])("%s", (feature, told) => {
    expect(toldOf({ features: `  text: ${feature}\n` })).toEqual(told);
  });

  it("are nothing that rows are split by", () => {
    const more = "  split: train 0.8, test 0.2, stratified by raw.text -> characters\n";
    expect(toldOf({ more })).toEqual([
      "MC4006 `stratified by` of `split` must be a column that holds words, as `raw.species`, not `raw.text -> characters`. Rows are told apart by whole cells: leave `characters` out.",
    ]);
  });
});

describe("padding that counts", () => {
  const tagger = (loss: string): readonly string[] =>
    checkSource(
      {
        path: "main.model",
        text: `model Tagger: (words: class(9)[B, T]) -> logits: f32[B, T, 5] {
  words -> Embedding(9, 4) -> Dense(5)
}

data Sentences {
  source: csv("sentences.csv")
  words:  class(9)[T] = raw.words -> words
  tags:   class(5)[T] = raw.tags -> words
  kept:   f32[T]      = cast((raw.tags -> words(5)) > 0, f32)
  last:   class(5)    = raw.last -> categories
}

train Tagger on Sentences {
  loss:      ${loss}
  optimizer: adam
}
`,
      },
      host,
    ).map((it) => `${it.code}${it.help === undefined ? "" : ` ${it.help}`}`);

  it.each<readonly [loss: string, told: readonly string[]]>([
    ["cross_entropy(logits, tags)", ["MC4207 `lengths=lengths(tags)` leaves it out."]],
    ["2 * cross_entropy(logits, labels=tags)", ["MC4207 `lengths=lengths(tags)` leaves it out."]],
    ["ctc(logits, tags)", ["MC4207 `label_lengths=lengths(tags)` leaves it out."]],
    ["focal_cross_entropy(logits, tags)", ["MC4207 `lengths=lengths(tags)` leaves it out."]],
    ["cross_entropy(logits, tags, lengths=lengths(words))", []],
    ["cross_entropy(logits, tags, mask=kept)", []],
    ["cross_entropy(mean(logits, axis=1), last)", []],
  ])("%s", (loss, told) => {
    expect(tagger(loss)).toEqual(told);
  });
});

describe("types of features", () => {
  const batch = "must be sizes of one example, of which `B`, the batch, is none, not `B`.";
  const before = "A feature is of one example, and the batch comes before it by itself:";
  it.each<readonly [features: string, told: string]>([
    [
      "text: class(29)[B] = raw.text -> characters",
      `MC4006 \`text\` of this section ${batch} ${before} \`class(29)[]\`.`,
    ],
    [
      "pairs: f32[B, T, 2] = raw.audio -> log_mel(bands=2)",
      `MC4006 \`pairs\` of this section ${batch} ${before} \`f32[T, 2]\`.`,
    ],
    [
      "text: class(1)[L] = raw.text -> characters",
      "MC4089 `characters` has no place here: it gives at least 2 numbers, and 1 is declared. 0 is behind the end of a text: declare `class(2)`, or more.",
    ],
    [
      "text: class(2)[L] = raw.text -> words",
      "MC4089 `words` has no place here: it gives at least 3 numbers, and 2 are declared. 0 is behind the end of a text, and the last one is for all others: declare `class(3)`, or more.",
    ],
  ])("%s", (features, told) => {
    expect(toldOf({ features: `  ${features}\n` })).toEqual([told]);
  });
});
