// The rows of the events table on hooks beyond those the predecessor had.
import type { KindRow } from "./event_witness.ts";

/** Kinds that hooks bring with them. */
export const hookEventKinds = {
  dirty_handled_by_hook: {
    when: "A hook dealt with the uncommitted work of a round",
    fields: { round_num: "int", hook: "string", outcome: "string", ref: "string|null", files: "strings" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
