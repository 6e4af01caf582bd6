import { entry } from "../entry.ts";

const linear = (body: string): string => `model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n${body}}\n`;
const plain = linear("  x -> Dense(2)\n");

/** Codes of names that are about imports: files, packages, and what they hand over. */
export const importsCatalog = {
  MC2007: entry({
    severity: "error",
    title: "no such file",
    message: (it: { readonly path: string; readonly reason: string }) =>
      `There is no file \`${it.path}\` to import from: ${it.reason}.`,
    explanation:
      "What begins with `./`, `../` or `/` is a file, relative to the one that it stands in. Anything else is a file of a package, which lies in the nearest `node_modules` above that has it, or where the host's map says.",
    bad: `import { Head } from "./missing.model"\n\n${linear("  x -> Head\n")}`,
    good: `import { Head } from "./layers.model"\n\n${linear("  x -> Head\n")}`,
  }),
  MC2008: entry({
    severity: "error",
    title: "nothing of that name to import",
    message: (it: { readonly name: string; readonly path: string }) => `\`${it.path}\` declares no \`${it.name}\`.`,
    explanation: "An import names declarations of the other file: models, blocks, functions, constants and data.",
    bad: `import { Haed } from "./layers.model"\n\n${plain}`,
    good: `import { Head } from "./layers.model"\n\n${linear("  x -> Head\n")}`,
  }),
  MC2009: entry({
    severity: "error",
    title: "import cycle",
    message: (it: { readonly cycle: string }) => `These files import one another: ${it.cycle}.`,
    explanation: "Of two files only one may import the other. Move what both need to a third.",
    bad: `import { Round } from "./cycle.model"\n\n${linear("  x -> Round\n")}`,
    good: `import { Head } from "./layers.model"\n\n${linear("  x -> Head\n")}`,
  }),
  MC2031: entry({
    severity: "warning",
    title: "unused import",
    message: (it: { readonly name: string; readonly path: string }) =>
      `\`${it.name}\` is imported from "${it.path}" and never used.`,
    explanation:
      "What is imported is for the declarations and sections of the file. A file that only gathers imports for others is silent about this, and so is one whose import another file of the program takes from it.",
    bad: `import { Head } from "./layers.model"\n\n${plain}`,
    good: 'import { Head } from "./layers.model"\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Head\n}\n',
  }),
  MC2035: entry({
    severity: "error",
    title: "import of what is no .model file",
    message: (it: { readonly path: string }) => `\`${it.path}\` is no .model file: nothing else can be imported.`,
    explanation:
      "An import reads declarations of another `.model` file, whose name ends so. No other file is opened: a finding in it would show its lines.",
    bad: `import { Head } from "./layers.txt"\n\n${linear("  x -> Head\n")}`,
    good: `import { Head } from "./layers.model"\n\n${linear("  x -> Head\n")}`,
  }),
  MC2036: entry({
    severity: "error",
    title: "import that cannot be read",
    message: (it: { readonly path: string; readonly reason: string }) => `I cannot read \`${it.path}\`: ${it.reason}.`,
    explanation:
      "An import is a regular file of at most 4 MiB: no folder, no pipe, no device, and no link to another kind of file. One of a package is `package/file.model`; it does not lead out of the package, and nothing is fetched.",
    bad: `import { Head } from "./too-large.model"\n\n${linear("  x -> Head\n")}`,
    good: `import { Head } from "./layers.model"\n\n${linear("  x -> Head\n")}`,
  }),
} as const;
