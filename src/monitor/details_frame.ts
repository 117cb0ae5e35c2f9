// What goes over the wire for a page that is looked at: one JSON object a line, and nothing in it is taken on trust.
import { redact } from "../core/redact.ts";
import { clip, visible } from "../core/text.ts";
import { isObject } from "../store/json_file.ts";
import { salvageEntriesOf, salvageRow } from "../store/salvage_entries.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";
import { salvagesShown } from "../view/details.ts";
import type { DefenseDetail, Details } from "../view/details.ts";
import { maskedTail } from "../view/masked_tail.ts";
import { usageWindowsOf } from "../view/usage_windows.ts";
import { parseObject } from "./frame.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Version of these lines; a reader of another one must not guess. */
export const detailsProtocol = 1;

/** Before anything was told. */
export const noDetails: Details = { log: "", narrative: "", salvages: [], windows: [], defenses: [] };

/** What anybody may make of a text: 50 lines of at most 48 KiB, and bytes that are no UTF-8 take three. */
const textCharacters = 160 * 1024;
const filesNamed = 5;
const defensesMost = 200;
const wordCharacters = 300;

/** The first line. */
export function spellGreeting(): string {
  return frame("hello", { protocol: detailsProtocol });
}

/** The lines that make of what is known what is true now; the last one says that it is whole, and that somebody is there. */
export function* spellChange(known: Details, now: Details): Generator<string> {
  for (const name of ["log", "narrative"] as const) {
    if (known[name] !== now[name]) yield frame(name, growth(known[name], now[name]));
  }
  const lists: readonly (readonly [name: string, of: (details: Details) => readonly unknown[]])[] = [
    ["salvages", ({ salvages }) => salvages.map(brief)],
    ["windows", ({ windows }) => windows.map(({ resetsAt, ...window }) => ({ ...window, resets_at: resetsAt }))],
    ["defenses", ({ defenses }) => defenses.map(({ protectsFrom, ...rest }) => ({ ...rest, protects: protectsFrom }))],
  ];
  for (const [name, of] of lists) {
    const rows = of(now);
    if (JSON.stringify(of(known)) !== JSON.stringify(rows)) yield frame(name, { rows });
  }
  yield frame("whole", {});
}

function brief(entry: SalvageEntry): Fields {
  return salvageRow({ ...entry, files: entry.files.slice(0, filesNamed) });
}

/** How a text grew: how much of the end of the known one it begins with, and what comes after that. */
function growth(known: string, now: string): { readonly keep: number; readonly add: string } {
  let from = 0;
  while (from < known.length) {
    if (now.startsWith(known.slice(from))) break;
    const newline = known.indexOf("\n", from);
    from = newline < 0 ? known.length : newline + 1;
  }
  const keep = known.length - from;
  return { keep, add: now.slice(keep) };
}

function frame(name: string, fields: Fields): string {
  return `${JSON.stringify({ details: name, ...fields })}\n`;
}

/** The protocol that a greeting names; null when the line is none. */
export function parseGreeting(line: string): number | null {
  // A prompt or a colour may stand before it.
  const value = parseObject(line.slice(Math.max(0, line.indexOf('{"details":"hello"'))));
  return value?.details === "hello" && Number.isSafeInteger(value.protocol) ? value.protocol as number : null;
}

/** What was told so far. Texts are as they came: what is shown of them goes through `safeDetails`. */
export interface Told {
  readonly details: Details;
  /** Nothing more belongs to it. */
  readonly isWhole: boolean;
}

/** What is told with one line more; null when it cannot be such a line. */
export function withLine({ details: known }: Told, line: string): Told | null {
  const value = parseObject(line);
  if (value?.details === "whole") return { details: known, isWhole: true };
  const details = value === null ? null : changed(known, value);
  return details && { details, isWhole: false };
}

/** With what a page may show. */
export function safeDetails(told: Details): Details {
  return { ...told, log: maskedTail(told.log), narrative: maskedTail(told.narrative) };
}

function changed(known: Details, value: Fields): Details | null {
  switch (value.details) {
    case "log":
    case "narrative": {
      const { keep, add } = value;
      const before = known[value.details];
      if (typeof add !== "string" || typeof keep !== "number" || !(keep >= 0 && keep <= before.length)) return null;
      const text = before.slice(before.length - Math.trunc(keep)) + add;
      return text.length > textCharacters ? null : { ...known, [value.details]: text };
    }
    case "salvages":
      if (!Array.isArray(value.rows)) return null;
      return { ...known, salvages: salvageEntriesOf(value.rows.slice(-salvagesShown)).map(safeSalvage) };
    case "windows":
      return Array.isArray(value.rows) ? { ...known, windows: usageWindowsOf(value.rows) } : null;
    case "defenses":
      if (!Array.isArray(value.rows)) return null;
      return { ...known, defenses: value.rows.slice(0, defensesMost).flatMap(safeDefense) };
    default:
      return null;
  }
}

function safeSalvage(entry: SalvageEntry): SalvageEntry {
  const { ref, phase, why, files } = entry;
  return {
    ...entry,
    ref: safeWord(ref),
    phase: phase === null ? null : safeWord(phase),
    why: safeWord(why),
    files: files.slice(0, filesNamed).map(safeWord),
  };
}

function safeDefense(row: unknown): readonly DefenseDetail[] {
  if (!isObject(row)) return [];
  const { name, protects, state, reason } = row;
  if (typeof name !== "string" || typeof protects !== "string") return [];
  if (state !== "active" && state !== "degraded" && state !== "off") return [];
  const told = typeof reason === "string" ? safeWord(reason) : null;
  return [{ name: safeWord(name), protectsFrom: safeWord(protects), state, reason: told }];
}

function safeWord(text: string): string {
  return visible(clip(redact(text), wordCharacters));
}
