import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { formatTypeScript } from "../src/emit/tfjs/format-typescript.ts";

/** One declaration of the prelude, as the emitter embeds it. */
interface Declaration {
  readonly name: string;
  readonly text: string;
  readonly dependencies: readonly string[];
  /** Types of a function's parameters, as written. */
  readonly parameters: readonly string[];
}

const folder = "src/emit/tfjs/prelude";
const target = "src/emit/tfjs/prelude.generated.ts";

/** The text of `prelude.generated.ts`: every top-level declaration of the prelude's modules, by name. */
export async function generatePrelude(): Promise<string> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const sources = files.map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
  });
  const names = new Map<string, string>();
  for (const source of sources) {
    for (const statement of source.statements) {
      for (const name of declaredNames(statement)) {
        const other = names.get(name);
        if (other !== undefined) throw new Error(`${source.fileName} and ${other} both declare ${name}`);
        names.set(name, source.fileName);
      }
    }
  }
  const declarations = sources.flatMap((source) => source.statements.flatMap((it) => declarationOf(it, source, names)));
  const texts = await Promise.all(declarations.map(({ text }) => formatTypeScript(text)));
  const lines = declarations.map(({ name, dependencies, parameters }, at) => {
    const text = JSON.stringify(texts[at]?.trimEnd());
    return `  { name: ${JSON.stringify(name)}, dependencies: ${JSON.stringify(dependencies)}, parameters: ${JSON.stringify(parameters)}, text: ${text} },`;
  });
  return [
    "// Written by scripts/generate-prelude.ts from src/emit/tfjs/prelude: change these files, then run `npm run generate`.",
    'import type { PreludeDeclaration } from "./prelude.ts";',
    "",
    "/** Every declaration of the prelude, in the order of its files. */",
    "// prettier-ignore",
    "export const preludeDeclarations: readonly PreludeDeclaration[] = [",
    ...lines,
    "];",
    "",
  ].join("\n");
}

function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) return [statement.name.text];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [statement.name.text];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((it) => it.name.getText());
  }
  if (ts.isImportDeclaration(statement)) return [];
  throw new Error(`the prelude holds functions, types and constants alone, not: ${statement.getText().slice(0, 80)}`);
}

function declarationOf(
  statement: ts.Statement,
  source: ts.SourceFile,
  names: ReadonlyMap<string, string>,
): readonly Declaration[] {
  const [name] = declaredNames(statement);
  if (name === undefined) return [];
  const docs = ts.getJSDocCommentsAndTags(statement).map((it) => it.getText());
  const leading = (ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [])
    .map(({ pos, end }) => source.text.slice(pos, end))
    .filter((comment) => comment.startsWith("//"));
  const dependencies = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text !== name && names.has(node.text) && !isMemberName(node)) {
      dependencies.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  const code = statement.getText().replace(/^export /, "");
  const parameters = ts.isFunctionDeclaration(statement)
    ? statement.parameters.map((it) => it.type?.getText() ?? "")
    : [];
  return [{ name, text: [...docs, ...leading, code].join("\n"), dependencies: [...dependencies].sort(), parameters }];
}

/** True for the `b` of `a.b` and of `{ b: 1 }`: names that refer to no declaration. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node)
  );
}

if (process.argv[1]?.includes("generate-prelude") === true) {
  const text = await generatePrelude();
  if (process.argv.includes("--check")) {
    if (readFileSync(target, "utf8") !== text) {
      console.error(`${target} is stale: run npm run generate`);
      process.exitCode = 1;
    }
  } else {
    writeFileSync(target, text);
  }
}
