// Says what differs between two trees, entry by entry, with the bytes of each name.
import type { GitCall, GitFault } from "./git_call.ts";
import { nameFromText, splitNul } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";

/** What a tree holds at one path. */
export interface TreeEntry {
  /** Git's octal mode, such as `100644`. */
  readonly mode: string;
  readonly id: string;
}

/** One path that differs; null where a side has nothing. */
export interface TreeChange {
  /** Relative to the work folder. */
  readonly name: ByteName;
  /** `A` added, `M` changed, `D` deleted, `T` of another type. */
  readonly letter: "A" | "M" | "D" | "T";
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

export interface TreePair {
  /** Commit or tree; null stands for the empty one. */
  readonly from: string | null;
  readonly to: string;
  /** Path of the work folder inside the repository, "" or ending in `/`. */
  readonly prefix: string;
}

/** The mode of a pointer to another repository's commit. */
export const pointerMode = "160000";

/** Words that make git's comparisons what `parseChanges` reads, whatever the user's settings are. */
export const rawForm = ["-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none"];

const mostBytes = 64 * 1024 * 1024;

/** What has to be done to `from` to get `to`, below the work folder, sorted as git sorts. */
export async function changesBetween(call: GitCall, pair: TreePair): Promise<readonly TreeChange[] | GitFault> {
  const from = pair.from ?? await emptyTree(call);
  if (typeof from !== "string") return from;
  const result = await call(["diff-tree", "-r", ...rawForm, from, pair.to], { maxOutputBytes: mostBytes });
  return result.kind === "ok" ? parseChanges(result.stdout, pair.prefix) : result;
}

/** The id of a tree without entries, in the repository's own kind of hash. */
export async function emptyTree(call: GitCall): Promise<string | GitFault> {
  const result = await call(["hash-object", "-t", "tree", "--stdin"], { stdin: new Uint8Array() });
  return result.kind === "ok" ? new TextDecoder().decode(result.stdout).trim() : result;
}

/** Reads git's raw form of a comparison; paths outside the prefix and unmerged ones are left out. Never throws. */
export function parseChanges(bytes: Uint8Array, prefix: string): readonly TreeChange[] {
  const words = splitNul(bytes);
  const start = nameFromText(prefix);
  const changes: TreeChange[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    const fields = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDT])$/.exec(words[i]!);
    const path = words[i + 1]!;
    if (fields === null || !path.startsWith(start)) continue;
    changes.push({
      name: path.slice(start.length),
      letter: fields[5] as TreeChange["letter"],
      before: entryOf(fields[1]!, fields[3]!),
      after: entryOf(fields[2]!, fields[4]!),
    });
  }
  return changes;
}

/** Whether both are the same, also when both are nothing. */
export function isSameEntry(a: TreeEntry | null, b: TreeEntry | null): boolean {
  return a === null || b === null ? a === b : a.mode === b.mode && a.id === b.id;
}

function entryOf(mode: string, id: string): TreeEntry | null {
  return mode === "000000" ? null : { mode, id };
}
