// Reads git's list of stashes by SHA: an index into it changes under the reader's feet.
import type { Git } from "./git.ts";
import type { GitFault } from "./git_call.ts";

export interface StashEntry {
  readonly sha: string;
  /** Epoch seconds. */
  readonly committedAt: number;
  /** `On <branch>: <message>`. */
  readonly subject: string;
}

/** A stash, or none; or why git could not say. */
export type StashAnswer = { readonly kind: "ok"; readonly top: StashEntry | null } | GitFault;

/** The newest stash of the repository. */
export async function topStash(git: Git): Promise<StashAnswer> {
  const format = "%(objectname)%00%(committerdate:unix)%00%(contents:subject)";
  const result = await git.call(["for-each-ref", `--format=${format}`, "refs/stash"]);
  if (result.kind !== "ok") return result;
  return { kind: "ok", top: entryOf(new TextDecoder().decode(result.stdout)) };
}

/** The stash that carries exactly this message, among the newest 100. */
export async function findStash(git: Git, message: string): Promise<StashAnswer> {
  const first = await topStash(git);
  if (first.kind !== "ok" || first.top === null) return first;
  const listed = await git.call([
    "log",
    "--walk-reflogs",
    "--no-show-signature",
    "--max-count=100",
    "--format=%H%x00%ct%x00%s",
    "refs/stash",
    "--",
  ]);
  if (listed.kind !== "ok") return listed;
  for (const line of new TextDecoder().decode(listed.stdout).split("\n")) {
    const entry = entryOf(line);
    if (entry?.subject.endsWith(`: ${message}`)) return { kind: "ok", top: entry };
  }
  return { kind: "ok", top: null };
}

function entryOf(line: string): StashEntry | null {
  const [sha, seconds, subject] = line.replace(/\n$/, "").split("\0");
  if (!sha || !/^[0-9a-f]{40,64}$/.test(sha) || subject === undefined) return null;
  return { sha, committedAt: Number(seconds), subject };
}
