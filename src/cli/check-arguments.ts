import { nearest } from "../support/nearest.ts";
import type { CheckOptions } from "./commands/check.ts";
import { UsageError } from "./exit-code.ts";

/** Options of `modelc check`, for its own quick start and for the help of the whole command line. */
export const checkFlags = {
  json: "print the findings as JSON (docs/schemas/check.schema.json)",
  sarif: "print the findings as SARIF 2.1.0, which code hosts show beside the lines",
  quiet: "print findings alone, not the line that sums up",
} as const;

const isFlag = (name: string): name is keyof typeof checkFlags => Object.hasOwn(checkFlags, name);

/** Reads what follows `modelc check`. */
export function readCheckArguments(argv: readonly string[]): {
  readonly paths: readonly string[];
  readonly options: CheckOptions;
} {
  const paths: string[] = [];
  const options: { -readonly [K in keyof CheckOptions]: CheckOptions[K] } = {};
  let rest = false;
  for (const word of argv) {
    if (word === "") throw new UsageError("An argument is empty; the usage is: modelc check [options] [paths...].");
    if (rest || !word.startsWith("-") || word === "-") paths.push(word);
    else if (word === "--") rest = true;
    else {
      const name = word === "-q" ? "quiet" : word.slice(2);
      if (!isFlag(name)) {
        const near = nearest(name, Object.keys(checkFlags));
        throw new UsageError(
          `\`modelc check\` has no option ${word}.${near === undefined ? "" : ` Did you mean --${near}?`}`,
          "`modelc check --help` lists the options.",
        );
      }
      options[name] = true;
    }
  }
  if (options.json === true && options.sarif === true) throw new UsageError("Give either --json or --sarif, not both.");
  return { paths, options };
}
