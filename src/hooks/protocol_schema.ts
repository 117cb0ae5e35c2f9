// The protocol of the hooks as a JSON Schema, for those who write hooks in any language.
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { hookPoints } from "../core/hook.ts";
import { answerSchemas } from "./answers.ts";
import { requestSchemas } from "./request_schema.ts";

type Json = Record<string, unknown>;

/** Where the schema is found. */
const protocolSchemaUrl =
  "https://raw.githubusercontent.com/agent-runner/agent-runner/main/docs/hook-protocol.schema.json";

/** JSON Schema (draft-07): `request_<point>` and `answer_<point>` among its definitions, any of them as a whole. */
export function protocolSchema(): Json {
  const definitions: Json = {};
  for (const point of hookPoints) {
    definitions[`request_${point}`] = schemaOf(requestSchemas[point], `What a hook is told at ${point}.`);
    definitions[`answer_${point}`] = schemaOf(answerSchemas[point], `What a hook may answer at ${point}.`);
  }
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: protocolSchemaUrl,
    title: "Hook protocol of agent-runner, version 1",
    description: "One request on standard input, one answer on standard output. Fields beyond these are to be ignored.",
    anyOf: Object.keys(definitions).map((name) => ({ $ref: `#/definitions/${name}` })),
    definitions,
  };
}

function schemaOf(schema: v.GenericSchema, description: string): Json {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    typeMode: "input",
    ignoreActions: ["check", "finite"],
    overrideSchema: ({ valibotSchema }) => valibotSchema.type === "custom" ? { type: "object" } : undefined,
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "safe_integer" ? { ...jsonSchema, type: "integer" } : undefined,
    errorMode: "throw",
  });
  return { description, ...json };
}
