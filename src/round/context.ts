// What the agent is told about where it stands: round-context.json.
import type { Status } from "../store/status.ts";
import type { LastChange } from "../store/status_progress.ts";

export interface ContextInputs {
  /** Uncommitted work that earlier rounds left and that was saved; null when there is none. */
  readonly salvaged: readonly Readonly<Record<string, unknown>>[] | null;
  /** What the agent is told about its session; null when it is a new one. */
  readonly session: Record<string, unknown> | null;
  /** The agent of this round. */
  readonly agentName: string;
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
    ...(inputs.salvaged === null ? {} : { salvaged: inputs.salvaged }),
    ...(inputs.session === null ? {} : { session: inputs.session }),
    ...handoverOf(inputs),
    ...refusedOf(inputs.status),
    ...(inputs.isFreshEyes ? { fresh_eyes: true } : {}),
    ...(orphan === null ? {} : {
      orphan_stash: { ...orphan, look: `git stash show -p ${orphan.ref}`, take: `git stash apply ${orphan.ref}` },
    }),
    ...(status === null || status.last_completed_at === undefined
      ? {}
      : { previous: previousOf(status, orphan !== null) }),
  };
}

/** What an agent is told that takes over from another one. */
function handoverOf({ status, agentName }: ContextInputs): Record<string, unknown> {
  if (typeof status?.agent !== "string" || status.agent === agentName) return {};
  return {
    handover: {
      from: status.agent,
      to: agentName,
      note: `The last round was ${status.agent}'s. Its conversation is not yours: what it did is in the commits and ` +
        "files of this project, also where you remember them otherwise. Go on where it stopped.",
    },
  };
}

/** Why the agent is at work again although it said that all is done. */
function refusedOf(status: Status | null): Record<string, unknown> {
  const refused = status?.done_refused;
  if (refused === undefined) return {};
  const { round_num: round, command, reason, exit_code, output, output_file, said } = refused;
  return {
    done_refused: {
      round,
      ...(said.trim() === "" ? {} : { you_said: said }),
      command,
      what_happened: reason,
      exit_code,
      output,
      ...(output_file === null ? {} : { more_output: output_file }),
      note:
        "In that round .agent-done was written, but this command did not succeed, so the work goes on. Mend what it " +
        "complains of, run it yourself, and only write .agent-done again when it succeeds.",
    },
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
    ...(status.last_left_out === undefined ? {} : { not_committed: status.last_left_out }),
    ...(status.last_change === undefined ? {} : { changes: changesOf(status.last_change) }),
    ...(status.last_verdict === undefined ? {} : { verdict: status.last_verdict, what_happened: status.last_summary }),
  };
}

function changesOf({ change, commits, files_changed, insertions, deletions, unchanged_rounds }: LastChange) {
  return {
    change,
    ...(change === "some" ? { commits, files_changed, insertions, deletions } : {}),
    ...(unchanged_rounds === 0 ? {} : { ok_rounds_without_change: unchanged_rounds }),
  };
}
