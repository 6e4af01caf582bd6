import { nearest } from "../support/nearest.ts";
import { brokenLimit } from "../ir/limits.ts";
import type { Attribute, AttributeValue, Attributes } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { inClass, isDType } from "../ops/define/dtype-class.ts";
import {
  attributesFor,
  type AttributeSpec,
  type DTypeClass,
  type Operator,
  type OperandSpec,
  type ShapeChecker,
} from "../ops/define/operator.ts";

/**
 * The types of an operator's results: checks the number of operands, their element types and the attributes against
 * what the operator declares, then asks its shape rule. Undefined after a report to `check`.
 */
export function inferOperator(
  operator: Operator,
  operands: readonly TensorType[],
  attributes: Attributes,
  check: ShapeChecker,
): readonly TensorType[] | undefined {
  if (!checkOperands(operator, operands, check)) return undefined;
  if (!checkAttributes(operator, attributes, check)) return undefined;
  return operator.infer({ operands, attributes: attributesFor(operator, attributes), check });
}

/** What the operand at a position must be: the last one's declaration repeats where it is variadic. */
export function operandSpecAt(operator: Operator, index: number): OperandSpec | undefined {
  const last = operator.operands[operator.operands.length - 1];
  return operator.operands[index] ?? (last?.variadic === true ? last : undefined);
}

function checkOperands(operator: Operator, operands: readonly TensorType[], check: ShapeChecker): boolean {
  const { name } = operator;
  const needed = operator.operands.filter((it) => it.optional !== true && it.variadic !== true).length;
  const variadic = operator.operands.some((it) => it.variadic === true);
  if (operands.length < needed || (!variadic && operands.length > operator.operands.length)) {
    const wanted = variadic
      ? `at least ${needed}`
      : needed === operator.operands.length
        ? `${needed}`
        : `${needed} to ${operator.operands.length}`;
    check.fail(`${name} takes ${wanted} ${wanted === "1" ? "input" : "inputs"}, and ${operands.length} are given`);
    return false;
  }
  let fine = true;
  operands.forEach((type, index) => {
    const spec = operandSpecAt(operator, index);
    if (spec === undefined || inClass(type.dtype, spec.dtype)) return;
    check.fail(
      `${spec.name} of ${name} must be ${classInWords(spec.dtype)}, and it is ${type.dtype}`,
      spec.dtype === "bool" ? "a comparison gives truth values: `x > 0`" : undefined,
    );
    fine = false;
  });
  return fine;
}

function classInWords(wanted: DTypeClass): string {
  switch (wanted) {
    case "float":
      return "of a floating point type";
    case "integer":
      return "of an integer type";
    case "number":
      return "a number";
    default:
      return wanted;
  }
}

function checkAttributes(operator: Operator, attributes: Attributes, check: ShapeChecker): boolean {
  let fine = true;
  for (const given of Object.keys(attributes)) {
    if (Object.hasOwn(operator.attributes, given)) continue;
    const near = nearest(given, Object.keys(operator.attributes));
    check.fail(`${operator.name} has no argument ${given}`, near === undefined ? undefined : `did you mean ${near}?`);
    fine = false;
  }
  for (const [name, spec] of Object.entries(operator.attributes)) {
    const given: Attribute | undefined = attributes[name];
    if (given === undefined) {
      if (spec.default !== undefined) continue;
      check.fail(`\`${operator.name}\` needs the argument \`${name}\``, spec.doc);
      fine = false;
    } else {
      const problem = attributeProblem(spec, given);
      if (problem === undefined) continue;
      check.fail(`the argument ${name} of ${operator.name} ${problem}`);
      fine = false;
    }
  }
  return fine;
}

/** What is wrong with a value for an attribute, as the end of a clause; undefined where nothing is. */
function attributeProblem(spec: AttributeSpec, it: AttributeValue): string | undefined {
  switch (spec.kind) {
    case "int":
      return it.kind === "number" && Number.isInteger(it.value) ? rangeProblem(spec, [it.value]) : "must be an integer";
    case "float":
      return it.kind === "number" ? rangeProblem(spec, [it.value]) : "must be a number";
    case "bool":
      return it.kind === "boolean" ? undefined : "must be true or false";
    case "string":
      return it.kind === "string" ? wordProblem(spec, it.value) : "must be a string";
    case "dtype":
      return it.kind === "string" && isDType(it.value) ? undefined : "must be an element type";
    case "word or ints":
      if (it.kind === "string") return wordProblem(spec, it.value);
      return it.kind === "numbers" && it.value.every(Number.isInteger)
        ? rangeProblem(spec, it.value)
        : "must be a word or a list of integers";
    case "ints":
      return it.kind === "numbers" && it.value.every(Number.isInteger)
        ? rangeProblem(spec, it.value)
        : "must be a list of integers";
    case "strings":
      return it.kind === "strings" ? undefined : "must be a list of strings";
    case "dim":
      return it.kind === "dim" ? undefined : "must be a dimension";
    case "dims":
      return it.kind === "dims" ? undefined : "must be a list of dimensions";
  }
}

function wordProblem({ oneOf }: AttributeSpec, word: string): string | undefined {
  return oneOf === undefined || oneOf.includes(word)
    ? undefined
    : `must be one of ${oneOf.join(", ")}, and it is ${word}`;
}

function rangeProblem(spec: AttributeSpec, values: readonly number[]): string | undefined {
  for (const value of values) {
    const limit = brokenLimit(spec, value);
    if (limit !== undefined) return `must be ${limit}, and it is ${value}`;
  }
  return undefined;
}
