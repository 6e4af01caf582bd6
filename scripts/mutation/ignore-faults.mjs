// A plugin of Stryker: leaves the texts of internal faults alone, which correct code never shows to anybody.
const texts = new Set(["fault", "required", "elementAt"]);

export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "faults",
    value: {
      shouldIgnore({ node, parentPath }) {
        const text = node.type === "StringLiteral" || node.type === "TemplateLiteral";
        const call = parentPath?.node;
        if (!text || call?.type !== "CallExpression" || call.callee.type !== "Identifier") return undefined;
        return texts.has(call.callee.name) ? "the text of an internal fault" : undefined;
      },
    },
  },
];
