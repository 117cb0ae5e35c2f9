// Finds out what stands in the work tree where a salvage would put something.
import { dirName, joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import type { GitFault } from "./git_call.ts";
import type { TreeChange, TreeEntry } from "./salvage_changes.ts";
import { entriesOf } from "./salvage_index.ts";
import type { OwnIndex } from "./salvage_index.ts";
import { exactText, nameFromText } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";

/** What is at a path. `folder` and `beyond` (a link or file stands where a folder should) cannot be compared. */
export type Standing =
  | { readonly kind: "entry"; readonly entry: TreeEntry | null }
  | { readonly kind: "folder" }
  | { readonly kind: "beyond" };

/** What is at each path now, as git would store it. `index` must hold the salvage's base; it is changed. */
export async function standingAt(
  changes: readonly TreeChange[],
  { index, files, workDir }: { readonly index: OwnIndex; readonly files: Files; readonly workDir: string },
): Promise<ReadonlyMap<ByteName, Standing> | GitFault> {
  const standing = new Map<ByteName, Standing>();
  const going = new Set(changes.filter(({ after }) => after === null).map(({ name }) => name));
  const readable: ByteName[] = [];
  for (const { name } of changes) {
    const kind = kindOf(name, { files, workDir, going });
    if (kind === "file") readable.push(name);
    else standing.set(name, kind === "absent" ? { kind: "entry", entry: null } : { kind });
  }
  const taken = await index.take(readable);
  if (taken.kind !== "ok") return taken;
  const entries = await entriesOf(index);
  if ("kind" in entries) return entries as GitFault;
  for (const name of readable) standing.set(name, { kind: "entry", entry: entries.get(name) ?? null });
  return standing;
}

interface Look {
  readonly files: Files;
  readonly workDir: string;
  /** Names that the salvage deletes: when they go, what they are in the way of can be there. */
  readonly going: ReadonlySet<ByteName>;
}

function kindOf(name: ByteName, look: Look): "file" | "absent" | "folder" | "beyond" {
  const path = exactText(name);
  // Only git can look at a name that is not UTF-8, and it refuses folders and what is beyond a link.
  if (path === null) return "file";
  const above = standsAbove(path, look);
  if (above !== null) return above;
  const info = look.files.lstat(joinPath(look.workDir, path));
  if (info === null) return "absent";
  if (!info.isDirectory) return "file";
  return holdsOnlyWhatGoes(path, look) ? "absent" : "folder";
}

function standsAbove(path: string, { files, workDir, going }: Look): "absent" | "beyond" | null {
  for (let folder = dirName(path); folder !== "."; folder = dirName(folder)) {
    const info = files.lstat(joinPath(workDir, folder));
    if (info === null || info.isDirectory) continue;
    return going.has(nameFromText(folder)) ? "absent" : "beyond";
  }
  return null;
}

function holdsOnlyWhatGoes(folder: string, look: Look): boolean {
  return look.files.list(joinPath(look.workDir, folder)).every((name) => {
    const path = `${folder}/${name}`;
    if (look.going.has(nameFromText(path))) return true;
    return look.files.lstat(joinPath(look.workDir, path))?.isDirectory === true && holdsOnlyWhatGoes(path, look);
  });
}
