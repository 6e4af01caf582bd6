import { readFileSync } from "node:fs";

interface Schema {
  readonly [key: string]: Json;
}

export type Json = string | number | boolean | null | readonly Json[] | Schema;

const isObject = (it: Json | undefined): it is Schema => typeof it === "object" && it !== null && !Array.isArray(it);

/** What of the published manifest schema a document breaks; knows the keywords that the schema uses, and no others. */
export function validate(document: Json): readonly string[] {
  return validateAgainst("manifest.schema.json", document);
}

/** What of one of the published schemas (docs/schemas) a document breaks. */
export function validateAgainst(schema: string, document: Json): readonly string[] {
  const url = new URL(`../../../docs/schemas/${schema}`, import.meta.url);
  const root = JSON.parse(readFileSync(url, "utf8")) as Schema;
  return check(document, root, "", root);
}

/** What of a schema a document breaks. */
export function validateBy(schema: Json, document: Json): readonly string[] {
  return isObject(schema) ? check(document, schema, "", schema) : ["the schema is no object"];
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" && Number.isInteger(value) ? "integer" : typeof value;
}

function check(value: Json, schema: Schema, at: string, root: Schema): readonly string[] {
  const found: string[] = [];
  const fail = (what: string): void => {
    found.push(`${at}: ${what}`);
  };
  for (const [keyword, rule] of Object.entries(schema)) {
    switch (keyword) {
      case "$schema":
      case "$id":
      case "$defs":
      case "definitions":
      case "id":
      case "default":
      case "format":
      case "title":
      case "description":
        break;
      case "$ref": {
        const target = String(rule)
          .slice(2)
          .split("/")
          .reduce<Json | undefined>((it, key) => (isObject(it) ? it[key] : undefined), root);
        if (isObject(target)) found.push(...check(value, target, at, root));
        else fail(`unresolved ${String(rule)}`);
        break;
      }
      case "type": {
        const allowed: readonly Json[] = Array.isArray(rule) ? rule : [rule];
        const type = typeOf(value);
        if (!allowed.includes(type) && !(type === "integer" && allowed.includes("number"))) fail(`is ${type}`);
        break;
      }
      case "const":
        if (value !== rule) fail(`is not ${String(rule)}`);
        break;
      case "enum":
        if (!(Array.isArray(rule) && rule.includes(value))) fail(`${JSON.stringify(value)} is not allowed`);
        break;
      case "minimum":
        if (typeof value === "number" && value < Number(rule)) fail(`is below ${String(rule)}`);
        break;
      case "maximum":
        if (typeof value === "number" && value > Number(rule)) fail(`is above ${String(rule)}`);
        break;
      case "uniqueItems":
        if (Array.isArray(value) && new Set(value.map((it) => JSON.stringify(it))).size < value.length)
          fail("has an item twice");
        break;
      case "oneOf":
        if (
          Array.isArray(rule) &&
          rule.filter((it: Json) => isObject(it) && check(value, it, at, root).length === 0).length !== 1
        )
          fail("fits none or several of the alternatives");
        break;
      case "pattern":
        if (typeof value === "string" && !new RegExp(String(rule)).test(value)) fail(`does not match ${String(rule)}`);
        break;
      case "minItems":
        if (Array.isArray(value) && value.length < Number(rule)) fail("is too short");
        break;
      case "required":
        if (isObject(value) && Array.isArray(rule))
          for (const key of rule) if (!(String(key) in value)) fail(`lacks ${String(key)}`);
        break;
      case "properties":
        if (isObject(value) && isObject(rule)) {
          for (const [key, inner] of Object.entries(rule)) {
            const part = value[key];
            if (part !== undefined && isObject(inner)) found.push(...check(part, inner, `${at}/${key}`, root));
          }
        }
        break;
      case "patternProperties":
        if (isObject(value) && isObject(rule)) {
          for (const [key, part] of Object.entries(value)) {
            for (const [pattern, inner] of Object.entries(rule))
              if (new RegExp(pattern).test(key) && isObject(inner))
                found.push(...check(part, inner, `${at}/${key}`, root));
          }
        }
        break;
      case "additionalProperties":
        if (isObject(value)) {
          const declared = isObject(schema["properties"]) ? schema["properties"] : {};
          const patterns = isObject(schema["patternProperties"]) ? Object.keys(schema["patternProperties"]) : [];
          for (const [key, part] of Object.entries(value)) {
            if (key in declared || patterns.some((it) => new RegExp(it).test(key))) continue;
            if (isObject(rule)) found.push(...check(part, rule, `${at}/${key}`, root));
            else fail(`has ${key}`);
          }
        }
        break;
      case "prefixItems":
      case "items":
        if (Array.isArray(value)) {
          const prefix: readonly Json[] = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
          value.forEach((part: Json, index) => {
            const inner = index < prefix.length ? prefix[index] : schema["items"];
            if (isObject(inner)) found.push(...check(part, inner, `${at}/${index}`, root));
            else if (inner === false) fail("is too long");
          });
        }
        break;
      case "anyOf":
        if (Array.isArray(rule) && !rule.some((it: Json) => isObject(it) && check(value, it, at, root).length === 0))
          fail("fits no alternative");
        break;
      default:
        fail(`the schema has the keyword ${keyword}`);
    }
  }
  return found;
}
