import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

/** A file with every kind of declaration, in which what is named is used at several places. */
const program = `import { Head } from "./layers.model"

const width = 8
const twice = width * 2

fn scaled(factor: float = 2): (x: f32[..., D]) -> f32[..., D] {
  x * factor
}

metric hits(threshold: float = 0.5): (probs: f32[B, C], label: i32[B]) -> more {
  hit = cast(argmax(probs) == label, f32)
  total right: f32[] = sum(hit)
  total all: f32[] = sum(ones_like(hit)) + threshold
  finish right / all
}

block Wide(size: int, rate: float = 0.1): (x: f32[B, D]) -> f32[B, size] {
  hidden = x -> Dense(size) -> relu -> scaled
  extra = hidden * 2
  hidden + extra -> Dropout(rate)
}

block Pair: (x: f32[B, D]) -> (near: f32[B, D], far: f32[B, D]) {
  near = x * 2
  far = x * 3
  (near, far)
}

model Net(depth: int = 2): (x: f32[B, 4]) -> (probs: f32[B, 2], logits: f32[B, 2]) {
  (a, b) = x -> Pair
  mixed = a + b
  first = mixed -> Wide(width)
  second = first -> Wide(twice)
  both = concat(first, second, axis=-1)
  deep = both -> Dense(width, activation=relu) -> for i in range(depth) as layer { Dense(width) -> relu }
  logits = deep -> Head
  probs = softmax(logits)
  (probs, logits)
}

data Points {
  source: synthetic_blobs(count=40, features=4)
  split: train 0.6, validate 0.2, test 0.2, seed 1

  x: f32[4] = raw.x * 2
  label: class(2) = raw.label
}

train trained: Net on Points {
  epochs: 1
  batch: 8
  optimizer: adam(lr=0.01)
  loss: cross_entropy(logits, label)
  metrics: accuracy(logits, label), hits(probs, label)
  stop: early(validate.loss, patience=3)
  save: best(validate.accuracy)
  freeze "first.**"
}

test trained { expect accuracy >= 0.1 }

budget Net { params <= 10k }
`;

const told = (text: string): readonly string[] =>
  checkFile(text).map((it) => `${it.code} ${it.message} at ${it.span.file.text.slice(it.span.start, it.span.end)}`);

describe("a single mistake", () => {
  it("is made in a file that is right", () => {
    expect(told(program)).toEqual([]);
  });

  it.each([
    // imports
    ["Head }", "Heads }"],
    ['"./layers.model"', '"./layer.model"'],
    ['"./layers.model"', '"./layers.txt"'],
    ['"./layers.model"', '"./too-large.model"'],
    ['"./layers.model"', '"./cycle.model"'],
    ['"./layers.model"', "./layers.model"],
    ["import { Head }", "import Head"],
    ['from "./layers.model"', ""],
    // constants
    ["const width = 8", "const width = wide"],
    ["const width = 8", "const width ="],
    ["const width = 8", "const width = 1 / 0"],
    ["const width = 8", 'const width = "8" * 2'],
    ["const width = 8", "const width = (8"],
    ["const width = 8", "const width 8"],
    ["const width = 8", "const = 8"],
    ["const width = 8", "cosnt width = 8"],
    ["const width = 8", "const width = -8"],
    ["width * 2", "width * three"],
    ["width * 2", "twice * 2"],
    ["const twice = width * 2", ""],
    // functions
    ["x * factor", "x * factr"],
    ["x * factor", "x * "],
    ["factor: float = 2", "factor: flaot = 2"],
    ["factor: float = 2", 'factor: float = "two"'],
    ["factor: float = 2", "factor: float"],
    ["fn scaled", "fn scaledd"],
    ["block Wide", "block Wider"],
    ["label: class(2) = raw.label", "labels: class(2) = raw.label"],
    ["fn scaled", "fun scaled"],
    ["(x: f32[..., D]) -> f32[..., D]", "(x: f33[..., D]) -> f32[..., D]"],
    ["(x: f32[..., D]) -> f32[..., D]", "(x: f32[..., D) -> f32[..., D]"],
    ["(x: f32[..., D]) -> f32[..., D]", "(x: f32[..., D]) -> f32[..., E]"],
    ["(x: f32[..., D]) -> f32[..., D]", "(x: f32[..., D]) -> i32[..., D]"],
    ["x * factor\n}", "x * factor\n"],
    // metrics
    ["argmax(probs) ==", "argmax(prob) =="],
    ["argmax(probs) ==", "argmax(probs =="],
    ["total right: f32[]", "total right: f32"],
    ["total right: f32[]", "total right: f32[2]"],
    ["sum(hit)\n", "sum(hits)\n"],
    ["sum(hit)\n", "hit\n"],
    ["finish right / all", "finish right / al"],
    ["finish right / all", "right / all"],
    ["finish right / all", ""],
    ["-> more", "-> most"],
    ["metric hits", "metric hit"],
    ["metric hits", "metrics hits"],
    ["threshold: float = 0.5", "threshold: float = [0.5]"],
    // blocks
    ["Dense(size) -> relu", "Dens(size) -> relu"],
    ["Dense(size) -> relu", "Dense(sise) -> relu"],
    ["Dense(size) -> relu", "Dense(units=size, unit=3) -> relu"],
    ["Dense(size) -> relu", "Dense(size) -> rleu"],
    ["Dense(size) -> relu", "Dense(size -> relu"],
    ["Dense(size) -> relu", "Dense(size) -> -> relu"],
    ["extra = hidden * 2", "extra = hidden *"],
    ["extra = hidden * 2", "extra = hiden * 2"],
    ["extra = hidden * 2", "extra hidden * 2"],
    ["extra = hidden * 2", "extra = hidden[:, 0]"],
    ["extra = hidden * 2", "extra = hidden * true"],
    ["extra = hidden * 2", "extra = concat(hidden, hidden, axis=7)"],
    ["extra = hidden * 2", "extra = reshape(hidden, [B, 3])"],
    ["-> Dropout(rate)", "-> Dropout(7)"],
    ["-> Dropout(rate)", "-> Dropout(rat)"],
    ["block Wide", "blok Wide"],
    ["block Wide(", "block Wide "],
    ["size: int", "size: integer"],
    ["size: int", "size int"],
    ["-> f32[B, size]", "-> f32[B, sise]"],
    ["-> f32[B, size]", "-> f32[B, size"],
    ["-> f32[B, size]", "-> f32[B, size, 1]"],
    ["near = x * 2", "near = y * 2"],
    ["near = x * 2", ""],
    ["near = x * 2", "near = sum(x)"],
    ["(near: f32[B, D], far", "(near f32[B, D], far"],
    // models
    ["(a, b) = x -> Pair", "(a, b) = x -> Pairs"],
    ["(a, b) = x -> Pair", "(a, b, c) = x -> Pair"],
    ["(a, b) = x -> Pair", "(a, b) = x -> relu"],
    ["(a, b) = x -> Pair", "(a, b = x -> Pair"],
    ["(a, b) = x -> Pair", "(a, b) = "],
    ["(a, b) = x -> Pair", "(a, b) = z -> Pair"],
    ["(a, b) = x -> Pair", "(a, a) = x -> Pair"],
    ["mixed = a + b", "mixed = a + c"],
    ["mixed = a + b", "mixed = a + b + [1]"],
    ["mixed = a + b", "mixed = a +* b"],
    ["mixed = a + b", 'mixed = a + "b"'],
    ["Wide(width)", 'Wide("width")'],
    ["Wide(width)", "Wide"],
    ["Wide(width)", "Wide(0)"],
    ["Wide(width)", "Wide(widht)"],
    ["Wide(width)", "Wide(width, size=3)"],
    ["first -> Wide(twice)", "first -> Wide(twice"],
    ["first -> Wide(twice)", "first -> Wide(twice) as"],
    ["first -> Wide(twice)", "frist -> Wide(twice)"],
    ["second = first", "first = first"],
    ["axis=-1)", "axis=-3)"],
    ["axis=-1)", "axs=-1)"],
    ["axis=-1)", "along=Q)"],
    ["for i in range(depth)", "for i in range(deph)"],
    ["for i in range(depth)", "for i in depth"],
    ["for i in range(depth)", "for i range(depth)"],
    ["for i in range(depth)", "for i in range()"],
    ["{ Dense(width) -> relu }", "{ Dense(wdth) -> relu }"],
    ["{ Dense(width) -> relu }", "{ Dense(width) -> relu "],
    ["{ Dense(width) -> relu }", "{ }"],
    ["deep -> Head", "deep -> Heed"],
    ["deep -> Head", "deep -> Head(3)"],
    ["probs = softmax(logits)", "probs = softmax(logit)"],
    ["probs = softmax(logits)", "props = softmax(logits)"],
    ["probs = softmax(logits)", ""],
    ["probs = softmax(logits)", "probs = sum(logits)"],
    ["model Net", "modle Net"],
    ["model Net", "model"],
    ["(x: f32[B, 4]) -> (", "(x: f32[B 4]) -> ("],
    ["(x: f32[B, 4]) -> (", "(x: f32[B, 5]) -> ("],
    ["(x: f32[B, 4]) -> (", "(x: f23[B, 4]) -> ("],
    ["depth: int = 2", "depth: int"],
    ["depth: int = 2", "depth: int = two"],
    ["depth: int = 2", "depth: int = 2.5"],
    ["logits: f32[B, 2])", "logits: f32[B, 3])"],
    ["logits: f32[B, 2])", "logits: f32[B, C])"],
    // data
    ["synthetic_blobs(count=40, features=4)", "synthetic_blob(count=40, features=4)"],
    ["count=40", "cuont=40"],
    ["features=4)", "features=4"],
    ["synthetic_blobs(count=40, features=4)", 'synthetic_blobs(count="40", features=4)'],
    ["source: synthetic_blobs(count=40, features=4)", ""],
    ["source: ", "sorce: "],
    ["source: ", "source "],
    ["train 0.6,", "train 6,"],
    ["train 0.6,", "trian 0.6,"],
    ["train 0.6,", ""],
    ["test 0.2, seed", "seed"],
    ["validate 0.2, ", ""],
    ["raw.x * 2", "raw.y * 2"],
    ["raw.x * 2", "raw.x *"],
    ["raw.x * 2", "raw.x * two"],
    ["raw.x * 2", "row.x * 2"],
    ["raw.x * 2", "sum(raw.x)"],
    ["x: f32[4] =", "x: f32[] ="],
    ["x: f32[4] =", "x: f32[5] ="],
    ["x: f32[4] =", "x: f23[4] ="],
    ["x: f32[4] =", "x: i32[4] ="],
    ["x: f32[4] =", "x f32[4] ="],
    ["x: f32[4] =", "x: f32[4 ="],
    ["x: f32[4] =", "x: f32[4]"],
    ["x: f32[4] =", "x: f32[four] ="],
    ["x: f32[4] =", "xs: f32[4] ="],
    ["  x: f32[4] = raw.x * 2\n", ""],
    ["class(2)", "class(two)"],
    ["class(2)", "clas(2)"],
    ["class(2)", "class(2"],
    ["class(2)", "class"],
    ["label: class(2) = raw.label", "label: class(2) = raw.labels"],
    ["label: class(2) = raw.label", "x: class(2) = raw.label"],
    ["label: class(2) = raw.label", "logits: class(2) = raw.label"],
    ["data Points", "date Points"],
    ["data Points", "data"],
    ["data Points", "data Point"],
    // train
    ["Net on Points", "Nut on Points"],
    ["Net on Points", "Wide on Points"],
    ["Net on Points", "Net on Point"],
    ["Net on Points", "Net in Points"],
    ["Net on Points", "Net(deep=3) on Points"],
    ["Net on Points", "Net(depth=0.5) on Points"],
    ["Net on Points", 'Net(depth="3") on Points'],
    ["Net on Points", "Net(depth=3 on Points"],
    ["Net on Points", "Net on"],
    ["train trained:", "trian trained:"],
    ["train trained:", "train"],
    ["train trained:", "train trained"],
    ["epochs: 1", "epoch: 1"],
    ["epochs: 1", "epochs: -1"],
    ["epochs: 1", "epochs: 1.5"],
    ["epochs: 1", "epochs:"],
    ["epochs: 1", "epochs 1"],
    ["batch: 8", "batch: eight"],
    ["batch: 8", "batch: 8\n  batch: 9"],
    ["adam(lr=0.01)", "adm(lr=0.01)"],
    ["adam(lr=0.01)", "adam(lrr=0.01)"],
    ["adam(lr=0.01)", "adam(lr=-1)"],
    ["adam(lr=0.01)", "adam(lr=0.01"],
    ["adam(lr=0.01)", "adam(lr=cosin(0.01))"],
    ["  optimizer: adam(lr=0.01)\n", ""],
    ["loss: cross_entropy(logits, label)", "loss: cross_entrpy(logits, label)"],
    ["loss: cross_entropy(logits, label)", "loss: cross_entropy(logit, label)"],
    ["loss: cross_entropy(logits, label)", "loss: cross_entropy(logits, labels)"],
    ["loss: cross_entropy(logits, label)", "loss: cross_entropy(logits)"],
    ["loss: cross_entropy(logits, label)", "loss: hits(probs, label)"],
    ["loss: cross_entropy(logits, label)", "loss: cross_entropy(logits, label"],
    ["loss: cross_entropy(logits, label)", "loss:"],
    ["loss: cross_entropy(logits, label)", ""],
    ["metrics: accuracy(logits, label)", "metrics: acuracy(logits, label)"],
    ["metrics: accuracy(logits, label)", "metrics: accuracy(logits)"],
    ["metrics: accuracy(logits, label)", "metrics: accuracy(label, label)"],
    ["metrics: accuracy(logits, label)", "metrics: accuracy(sum(logits), label)"],
    ["metrics: accuracy(logits, label)", "metrics: accuracy(logits, lable)"],
    ["metrics: accuracy(logits, label)", "metric: accuracy(logits, label)"],
    ["hits(probs, label)\n", "hits(prob, label)\n"],
    ["hits(probs, label)\n", "hits(probs, x)\n"],
    ["early(validate.loss, patience=3)", "early(validate.los, patience=3)"],
    ["early(validate.loss, patience=3)", "early(validate.loss, patence=3)"],
    ["early(validate.loss, patience=3)", "erly(validate.loss, patience=3)"],
    ["best(validate.accuracy)", "best(validate.acuracy)"],
    ["best(validate.accuracy)", "best(validate)"],
    ["best(validate.accuracy)", "best("],
    ['freeze "first.**"', 'freeze "frist.**"'],
    ['freeze "first.**"', "freeze first"],
    ['freeze "first.**"', 'freze "first.**"'],
    ['freeze "first.**"', 'freeze "**"'],
    // test
    ["test trained {", "test traind {"],
    ["test trained {", "tset trained {"],
    ["test trained {", "test {"],
    ["expect accuracy", "expect acuracy"],
    ["expect accuracy", "expct accuracy"],
    ["accuracy >= 0.1", "accuracy >="],
    ["accuracy >= 0.1", "accuracy"],
    ["accuracy >= 0.1", 'accuracy >= "high"'],
    // budget
    ["budget Net", "budget Nut"],
    ["budget Net", "buget Net"],
    ["budget Net {", "budget Net"],
    ["params <= 10k", "parms <= 10k"],
    ["params <= 10k", "params <="],
    ["params <= 10k", "params <= 10"],
    ["params <= 10k", "params <= ten"],
  ])("%j as %j", (right, wrong) => {
    expect(program).toContain(right);
    const found = told(program.replace(right, () => wrong));
    expect(found, found.join("\n")).toHaveLength(1);
  });

  // What is declared is sound by itself, and each of these places is wrong beside it: whoever meant the declaration mends
  // the places, one by one, as with other compilers.
  it.each([
    ["const width = 8", "const width = 8.5", 2, "two blocks are given a number that is not whole"],
    ["(x: f32[..., D]) -> f32[..., D]", "(x: i32[..., D]) -> f32[..., D]", 2, "its use gives f32, and its body i32"],
    ["Dense(size) -> relu", "Dense(size, 2, 3) -> relu", 2, "two arguments are wrong, each in its way"],
    ["model Net", "model Nett", 2, "a training and a budget have the old name"],
    ["(x: f32[B, 4]) -> (", "(y: f32[B, 4]) -> (", 2, "its body and its data have the old name"],
    ["  split: train 0.6, validate 0.2, test 0.2, seed 1\n", "", 2, "one split is watched, and another one tested"],
    ["class(2)", "class(3)", 1, "a loss has room for two classes, and a metric of the same values as well"],
    ["class(2)", "f32[]", 2, "a loss wants labels, as a metric of the same values does, and a metric of others"],
  ])("%j as %j is told at %i places: %s", (right, wrong, places) => {
    expect(program).toContain(right);
    const found = told(program.replace(right, () => wrong));
    expect(found, found.join("\n")).toHaveLength(places);
  });
});
