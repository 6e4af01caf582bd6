/** Lays out TypeScript with prettier, which is loaded on the first call. Throws where the text does not parse. */
export async function formatTypeScript(source: string): Promise<string> {
  const [{ format }, typescript, estree] = await Promise.all([
    import("prettier/standalone"),
    import("prettier/plugins/typescript"),
    import("prettier/plugins/estree"),
  ]);
  return format(source, { parser: "typescript", plugins: [typescript, estree.default], printWidth: 120 });
}
