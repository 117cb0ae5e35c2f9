// The rows of the events table on what keeps a round within its bounds: processes, output, disk.
import type { KindRow } from "./event_witness.ts";

/** Kinds that tell of containment. */
export const containmentEventKinds = {
  leftovers_ended: {
    when: "Processes of an earlier round were found alive at start, and were ended",
    fields: { round_num: "int|null", round_id: "string", processes: "int", survivors: "int" },
  },
  containment_degraded: {
    when: "Something that bounds rounds cannot be had here; they go on without it",
    fields: { round_num: "int", part: "string", reason: "string" },
  },
  round_log_cut: {
    when: "The round's log grew too large, and for the first time its middle was given back to the disk",
    fields: { round_num: "int", log_bytes: "int", cut_bytes: "int" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
