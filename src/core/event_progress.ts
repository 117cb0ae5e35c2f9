// The rows of the events table on progress: what rounds change, loops in which nothing changes, and "done" held to proof.
import type { KindRow } from "./event_witness.ts";

/** Kinds that tell whether the work gets on. */
export const progressEventKinds = {
  round_changes: {
    when: "What the round changed below the work folder, as its agent left it; `change` is some, none or unknown",
    fields: {
      round_num: "int",
      change: "string",
      head_before: "string|null",
      head_after: "string|null",
      commits: "int|null",
      files_changed: "int|null",
      insertions: "int|null",
      deletions: "int|null",
      reason: "string|null",
      unchanged_rounds: "int",
    },
  },
  loop_stalled: {
    when: "Too many ok rounds in a row changed nothing; `action` is what comes of it",
    fields: { round_num: "int", unchanged_rounds: "int", action: "string" },
  },
  done_verified: {
    when: "The agent said that all is done, and the command of progress.verify agreed",
    fields: { round_num: "int", command: "strings", duration_s: "number" },
  },
  done_refused: {
    when: "The agent said that all is done, and the command of progress.verify did not agree",
    fields: {
      round_num: "int",
      command: "strings",
      outcome: "string",
      exit_code: "int|null",
      duration_s: "number",
      reason: "string",
      output: "string",
      said: "string",
      file: "string|null",
    },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
