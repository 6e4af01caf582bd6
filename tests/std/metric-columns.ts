/** A column of the examples: an input of the model that is an output as well, or a feature. */
export interface MetricColumn {
  readonly type: string;
  readonly shape: readonly number[];
  readonly output?: string;
  readonly data: readonly number[];
}

/** How many examples there are. */
export const exampleCount = 60;

/** Numbers from -1 to 1 without a pattern. */
function draw(at: number, seed: number): number {
  const x = Math.sin(12.9898 * (at + 1) + 78.233 * seed) * 43758.5453;
  return Math.fround(2 * (x - Math.floor(x)) - 1);
}

function column(type: string, of: (at: number) => number, output?: string): MetricColumn {
  const shape = [...type.matchAll(/\d+(?=[,\]])/g)].map(([size]) => Number(size));
  const size = shape.reduce((a, b) => a * b, exampleCount);
  return {
    type,
    shape,
    ...(output !== undefined && { output }),
    data: Array.from({ length: size }, (_, at) => Math.fround(of(at))),
  };
}

/** What the cases are computed of. */
export const metricColumns: Readonly<Record<string, MetricColumn>> = {
  l: column("f32[5]", (at) => 3 * draw(at, 1), "logits"),
  label: column("class(5)[]", (at) => Math.trunc((draw(at, 2) + 1) * 2.4999)),
  // The last class is nowhere, the one before it among predictions alone.
  f: column("f32[5]", (at) => (at % 5 === 4 ? -9 : 3 * draw(at, 1)), "few"),
  seldom: column("class(5)[]", (at) => Math.trunc((draw(at, 2) + 1) * 1.4999)),
  // Logits that are equal, and labels that are all alike.
  e: column("f32[5]", (at) => Math.round(draw(at, 1)), "equal"),
  zero: column("class(5)[]", () => 0),
  w: column("f32[3, 5]", (at) => 3 * draw(at, 11), "words"),
  tags: column("class(5)[3]", (at) => Math.trunc((draw(at, 12) + 1) * 2.4999)),
  known: column("f32[3]", (at) => (draw(at, 13) > -0.5 ? 1 : 0)),
  long: column("i32[]", (at) => Math.trunc((draw(at, 14) + 1) * 1.9999)),
  s: column("f32[]", (at) => 3 * draw(at, 3), "score"),
  real: column("f32[]", (at) => (draw(at, 3) + draw(at, 4) > 0.1 ? 1 : 0)),
  t: column("f32[]", (at) => Math.round(2 * draw(at, 3)), "tied"),
  ones: column("f32[]", () => 1),
  weight: column("f32[]", (at) => (draw(at, 7) > -0.3 ? 1 : 0)),
  share: column("f32[]", (at) => draw(at, 8) + 1),
  // The last label is never real, and never found.
  m: column("f32[4]", (at) => (at % 4 === 3 ? -9 : 3 * draw(at, 15)), "many"),
  marks: column("f32[4]", (at) => (at % 4 < 3 && draw(at, 15) + draw(at, 16) > 0.3 ? 1 : 0)),
  g: column("f32[2]", (at) => draw(at, 5), "guess"),
  target: column("f32[2]", (at) => 0.7 * draw(at, 5) + 0.5 * draw(at, 6)),
  // What differs by little beside what is common to all.
  h: column("f32[2]", (at) => 300 + draw(at, 5), "high"),
  level: column("f32[2]", (at) => 300 + 0.7 * draw(at, 5) + 0.5 * draw(at, 6)),
  // Sequences: what is heard at each step, what is read, and what is written, with their lengths.
  h_steps: column("f32[6, 5]", (at) => 2 * draw(at, 17), "heard"),
  steps: column("i32[]", (at) => Math.trunc((draw(at, 18) + 1) * 3.4999)),
  read: column("class(4)[5]", (at) => Math.trunc((draw(at, 19) + 1) * 1.9999)),
  read_size: column("i32[]", (at) => Math.trunc((draw(at, 20) + 1) * 2.9999)),
  written: column("class(4)[3]", (at) => Math.trunc((draw(at, 21) + 1) * 1.9999)),
  written_size: column("i32[]", (at) => 1 + Math.trunc((draw(at, 22) + 1) * 1.4999)),
};
