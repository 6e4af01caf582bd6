import { Command, CommanderError, Option } from "commander";
import { nearest } from "../support/nearest.ts";
import { version } from "../support/version.ts";
import { checkOptions } from "./check-options.ts";
import { exitCode, UsageError, type ExitCode } from "./exit-code.ts";
import { commandHelp, programHelp, type CommandName } from "./help.ts";
import { isCheck } from "./is-check.ts";
import { refuseIdleOptions } from "./option-rules.ts";
import { processTerminal } from "./process-terminal.ts";
import { collect, collectList, readCount, readThreads } from "./read-options.ts";
import { reportFailure } from "./report-failure.ts";
import type { Surroundings } from "./surroundings.ts";
import { guardTerminal } from "./terminal.ts";
import { usageErrorOf } from "./usage-error-of.ts";

/**
 * The command line: the arguments after `modelc`; returns the exit code. Commands are loaded when they run, and what they
 * need of packages with them.
 */
export async function run(
  argv: readonly string[],
  given: Surroundings = { terminal: processTerminal() },
): Promise<number> {
  const terminal = guardTerminal(given.terminal);
  const surroundings = { ...given, terminal };
  let code: ExitCode = exitCode.clean;
  const program = createProgram(surroundings, (it) => (code = it));
  try {
    if (isCheck(argv)) return (await import("./check-entry.ts")).run(argv.slice(1), surroundings);
    if (argv.length === 0) terminal.out(program.helpInformation());
    else await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal);
    // Help and version are no errors.
    return exitCode.clean;
  }
}

function createProgram(surroundings: Surroundings, finish: (code: ExitCode) => void): Command {
  const { terminal } = surroundings;
  const program = new Command("modelc");
  const output = {
    writeOut: terminal.out,
    writeErr: terminal.error,
    // It is told as any other wrong usage.
    outputError: () => undefined,
    getOutHelpWidth: () => 100,
    getErrHelpWidth: () => 100,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
  const setUp = (command: Command): Command =>
    command
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : usageErrorOf(command, error);
      })
      .configureOutput(output);
  setUp(program)
    .description(programHelp.description)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain the command")
    .helpCommand(false)
    .usage("COMMAND [OPTIONS]")
    .addHelpText("after", programHelp.after)
    .allowExcessArguments(true)
    .action((_options: unknown, command: Command) => {
      const [word = ""] = command.args;
      const help = "`modelc --help` lists the commands.";
      const near = nearest(
        word,
        command.commands.map((it) => it.name()),
      );
      if (word === "") throw new UsageError("The name of the command is empty.", help);
      throw new UsageError(`modelc has no command ${word}.${near === undefined ? "" : ` Did you mean ${near}?`}`, help);
    });

  const add = (name: CommandName): Command => {
    const { summary, description, examples } = commandHelp[name];
    const command = setUp(new Command(name).helpOption("-h, --help", "explain the command"));
    const lines = examples.map(([line, what]) => `  $ ${line}\n      ${what}`);
    command
      .summary(summary)
      .description(description)
      .addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
    program.addCommand(command);
    return command;
  };
  const modelOptions = (command: Command): Command =>
    command
      .option("--model <name>", "a model of the file, or the label of a train section")
      .option("--set <name=value>", "fix a dim or a hyperparameter, or mask=given; may be repeated", collect);
  const dataOptions = (command: Command): Command =>
    command
      .option("--data <path>", "read this file, or the files of this folder, instead of the section's source")
      .addOption(new Option("--runtime <runtime>", "what runs the network").choices(["onnx", "tfjs"]).default("onnx"))
      .addOption(new Option("--backend <backend>", "backend of TensorFlow.js").choices(["wasm", "cpu"]).default("wasm"))
      .option("--runtime-from <dir>", "load the runtime from this folder's project, not from beside modelc")
      .option("--threads <n>", "threads of ONNX Runtime; with 1, runs are bit-identical everywhere", readThreads);

  // For its help alone: what it does is in check-entry.ts.
  const check = add("check").argument("[paths...]", "files, folders, quoted patterns, or -; this folder by default");
  for (const { flags, what } of Object.values(checkOptions)) check.option(flags, what);

  add("init")
    .requiredOption("--from <path>", "the table to begin with, CSV, TSV or the like, or a folder of images")
    .option("--target <column>", "the column to predict; without it, the columns are listed")
    .option("--out <file>", "the .model file to write; the name of the table, in this folder, by default")
    .option("--force", "write over a file that is there")
    .action(async (options) => finish(await (await import("./commands/init.ts")).init(options, terminal)));

  modelOptions(add("build").argument("<file>", "the .model file"))
    .addOption(
      new Option("--target <target>", "what to compile to; both where it is left out; may be repeated")
        .choices(["onnx", "tfjs"])
        .argParser(collectTarget),
    )
    .requiredOption("--out <dir>", "the folder to write to")
    .option("--weights <file>", "build these weights in (.safetensors); `initial` draws new ones beside trained ones")
    .option("--opset <n>", "ONNX operator set", readCount)
    .option("--split", "also write the two halves of the ONNX training step")
    .option("--json", "print what was written as JSON")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/build.ts")).build(file, options, terminal)),
    );

  add("fmt")
    .argument("[paths...]", "files, or folders with .model files; this folder by default")
    .option("--check", "change nothing, name the files that are not formatted")
    .action(async (paths: readonly string[], options) =>
      finish(await (await import("./commands/fmt.ts")).fmt(paths, options, terminal)),
    );

  modelOptions(add("summary").argument("<file>", "the .model file"))
    .option("--json", "print the figures as JSON (docs/schemas/summary.schema.json)")
    .action(async (file: string, options) =>
      finish((await import("./commands/summary.ts")).summary(file, options, terminal)),
    );

  const diffFormat = (): Option =>
    new Option("--format <format>", "how differences are written")
      .choices(["text", "json", "markdown"])
      .default("text");
  modelOptions(
    add("diff")
      .argument("<before>", "a .model file, or one at a commit, as main:specs/net.model")
      .argument("<after>", "likewise"),
  )
    .addOption(diffFormat())
    .action(async (before: string, after: string, options) =>
      finish((await import("./commands/diff.ts")).diff(before, after, options, terminal)),
    );

  add("breaking")
    .argument("[paths...]", "files, or folders with .model files; this folder by default")
    .requiredOption("--against <what>", "a commit of git, as main or HEAD~1, or a .model file")
    .addOption(diffFormat())
    .action(async (paths: readonly string[], options) =>
      finish((await import("./commands/breaking.ts")).breaking(paths, options, terminal)),
    );

  modelOptions(add("ir").argument("<file>", "the .model file"))
    .addOption(
      new Option("--stage <stage>", "which form to print")
        .choices(["structured", "flat", "training"])
        .default("structured"),
    )
    .action(async (file: string, options) => finish((await import("./commands/ir.ts")).ir(file, options, terminal)));

  modelOptions(add("data").argument("<file>", "the .model file"))
    .option("--data <path>", "read this file, or the files of this folder, instead of the section's source")
    .option("--json", "print what is found as JSON")
    .option("--html <file>", "write a page with histograms and samples as well")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/data.ts")).data(file, options, terminal)),
    );

  dataOptions(modelOptions(add("train").argument("<file>", "the .model file")))
    .option("--epochs <n>", "train for this many epochs, whatever the section says", readCount)
    .option("--steps <n>", "train for this many steps, whatever the section says", readCount)
    .option("--batch <n>", "examples of a step", readCount)
    .option("--seed <n>", "seed of weights, order and dropout", readCount)
    .option("--fold <n>", "the fold that is the validate split, of data that are split into folds", readCount)
    .option("--out <dir>", "folder of checkpoints", "out")
    .option("--resume", "go on where the checkpoint in the folder stopped")
    .option("--allow <parts>", "go on with --resume although these have changed: optimizer,batch,...", collectList)
    .option("--weights <file>", "begin with these weights (.safetensors)")
    .option("--json", "print one line of JSON for each epoch and for the end")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/train.ts")).train(file, options, surroundings)),
    );

  dataOptions(modelOptions(add("test").argument("<file>", "the .model file")))
    .option("--weights <file>", "the trained weights; out/NAME.safetensors by default")
    .option("--json", "print the figures as JSON")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/test.ts")).test(file, options, terminal)),
    );

  modelOptions(add("predict").argument("<file>", "the .model file"))
    .option("--weights <file>", "the trained weights; out/NAME.safetensors by default")
    .option("--input <file>", "inputs by name as JSON; - or nothing reads standard input")
    .addOption(
      new Option("--split <split>", "predict examples of the data section").choices(["train", "validate", "test"]),
    )
    .option("--count <n>", "how many examples of the split, 5 by default; without one, how many to draw", readCount)
    .option("--seed <n>", "seed of what is drawn; that of the training by default", readCount)
    .option("--fold <n>", "with --split: the fold that is the validate split", readCount)
    .option("--data <path>", "read the data section's files from here")
    .option("--threads <n>", "threads of ONNX Runtime", readThreads)
    .option("--runtime-from <dir>", "load ONNX Runtime from this folder's project, not from beside modelc")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/predict.ts")).predict(file, options, surroundings)),
    );

  add("explain")
    .argument("[code]", "the code of a finding, as in error[MC3001], or a word of its title; all codes without it")
    .action(async (word: string | undefined) =>
      finish((await import("./commands/explain.ts")).explain(word, terminal)),
    );
  program.commands.forEach(refuseIdleOptions);
  return program;
}

function collectTarget(value: string, before: readonly string[] | undefined): readonly string[] {
  if (value !== "onnx" && value !== "tfjs") {
    throw new UsageError(`--target is onnx or tfjs, not ${value}.`);
  }
  return [...(before ?? []), value];
}
