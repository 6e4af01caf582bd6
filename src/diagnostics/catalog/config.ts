import { entry } from "../entry.ts";

/** What is wrong with a `modelc.config.json`: the examples are such files. */
export const configCatalog = {
  MC7001: entry({
    severity: "error",
    title: "configuration that is no JSON",
    message: (it: { expected: string }) => `This is no JSON: here should be ${it.expected}.`,
    explanation:
      "`modelc.config.json` is one JSON object, without comments and without a comma behind the last of several. Until it can be read, nothing of it holds.",
    bad: `{\n  "exclude": ["old/"],\n}`,
    good: `{\n  "exclude": ["old/"]\n}`,
  }),
  MC7002: entry({
    severity: "error",
    title: "unknown key of the configuration",
    message: (it: { key: string; kind: "key" | "code" | "again"; known: string }) =>
      it.kind === "again"
        ? `\`${it.key}\` is given twice.`
        : it.kind === "code"
          ? `There is no code \`${it.key}\`.`
          : `The configuration has no key \`${it.key}\`; it has ${it.known}.`,
    explanation:
      "A key that is misspelt would be without effect. The keys are those of docs/schemas/config.schema.json; `levels` has codes of findings as its keys, which `modelc explain` explains. No key is given twice.",
    bad: `{\n  "exclud": ["old/"]\n}`,
    good: `{\n  "exclude": ["old/"]\n}`,
  }),
  MC7003: entry({
    severity: "error",
    title: "wrong value in the configuration",
    message: (it: { key: string; expected: string; found: string }) =>
      `\`${it.key}\` is ${it.expected}, not ${it.found}.`,
    explanation:
      "Each key has values of its own; docs/schemas/config.schema.json lists them, and editors that read schemas offer them. What is an error by itself stays one: a program that is wrong is wrong whatever a file says, so that `levels` turns off, or makes errors of, warnings alone.",
    bad: `{\n  "levels": { "MC2004": "of" }\n}`,
    good: `{\n  "levels": { "MC2004": "off" }\n}`,
  }),
  MC7004: entry({
    severity: "error",
    title: "model beyond the budget of the project",
    message: (it: { model: string; figure: string; value: string; limit: string }) =>
      `\`${it.model}\` has ${it.figure} of ${it.value}, and modelc.config.json allows ${it.limit}.`,
    explanation:
      "The `budget` of a configuration bounds every model of the project: `params`, `flops` (a multiply-add is two), `memory` (bytes of all activations) and `depth`, at the sizes of dims that `at` gives, and 1 for all others. Make the model smaller, or the budget larger; a `budget` section bounds one model in its own file.",
    bad: `{\n  "budget": { "params": 5 }\n}`,
    good: `{\n  "budget": { "params": 50000, "flops": 100000, "at": { "B": 32 } }\n}`,
  }),
} as const;
