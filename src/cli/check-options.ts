import { formats, type FormatName } from "../diagnostics/formats.ts";
import { nearest } from "../support/nearest.ts";
import { UsageError } from "./exit-code.ts";
import { listChoices } from "./list-choices.ts";

/** From which severity on findings fail a check. */
export type FailLevel = (typeof failLevels)[number];

const failLevels = ["error", "warning", "never"] as const;

export const isFailLevel = (it: unknown): it is FailLevel => failLevels.some((level) => level === it);

/** What follows `modelc check`, read. */
export interface CheckOptions {
  readonly paths: readonly string[];
  readonly format: FormatName;
  readonly output?: string;
  readonly failLevel?: FailLevel;
  readonly maxProblems?: number;
  readonly stdinFilepath?: string;
  readonly config?: string;
  readonly color: "auto" | "always" | "never";
  readonly quiet: boolean;
  readonly fix: boolean;
  readonly watch: boolean;
  /** Where what is found is kept, where it is. */
  readonly cache?: string;
}

type Settings = { -readonly [K in keyof CheckOptions]: CheckOptions[K] };

interface CheckOption {
  /** How it is written, as `--format <format>`; with a letter of its own before it. */
  readonly flags: string;
  readonly what: string;
  readonly read: (settings: Settings, value: string) => void;
}

/** Where `--cache` keeps what is found. */
export const defaultCache = ".modelccache";

const formatNames = Object.keys(formats);
const isFormat = (name: string): name is FormatName => Object.hasOwn(formats, name);

function choice<W extends string>(option: string, words: readonly W[], value: string): W {
  const found = words.find((it) => it === value);
  if (found !== undefined) return found;
  const near = nearest(value, words);
  throw new UsageError(
    `--${option} is ${listChoices(words)}, not ${value}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
  );
}

function readFormat(settings: Settings, value: string): void {
  if (!isFormat(value)) return void choice("format", formatNames, value);
  settings.format = value;
}

/** The options of `modelc check` by name, for its own quick start and for the help of the whole command line. */
export const checkOptions = {
  format: {
    flags: "--format <format>",
    what: `how findings are written: ${listChoices(formatNames)}`,
    read: readFormat,
  },
  json: {
    flags: "--json",
    what: "the same as --format json (docs/schemas/check.schema.json)",
    read: (settings) => void (settings.format = "json"),
  },
  output: {
    flags: "--output <file>",
    what: "write the findings to this file, whole or not at all",
    read: (settings, value) => void (settings.output = value),
  },
  "fail-level": {
    flags: "--fail-level <level>",
    what: "what makes the exit code 1: error (by default), warning, or never",
    read: (settings, value) => void (settings.failLevel = choice("fail-level", failLevels, value)),
  },
  "max-problems": {
    flags: "--max-problems <n>",
    what: "show so many findings, errors before warnings, and say how many more there are",
    read: (settings, value) => {
      if (!/^\d{1,15}$/.test(value))
        throw new UsageError(`--max-problems is a whole number of at least 0, not ${value}.`);
      settings.maxProblems = Number(value);
    },
  },
  "stdin-filepath": {
    flags: "--stdin-filepath <path>",
    what: "check standard input as the file at this path, which its imports are relative to",
    read: (settings, value) => void (settings.stdinFilepath = value),
  },
  config: {
    flags: "--config <file>",
    what: "read this configuration, not the nearest modelc.config.json (docs/schemas/config.schema.json)",
    read: (settings, value) => void (settings.config = value),
  },
  color: {
    flags: "--color <when>",
    what: "auto (on a terminal, by default), always or never",
    read: (settings, value) => void (settings.color = choice("color", ["auto", "always", "never"], value)),
  },
  fix: {
    flags: "--fix",
    what: "change the files where a finding says what to write, then tell what is left",
    read: (settings) => void (settings.fix = true),
  },
  watch: {
    flags: "--watch",
    what: "check again whenever a file changes, until Ctrl-C",
    read: (settings) => void (settings.watch = true),
  },
  cache: {
    flags: "--cache",
    what: "keep what is found, and look again only at files that changed or whose imports did",
    read: (settings) => void (settings.cache ??= defaultCache),
  },
  "cache-location": {
    flags: "--cache-location <file>",
    what: `where --cache keeps it; ${defaultCache} by default`,
    read: (settings, value) => void (settings.cache = value),
  },
  quiet: {
    flags: "-q, --quiet",
    what: "print findings alone, not the line that sums up",
    read: (settings) => void (settings.quiet = true),
  },
} as const satisfies Readonly<Record<string, CheckOption>>;

type OptionName = keyof typeof checkOptions;

const isOption = (name: string): name is OptionName => Object.hasOwn(checkOptions, name);

/** Reads what follows `modelc check`. */
export function readCheckOptions(argv: readonly string[]): CheckOptions {
  const paths: string[] = [];
  const settings: Settings = { paths, format: "pretty", color: "auto", quiet: false, fix: false, watch: false };
  const given = new Set<OptionName>();
  const words = argv[Symbol.iterator]();
  let rest = false;
  for (const word of words) {
    if (word === "") throw new UsageError("An argument is empty; the usage is: modelc check [options] [paths...].");
    if (rest || !word.startsWith("-") || word === "-") {
      paths.push(word);
      continue;
    }
    if (word === "--") {
      rest = true;
      continue;
    }
    const [, flag = "", inline] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const name = optionOf(flag, word);
    const { flags, read }: CheckOption = checkOptions[name];
    const takes = flags.includes("<");
    if (takes && given.has(name)) throw new UsageError(`--${name} is given twice.`);
    given.add(name);
    if (!takes && inline !== undefined) throw new UsageError(`--${name} takes no value.`);
    const value = takes ? (inline ?? words.next().value) : "";
    if (value === undefined) throw new UsageError(`--${name} lacks its value: it is given as ${flags}.`);
    if (takes && value === "") throw new UsageError(`--${name} is empty: it is given as ${flags}.`);
    read(settings, value);
  }
  refuseIdle(settings, given);
  return settings;
}

function optionOf(flag: string, word: string): OptionName {
  const name = flag === "-q" ? "quiet" : flag.slice(2);
  if (flag.startsWith("--") || flag === "-q") {
    if (isOption(name)) return name;
    if (isFormat(name)) throw new UsageError(`\`modelc check\` has no option --${name}: give --format ${name}.`);
  }
  const near = nearest(name, Object.keys(checkOptions));
  throw new UsageError(
    `\`modelc check\` has no option ${word}.${near === undefined ? "" : ` Did you mean --${near}?`}`,
    "`modelc check --help` lists the options.",
  );
}

/** Refuses what would be without effect beside something else. */
function refuseIdle({ paths, stdinFilepath, output, cache }: Settings, given: ReadonlySet<OptionName>): void {
  if (given.has("json") && given.has("format")) throw new UsageError("Give either --json or --format, not both.");
  if (given.has("cache-location") && !given.has("cache"))
    throw new UsageError("--cache-location says where --cache keeps what is found: give --cache as well.");
  if (cache?.endsWith(".model") === true || cache?.endsWith(".json") === true)
    throw new UsageError(
      `--cache-location is a file of its own, and ${cache} has the name of a spec or a configuration.`,
    );
  if (given.has("watch") && given.has("cache"))
    throw new UsageError("--watch remembers by itself: --cache is for checks that end.");
  if (output?.endsWith(".model") === true)
    throw new UsageError(`--output writes findings over a file, and ${output} has the name of a spec.`);
  const others = paths.filter((it) => it !== "-");
  const piped = stdinFilepath !== undefined || others.length < paths.length;
  if (piped && others.length > 0)
    throw new UsageError("Standard input is checked by itself: give either - (or --stdin-filepath), or paths.");
  if (piped && given.has("watch")) throw new UsageError("--watch looks at files: standard input does not change.");
  if (piped && given.has("cache")) throw new UsageError("--cache is for files: standard input is always looked at.");
  if (piped && given.has("fix")) throw new UsageError("--fix changes files: of standard input, --json has the fixes.");
}
