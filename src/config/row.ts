// The form of one configuration key: what it takes, what it means, and what stands for it when it is absent.
import type * as v from "valibot";
import type { CodeName } from "../core/config.ts";

/** Stands in a row's `default` for a key that has none and must be written. */
export const required = { isRequired: true } as const;

/** An earlier name under which a key is still understood. */
export interface OlderName {
  readonly key: string;
  /** Using it is worth a warning. */
  readonly isDeprecated: boolean;
}

interface RowFacts<Default> {
  readonly default: Default;
  /** One sentence or two for the reference. */
  readonly doc: string;
  readonly unit?: "seconds" | "rounds" | "megabytes" | "bytes" | "months" | "percent";
  /** `new`: the predecessor did not know it. */
  readonly since?: "reference" | "new";
  /** The value as one writes it in TOML; needed where the default is no good example. */
  readonly example?: string;
  readonly olderNames?: readonly OlderName[];
}

/** One key. */
export interface Row<Kind extends v.GenericSchema = v.GenericSchema, Default = unknown> extends RowFacts<Default> {
  readonly kind: Kind;
  readonly since: "reference" | "new";
}

/** The keys of one table; a table in it is another such object. */
export interface Rows {
  readonly [key: string]: Row | Rows;
}

/** Writes one row down. @param facts `since` is `reference` unless it says otherwise. */
export function row<
  Kind extends v.GenericSchema,
  const Default extends Frozen<v.InferOutput<Kind>> | null | typeof required,
>(
  kind: Kind,
  facts: RowFacts<Default>,
): Row<Kind, Default> {
  return { since: "reference", ...facts, kind };
}

/** Whether this is one key, not a table of keys. */
export function isRow(entry: Row | Rows): entry is Row {
  return typeof entry.doc === "string";
}

type Frozen<T> = T extends readonly (infer Item)[] ? readonly Item[]
  : T extends Record<string, string> ? Readonly<Record<string, string>>
  : T;

type RowValue<R> = R extends Row<infer Kind, infer Default>
  ? Frozen<v.InferOutput<Kind>> | (null extends Default ? null : never)
  : never;

/** The values of a table as code sees them: names by `CodeName`, null for what is unset. */
export type Values<R> = {
  readonly [K in keyof R & string as CodeName<K>]: R[K] extends Row ? RowValue<R[K]> : Values<R[K]>;
};
