import type { Command } from "commander";
import { UsageError } from "./exit-code.ts";

/** Values of a command's options by their names in code, and which of them the person gave. */
interface Given {
  readonly values: Readonly<Record<string, unknown>>;
  has(name: string): boolean;
}

/** What would be without effect: an option, where that is so, and what to say. */
interface Rule {
  readonly option: string;
  readonly idle: (given: Given) => boolean;
  readonly message: string;
}

const onlyTfjs = ({ values }: Given): boolean => {
  const targets: unknown = values["target"];
  return Array.isArray(targets) && targets.every((it) => it === "tfjs");
};

const rules: readonly Rule[] = [
  {
    option: "backend",
    idle: ({ values }) => values["runtime"] !== "tfjs",
    message: "--backend is TensorFlow.js's: give --runtime tfjs as well.",
  },
  {
    option: "threads",
    idle: ({ values }) => values["runtime"] === "tfjs",
    message: "--threads is ONNX Runtime's: TensorFlow.js decides by itself.",
  },
  { option: "opset", idle: onlyTfjs, message: "--opset is for ONNX: give --target onnx as well." },
  { option: "split", idle: onlyTfjs, message: "--split is for ONNX: give --target onnx as well." },
  {
    option: "count",
    idle: (given) => given.has("input"),
    message: "--count says how many examples of a split to predict, or to draw: what --input gives is predicted whole.",
  },
  {
    option: "fold",
    // A training, which has a runtime, always has a validate split.
    idle: (given) => given.values["runtime"] === undefined && !given.has("split"),
    message: "--fold says which examples a split has: give --split as well.",
  },
  {
    option: "input",
    idle: (given) => given.has("split"),
    message: "Give either --input or --split, not both.",
  },
];

/**
 * Makes a command refuse what is without effect or meaning: an option given twice, or beside one that leaves it idle, and
 * an empty text, which is what a variable of the shell leaves that is not set.
 */
export function refuseIdleOptions(command: Command): void {
  const seen = new Set<string>();
  for (const option of command.options) {
    if (option.isBoolean()) continue;
    const once = !option.description.endsWith("may be repeated");
    command.on(`option:${option.name()}`, (text: string) => {
      if (text === "") throw new UsageError(`--${option.name()} is empty: it is given as ${option.flags}.`);
      if (once && seen.has(option.name())) throw new UsageError(`--${option.name()} is given twice.`);
      seen.add(option.name());
    });
  }
  command.hook("preAction", () => {
    if (command.args.includes("")) {
      throw new UsageError(`An argument is empty; the usage is: modelc ${command.name()} ${command.usage()}.`);
    }
    const given: Given = {
      values: command.opts(),
      has: (name) => command.getOptionValueSource(name) === "cli",
    };
    for (const { option, idle, message } of rules) {
      if (given.has(option) && idle(given)) throw new UsageError(message);
    }
  });
}
