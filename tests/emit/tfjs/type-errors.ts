import ts from "typescript";
import { writeEmitted } from "./load-emitted.ts";

const strict: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  skipLibCheck: true,
  types: [],
};

/** What the TypeScript compiler finds wrong with emitted files. */
export function typeErrors(files: ReadonlyMap<string, string>, suite: string): readonly string[] {
  const paths = [...files].map(([name, text]) => writeEmitted(name, text, suite));
  return ts.getPreEmitDiagnostics(ts.createProgram(paths, strict)).map(({ file, messageText }) => {
    return `${file?.fileName.split("/").at(-1) ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
