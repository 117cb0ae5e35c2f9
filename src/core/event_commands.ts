// The rows of the events table on what the operator asks of a running loop from another terminal or machine.
import type { KindRow } from "./event_witness.ts";

/** Kinds that tell which command was obeyed, and who gave it. */
export const commandEventKinds = {
  paused: {
    when: "The operator asked that no further round begins; a running one finishes",
    fields: { by: "string", reason: "string", until_epoch: "int|null" },
  },
  resumed: {
    when: "Rounds may begin again; `why`: `asked`, or `over` where the time of the pause had come",
    fields: { by: "string", why: "string", paused_s: "int" },
  },
  stop_requested: {
    when: "The operator asked the loop to end after the running round",
    fields: { by: "string", reason: "string" },
  },
  hint_given: {
    when: "The operator left words for the next round",
    fields: { by: "string", hint_id: "string", text: "string" },
  },
  hint_used: {
    when: "A round was started with what the operator had left for it",
    fields: { round_num: "int", hint_ids: "strings" },
  },
  hint_held_back: {
    when: "A round was started without what the operator had left: with it, the prompt did not fit on a command line",
    fields: { round_num: "int", reason: "string" },
  },
  hints_cleared: {
    when: "The operator took back what no round had been told yet",
    fields: { by: "string", hints: "int" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
