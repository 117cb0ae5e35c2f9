// The table of keys as a JSON Schema, with which editors complete and check agent-runner.toml.
import { toJsonSchema } from "@valibot/to-json-schema";
import { isRow, required, type Row, type Rows } from "./row.ts";
import { fallbackTable, hookTable, notifyTable, phaseTable, READER_NAMES, SCHEMA_URL, tables } from "./schema.ts";

type Json = Record<string, unknown>;

/** JSON Schema (draft-07, which TOML editors understand) of a configuration file. */
export function jsonSchema(): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: SCHEMA_URL,
    title: "agent-runner.toml",
    description: "Configuration of agent-runner",
    ...tableSchema(tables, ""),
  };
}

function tableSchema(rows: Rows, name: string): Json {
  const properties: Json = {};
  const wanted: string[] = [];
  for (const [key, entry] of Object.entries(rows)) {
    const path = name === "" ? key : `${name}.${key}`;
    if (!isRow(entry)) {
      properties[key] = tableSchema(entry, path);
      if (hasRequired(entry)) wanted.push(key);
      continue;
    }
    properties[key] = rowSchema(entry, path);
    if (entry.default === required) wanted.push(key);
    for (const older of entry.olderNames ?? []) {
      properties[older.key] = { ...rowSchema(entry, path), description: `Older name of ${key}.`, deprecated: true };
    }
  }
  if (name === "agent") properties.fallback = { type: "array", items: tableSchema(fallbackTable, "agent.fallback") };
  return {
    type: "object",
    properties,
    ...(wanted.length > 0 ? { required: wanted } : {}),
    additionalProperties: othersOf(name),
  };
}

function othersOf(name: string): unknown {
  if (name === "plugins") return true;
  if (name === "hooks") return tableSchema(hookTable, "hooks.<name>");
  if (name === "notify") return tableSchema(notifyTable, "notify.<name>");
  return name === "phases" ? tableSchema(phaseTable, "phases.<name>") : false;
}

function rowSchema(row: Row, path: string): Json {
  const { $schema: _, ...schema } = toJsonSchema(row.kind, {
    ignoreActions: ["check", "transform", "title"],
    overrideSchema: ({ valibotSchema, jsonSchema }) => {
      if (valibotSchema.type === "bigint") return { ...jsonSchema, type: "integer" };
      return undefined;
    },
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const bound = (valibotAction as { readonly requirement?: unknown }).requirement;
      if (typeof bound !== "bigint") return undefined;
      if (valibotAction.type === "min_value") return { ...jsonSchema, minimum: Number(bound) };
      return { ...jsonSchema, maximum: Number(bound) };
    },
    errorMode: "ignore",
  });
  return {
    description: row.doc.replaceAll("`", ""),
    ...schema,
    ...(path.endsWith(".reader") ? { enum: READER_NAMES } : {}),
    ...(row.default === required || row.default === null ? {} : { default: row.default }),
  };
}

function hasRequired(rows: Rows): boolean {
  return Object.values(rows).some((entry) => isRow(entry) ? entry.default === required : hasRequired(entry));
}
