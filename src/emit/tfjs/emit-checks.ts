import { asNumber, formatDim, type Dim } from "../../dims/dim.ts";
import { formatRelation, relationsOf, type Relation } from "../../dims/facts.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import { arrayOf, call, identifier, literal, text, type Expression, type FunctionItem, type Statement } from "./ast.ts";
import { dimScope } from "../structured/dim-scope.ts";
import { toStatements, toSyntax } from "./to-syntax.ts";
import { portsPattern, type ModelContext, type Port } from "./model-context.ts";
import { nameScope } from "./names.ts";

/**
 * A function that throws unless tensors have the types and shapes, and sizes the relations, that the model is compiled
 * for; and unless those that hold nothing but places have them in range, where `places` says among how many.
 */
export function checkFunction(
  name: string,
  type: string,
  ports: readonly Port[],
  context: ModelContext,
  places: ReadonlyMap<string, number> = new Map(),
): FunctionItem {
  const { helpers, module } = context;
  helpers.add("checkTensors");
  const sizeOf = (dim: Dim): Expression => {
    const value = asNumber(dim);
    return value === undefined ? text(formatDim(dim)) : literal(value);
  };
  const tensors = ports.map(({ name, local, type: { dtype, shape } }) =>
    arrayOf(text(name), identifier(local), text(tfjsDType(dtype)), arrayOf(...shape.map(sizeOf))),
  );
  const names = nameScope(ports.map((port) => port.local));
  const scope = dimScope(
    ports.map(({ local, type }) => ({ tensor: identifier(local), type })),
    names,
  );
  const relations = relationsOf(module.facts);
  const checks = relations.flatMap((relation, index): Statement[] => {
    const condition = relationExpression(relation, (dim) => toSyntax(scope.dim(dim)));
    const contract = module.contract.length === relations.length ? module.contract[index] : undefined;
    const message = contract?.message ?? contract?.text ?? formatRelation(relation);
    return [{ kind: "expression", value: call("checkThat", condition, text(message)) }];
  });
  if (checks.length > 0) helpers.add("checkThat");
  return {
    kind: "function",
    exported: false,
    name,
    parameters: [{ pattern: portsPattern(ports), type }],
    result: "void",
    doc: `Throws unless tensors have the types and shapes that the model is compiled for${places.size > 0 ? ", and places are in range" : ""}.`,
    body: [
      { kind: "expression", value: call("checkTensors", ...tensors) },
      ...toStatements(scope.bindings()),
      ...checks,
      ...checkPlaces(ports, places, context),
    ],
  };
}

/** `checkPlaces(["tokens", tokens, 65])`: on the host, before anything is computed. */
function checkPlaces(
  ports: readonly Port[],
  places: ReadonlyMap<string, number>,
  { helpers }: ModelContext,
): readonly Statement[] {
  const held = heldPlaces(
    ports.map(({ name, local }) => [name, identifier(local)]),
    places,
  );
  if (held.length === 0) return [];
  helpers.add("checkPlaces");
  return [{ kind: "expression", value: call("checkPlaces", ...held) }];
}

/** `["tokens", tokens, 65]` for each of some tensors that holds places. */
export function heldPlaces(
  tensors: readonly (readonly [name: string, tensor: Expression])[],
  places: ReadonlyMap<string, number>,
): readonly Expression[] {
  return tensors.flatMap(([name, tensor]): readonly Expression[] => {
    const size = places.get(name);
    return size === undefined ? [] : [arrayOf(text(name), tensor, literal(size))];
  });
}

function relationExpression(relation: Relation, dim: (dim: Dim) => Expression): Expression {
  if ("divisor" in relation) {
    const remainder: Expression = {
      kind: "binary",
      operator: "%",
      left: dim(relation.dividend),
      right: dim(relation.divisor),
    };
    return {
      kind: "binary",
      operator: relation.kind === "divides" ? "===" : "!==",
      left: remainder,
      right: literal(0),
    };
  }
  const left = dim(relation.left);
  const right = dim(relation.right);
  switch (relation.kind) {
    case "equal":
      return { kind: "binary", operator: "===", left, right };
    case "notEqual":
      return { kind: "binary", operator: "!==", left, right };
    case "lessThan":
      return { kind: "binary", operator: "<", left, right };
    case "atLeast":
      // `T <= 64` rather than `64 >= T`.
      return left.kind === "number"
        ? { kind: "binary", operator: "<=", left: right, right: left }
        : { kind: "binary", operator: ">=", left, right };
  }
}
