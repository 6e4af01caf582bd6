import type { Command, CommanderError } from "commander";
import { nearest } from "../support/nearest.ts";
import { UsageError } from "./exit-code.ts";
import { listChoices } from "./list-choices.ts";

const meant = (near: string | undefined): string => (near === undefined ? "" : ` Did you mean ${near}?`);

/** What commander finds wrong with the arguments of a command, in the words in which `modelc check` says it. */
export function usageErrorOf(command: Command, { code, message }: CommanderError): UsageError {
  const name = command.name() === "modelc" ? "modelc" : `modelc ${command.name()}`;
  const said = `\`${name}\``;
  const lists = `\`${name} --help\` lists the options.`;
  const usage = `The usage is: ${name} ${command.usage()}.`;
  const [, first = "", second = ""] = /'([^']*)'(?:.*?'([^']*)')?/s.exec(message) ?? [];
  const option = command.options.find((it) => it.flags === first);
  const flag = option?.long ?? first;
  switch (code) {
    case "commander.unknownOption": {
      const known = command.options.flatMap((it) => it.long ?? []);
      return new UsageError(`${said} has no option ${first}.${meant(nearest(first, known))}`, lists);
    }
    case "commander.optionMissingArgument":
      return new UsageError(`${flag} lacks its value: it is given as ${first}.`);
    case "commander.missingMandatoryOptionValue":
      return new UsageError(`${said} needs ${first}.`, usage);
    case "commander.missingArgument":
      return new UsageError(`${said} needs <${first}>.`, usage);
    case "commander.excessArguments":
      return new UsageError(`${said} is given too many arguments.`, usage);
    case "commander.invalidArgument": {
      const choices = option?.argChoices;
      if (choices !== undefined)
        return new UsageError(`${flag} is ${listChoices(choices)}, not ${second}.${meant(nearest(second, choices))}`);
      const [, why = ""] = /' is invalid\. (.*)$/s.exec(message) ?? [];
      return new UsageError(`${flag} cannot be ${second}. ${why}`.trim());
    }
    default:
      return new UsageError(message.replace(/^error: /, ""), lists);
  }
}
