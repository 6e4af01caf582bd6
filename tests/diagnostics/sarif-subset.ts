import type { Json } from "../emit/onnx/json-schema.ts";

const count = { type: "integer", minimum: 1 };
const text = { type: "string" };
const said = { type: "object", required: ["text"], additionalProperties: false, properties: { text } };
const object = (required: readonly string[], properties: Readonly<Record<string, Json>>): Json => ({
  type: "object",
  required: [...required],
  additionalProperties: false,
  properties,
});
const list = (items: Json, least = 0): Json => ({ type: "array", minItems: least, items });
const region = object(["startLine"], { startLine: count, startColumn: count, endLine: count, endColumn: count });
const artifact: Json = {
  anyOf: [
    object(["uri", "uriBaseId"], {
      // A relative reference: no scheme, no slash before it, nothing that a URI may not hold.
      uri: { type: "string", pattern: "^(?!/)[A-Za-z0-9._~!*'()%/-]+$" },
      uriBaseId: { const: "%SRCROOT%" },
    }),
    object(["uri"], { uri: { type: "string", pattern: "^file:///[A-Za-z0-9._~!*'():%/-]+$" } }),
  ],
};
const physical = object(["artifactLocation"], { artifactLocation: artifact, region });
const location = object(["physicalLocation"], {
  id: { type: "integer", minimum: 0 },
  physicalLocation: physical,
  message: said,
});

/** What of SARIF 2.1.0 modelc writes, by the text of the standard: nothing else may be there. */
export const sarifSubset: Json = object(["$schema", "version", "runs"], {
  $schema: text,
  version: { const: "2.1.0" },
  runs: list(
    object(["tool", "results", "columnKind", "invocations"], {
      tool: object(["driver"], {
        driver: object(["name", "version", "rules"], {
          name: { const: "modelc" },
          version: text,
          rules: list(
            object(["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"], {
              id: { type: "string", pattern: "^MC[0-9]{4}$" },
              helpUri: { type: "string", pattern: "^https://" },
              shortDescription: said,
              fullDescription: said,
              help: said,
              defaultConfiguration: object(["level"], { level: { enum: ["error", "warning"] } }),
            }),
          ),
        }),
      }),
      originalUriBaseIds: object(["%SRCROOT%"], {
        "%SRCROOT%": object(["uri"], { uri: { type: "string", pattern: "^file:///.*/$" } }),
      }),
      columnKind: { const: "utf16CodeUnits" },
      invocations: list(
        object(["executionSuccessful", "toolExecutionNotifications"], {
          executionSuccessful: { type: "boolean" },
          toolExecutionNotifications: list(
            object(["level", "message", "descriptor", "locations"], {
              level: { const: "error" },
              message: said,
              descriptor: object(["id"], { id: { enum: ["unreadable", "defect"] } }),
              locations: list(location),
            }),
          ),
        }),
        1,
      ),
      results: list(
        object(["ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "partialFingerprints"], {
          ruleId: text,
          ruleIndex: { type: "integer", minimum: 0 },
          level: { enum: ["error", "warning"] },
          message: said,
          locations: list(location, 1),
          relatedLocations: list(location),
          partialFingerprints: {
            type: "object",
            additionalProperties: { type: "string", pattern: "^[0-9a-f]{16}:[0-9]+$" },
          },
          fixes: list(
            object(["description", "artifactChanges"], {
              description: said,
              artifactChanges: list(
                object(["artifactLocation", "replacements"], {
                  artifactLocation: artifact,
                  replacements: list(
                    object(["deletedRegion", "insertedContent"], { deletedRegion: region, insertedContent: said }),
                    1,
                  ),
                }),
                1,
              ),
            }),
            1,
          ),
        }),
      ),
    }),
    1,
  ),
});
