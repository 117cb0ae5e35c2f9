// Holds the tree of a TOML file against the table of keys: values, defaults, and all that is wrong.
import { nearest } from "../core/text.ts";
import { checkRow, type CheckSpot } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { isRow, type Rows } from "./row.ts";
import { removedKeys, tables } from "./schema.ts";
import { spellFound } from "./spell_toml.ts";

/** Tables in which other keys than those of the rows are someone else's business. */
const openTables: ReadonlySet<string> = new Set(["phases", "plugins", "hooks", "notify"]);

/** Checks the whole file. */
export function checkTree(tree: TomlTree, spot: CheckSpot): void {
  checkTable(tables, tree, spot);
}

/** Checks one table and the tables in it. An absent table is an empty one. */
export function checkTable(rows: Rows, raw: unknown, spot: CheckSpot): void {
  const table = tableAt(raw, spot);
  if (table === null) return;
  const known = new Set<string>();
  for (const [key, entry] of Object.entries(rows)) {
    const inner = { ...spot, path: [...spot.path, key] };
    known.add(key);
    if (!isRow(entry)) {
      checkTable(entry, table[key], inner);
    } else {
      checkRow(entry, table, inner);
      for (const older of entry.olderNames ?? []) known.add(older.key);
    }
  }
  if (openTables.has(spot.path.join("."))) return;
  // A list of tables, which is checked by itself.
  if (spot.path.join(".") === "agent") known.add("fallback");
  for (const [key, value] of Object.entries(table)) {
    if (!known.has(key)) reportUnknown(key, { value, names: [...known], spot });
  }
}

/** Says that a key or table is not known, and which one was probably meant. */
export function reportUnknown(
  key: string,
  at: { readonly value: unknown; readonly names: readonly string[]; readonly spot: CheckSpot },
): void {
  const { path: parent, findings } = at.spot;
  const path = [...parent, key];
  const successor = removedKeys[path.join(".")];
  if (successor !== undefined) {
    return findings.problem(path, { found: "a key that is gone", wanted: "its successor", fix: successor });
  }
  const where = parent.length === 0 ? "the file" : `[${parent.join(".")}]`;
  findings.problem(path, {
    found: isTable(at.value) ? "an unknown table" : "an unknown key",
    wanted: `one that ${where} takes`,
    fix: unknownFix(key, { where, names: at.names }),
  });
}

function unknownFix(key: string, at: { readonly where: string; readonly names: readonly string[] }): string {
  const guess = nearest(key, at.names);
  if (guess !== null) return `Did you mean "${guess}"? Rename it`;
  const home = Object.entries(tables).find(([, rows]) => Object.hasOwn(rows, key))?.[0];
  if (home !== undefined) return `Move it into [${home}]`;
  return `Remove it; ${at.where} takes ${at.names.join(", ")}`;
}

function tableAt(raw: unknown, spot: CheckSpot): TomlTree | null {
  if (raw === undefined) return {};
  if (isTable(raw)) return raw;
  const name = spot.path.join(".");
  const isListOfTables = Array.isArray(raw) && raw.some(isTable);
  spot.findings.problem(spot.path, {
    found: isListOfTables ? `a list of tables, [[${name}]]` : spellFound(raw),
    wanted: "a table",
    fix: `Write [${name}] on a line of its own and its keys below`,
  });
  return null;
}
