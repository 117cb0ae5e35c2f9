// An index of our own in a file of our own: git can build trees in it while the user's index stays as it is.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import type { GitCall, GitCallOptions, GitFault, GitResult } from "./git_call.ts";
import { printedText } from "./salvage_call.ts";
import type { TreeEntry } from "./salvage_changes.ts";
import { joinNul, splitNul } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";

/** All names are relative to the work folder and are taken literally. */
export interface OwnIndex {
  /** Makes it hold exactly this tree; null: nothing. */
  seed(tree: string | null): Promise<GitResult>;
  /** Takes names out of it, whatever the work tree holds. */
  drop(names: readonly ByteName[]): Promise<GitResult>;
  /** Takes names as they stand in the work tree; those that are gone go out of it. All of them, or none. */
  take(names: readonly ByteName[], options?: Pick<GitCallOptions, "timeoutMs">): Promise<GitResult>;
  /** From now on these filters are not run: contents are taken, and given back, as they are on the disk. */
  silence(filters: readonly string[]): void;
  /** Sets entries; names are relative to the repository's root, mode `0` takes one out. */
  set(entries: readonly (readonly [name: ByteName, entry: TreeEntry])[]): Promise<GitResult>;
  /** The id of the tree it holds now, written to the repository. */
  writeTree(): Promise<string | GitFault>;
  /** Runs a git command on it. */
  readonly call: GitCall;
  /** Removes the file. */
  forget(): void;
}

/** Opens the file `name` in a folder; what an earlier life left of it is removed. */
export function openOwnIndex(
  git: GitCall,
  options: { readonly files: Files; readonly folder: string; readonly name: string },
): OwnIndex {
  const path = joinPath(options.folder, options.name);
  // Git reads files again whenever it writes an index: filters count for every command on it.
  let silencing: readonly string[] = [];
  const call: GitCall = (args, given = {}) =>
    git([...silencing, ...args], {
      ...given,
      isWrite: true,
      environment: { ...given.environment, GIT_INDEX_FILE: path },
    });

  function forget(): void {
    for (const leftover of [path, `${path}.lock`]) {
      try {
        options.files.remove(leftover);
      } catch {
        // Git says what is the matter when it cannot write there.
      }
    }
  }

  forget();
  return {
    seed: (tree) => call(["read-tree", tree ?? "--empty"]),
    drop: (names) => updated(call, ["--force-remove"], names),
    take: (names, options) => updated(call, ["--add", "--remove", "--replace"], names, options),
    silence: (filters) => void (silencing = silenced(filters)),
    set: (entries) =>
      call(["update-index", "-z", "--index-info"], {
        stdin: joinNul(entries.map(([name, { mode, id }]) => `${mode} ${id}\t${name}`)),
      }),
    async writeTree() {
      // Objects that a partial clone has yet to fetch are no reason to ask the network.
      const result = await call(["write-tree", "--missing-ok"]);
      return result.kind === "ok" ? printedText(result) : result;
    },
    call,
    forget,
  };
}

async function updated(
  call: GitCall,
  flags: readonly string[],
  names: readonly ByteName[],
  options: Pick<GitCallOptions, "timeoutMs"> = {},
): Promise<GitResult> {
  if (names.length === 0) return { kind: "ok", stdout: new Uint8Array(), isCut: false };
  return await call(["update-index", "-z", ...flags, "--stdin"], { ...options, stdin: joinNul(names) });
}

function silenced(filters: readonly string[]): readonly string[] {
  return filters.flatMap((filter) =>
    ["clean=", "smudge=", "process=", "required=false"].flatMap((setting) => ["-c", `filter.${filter}.${setting}`])
  );
}

/** Names of the filters that contents of these paths go through; none when git cannot say. */
export async function filtersOf(call: GitCall, names: readonly ByteName[]): Promise<readonly string[]> {
  const asked = await call(["check-attr", "-z", "--stdin", "filter"], { stdin: joinNul(names) });
  if (asked.kind !== "ok") return [];
  const values = splitNul(asked.stdout).filter((_, i) => i % 3 === 2);
  const silent = ["unspecified", "unset", "set"];
  // With a `=` in its name, a filter cannot be named on a command line.
  return [...new Set(values)].filter((value) => !silent.includes(value) && /^[^=\n]+$/.test(value));
}

/** What an index holds, by name relative to the work folder. */
export async function entriesOf(index: OwnIndex): Promise<ReadonlyMap<ByteName, TreeEntry> | GitFault> {
  const listed = await index.call(["ls-files", "--stage", "-z"], { maxOutputBytes: 256 * 1024 * 1024 });
  if (listed.kind !== "ok") return listed;
  const entries = new Map<ByteName, TreeEntry>();
  for (const line of splitNul(listed.stdout)) {
    const found = /^(\d{6}) ([0-9a-f]+) 0\t([^]+)$/.exec(line);
    if (found) entries.set(found[3]!, { mode: found[1]!, id: found[2]! });
  }
  return entries;
}
