import type { Body, Entry, Expression, Field, Item, Parameter, Pattern, Statement, TypeNode } from "./ast.ts";

/** The text of a file. It is right, not handsome: {@link formatTypeScript} lays it out. */
export function printFile(items: readonly Item[]): string {
  return `${items.map(printItem).join("\n\n")}\n`;
}

function printItem(item: Item): string {
  switch (item.kind) {
    case "comment":
      return printComment(item.text);
    case "doc":
      return printDoc(item.text);
    case "import":
      return `import ${item.text} from ${JSON.stringify(item.from)};`;
    case "interface": {
      const bases = item.extends === undefined ? "" : ` extends ${item.extends.join(", ")}`;
      return `${docOf(item)}${exportOf(item)}interface ${item.name}${bases} ${printFields(item.fields)}`;
    }
    case "type":
      return `${docOf(item)}${exportOf(item)}type ${item.name} = ${printType(item.type)};`;
    case "const":
      return `${docOf(item)}${exportOf(item)}const ${item.name}${typeOf(item.type)} = ${printExpression(item.value)};`;
    case "function": {
      const head = `${exportOf(item)}${item.async === true ? "async " : ""}function ${item.name}`;
      const body = printBlock(item.body);
      return `${docOf(item)}${head}(${printParameters(item.parameters)}): ${item.result} ${body}`;
    }
  }
}

function docOf(item: { readonly doc?: string }): string {
  return item.doc === undefined ? "" : `${printDoc(item.doc)}\n`;
}

function exportOf(item: { readonly exported: boolean }): string {
  return item.exported ? "export " : "";
}

function typeOf(type: string | undefined): string {
  return type === undefined ? "" : `: ${type}`;
}

/** A documentation comment; the text may have several lines. */
function printDoc(doc: string): string {
  const lines = doc.replaceAll("*/", "* /").split("\n");
  const [only = ""] = lines;
  return lines.length === 1
    ? `/** ${only} */`
    : ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

function printComment(comment: string): string {
  return comment
    .split("\n")
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
}

function printFields(fields: readonly Field[]): string {
  const lines = fields.map(
    ({ name, type, doc, optional }) =>
      `${doc === undefined ? "" : `${printDoc(doc)}\n`}${printKey(name)}${optional === true ? "?" : ""}: ${printType(type)};`,
  );
  return `{\n${lines.join("\n")}\n}`;
}

/** The text of a type. */
export function printType(type: TypeNode): string {
  if (typeof type === "string") return type;
  switch (type.kind) {
    case "object-type":
      return printFields(type.fields);
    case "array-type":
      return `${printType(type.element)}[]`;
    case "tuple-type":
      return `[${type.elements.map(printType).join(", ")}]`;
  }
}

function printParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ pattern, type, optional, default: value }) => {
      const tail = value === undefined ? "" : ` = ${printExpression(value)}`;
      return `${printPattern(pattern)}${optional === true ? "?" : ""}${typeOf(type)}${tail}`;
    })
    .join(", ");
}

function printPattern(pattern: Pattern): string {
  if (typeof pattern === "string") return pattern;
  if (pattern.kind === "array-pattern") {
    return `[${pattern.elements.map((it) => (it === undefined ? "" : printPattern(it))).join(", ")}]`;
  }
  const entries = pattern.entries.map(({ key, binding }) =>
    key === binding ? key : `${printKey(key)}: ${printPattern(binding)}`,
  );
  return `{ ${entries.join(", ")} }`;
}

function printBlock(statements: readonly Statement[]): string {
  return `{\n${statements.map(printStatement).join("\n")}\n}`;
}

/** The text of a statement. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case "declare": {
      const value = statement.value === undefined ? "" : ` = ${printExpression(statement.value)}`;
      const word = statement.mutable ? "let" : "const";
      return `${word} ${printPattern(statement.pattern)}${typeOf(statement.type)}${value};`;
    }
    case "assign": {
      const { target, operator = "=" } = statement;
      const left =
        typeof target === "string" ? target : isPattern(target) ? printPattern(target) : printExpression(target);
      return `${left} ${operator} ${printExpression(statement.value)};`;
    }
    case "expression":
      return `${printExpression(statement.value)};`;
    case "return":
      return statement.value === undefined ? "return;" : `return ${printExpression(statement.value)};`;
    case "throw":
      return `throw new Error(${printExpression(statement.message)});`;
    case "if": {
      const { test, then, otherwise } = statement;
      const tail = otherwise === undefined || otherwise.length === 0 ? "" : ` else ${printBlock(otherwise)}`;
      return `if (${printExpression(test)}) ${printBlock(then)}${tail}`;
    }
    case "for-of":
      return `for (const ${printPattern(statement.pattern)} of ${printExpression(statement.iterable)}) ${printBlock(statement.body)}`;
    case "for-count": {
      const { name, count } = statement;
      return `for (let ${name} = 0; ${name} < ${printExpression(count)}; ${name}++) ${printBlock(statement.body)}`;
    }
    case "comment":
      return printComment(statement.text);
  }
}

function isPattern(target: Exclude<Pattern, string> | Expression): target is Exclude<Pattern, string> {
  return target.kind === "array-pattern" || target.kind === "object-pattern";
}

/** The text of an expression. Operands of operators are always parenthesised: the formatter drops what is not needed. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "identifier":
      return expression.name;
    case "number":
      return printNumber(expression.value);
    case "string":
      return JSON.stringify(expression.value);
    case "boolean":
      return String(expression.value);
    case "undefined":
      return "undefined";
    case "regexp":
      return `/${expression.source}/`;
    case "array":
      return `[${expression.elements.map(printExpression).join(", ")}]`;
    case "object":
      return printObject(expression.entries);
    case "member":
      return isIdentifier(expression.name)
        ? `${printOperand(expression.target)}.${expression.name}`
        : `${printOperand(expression.target)}[${/^\d+$/.test(expression.name) ? expression.name : JSON.stringify(expression.name)}]`;
    case "index":
      return `${printOperand(expression.target)}[${printExpression(expression.index)}]`;
    case "call":
      return `${printOperand(expression.callee)}(${expression.arguments.map(printExpression).join(", ")})`;
    case "binary":
      return `${printOperand(expression.left)} ${expression.operator} ${printOperand(expression.right)}`;
    case "conditional":
      return `${printOperand(expression.test)} ? ${printOperand(expression.then)} : ${printOperand(expression.otherwise)}`;
    case "unary":
      return `${expression.operator}${printOperand(expression.value)}`;
    case "await":
      return `await ${printOperand(expression.value)}`;
    case "as":
      return `${printOperand(expression.value)} as ${expression.type}`;
    case "spread":
      return `...${printOperand(expression.value)}`;
    case "arrow":
      return `(${expression.parameters.join(", ")}) => ${printBody(expression.body)}`;
    case "closure":
      return `${expression.async === true ? "async " : ""}(${printParameters(expression.parameters)}) => ${printBody(expression.body)}`;
  }
}

function printBody(body: Body): string {
  if (body.kind === "statements") return printBlock(body.statements);
  return body.kind === "object" ? `(${printExpression(body)})` : printExpression(body);
}

const atoms: ReadonlySet<string> = new Set([
  "identifier",
  "string",
  "boolean",
  "undefined",
  "array",
  "member",
  "index",
  "call",
]);

function printOperand(expression: Expression): string {
  const printed = printExpression(expression);
  return atoms.has(expression.kind) ? printed : `(${printed})`;
}

function printObject(entries: readonly Entry[]): string {
  if (entries.length === 0) return "{}";
  const fields = entries.map(({ key, value }) => {
    if (value.kind === "spread") return printExpression(value);
    if (value.kind === "identifier" && value.name === key) return key;
    // Written plainly, it would be no property but the object's prototype.
    const name = key === "__proto__" ? '["__proto__"]' : printKey(key);
    return `${name}: ${printExpression(value)}`;
  });
  return `{ ${fields.join(", ")} }`;
}

function printKey(key: string): string {
  return isIdentifier(key) ? key : JSON.stringify(key);
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

function printNumber(value: number): string {
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  if (Number.isNaN(value)) return "NaN";
  return String(value);
}
