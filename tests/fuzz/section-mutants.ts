import type { Random } from "../soak/random.ts";
import { checkFile } from "../lower/checking.ts";

/** A defect of one line of a file's sections. */
interface Defect {
  /** The line that the finding begins in, or a header that is said in its place. */
  readonly at: RegExp;
  readonly make: (line: string) => string;
  /** Where the finding stands: in the changed line, in one put behind it, or in the header of the training. */
  readonly told: "there" | "behind" | "training";
}

const training = /^train Net on Rows \{$/m;
const behind =
  (line: string): Defect["make"] =>
  (found) =>
    `${found}\n  ${line}`;

/** Each is one mistake, whatever else a training has. */
const defects: Readonly<Record<string, Defect>> = {
  "a key that a training does not have": { at: training, make: behind("colour: red"), told: "behind" },
  "a key that data do not have": { at: /^data Rows \{$/m, make: behind("colour: red"), told: "behind" },
  "a pattern that matches nothing": { at: training, make: behind('freeze "nowhere.**"'), told: "behind" },
  "a group of nothing": { at: training, make: behind('group "nowhere.**": decay=0'), told: "behind" },
  "what follows nothing": { at: training, make: behind('follow "head.**" of "nowhere.**": decay=0.5'), told: "behind" },
  "a feature of another shape": {
    at: /^ {2}given: f32\[3\] = .*$/m,
    make: (line) => line.replace("f32[3]", "f32[4]"),
    told: "training",
  },
  "a feature of no type": {
    at: /^ {2}given: f32\[3\] = .*$/m,
    make: (line) => line.replace("f32[3]", "f33[3]"),
    told: "there",
  },
  "a feature of no field": {
    at: /^ {2}given: f32\[3\] = .*$/m,
    make: (line) => line.replace(/= .*$/, "= nothing_at_all"),
    told: "there",
  },
  "a rate out of range": {
    at: /^ {2}optimizer: .*$/m,
    make: () => "  optimizer: adam(lr=-1)",
    told: "there",
  },
  "a loss of two shapes": {
    at: /^ {2}(?:loss: |step one \{ loss: ).*$/m,
    make: (line) => line.replace("mean(square(score))", "soft_cross_entropy(given, score)"),
    told: "there",
  },
  "a metric of another input": {
    at: training,
    make: behind("metrics: accuracy(score, given)"),
    told: "behind",
  },
  "an average that never moves": { at: training, make: behind("average: ema(decay=2)"), told: "behind" },
};

/**
 * What is wrong with how a file is judged in whose sections one defect is put: it is to be told once, in its line. `file`
 * is right. `judged` of `count` draws were of a defect that it has a line for.
 */
export function judgeSectionMutants(
  file: string,
  random: Random,
  count: number,
): { readonly problems: readonly string[]; readonly judged: number } {
  const problems: string[] = [];
  let judged = 0;
  for (let turn = 0; turn < count; turn++) {
    const [what, { at, make, told }] = random.pick(Object.entries(defects));
    const key = /^\n {2}(metrics|average): /.exec(make(""))?.[1];
    const right = key === undefined ? file : file.replace(new RegExp(`^ {2}${key}: .*\\n`, "m"), "");
    const match = at.exec(right);
    if (match === null) continue;
    judged++;
    const text = right.slice(0, match.index) + make(match[0]) + right.slice(match.index + match[0].length);
    const place = told === "training" ? (training.exec(text)?.index ?? 0) : match.index;
    const line = text.slice(0, place).split("\n").length + (told === "behind" ? 1 : 0);
    const errors = checkFile(text).filter((it) => it.severity === "error");
    const lines = errors.map(({ span }) => span.file.text.slice(0, span.start).split("\n").length);
    if (lines.length === 1 && lines[0] === line) continue;
    const said = errors.map(({ code, message }, index) => `line ${lines[index] ?? 0}: ${code} ${message}`).join("; ");
    problems.push(`a training with ${what} in line ${line} is told ${said || "nothing"}\n${text}`);
  }
  return { problems, judged };
}
