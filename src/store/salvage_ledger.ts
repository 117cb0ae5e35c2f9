// Remembers what became of each salvage: written before it is made, confirmed after; the refs in git stay the truth.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { keepNewer, stateText } from "./formats.ts";
import { parseSalvages, salvageRow } from "./salvage_entries.ts";
import type { SalvageEntry } from "./salvage_entries.ts";

/** What is known before a salvage is made. */
export interface SalvageAnnouncement {
  readonly ref: string;
  readonly round: number;
  readonly phase: string | null;
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** What is known after it. */
export interface ConfirmedSalvage extends SalvageAnnouncement {
  readonly sha: string;
  /** All paths it holds; the first 50 are kept. */
  readonly files: readonly string[];
}

/** Where a salvage can go on to. `offered`: the context of round `round` named it. */
export type SalvageMark =
  | { readonly state: "offered"; readonly round: number }
  | { readonly state: "restored" }
  | { readonly state: "dropped" };

/** Writing methods return the fault of the file system, or null when it is on disk. Reading never throws. */
export interface SalvageLedger {
  /** Every entry that is kept, oldest first. */
  list(): readonly SalvageEntry[];
  /** Before the ref is made. */
  announce(announcement: SalvageAnnouncement): FileFault | null;
  /** After it: `announcedRef` is where it was to be, null when nothing was announced because an earlier one holds the same. */
  confirm(saved: ConfirmedSalvage, announcedRef: string | null): FileFault | null;
  /** After a salvage that was announced could not be made. */
  withdraw(ref: string): FileFault | null;
  /** Nothing that is restored or dropped is offered again, and nothing dropped is restored. */
  mark(shas: readonly string[], mark: SalvageMark): FileFault | null;
  /** Writes the list as a repair found it; does nothing when it is the same. */
  replace(entries: readonly SalvageEntry[]): FileFault | null;
}

const fileName = "salvage-ledger.json";
const filesKept = 50;
/** Of what is dropped only the newest are remembered, for those who look for a lost commit. */
const droppedKept = 50;
const mostBytes = 16 * 1024 * 1024;

/** Opens the ledger of a log folder. */
export function openSalvageLedger(files: Files, logDir: string): SalvageLedger {
  const path = joinPath(logDir, fileName);

  function list(): readonly SalvageEntry[] {
    return parseSalvages(readQuietly(files, path)).entries;
  }

  function write(entries: readonly SalvageEntry[]): FileFault | null {
    try {
      // 'salvage' writes it without a supervisor, too.
      keepNewer({ path, kind: fileName }, files);
      if (!parseSalvages(readQuietly(files, path)).isSound) files.rename(path, `${path}.broken`);
      const text = stateText(fileName, { entries: bounded(entries).map(salvageRow) }, 2);
      files.writeAtomic(path, text, { isDurable: true });
      return null;
    } catch (thrown) {
      return thrown instanceof FileFault ? thrown : new FileFault("other", { path, cause: String(thrown) });
    }
  }

  function confirm(saved: ConfirmedSalvage, announcedRef: string | null): FileFault | null {
    const known = list();
    const old = known.find((entry) => entry.sha === saved.sha);
    // What was restored and is left once more has to be offered once more.
    const entry: SalvageEntry = old && old.state !== "restored" && old.state !== "dropped" && old.state !== "announced"
      ? old
      : { ...entryOf(saved), at: old?.at ?? isoTime(saved.atMs), sha: saved.sha, state: "saved" };
    const others = known.filter(({ sha, ref, state }) =>
      sha !== saved.sha && !(state === "announced" && (ref === announcedRef || ref === saved.ref))
    );
    return write([...others, entry]);
  }

  function mark(shas: readonly string[], to: SalvageMark): FileFault | null {
    const entries = list();
    const marked = entries.map((entry) => entry.sha !== null && shas.includes(entry.sha) ? markedAs(entry, to) : entry);
    return marked.every((entry, i) => entry === entries[i]) ? null : write(marked);
  }

  return {
    list,
    announce: (announcement) => write([...list(), { ...entryOf(announcement), sha: null, state: "announced" }]),
    confirm,
    withdraw: (ref) => write(list().filter((entry) => entry.ref !== ref || entry.state !== "announced")),
    mark,
    replace(entries) {
      const before = list();
      const isSame = before.length === entries.length &&
        before.every((entry, i) => JSON.stringify(salvageRow(entry)) === JSON.stringify(salvageRow(entries[i]!)));
      return isSame ? null : write(entries);
    },
  };
}

/**
 * The salvages that the context of round `round` is to name: of earlier rounds, not offered yet, newest first, at most
 * `most`.
 */
export function toOffer(
  entries: readonly SalvageEntry[],
  { round, most = 5 }: { readonly round: number; readonly most?: number },
): readonly (SalvageEntry & { readonly sha: string })[] {
  const open = entries.flatMap((entry) =>
    entry.state === "saved" && entry.sha !== null && entry.round < round ? [{ ...entry, sha: entry.sha }] : []
  );
  return open.slice(-most).reverse();
}

function entryOf(
  known: SalvageAnnouncement & { readonly files?: readonly string[] },
): Omit<SalvageEntry, "sha" | "state"> {
  const { ref, round, phase, why, atMs, files = [] } = known;
  return {
    ref,
    round,
    phase,
    why,
    at: isoTime(atMs),
    files: files.slice(0, filesKept),
    count: files.length,
    offeredIn: null,
  };
}

function markedAs(entry: SalvageEntry, to: SalvageMark): SalvageEntry {
  if (entry.state === to.state || entry.state === "dropped") return entry;
  if (to.state !== "offered") return { ...entry, state: to.state };
  return entry.state === "saved" ? { ...entry, state: "offered", offeredIn: to.round } : entry;
}

function bounded(entries: readonly SalvageEntry[]): readonly SalvageEntry[] {
  const dropped = entries.filter((entry) => entry.state === "dropped");
  const forgotten = new Set(dropped.slice(0, Math.max(0, dropped.length - droppedKept)));
  return entries.filter((entry) => !forgotten.has(entry));
}

function readQuietly(files: Files, path: string): Uint8Array | null {
  try {
    return files.readBytes(path, { offset: 0, length: mostBytes });
  } catch {
    return null;
  }
}
