// Where the source reports diagnostics: every literal code (`"MC2007"`) that is a value, which a report evaluates.
import ts from "typescript";

/** The sites of a source file, in order: place, code and offsets of the literal. */
export function findSites(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const sites = [];
  const visit = (node) => {
    if (ts.isStringLiteral(node) && /^MC\d{4}$/.test(node.text) && isValue(node)) {
      const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
      const id = `${path}:${line + 1}:${character + 1} ${node.text}`;
      sites.push({ id, code: node.text, start: node.getStart(), end: node.getEnd() });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return sites;
}

/** Neither a type, nor a key, nor what a code is compared with. */
function isValue({ parent }) {
  if (ts.isLiteralTypeNode(parent) || ts.isComputedPropertyName(parent) || ts.isElementAccessExpression(parent))
    return false;
  return !(ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText()));
}
