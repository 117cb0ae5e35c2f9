// Types and run-time checks of event payloads, derived from the table of event kinds.
import { eventKinds } from "./event.ts";

type BaseType<C> = C extends "int" | "number" ? number
  : C extends "string" ? string
  : C extends "bool" ? boolean
  : C extends "strings" ? readonly string[]
  : C extends "objects" ? readonly Readonly<Record<string, unknown>>[]
  : Readonly<Record<string, unknown>>;
type FieldType<F> = F extends `${infer C}|null?` ? BaseType<C> | null
  : F extends `${infer C}|null` ? BaseType<C> | null
  : F extends `${infer C}?` ? BaseType<C>
  : BaseType<F>;
type OptionalNames<T> = { [K in keyof T]: T[K] extends `${string}?` ? K : never }[keyof T];

/** Name of an event kind. The name is the version: payloads only ever grow. */
export type EventKind = keyof typeof eventKinds;

/** Payload of one kind, as written on the wire. */
export type EventPayload<K extends EventKind> =
  & {
    readonly [
      F in Exclude<keyof (typeof eventKinds)[K]["fields"], OptionalNames<(typeof eventKinds)[K]["fields"]>>
    ]: FieldType<(typeof eventKinds)[K]["fields"][F]>;
  }
  & {
    readonly [F in OptionalNames<(typeof eventKinds)[K]["fields"]>]?: FieldType<(typeof eventKinds)[K]["fields"][F]>;
  };

/** One line of an event file after reading: anything may be in it but `ts` and `event` are strings. */
export interface RecordedEvent {
  readonly ts: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

export function isEventKind(name: string): name is EventKind {
  return Object.hasOwn(eventKinds, name);
}

/** What is wrong with a payload, or null: an unknown kind, a missing field, a field of the wrong type. */
export function payloadFault(kind: string, payload: Readonly<Record<string, unknown>>): string | null {
  if (!isEventKind(kind)) return `unknown event kind '${kind}'`;
  const fields: Readonly<Record<string, string>> = eventKinds[kind].fields;
  for (const [name, code] of Object.entries(fields)) {
    const value = payload[name];
    if (value === undefined) {
      if (code.endsWith("?")) continue;
      return `'${kind}' lacks '${name}'`;
    }
    if (!isOfCode(value, code.replace(/\?$/, ""))) return `'${kind}.${name}' is not ${code}`;
  }
  return null;
}

function isOfCode(value: unknown, code: string): boolean {
  if (code.endsWith("|null")) return value === null || isOfCode(value, code.slice(0, -"|null".length));
  switch (code) {
    case "int":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "objects":
      return Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null);
    default:
      return typeof value === "object" && value !== null && !Array.isArray(value);
  }
}
