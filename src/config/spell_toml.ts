// Values as one would write them in TOML, for problems, for the docs and for `config show`.
import { clip, visible } from "../core/text.ts";

/** A value as TOML, on one line. */
export function spellToml(value: unknown): string {
  if (typeof value === "string") return spellString(value);
  if (typeof value === "number") return spellNumber(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(spellToml).join(", ")}]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "a time" : value.toISOString();
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${spellKey(key)} = ${spellToml(entry)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return "nothing";
}

/** A key as TOML: bare where it can be, else in quotes. */
export function spellKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : spellString(key);
}

/** What was found in place of what was wanted, short enough for one line. */
export function spellFound(value: unknown): string {
  if (value instanceof Date) return "a date or time";
  if (Array.isArray(value) && value.length > 3) return `a list of ${value.length} values`;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return "a table";
  // Integers of a file are bigint, so a whole number was written with a point, which is what is wrong with it.
  if (typeof value === "number" && Number.isSafeInteger(value)) return value.toFixed(1);
  return clip(visible(spellToml(value)), 80);
}

function spellString(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

function spellNumber(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(value);
}
