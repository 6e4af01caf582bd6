import { elementAt } from "../support/element-at.ts";
import { formatDim, type Dim } from "../dims/dim.ts";
import { relationsOf, type Facts, type Relation } from "../dims/facts.ts";
import type {
  Attribute,
  AttributeValue,
  Func,
  Graph,
  HyperparameterValue,
  Initializer,
  Module,
  Node,
  Region,
  Value,
  Variable,
} from "./graph.ts";
import type { TensorType } from "./types.ts";

/**
 * A flat graph as text, which {@link parseGraph} reads back: one line a node, `%name.id: type = operator(operands;
 * attributes)`. Places in the source are left out.
 */
export function printGraph(graph: Graph): string {
  const lines = [
    `graph ${quoted(graph.name)} ${graph.mode} next ${graph.nextId} {`,
    ...indented(printFacts(graph.facts)),
    ...graph.inputs.map((input) => {
      const parts = [`  input ${quoted(input.name)} ${input.role} ${definition(input.value)}`];
      if (input.path !== undefined) parts.push(`path ${quoted(input.path)}`);
      if (input.perm !== undefined) parts.push(`perm [${input.perm.join(", ")}]`);
      if (input.init !== undefined) parts.push(`init ${printInitializer(input.init)}`);
      if (input.logicalType !== undefined) parts.push(`logical ${printType(input.logicalType)}`);
      if (input.places !== undefined) parts.push(`places ${input.places}`);
      return parts.join(" ");
    }),
    ...indented(graph.nodes.flatMap(printNode)),
    ...graph.outputs.map((output) => {
      const parts = [`  output ${quoted(output.name)} ${output.role} ${use(output.value)}`];
      if (output.path !== undefined) parts.push(`path ${quoted(output.path)}`);
      if (output.carries !== undefined) parts.push(`carries ${quoted(output.carries)}`);
      return parts.join(" ");
    }),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** A module in structured form as text, which {@link parseModule} reads back. */
export function printModule(module: Module): string {
  const lines = [
    `module ${quoted(module.name)} entry ${quoted(module.entry)} {`,
    ...indented([
      ...printFacts(module.facts),
      ...module.contract.map(({ text, message, relation }) => {
        const said = message === undefined ? "" : ` says ${quoted(message)}`;
        const meant = relation === undefined ? "" : ` means ${printRelation(relation)}`;
        return `contract ${quoted(text)}${said}${meant}`;
      }),
      ...[...module.resultFacts].map(([name, { probability }]) => `result ${quoted(name)} probability ${probability}`),
      ...[...(module.labels ?? [])].map(([name, among]) => `labels ${quoted(name)} ${printDim(among)}`),
      ...[...module.functions.values()].flatMap(printFunc),
    ]),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function printFunc(func: Func): readonly string[] {
  const results = func.resultNames.map((name) => (name === undefined ? "_" : quoted(name))).join(", ");
  return [
    "",
    `function ${quoted(func.key)} ${func.flavor} ${quoted(func.name)} {`,
    ...indented([
      ...(func.doc === undefined ? [] : [`doc ${quoted(func.doc)}`]),
      ...func.hyperparameters.map(({ name, value }) => `hyper ${quoted(name)} = ${printHyperparameter(value)}`),
      ...func.parameters.map((it) => `owns parameter ${printVariable(it)}`),
      ...func.states.map((it) => `owns state ${printVariable(it)}`),
      `inputs (${func.inputNames.map(quoted).join(", ")})`,
      `results (${results})`,
      "body {",
      ...indented(printRegion(func.body)),
      "}",
    ]),
    "}",
  ];
}

function printVariable({ path, type, init }: Variable): string {
  return `${quoted(path)}: ${printType(type)} = ${printInitializer(init)}`;
}

function printInitializer(init: Initializer): string {
  const given = Object.entries(init.arguments).map(([name, value]) => `${name}=${printNumber(value)}`);
  return `${init.name}(${given.join(", ")})`;
}

function printHyperparameter(value: HyperparameterValue): string {
  switch (value.kind) {
    case "list":
      return `[${value.elements.map(printHyperparameter).join(", ")}]`;
    case "recipe":
      return `recipe ${quoted(value.name)} ${quoted(value.text)}`;
    default:
      return printAttributeValue(value);
  }
}

function printFacts(facts: Facts): readonly string[] {
  return relationsOf(facts).map((it) => `fact ${printRelation(it)}`);
}

const relationSigns = { equal: "==", notEqual: "!=", atLeast: ">=", lessThan: "<" } as const;

function printRelation(relation: Relation): string {
  if ("divisor" in relation) {
    const word = relation.kind === "divides" ? "divides" : "misses";
    return `${formatDim(relation.divisor)} ${word} ${formatDim(relation.dividend)}`;
  }
  return `${formatDim(relation.left)} ${relationSigns[relation.kind]} ${formatDim(relation.right)}`;
}

/** A region's lines: its inputs where it has some, its nodes, what it yields. */
function printRegion(region: Region): readonly string[] {
  return [
    ...(region.inputs.length === 0 ? [] : [`takes ${region.inputs.map(definition).join(", ")}`]),
    ...region.nodes.flatMap(printNode),
    `yield ${region.results.map(use).join(", ")}`.trimEnd(),
  ];
}

function printNode(node: Node): readonly string[] {
  const left = node.results.map(definition).join(", ");
  const head = left === "" ? "" : `${left} = `;
  switch (node.kind) {
    case "operator":
      return [`${head}${node.op}(${uses(node.operands)}${printAttributes(node.attributes)})`];
    case "constant": {
      const { data } = node;
      const text = typeof data === "number" ? printNumber(data) : `[${data.map(printNumber).join(", ")}]`;
      return [`${head}constant ${text}${printSource(node.source)}`];
    }
    case "dim":
      return [`${head}dim <${printDim(node.dim)}>${printSource(node.source)}`];
    case "parameter":
    case "state":
      return [`${head}${node.kind} ${quoted(node.path)}`];
    case "update":
      return [`update ${quoted(node.path)} ${use(node.value)}`];
    case "key": {
      const base = node.base === undefined ? "" : ` base ${use(node.base)}`;
      return [`${head}key ${quoted(node.path)} [${node.indices.join(", ")}]${base}`];
    }
    case "call":
      return [`${head}call ${quoted(node.callee)} instance ${quoted(node.instance)} (${uses(node.operands)})`];
    case "repeat": {
      const count = `${node.count}${printSource(node.source)}`;
      const shared = node.shared ? " shared" : "";
      return [
        `${head}repeat ${count} path ${quoted(node.path)}${shared} (${uses(node.operands)}) {`,
        ...indented(printRegion(node.body)),
        "}",
      ];
    }
    case "scan": {
      const sequences = node.sequences
        .map((it, index) => `${use(it)} @ ${elementAt(node.sequenceAxes, index)}`)
        .join(", ");
      const reverse = node.reverse ? " reverse" : "";
      return [
        `${head}scan <${printDim(node.length)}>${reverse} carry (${uses(node.initial)}) along (${sequences}) emit [${node.emitAxes.join(", ")}] {`,
        ...indented(printRegion(node.body)),
        "}",
      ];
    }
    case "gradient":
      return [`${head}gradient of ${use(node.of)} by ${use(node.by)}`];
    case "training":
      return [
        `${head}training {`,
        ...indented(printRegion(node.then)),
        "} otherwise {",
        ...indented(printRegion(node.otherwise)),
        "}",
      ];
  }
}

function printAttributes(attributes: Readonly<Record<string, Attribute>>): string {
  const parts = Object.entries(attributes).map(
    ([name, it]) => `${name}=${printAttributeValue(it)}${printSource(it.source)}`,
  );
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

function printSource(source: string | undefined): string {
  return source === undefined ? "" : ` from ${quoted(source)}`;
}

/** Each kind has a look of its own, by which it is read back. */
function printAttributeValue(it: AttributeValue): string {
  switch (it.kind) {
    case "number":
      return printNumber(it.value);
    case "boolean":
      return String(it.value);
    case "string":
      return quoted(it.value);
    case "dim":
      return `<${printDim(it.value)}>`;
    case "numbers":
      return `[${it.value.map(printNumber).join(", ")}]`;
    case "strings":
      return it.value.length === 0 ? "strings []" : `[${it.value.map(quoted).join(", ")}]`;
    case "dims":
      return `<[${it.value.map(printDim).join(", ")}]>`;
  }
}

/** A tensor type in the language's words: `f32[B, H=28, 3]`, where 28 is the size of the axis named H. */
export function printType(type: TensorType): string {
  return `${type.dtype}[${type.shape.map(printDim).join(", ")}]`;
}

function printDim(dim: Dim): string {
  const text = formatDim(dim);
  return dim.label === undefined || dim.label === text ? text : `${dim.label}=${text}`;
}

function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function definition(value: Value): string {
  return `${use(value)}: ${printType(value.type)}`;
}

/** `%name.id`, or `%id` where the value has no name. */
function use(value: Value): string {
  if (value.name === undefined) return `%${value.id}`;
  return /^[A-Za-z_][A-Za-z_0-9]*$/.test(value.name)
    ? `%${value.name}.${value.id}`
    : `%${quoted(value.name)}.${value.id}`;
}

function uses(values: readonly Value[]): string {
  return values.map(use).join(", ");
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
