import type { Dim } from "../../dims/dim.ts";
import type { Attribute, Attributes, AttributeValue } from "../../ir/graph.ts";
import { mapValues } from "../../support/map-values.ts";
import { fault } from "../../support/fault.ts";
import type { PlainAttributes } from "./builder.ts";
import type { AttributeSpec, Operator } from "./operator.ts";

type PlainValue = PlainAttributes[string];

/** Plain attributes as the IR holds them: the operator's schema says what each is. A value that is no such thing is a fault. */
export function tagAttributes(operator: Operator, plain: PlainAttributes): Attributes {
  return mapValues(plain, (name, value) => {
    const spec = operator.attributes[name] ?? fault(`${operator.name} has no argument ${name}`);
    return tagAttribute(operator, name, spec, value);
  });
}

/** The value that an operator declares for an attribute that is not given. */
export function defaultAttribute(operator: Operator, name: string): AttributeValue | undefined {
  const spec = operator.attributes[name];
  return spec?.default === undefined ? undefined : tagAttribute(operator, name, spec, spec.default);
}

/** The attributes that a node of an operator has, given or by default. */
export function withDefaults(operator: Operator, given: Attributes): Attributes {
  const attributes: Record<string, Attribute> = {};
  for (const name of Object.keys(operator.attributes)) {
    const it = given[name] ?? defaultAttribute(operator, name);
    if (it !== undefined) attributes[name] = it;
  }
  return attributes;
}

function tagAttribute(operator: Operator, name: string, spec: AttributeSpec, value: PlainValue): AttributeValue {
  return (
    tagged(spec, value) ??
    fault(`the argument ${name} of ${operator.name} is given as something else than ${spec.kind}`)
  );
}

const isNumbers = (it: PlainValue): it is readonly number[] =>
  Array.isArray(it) && it.every((one) => typeof one === "number");

const isStrings = (it: PlainValue): it is readonly string[] =>
  Array.isArray(it) && it.every((one) => typeof one === "string");

const isDims = (it: PlainValue): it is readonly Dim[] => Array.isArray(it) && it.every(isDim);

const isDim = (it: PlainValue): it is Dim => typeof it === "object" && "kind" in it;

/** A value as the kind that a schema declares; undefined where it is none. */
function tagged({ kind }: AttributeSpec, value: PlainValue): AttributeValue | undefined {
  switch (kind) {
    case "int":
    case "float":
      return typeof value === "number" ? { kind: "number", value } : undefined;
    case "bool":
      return typeof value === "boolean" ? { kind: "boolean", value } : undefined;
    case "string":
    case "dtype":
      return typeof value === "string" ? { kind: "string", value } : undefined;
    case "dim":
      return isDim(value) ? { kind: "dim", value } : undefined;
    case "ints":
      return isNumbers(value) ? { kind: "numbers", value } : undefined;
    case "word or ints":
      if (typeof value === "string") return { kind: "string", value };
      return isNumbers(value) ? { kind: "numbers", value } : undefined;
    case "strings":
      return isStrings(value) ? { kind: "strings", value } : undefined;
    case "dims":
      return isDims(value) ? { kind: "dims", value } : undefined;
  }
}
