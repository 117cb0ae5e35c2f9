// What a round changed in the work folder, in numbers that records, hooks and agents are told.

/** `unknown`: it cannot be told; that is never the same as `none`. */
export const changeKinds = ["some", "none", "unknown"] as const;

export type ChangeKind = typeof changeKinds[number];

/** The change below the work folder, as the agent of a round left it; a number is null where it is not known. */
export interface RoundChange {
  readonly kind: ChangeKind;
  /** Commits before and after; null where there was none, or it is not known. */
  readonly headBefore: string | null;
  readonly headAfter: string | null;
  /** Commits by which HEAD moved on that change something below the work folder. */
  readonly commits: number | null;
  /** Files that differ, committed or not. */
  readonly files: number | null;
  readonly insertions: number | null;
  readonly deletions: number | null;
  /** Why it is unknown; null where it is known. */
  readonly reason: string | null;
}

/** The same under the names of the wire. */
export interface ChangeFields {
  readonly change: ChangeKind;
  readonly head_before: string | null;
  readonly head_after: string | null;
  readonly commits: number | null;
  readonly files_changed: number | null;
  readonly insertions: number | null;
  readonly deletions: number | null;
  readonly reason: string | null;
}

/** A change of which nothing is known but, perhaps, the commits. */
export function unknownChange(
  reason: string,
  heads: Partial<Pick<RoundChange, "headBefore" | "headAfter">> = {},
): RoundChange {
  const { headBefore = null, headAfter = null } = heads;
  return {
    kind: "unknown",
    headBefore,
    headAfter,
    commits: null,
    files: null,
    insertions: null,
    deletions: null,
    reason,
  };
}

export function changeFields(change: RoundChange): ChangeFields {
  return {
    change: change.kind,
    head_before: change.headBefore,
    head_after: change.headAfter,
    commits: change.commits,
    files_changed: change.files,
    insertions: change.insertions,
    deletions: change.deletions,
    reason: change.reason,
  };
}

export function changeFrom(fields: ChangeFields): RoundChange {
  return {
    kind: fields.change,
    headBefore: fields.head_before,
    headAfter: fields.head_after,
    commits: fields.commits,
    files: fields.files_changed,
    insertions: fields.insertions,
    deletions: fields.deletions,
    reason: fields.reason,
  };
}

/** `2 commits, 3 files (+10 -2)`, `nothing`, or `unknown: ...`. */
export function spellChange(change: RoundChange): string {
  if (change.kind === "none") return "nothing";
  if (change.kind === "unknown") return `unknown: ${change.reason ?? "nothing tells"}`;
  const lines = change.insertions === null ? "" : ` (+${change.insertions} -${change.deletions ?? 0})`;
  return [
    change.commits ? `${counted(change.commits, "commit")}` : "",
    change.files === null ? "uncommitted files" : `${counted(change.files, "file")}${lines}`,
  ].filter((part) => part !== "").join(", ");
}

/** `1 file`, `2 files`. */
function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
