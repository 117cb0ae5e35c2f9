// Renders the protocol of the hooks as the docs show it: every field of every request and answer.
import { hookPoints } from "../../src/core/hook.ts";
import { protocolSchema } from "../../src/hooks/protocol_schema.ts";
import { code, table } from "./markdown.ts";

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

type Side = "request" | "answer";

const onRound = hookPoints.filter((point) => point.startsWith("round_"));

/** Region `hook-requests`. */
export function hookRequests(): string {
  const every = sharedFields("request", hookPoints);
  const round = sharedFields("request", onRound).filter((field) => !names(every).has(field.name));
  const known = names([...every, ...round]);
  return [
    section("Every request", every),
    section("Every request on a round", round),
    ...hookPoints.map((point) => section(code(point), ownFields("request", { point, known }))),
  ].join("\n\n");
}

/** Region `hook-answers`. */
export function hookAnswers(): string {
  const every = sharedFields("answer", hookPoints);
  const known = names(every);
  return [
    section("Every answer", every),
    ...hookPoints.map((point) => section(code(point), ownFields("answer", { point, known }))),
  ].join("\n\n");
}

function names(fields: readonly Field[]): ReadonlySet<string> {
  return new Set(fields.map(({ name }) => name));
}

function section(title: string, fields: readonly Field[]): string {
  const body = fields.length === 0
    ? "Nothing more."
    : table(["Field", "Type", "Meaning"], fields.map(({ name, type, meaning }) => [code(name), type, meaning]));
  return `#### ${title}\n\n${body}`;
}

/** Fields that stand at all of these points. */
function sharedFields(side: Side, points: readonly string[]): readonly Field[] {
  const [first = [], ...others] = points.map((point) => allFields(side, point));
  const shared = first.filter((field) => others.every((fields) => names(fields).has(field.name)));
  // Its value is another one at each point.
  return shared.map((field) => field.name === "point" ? { ...field, type: "text" } : field);
}

function ownFields(
  side: Side,
  { point, known }: { readonly point: string; readonly known: ReadonlySet<string> },
): readonly Field[] {
  return allFields(side, point).filter(({ name }) => !known.has(name));
}

function allFields(side: Side, point: string): readonly Field[] {
  const { definitions } = protocolSchema() as { readonly definitions: Readonly<Record<string, Schema>> };
  return fieldsOf(definitions[`${side}_${point}`] ?? {}, { prefix: "", isAnswer: side === "answer" });
}

function fieldsOf(schema: Schema, at: { readonly prefix: string; readonly isAnswer: boolean }): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const name = `${at.prefix}${key}`;
    const isNeeded = schema.required?.includes(key) ?? false;
    const type = `${spellType(inner)}${isNeeded || !at.isAnswer ? "" : ", may be absent"}`;
    const { object, suffix } = innerObject(inner);
    const meaning = inner.description ?? "";
    return [{ name, type, meaning }, ...fieldsOf(object, { ...at, prefix: `${name}${suffix}.` })];
  });
}

/** The object whose fields are to be shown, too: the value itself, the one that is not null, or that of a list. */
function innerObject(schema: Schema): { readonly object: Schema; readonly suffix: string } {
  const value = schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
  return value.type === "array" ? { object: value.items ?? {}, suffix: "[]" } : { object: value, suffix: "" };
}

function spellType(schema: Schema): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.anyOf) return schema.anyOf.map(spellType).join(" or ");
  if (schema.enum) return schema.enum.map((word) => code(word)).join(", ");
  switch (schema.type) {
    case "array":
      return `list of ${spellType(schema.items ?? {})}s`;
    case "string":
      return "text";
    case "integer":
      return "whole number";
    case "boolean":
      return "true or false";
    default:
      return schema.type ?? "anything";
  }
}
