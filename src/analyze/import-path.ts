/** What the text of an import names: a file beside the one that imports, or one of a package. */
export type ImportPath =
  | { readonly kind: "file" }
  /** `path` lies in the package, without a leading slash. */
  | { readonly kind: "package"; readonly name: string; readonly path: string }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Reads the text of an import, as Node reads those of modules: what begins with `./`, `../` or `/` is a file, anything else a
 * path in a package, whose name may have a scope. A package is never left by its path, and nothing is fetched.
 */
export function readImportPath(text: string): ImportPath {
  if (/^[a-z][a-z\d+.-]+:/i.test(text)) return refused("an import is a file or of a package, and nothing is fetched");
  if (/^(?:\.{0,2}\/|[a-z]:[\\/])/i.test(text)) return { kind: "file" };
  const parts = text.split("/");
  if (text.includes("\\") || parts.some((it) => it === "" || it === "." || it === ".."))
    return refused("a path in a package has names between slashes, none of them `.` or `..`");
  const names = text.startsWith("@") ? 2 : 1;
  const [name, path] = [parts.slice(0, names).join("/"), parts.slice(names).join("/")];
  if (path === "")
    return refused(`without \`./\` it names a package, and no file in it; beside this file it is \`./${text}\``);
  return { kind: "package", name, path };
}

function refused(reason: string): ImportPath {
  return { kind: "refused", reason };
}
