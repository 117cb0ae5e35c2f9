// Reads the ledger of salvages whatever is in it: hands back what can be used and drops the rest.
import { isRoundNumber } from "../core/round.ts";
import { isObject } from "./json_file.ts";

/**
 * `announced`: being made, outcome unknown. `saved`: there. `offered`: a later round's context named it.
 * `restored`: brought back. `dropped`: its ref is gone.
 */
export type SalvageState = "announced" | "saved" | "offered" | "restored" | "dropped";

/** What is remembered of one salvage. */
export interface SalvageEntry {
  /** The commit; null only while it is announced. */
  readonly sha: string | null;
  readonly ref: string;
  readonly round: number;
  readonly phase: string | null;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** The first paths it holds. */
  readonly files: readonly string[];
  /** How many paths it holds. */
  readonly count: number;
  readonly why: string;
  readonly state: SalvageState;
  /** The round whose context named it; null when none did. */
  readonly offeredIn: number | null;
}

const states: readonly string[] = ["announced", "saved", "offered", "restored", "dropped"];

/** Parses the ledger's file. `isSound` is false when something is there that this reader would lose by writing. */
export function parseSalvages(bytes: Uint8Array | null): {
  readonly entries: readonly SalvageEntry[];
  readonly isSound: boolean;
} {
  if (bytes === null) return { entries: [], isSound: true };
  const value = parseJson(bytes);
  const rows = isObject(value) && Array.isArray(value["entries"]) ? value["entries"] : null;
  if (rows === null) return { entries: [], isSound: false };
  const entries = salvageEntriesOf(rows);
  return { entries, isSound: entries.length === rows.length };
}

/** Those of the rows that say what became of a salvage. */
export function salvageEntriesOf(rows: readonly unknown[]): readonly SalvageEntry[] {
  return rows.flatMap((row) => isObject(row) ? entryOf(row) : []);
}

/** The row of an entry. */
export function salvageRow({ offeredIn, ...rest }: SalvageEntry) {
  return { ...rest, offered_in: offeredIn };
}

function entryOf(row: Readonly<Record<string, unknown>>): readonly SalvageEntry[] {
  const { sha, ref, round, state, phase, at, files, count, why, offered_in: offeredIn } = row;
  if (typeof ref !== "string" || !isRoundNumber(round) || !isState(state)) return [];
  const isSha = typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha);
  if (!isSha && state !== "announced") return [];
  const names = Array.isArray(files) ? files.filter((file) => typeof file === "string") : [];
  return [{
    sha: isSha ? sha : null,
    ref,
    round,
    phase: typeof phase === "string" ? phase : null,
    at: typeof at === "string" && !Number.isNaN(Date.parse(at)) ? at : new Date(0).toISOString(),
    files: names,
    count: isRoundNumber(count) ? count : names.length,
    why: typeof why === "string" ? why : "unknown",
    state,
    offeredIn: isRoundNumber(offeredIn) ? offeredIn : null,
  }];
}

function isState(value: unknown): value is SalvageState {
  return typeof value === "string" && states.includes(value);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
