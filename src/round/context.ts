// What the agent is told about where it stands: round-context.json.
import type { Status } from "../store/status.ts";

export interface ContextInputs {
  readonly number: number;
  /** ISO time. */
  readonly startedAt: string;
  readonly phase: string | null;
  readonly isFreshEyes: boolean;
  /** State before this round; null for the first. */
  readonly status: Status | null;
  /** Work an earlier round left behind, as saved; null when there is none. */
  readonly orphan: { readonly ref: string; readonly message: string; readonly files: readonly string[] } | null;
}

/** The context, keys in the reference's order. */
export function buildContext(inputs: ContextInputs): Record<string, unknown> {
  const { status, orphan } = inputs;
  return {
    round_num: inputs.number,
    started_at: inputs.startedAt,
    ...(inputs.phase === null ? {} : { phase: inputs.phase }),
    ...(inputs.isFreshEyes ? { fresh_eyes: true } : {}),
    ...(orphan === null ? {} : {
      orphan_stash: { ...orphan, look: `git stash show -p ${orphan.ref}`, take: `git stash apply ${orphan.ref}` },
    }),
    ...(status === null || status.last_completed_at === undefined
      ? {}
      : { previous: previousOf(status, orphan !== null) }),
  };
}

function previousOf(status: Status, hasOrphan: boolean): Record<string, unknown> {
  const dirty = status.last_dirty_files ?? [];
  return {
    exit_code: status.last_exit_code ?? null,
    duration_s: status.last_duration_s ?? null,
    ended_at: status.last_completed_at ?? null,
    had_dirty_tree: hasOrphan || dirty.length > 0,
    ...(dirty.length === 0 ? {} : { dirty_files: dirty }),
    ...(status.last_verdict === undefined ? {} : { verdict: status.last_verdict, what_happened: status.last_summary }),
  };
}
