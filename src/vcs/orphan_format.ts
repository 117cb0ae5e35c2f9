// Reads the orphan files whatever is in them: hands back what can be used and drops the rest.
import { isObject } from "../store/json_file.ts";

/** `pending`: announced, outcome unknown. `confirmed`: saved. `taken_in`: a later round went well on a clean tree. */
export type OrphanState = "pending" | "confirmed" | "taken_in";

/** Work one round left behind. */
export interface OrphanEntry {
  readonly state: OrphanState;
  readonly roundNumber: number;
  readonly files: readonly string[];
  /** SHA of the commit that holds the work; null while pending. */
  readonly stashedRef: string | null;
  readonly stashMessage: string;
  /** UTC, ISO 8601. */
  readonly timestamp: string;
  readonly phase: string | null;
  readonly takenInAt: string | null;
}

/** Parses `orphans.json`. `isSound` is false when something is there that this reader would lose by writing. */
export function parseList(bytes: Uint8Array | null): {
  readonly entries: readonly OrphanEntry[];
  readonly isSound: boolean;
} {
  if (bytes === null) return { entries: [], isSound: true };
  const value = parseJson(bytes);
  const rows = isObject(value) && Array.isArray(value["entries"]) ? value["entries"] : null;
  if (rows === null) return { entries: [], isSound: false };
  const entries = rows.map((row) => isObject(row) ? entryOf(row, row["state"]) : null);
  const good = entries.filter((entry) => entry !== null);
  return { entries: good, isSound: good.length === rows.length };
}

/** Parses `orphan-state.json`; null when there is nothing usable in it. */
export function parseNewest(bytes: Uint8Array | null): OrphanEntry | null {
  const value = bytes === null ? null : parseJson(bytes);
  const entry = isObject(value) ? entryOf(value, "confirmed") : null;
  return entry?.stashedRef ? entry : null;
}

function entryOf(row: Readonly<Record<string, unknown>>, state: unknown): OrphanEntry | null {
  const round = row["round_num"];
  if (!isState(state) || typeof round !== "number" || !Number.isSafeInteger(round) || round < 0) return null;
  const files = Array.isArray(row["files"]) ? row["files"].filter((file) => typeof file === "string") : [];
  const ref = text(row["stashed_ref"]);
  const isRef = ref !== null && /^[0-9a-f]{40,64}$/.test(ref);
  if (state !== "pending" && !isRef) return null;
  return {
    state,
    roundNumber: round,
    files,
    stashedRef: isRef ? ref : null,
    stashMessage: text(row["stash_message"]) ?? "",
    timestamp: text(row["timestamp"]) ?? "",
    phase: text(row["phase"]),
    takenInAt: text(row["taken_in_at"]),
  };
}

function isState(value: unknown): value is OrphanState {
  return value === "pending" || value === "confirmed" || value === "taken_in";
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
