import type * as Modelc from "../../../src/index.ts";

/** What a compilation is asked for. */
export interface CompilerRequest {
  readonly path: string;
  readonly text: string;
  /** Other files by path, and where packages are among them. */
  readonly files?: Readonly<Record<string, string>>;
  readonly packages?: Readonly<Record<string, string>>;
}

/** What came of it: diagnostics as text, files as text or, binary ones, as length and SHA-256. */
export interface CompilerReport {
  readonly diagnostics: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Compiles a text to both targets, with files that are in memory. */
export async function compileBoth(
  { compile, createMemoryHost, renderText }: Pick<typeof Modelc, "compile" | "createMemoryHost" | "renderText">,
  { path, text, files: others = {}, packages = {} }: CompilerRequest,
): Promise<CompilerReport> {
  const host = createMemoryHost(others, packages);
  const { diagnostics, files } = await compile({ path, text }, host, { targets: ["onnx", "tfjs"] });
  const shown: Record<string, string> = {};
  for (const [path, content] of files) shown[path] = typeof content === "string" ? content : await fingerprint(content);
  return { diagnostics: renderText(diagnostics, { color: false }), files: shown };
}

async function fingerprint(content: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content.slice()));
  return `${content.length} bytes, ${[...digest].map((it) => it.toString(16).padStart(2, "0")).join("")}`;
}

/** The same with the library as the site serves it. */
export async function compileInPage(request: CompilerRequest): Promise<CompilerReport> {
  const address = "/modelc.js";
  const library: typeof Modelc = await import(address);
  return compileBoth(library, request);
}
