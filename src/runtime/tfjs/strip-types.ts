import type { Plugin } from "prettier";

/** The parts of a syntax tree (ESTree with TypeScript's nodes) that this reads. */
interface SyntaxNode {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly optional?: boolean;
  readonly typeAnnotation?: SyntaxNode;
  readonly expression?: SyntaxNode;
  readonly declaration?: SyntaxNode | null;
}

/** Nodes that vanish whole: what they say is of types alone. */
const vanishing: ReadonlySet<string> = new Set([
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSTypeAnnotation",
  "TSTypeParameterDeclaration",
  "TSTypeParameterInstantiation",
]);

/** Expressions of which the inner one stays. */
const wrappers: ReadonlySet<string> = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"]);

/**
 * The JavaScript of a TypeScript text whose types can be erased (no enums, namespaces or parameter properties, none of
 * which modelc writes): what is of types alone becomes spaces. Prettier's parser, loaded here, finds it.
 */
export async function stripTypes(source: string): Promise<string> {
  const [{ format }, { parsers }] = await Promise.all([
    import("prettier/standalone"),
    import("prettier/plugins/typescript"),
  ]);
  // A parser takes options that prettier alone can make: so it is run by prettier, which prints what is left as it is.
  const plugin: Plugin<string> = {
    parsers: {
      erased: {
        ...parsers.typescript,
        astFormat: "erased",
        parse: async (text, options) => eraseTypes(text, await parsers.typescript.parse(text, options)),
      },
    },
    printers: { erased: { print: (path) => path.node } },
  };
  return format(source, { parser: "erased", filepath: "model.ts", plugins: [plugin] });
}

/** A text without what its syntax tree says of types. */
function eraseTypes(source: string, tree: unknown): string {
  const erased: (readonly [number, number])[] = [];
  const visit = (it: unknown): void => {
    if (Array.isArray(it)) for (const element of it) visit(element);
    else if (isNode(it)) visitNode(it);
    else if (isRecord(it) && isNode(it["body"])) visitNode(it["body"]);
  };
  const visitNode = (node: SyntaxNode): void => {
    const { type, range, declaration, expression, typeAnnotation } = node;
    const exportsType = type === "ExportNamedDeclaration" && vanishing.has(declaration?.type ?? "");
    if (vanishing.has(type) || exportsType) {
      erased.push(range);
      return;
    }
    if (wrappers.has(type) && expression !== undefined) {
      erased.push([expression.range[1], range[1]]);
      visit(expression);
      return;
    }
    // The question mark of an optional parameter stands before its annotation.
    if (node.optional === true && typeAnnotation !== undefined) {
      erased.push([source.lastIndexOf("?", typeAnnotation.range[0]), typeAnnotation.range[0]]);
    }
    for (const [key, value] of Object.entries(node)) if (key !== "range" && key !== "loc") visit(value);
  };
  if (isRecord(tree)) visit(tree["body"]);
  let text = source;
  for (const [from, to] of erased) text = text.slice(0, from) + " ".repeat(to - from) + text.slice(to);
  return text;
}

const isRecord = (it: unknown): it is Readonly<Record<string, unknown>> => typeof it === "object" && it !== null;

function isNode(it: unknown): it is SyntaxNode {
  return isRecord(it) && typeof it["type"] === "string" && Array.isArray(it["range"]);
}
