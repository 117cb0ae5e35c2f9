// The table of keys as rows of the generated reference.
import { wantedOf } from "./kinds.ts";
import { isRow, required, type Row, type Rows } from "./row.ts";
import { fallbackTable, hookTable, notifyTable, phaseTable, tables } from "./schema.ts";
import { spellToml } from "./spell_toml.ts";

/** One key as the docs show it. */
export interface ReferenceRow {
  /** `runtime`, `monitor.host_health`, `phases.<name>`; in brackets for a list of tables, `[agent.fallback]` ... */
  readonly table: string;
  readonly key: string;
  /** What it takes, in words. */
  readonly type: string;
  /** As TOML; `required` or `unset` where there is none. */
  readonly default: string;
  readonly doc: string;
  readonly unit: string | null;
  readonly since: "reference" | "new";
  /** As one would write it in TOML. */
  readonly example: string;
  /** Other names under which the key is still understood. */
  readonly olderNames: readonly string[];
}

/** All keys, table by table, in the order of the schema. */
export function configReference(): ReferenceRow[] {
  const rows: ReferenceRow[] = [];
  for (const [name, table] of Object.entries(tables)) {
    addRows(table, name, rows);
    if (name === "agent") addRows(fallbackTable, "[agent.fallback]", rows);
    if (name === "phases") addRows(phaseTable, "phases.<name>", rows);
    if (name === "hooks") addRows(hookTable, "hooks.<name>", rows);
    if (name === "notify") addRows(notifyTable, "notify.<name>", rows);
  }
  return rows;
}

function addRows(table: Rows, name: string, into: ReferenceRow[]): void {
  for (const [key, entry] of Object.entries(table)) {
    if (isRow(entry)) into.push(referenceRow(entry, { table: name, key }));
  }
  for (const [key, entry] of Object.entries(table)) {
    if (!isRow(entry)) addRows(entry, `${name}.${key}`, into);
  }
}

function referenceRow(row: Row, place: { readonly table: string; readonly key: string }): ReferenceRow {
  const fallback = row.default === required ? "required" : row.default === null ? "unset" : spellToml(row.default);
  return {
    ...place,
    type: wantedOf(row.kind),
    default: fallback,
    doc: row.doc,
    unit: row.unit ?? null,
    since: row.since,
    example: row.example ?? fallback,
    olderNames: (row.olderNames ?? []).map((older) => older.key),
  };
}
