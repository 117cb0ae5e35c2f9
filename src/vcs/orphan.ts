// Remembers every piece of work a round left behind, before it is moved and until a later round has taken it in.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { parseList, parseNewest } from "./orphan_format.ts";
import type { OrphanEntry } from "./orphan_format.ts";

/** What is known before the step. */
export interface OrphanAnnouncement {
  readonly round: number;
  readonly phase: string | null;
  /** Dirty paths; only the first 100 are kept. */
  readonly files: readonly string[];
  /** The message by which the stash or commit can be found after a crash. */
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Writing methods return the fault of the file system, or null when it is on disk. Reading never throws. */
export interface OrphanLedger {
  /** Every entry that is kept, oldest first. */
  list(): readonly OrphanEntry[];
  /** The entry the next round is to be told of: the newest that is confirmed and not taken in. */
  newest(): OrphanEntry | null;
  /** Entries written before a step whose end nobody recorded. */
  pending(): readonly OrphanEntry[];
  /** Before the step. */
  announce(announcement: OrphanAnnouncement): FileFault | null;
  /** After the step: the work is in commit `ref`, announced or not. Also writes `orphan-state.json`. */
  confirm(announcement: OrphanAnnouncement, ref: string): FileFault | null;
  /** After a step that saved nothing. */
  drop(message: string): FileFault | null;
  /**
   * After round `round` went well and left a clean tree: what earlier rounds left is taken in; anything else stays open.
   * What the round left itself stays as well: its own stash is what made the tree clean.
   */
  forget(
    after: {
      readonly round: number;
      readonly isTreeClean: boolean;
      readonly isVerdictOk: boolean;
      readonly atMs: number;
    },
  ): FileFault | null;
}

/** The list is read and written whole in each round that leaves work: it stays small. */
const mostEntries = 50;
const mostFiles = 100;
const mostBytes = 16 * 1024 * 1024;

/** Opens the ledger of a log folder: `orphans.json` is the list, `orphan-state.json` its newest open entry. */
export function openOrphanLedger(files: Files, logDir: string): OrphanLedger {
  const listPath = joinPath(logDir, "orphans.json");
  const newestPath = joinPath(logDir, "orphan-state.json");

  function list(): readonly OrphanEntry[] {
    const entries = parseList(readQuietly(files, listPath)).entries;
    if (entries.length > 0) return entries;
    const single = parseNewest(readQuietly(files, newestPath));
    return single === null ? [] : [single];
  }

  function newest(): OrphanEntry | null {
    return list().findLast((entry) => entry.state === "confirmed") ?? null;
  }

  function write(entries: readonly OrphanEntry[]): FileFault | null {
    return attempt(listPath, () => {
      if (!parseList(readQuietly(files, listPath)).isSound) files.rename(listPath, `${listPath}.broken`);
      const kept = entries.slice(-mostEntries);
      files.writeAtomic(listPath, stateText("orphans.json", { entries: kept.map(wireEntry) }, 2), { isDurable: true });
    });
  }

  function announce(announcement: OrphanAnnouncement): FileFault | null {
    return write([...list(), pendingEntry(announcement)]);
  }

  function confirm(announcement: OrphanAnnouncement, ref: string): FileFault | null {
    const known = list();
    const isAnnounced = known.some((entry) => entry.stashMessage === announcement.message);
    const entries = (isAnnounced ? known : [...known, pendingEntry(announcement)]).map((entry) =>
      entry.stashMessage === announcement.message
        ? { ...entry, state: "confirmed" as const, stashedRef: ref, takenInAt: null }
        : entry
    );
    const fault = write(entries);
    const entry = entries.findLast((candidate) => candidate.stashMessage === announcement.message)!;
    return attempt(newestPath, () => files.writeAtomic(newestPath, json(wireFields(entry)))) ?? fault;
  }

  function drop(message: string): FileFault | null {
    return write(list().filter((entry) => entry.stashMessage !== message || entry.state !== "pending"));
  }

  function forget(after: Parameters<OrphanLedger["forget"]>[0]): FileFault | null {
    if (!after.isTreeClean || !after.isVerdictOk) return null;
    const isTakenIn = (entry: OrphanEntry) => entry.state === "confirmed" && entry.roundNumber !== after.round;
    const entries = list();
    if (!entries.some(isTakenIn)) return null;
    const takenInAt = isoTime(after.atMs);
    const fault = write(
      entries.map((entry) => isTakenIn(entry) ? { ...entry, state: "taken_in" as const, takenInAt } : entry),
    );
    if (newest() !== null) return fault;
    // With the list unwritten this file is the only record that is true.
    return fault ?? attempt(newestPath, () => void files.remove(newestPath));
  }

  return {
    list,
    newest,
    pending: () => list().filter((entry) => entry.state === "pending"),
    announce,
    confirm,
    drop,
    forget,
  };
}

function pendingEntry(announcement: OrphanAnnouncement): OrphanEntry {
  return {
    state: "pending",
    roundNumber: announcement.round,
    files: announcement.files.slice(0, mostFiles),
    stashedRef: null,
    stashMessage: announcement.message,
    timestamp: isoTime(announcement.atMs),
    phase: announcement.phase,
    takenInAt: null,
  };
}

function wireFields(entry: OrphanEntry) {
  return {
    round_num: entry.roundNumber,
    files: entry.files,
    stashed_ref: entry.stashedRef,
    stash_message: entry.stashMessage,
    timestamp: entry.timestamp,
    phase: entry.phase,
  };
}

function wireEntry(entry: OrphanEntry) {
  return { state: entry.state, ...wireFields(entry), taken_in_at: entry.takenInAt };
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function readQuietly(files: Files, path: string): Uint8Array | null {
  try {
    return files.readBytes(path, { offset: 0, length: mostBytes });
  } catch {
    return null;
  }
}

function attempt(path: string, action: () => void): FileFault | null {
  try {
    action();
    return null;
  } catch (thrown) {
    return thrown instanceof FileFault ? thrown : new FileFault("other", { path, cause: String(thrown) });
  }
}
