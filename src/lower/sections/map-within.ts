import type { Body, Chain, Expression, Statement, WhenExpression, WhenStatement } from "../../syntax/ast.ts";
import { mapChildren } from "./map-children.ts";

type Map = (it: Expression) => Expression;

/** An expression with each expression directly within it mapped, those in stages and bodies as well; callees stay. */
export function mapWithin(expression: Expression, map: Map): Expression {
  switch (expression.kind) {
    case "when-expression":
      return mapWhen(expression, map);
    case "labelled-stage":
      return { ...expression, stage: map(expression.stage) };
    case "repeat-stage":
      return { ...expression, count: map(expression.count), chain: mapChain(expression.chain, map) };
    case "for-stage":
      return { ...expression, list: map(expression.list), chain: mapChain(expression.chain, map) };
    case "for-expression":
      return {
        ...expression,
        list: map(expression.list),
        carries: expression.carries.map((it) => ({ ...it, init: map(it.init) })),
        body: mapBody(expression.body, map),
      };
    case "when-stage":
      return {
        ...expression,
        condition: map(expression.condition),
        then: mapChain(expression.then, map),
        otherwise: expression.otherwise && mapChain(expression.otherwise, map),
      };
    case "scan":
      return {
        ...expression,
        sequences: expression.sequences.map((it) => ({ ...it, source: map(it.source) })),
        carries: expression.carries.map((it) => ({ ...it, init: map(it.init) })),
        body: mapBody(expression.body, map),
      };
    default:
      return mapChildren(expression, map);
  }
}

function mapWhen(expression: WhenExpression, map: Map): WhenExpression {
  const { condition, then, otherwise } = expression;
  return {
    ...expression,
    condition: map(condition),
    then: mapBody(then, map),
    otherwise: otherwise.kind === "body" ? mapBody(otherwise, map) : mapWhen(otherwise, map),
  };
}

function mapChain(chain: Chain, map: Map): Chain {
  return { ...chain, stages: chain.stages.map(map) };
}

function mapBody(body: Body, map: Map): Body {
  return { ...body, statements: body.statements.map((it) => mapStatement(it, map)) };
}

function mapStatement(statement: Statement, map: Map): Statement {
  switch (statement.kind) {
    case "param":
      return { ...statement, init: statement.init && map(statement.init) };
    case "when-statement":
      return mapWhenStatement(statement, map);
    default:
      return { ...statement, value: map(statement.value) };
  }
}

function mapWhenStatement(statement: WhenStatement, map: Map): WhenStatement {
  const { condition, then, otherwise } = statement;
  const rest = otherwise?.kind === "when-statement" ? mapWhenStatement(otherwise, map) : otherwise;
  return {
    ...statement,
    condition: map(condition),
    then: mapBody(then, map),
    otherwise: rest?.kind === "body" ? mapBody(rest, map) : rest,
  };
}
