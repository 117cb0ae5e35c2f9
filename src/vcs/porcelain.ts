// Reads what `git status --porcelain=v2 -z` prints, whatever bytes the names in it hold.
import { recordsOf } from "./byte_names.ts";

/** What happened to a path, in one word. */
export type ChangeKind = "changed" | "renamed" | "copied" | "unmerged" | "untracked";

/** One path that differs from HEAD. */
export interface DirtyFile {
  /** Relative to the work folder; an untracked folder ends in `/`. Bytes that are not UTF-8 show as U+FFFD. */
  readonly path: string;
  /** The exact bytes of the path, where `path` could not hold them; else null. */
  readonly rawPath: Uint8Array | null;
  /** Where a renamed or copied file came from. */
  readonly oldPath: string | null;
  readonly change: ChangeKind;
  /** Git's two letters: index, work tree; `.` is unchanged, `??` untracked. */
  readonly letters: string;
  /** `S` and three flags (commit moved, changes inside, untracked files inside), or null for what is no submodule. */
  readonly submodule: string | null;
  /** Added with `git add -N`: in the index by name only, which `git stash` cannot take. */
  readonly isIntentToAdd: boolean;
}

/** One whole status. */
export interface StatusReport {
  /** Commit, or null on a branch without one. */
  readonly head: string | null;
  /** Branch, or null when detached. */
  readonly branch: string | null;
  readonly files: readonly DirtyFile[];
  /** Paths that do not lie under the prefix that was given. */
  readonly outsideCount: number;
  /** Records that could not be read. */
  readonly badRecords: number;
}

// An intent-to-add entry whose file is gone again shows as a deleted empty file.
const emptyBlobs = [
  "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];
const spacesBeforePath: Readonly<Record<string, number>> = { "1": 8, "2": 9, u: 10, "?": 1 };
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Parses a status. `prefix`: path of the work folder inside the repository, "" or ending in `/`. Never throws. */
export function parseStatus(bytes: Uint8Array, prefix = ""): StatusReport {
  const records = recordsOf(bytes);
  const report = { head: null as string | null, branch: null as string | null, outsideCount: 0 };
  let badRecords = records.isTorn ? 1 : 0;
  const files: DirtyFile[] = [];
  const prefixBytes = new TextEncoder().encode(prefix);
  for (let i = 0; i < records.list.length; i++) {
    const record = records.list[i]!;
    const type = String.fromCharCode(record[0] ?? 0);
    if (type === "#") {
      readHeader(lossyDecoder.decode(record), report);
      continue;
    }
    if (type === "!") continue;
    const old = type === "2" ? records.list[++i] ?? null : null;
    const parts = splitFields(record, spacesBeforePath[type] ?? 0);
    const file = parts && (type !== "2" || old) ? fileOf({ type, parts, old, prefixBytes }) : null;
    if (file === null) badRecords++;
    else {
      files.push(file);
      if (!startsWith(parts!.path, prefixBytes)) report.outsideCount++;
    }
  }
  return { ...report, files, badRecords };
}

/** The path as git wants it on its stdin. */
export function pathBytes(file: DirtyFile): Uint8Array {
  return file.rawPath ?? new TextEncoder().encode(file.path);
}

function readHeader(line: string, report: { head: string | null; branch: string | null }): void {
  const oid = /^# branch\.oid ([0-9a-f]{40,64})$/.exec(line);
  if (oid) report.head = oid[1]!;
  const branch = /^# branch\.head (.+)$/s.exec(line);
  if (branch && branch[1] !== "(detached)") report.branch = branch[1]!;
}

interface Fields {
  readonly fields: readonly string[];
  readonly path: Uint8Array;
}

function splitFields(record: Uint8Array, spaces: number): Fields | null {
  if (spaces === 0) return null;
  let at = -1;
  for (let n = 0; n < spaces; n++) {
    at = record.indexOf(0x20, at + 1);
    if (at < 0) return null;
  }
  const path = record.subarray(at + 1);
  return path.length === 0 ? null : { fields: lossyDecoder.decode(record.subarray(0, at)).split(" "), path };
}

interface Entry {
  readonly type: string;
  readonly parts: Fields;
  readonly old: Uint8Array | null;
  readonly prefixBytes: Uint8Array;
}

function fileOf({ type, parts, old, prefixBytes }: Entry): DirtyFile | null {
  const { fields, path } = parts;
  if (fields[0] !== type) return null;
  const letters = type === "?" ? "??" : fields[1] ?? "";
  if (!/^[.MTADRCU?]{2}$/.test(letters)) return null;
  const submodule = fields[2]?.startsWith("S") ? fields[2] : null;
  const oldPath = old === null ? null : namesOf(old, prefixBytes).path;
  const isIntentToAdd = type !== "u" && (/^\.[ARC]$/.test(letters) ||
    (letters === ".D" && emptyBlobs.includes(fields[6] ?? "")));
  return { ...namesOf(path, prefixBytes), oldPath, change: changeOf(type, fields), letters, submodule, isIntentToAdd };
}

function changeOf(type: string, fields: readonly string[]): ChangeKind {
  if (type === "?") return "untracked";
  if (type === "u") return "unmerged";
  if (type === "1") return "changed";
  return fields[8]?.startsWith("C") ? "copied" : "renamed";
}

function namesOf(path: Uint8Array, prefixBytes: Uint8Array): { path: string; rawPath: Uint8Array | null } {
  const own = relativeTo(path, prefixBytes);
  try {
    return { path: strictDecoder.decode(own), rawPath: null };
  } catch {
    return { path: lossyDecoder.decode(own), rawPath: own.slice() };
  }
}

function relativeTo(path: Uint8Array, prefix: Uint8Array): Uint8Array {
  if (startsWith(path, prefix)) return path.subarray(prefix.length);
  const up = new TextEncoder().encode("../".repeat(prefix.filter((byte) => byte === 0x2f).length));
  const joined = new Uint8Array(up.length + path.length);
  joined.set(up);
  joined.set(path, up.length);
  return joined;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}
