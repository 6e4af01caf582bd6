import { textOf } from "../../../src/support/source.ts";
import { checkFile } from "../checking.ts";

const model = "model M: (x: f32[B, 2]) -> y: f32[B, 1] {\n  x -> Dense(1)\n}\n";
const dataLines: readonly string[] = [
  'source: csv("p.csv")',
  "split: train 0.6, validate 0.2, test 0.2",
  "x: f32[2] = stack(raw.a, raw.b, axis=-1)",
  "t: f32[1] = stack(raw.t, axis=-1)",
];
const trainLines: readonly string[] = ["loss: mse(y, t)", "optimizer: sgd(lr=0.1)"];

/** Lines of a section in which some others stand: in place of those of the same key, or after them. */
function changed(lines: readonly string[], by: readonly string[]): readonly string[] {
  const keyOf = (line: string): string => line.split(":", 1)[0] ?? line;
  const kept = lines.map((line) => by.find((it) => keyOf(it) === keyOf(line)) ?? line);
  return [...kept, ...by.filter((it) => !kept.includes(it))];
}

const section = (header: string, lines: readonly string[]): string =>
  `${header} {\n${lines.map((it) => `  ${it}\n`).join("")}}\n`;

/** A file in which everything is right but for some lines: of one of its sections, or after them all. */
export function fileWith(place: "data" | "train" | "more", lines: readonly string[]): string {
  const of = (it: typeof place): readonly string[] => (it === place ? lines : []);
  const data = section("data D", changed(dataLines, of("data")));
  const train = section("train M on D", changed(trainLines, of("train")));
  return `${model}${data}${train}${of("more").join("\n")}\n`;
}

/** All that a person is told of a file: what is wrong where, and under it how to mend it and what else plays a part. */
export function told(text: string): readonly string[] {
  return checkFile(text).flatMap(({ code, span, message, help, labels, fix }) => [
    `${code} at ${textOf(span)}: ${message}`,
    ...(help === undefined ? [] : [`  help: ${help}`]),
    ...labels.map((it) => `  at ${textOf(it.span)}: ${it.message}`),
    ...(fix?.edits.map((it) => `  fix: ${fix.title}: ${textOf(it.span)} -> ${it.text}`) ?? []),
  ]);
}

/** Lines of sections in a file of text, blocks apart by an empty line; what people are told stands indented below. */
export const casesOf = (text: string): readonly (readonly string[])[] =>
  text
    .trimEnd()
    .split("\n\n")
    .map((it) => it.split("\n").filter((line) => !line.startsWith("  ")));
