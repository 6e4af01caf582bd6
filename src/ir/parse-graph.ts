import type { Dim } from "../dims/dim.ts";
import { assume, noFacts, type Facts, type Relation } from "../dims/facts.ts";
import type {
  Func,
  Graph,
  GraphInput,
  GraphOutput,
  HyperparameterValue,
  Initializer,
  Module,
  Node,
  Role,
  Variable,
} from "./graph.ts";
import { parseDefinition, parseNode, parseRegion, parseScalar, parseUse, type KnownValues } from "./parse-nodes.ts";
import { parseLabelledDim, parseRelation, parseType } from "./parse-types.ts";
import { createTextReader, TextProblem, type TextReader } from "./text-reader.ts";

/** What a text stands for, or why it stands for nothing. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Reads a flat graph from the text that `printGraph` writes. */
export function parseGraph(text: string): Parsed<Graph> {
  return parsed(text, readGraph);
}

/** Reads a module from the text that `printModule` writes. */
export function parseModule(text: string): Parsed<Module> {
  return parsed(text, readModule);
}

function parsed<T>(text: string, read: (reader: TextReader) => T): Parsed<T> {
  try {
    const reader = createTextReader(text);
    const value = read(reader);
    reader.take("end");
    return { ok: true, value };
  } catch (problem) {
    if (problem instanceof TextProblem) return { ok: false, problem: problem.message };
    throw problem;
  }
}

const roles: Readonly<Record<Role, true>> = {
  feature: true,
  parameter: true,
  state: true,
  optimizer: true,
  statistic: true,
  step: true,
  epoch: true,
  examples: true,
  seed: true,
  hyper: true,
  output: true,
  loss: true,
  metric: true,
  gradient: true,
  faults: true,
};

function isRole(word: string): word is Role {
  return Object.hasOwn(roles, word);
}

function readRole(reader: TextReader): Role {
  const word = reader.word();
  return isRole(word) ? word : reader.fail(`${word} is no role`);
}

function readFacts(reader: TextReader): Facts {
  let facts = noFacts;
  while (reader.takes("fact")) facts = assume(facts, parseRelation(reader));
  return facts;
}

function readGraph(reader: TextReader): Graph {
  reader.expect("graph");
  const name = reader.string();
  const mode = reader.word();
  if (mode !== "training" && mode !== "inference") return reader.fail(`${mode} is no mode`);
  reader.expect("next");
  const nextId = reader.number();
  reader.expect("{");
  const facts = readFacts(reader);
  const known: KnownValues = new Map();
  const inputs: GraphInput[] = [];
  while (reader.takes("input")) inputs.push(readInput(reader, known));
  const nodes: Node[] = [];
  while (!reader.sees("output") && !reader.sees("}")) nodes.push(parseNode(reader, known));
  const outputs: GraphOutput[] = [];
  while (reader.takes("output")) {
    const head = { name: reader.string(), role: readRole(reader), value: parseUse(reader, known) };
    const path = reader.takes("path") ? reader.string() : undefined;
    const carries = reader.takes("carries") ? reader.string() : undefined;
    outputs.push({ ...head, ...(path !== undefined && { path }), ...(carries !== undefined && { carries }) });
  }
  reader.expect("}");
  return { name, mode, inputs, nodes, outputs, facts, nextId };
}

function readInput(reader: TextReader, known: KnownValues): GraphInput {
  const head = { name: reader.string(), role: readRole(reader), value: parseDefinition(reader, known) };
  const path = reader.takes("path") ? reader.string() : undefined;
  let perm: readonly number[] | undefined;
  if (reader.takes("perm")) {
    reader.expect("[");
    perm = reader.list("]", reader.number);
  }
  const init = reader.takes("init") ? readInitializer(reader) : undefined;
  const logicalType = reader.takes("logical") ? parseType(reader) : undefined;
  const places = reader.takes("places") ? reader.number() : undefined;
  return {
    ...head,
    ...(path !== undefined && { path }),
    ...(perm !== undefined && { perm }),
    ...(init !== undefined && { init }),
    ...(logicalType !== undefined && { logicalType }),
    ...(places !== undefined && { places }),
  };
}

function readInitializer(reader: TextReader): Initializer {
  const name = reader.word();
  reader.expect("(");
  const given = reader.list(")", () => {
    const argument = reader.word();
    reader.expect("=");
    return [argument, reader.number()] as const;
  });
  return { name, arguments: Object.fromEntries(given) };
}

function readModule(reader: TextReader): Module {
  reader.expect("module");
  const name = reader.string();
  reader.expect("entry");
  const entry = reader.string();
  reader.expect("{");
  const facts = readFacts(reader);
  const contract: { readonly text: string; readonly message?: string; readonly relation?: Relation }[] = [];
  while (reader.takes("contract")) {
    const text = reader.string();
    const message = reader.takes("says") ? reader.string() : undefined;
    const relation = reader.takes("means") ? parseRelation(reader) : undefined;
    contract.push({ text, ...(message !== undefined && { message }), ...(relation !== undefined && { relation }) });
  }
  const resultFacts = new Map<string, { readonly probability: boolean }>();
  while (reader.takes("result")) {
    const result = reader.string();
    reader.expect("probability");
    resultFacts.set(result, { probability: reader.boolean() });
  }
  const labels = new Map<string, Dim>();
  while (reader.takes("labels")) labels.set(reader.string(), parseLabelledDim(reader));
  const functions = new Map<string, Func>();
  while (reader.takes("function")) {
    const func = readFunc(reader);
    functions.set(func.key, func);
  }
  reader.expect("}");
  return { name, entry, functions, facts, contract, resultFacts, ...(labels.size > 0 && { labels }) };
}

function readFunc(reader: TextReader): Func {
  const key = reader.string();
  const flavor = reader.word();
  if (flavor !== "model" && flavor !== "block" && flavor !== "fn")
    return reader.fail(`${flavor} is no kind of function`);
  const name = reader.string();
  reader.expect("{");
  const doc = reader.takes("doc") ? reader.string() : undefined;
  const hyperparameters: { readonly name: string; readonly value: HyperparameterValue }[] = [];
  while (reader.takes("hyper")) {
    const hyper = reader.string();
    reader.expect("=");
    hyperparameters.push({ name: hyper, value: readHyperparameter(reader) });
  }
  const parameters: Variable[] = [];
  const states: Variable[] = [];
  while (reader.takes("owns")) {
    const list = reader.takes("state") ? states : parameters;
    if (list === parameters) reader.expect("parameter");
    list.push(readVariable(reader));
  }
  reader.expect("inputs");
  reader.expect("(");
  const inputNames = reader.list(")", reader.string);
  reader.expect("results");
  reader.expect("(");
  const resultNames = reader.list(")", () => (reader.takes("_") ? undefined : reader.string()));
  reader.expect("body");
  reader.expect("{");
  const body = parseRegion(reader, new Map());
  reader.expect("}");
  reader.expect("}");
  const head = { key, name, flavor, ...(doc !== undefined && { doc }) } as const;
  return { ...head, hyperparameters, inputNames, resultNames, parameters, states, body };
}

function readVariable(reader: TextReader): Variable {
  const path = reader.string();
  reader.expect(":");
  const type = parseType(reader);
  reader.expect("=");
  return { path, type, init: readInitializer(reader) };
}

function readHyperparameter(reader: TextReader): HyperparameterValue {
  if (reader.takes("<")) {
    const value = parseLabelledDim(reader);
    reader.expect(">");
    return { kind: "dim", value };
  }
  if (reader.takes("[")) return { kind: "list", elements: reader.list("]", () => readHyperparameter(reader)) };
  if (reader.takes("recipe")) return { kind: "recipe", name: reader.string(), text: reader.string() };
  return parseScalar(reader);
}
