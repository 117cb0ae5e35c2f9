// Checks what stands under one key, whichever of its names was used.
import * as v from "valibot";
import { nearest } from "../core/text.ts";
import type { Findings } from "./findings.ts";
import { commandLine, wantedOf, wordList } from "./kinds.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { required, type Row } from "./row.ts";
import { spellFound, spellToml } from "./spell_toml.ts";

/** Checked values by dotted key, defaults filled in; a key with a problem is absent. */
export type Checked = Map<string, unknown>;

/** Where in the file something stands, and where what is found goes. */
export interface CheckSpot {
  readonly path: readonly string[];
  readonly findings: Findings;
  readonly checked: Checked;
}

/** Checks the key at the end of `spot.path` in its table. */
export function checkRow(row: Row, table: TomlTree, spot: CheckSpot): void {
  const key = lastOf(spot.path);
  let chosen: { readonly key: string; readonly value: unknown } | null = null;
  for (const name of [key, ...(row.olderNames ?? []).map((older) => older.key)]) {
    const raw = table[name];
    if (raw === undefined) continue;
    const path = [...spot.path.slice(0, -1), name];
    if (row.olderNames?.some((older) => older.key === name && older.isDeprecated) === true) {
      spot.findings.warning(path, { found: "an older name", wanted: key, fix: `Rename it to ${key}` });
    }
    const result = checkValue(row, raw, { ...spot, path });
    if (!result.isGood) return;
    if (chosen !== null && spellToml(chosen.value) !== spellToml(result.value)) {
      const wanted = `the same as ${chosen.key} = ${spellToml(chosen.value)}, of which it is an older name`;
      return spot.findings.problem(path, { found: spellFound(raw), wanted, fix: `Remove ${name}` });
    }
    chosen ??= { key: name, value: result.value };
  }
  if (chosen !== null) spot.checked.set(spot.path.join("."), chosen.value);
  else if (row.default !== required) spot.checked.set(spot.path.join("."), row.default);
  else reportMissing(row, spot);
}

type ValueCheck = { readonly isGood: true; readonly value: unknown } | { readonly isGood: false };

function checkValue(row: Row, raw: unknown, spot: CheckSpot): ValueCheck {
  const wanted = wantedOf(row.kind);
  const fix = fixFor(row, raw, lastOf(spot.path));
  // A record takes any object, so lists and dates would pass for a table.
  if (row.kind.type === "record" && !isTable(raw)) {
    spot.findings.problem(spot.path, { found: spellFound(raw), wanted, fix });
    return { isGood: false };
  }
  const result = v.safeParse(row.kind, raw);
  if (result.success) return { isGood: true, value: result.output };
  for (const issue of result.issues) {
    const step = issue.path?.[0]?.key;
    const place = typeof step === "number" ? ` as entry ${step + 1}` : step === undefined ? "" : ` as ${String(step)}`;
    spot.findings.problem(spot.path, {
      found: `${spellFound(step === undefined ? raw : issue.input)}${place}`,
      // Only our own checks word what they want; the library's messages say it for programmers.
      wanted: issue.message.startsWith("Invalid ") ? wanted : issue.message,
      fix,
    });
  }
  return { isGood: false };
}

function reportMissing(row: Row, spot: CheckSpot): void {
  const table = spot.path.slice(0, -1).join(".");
  const fix = `Write ${lastOf(spot.path)} = ${exampleOf(row)} into [${table}]`;
  spot.findings.problem(spot.path, { found: "nothing", wanted: wantedOf(row.kind), fix });
}

function fixFor(row: Row, raw: unknown, key: string): string {
  if (typeof raw === "string" && wantedOf(row.kind).startsWith("a list")) {
    const isWords = row.kind === commandLine || row.kind === wordList;
    const words = isWords ? raw.split(/\s+/).filter((word) => word !== "") : [raw];
    return `Write ${key} = ${spellToml(words)}`;
  }
  const guess = typeof raw === "string" ? nearest(raw, choicesOf(row)) : null;
  return guess === null ? `Write for example ${key} = ${exampleOf(row)}` : `Did you mean ${spellToml(guess)}?`;
}

function choicesOf(row: Row): readonly string[] {
  const { options } = row.kind as { readonly options?: unknown };
  return Array.isArray(options) ? options.filter((option) => typeof option === "string") : [];
}

function exampleOf(row: Row): string {
  return row.example ?? spellToml(row.default);
}

function lastOf(path: readonly string[]): string {
  return path.at(-1) ?? "";
}
