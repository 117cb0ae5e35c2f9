// Renders the keys of the configuration file as the docs show them.
import { configReference } from "../../src/config/reference.ts";
import type { ReferenceRow } from "../../src/config/reference.ts";
import { code, table } from "./markdown.ts";

/** Region `config-schema`: one section a table, one row a key. */
export function configTables(): string {
  const sections = new Map<string, ReferenceRow[]>();
  for (const row of configReference()) {
    const rows = sections.get(row.table) ?? [];
    rows.push(row);
    sections.set(row.table, rows);
  }
  return [...sections].map(([name, rows]) => `## ${code(`[${name}]`)}\n\n${section(rows)}`).join("\n\n");
}

function section(rows: readonly ReferenceRow[]): string {
  return table(["Key", "Takes", "Default", "Meaning"], rows.map(keyRow));
}

/** The cells of one key. */
export function keyRow(row: ReferenceRow): readonly string[] {
  const hasDefault = row.default !== "required" && row.default !== "unset";
  const meaning = [row.doc];
  if (!hasDefault && row.example !== row.default) meaning.push(`Example: ${code(row.example)}.`);
  if (row.olderNames.length > 0) meaning.push(`Older name: ${row.olderNames.map(code).join(", ")}.`);
  const unit = row.unit === null || row.type.includes(row.unit) ? "" : `, in ${row.unit}`;
  return [code(row.key), `${row.type}${unit}`, hasDefault ? code(row.default) : row.default, meaning.join(" ")];
}
