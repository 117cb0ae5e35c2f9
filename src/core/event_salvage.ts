// The rows of the events table on salvages: uncommitted work that is kept under a ref of its own.
import type { KindRow } from "./event_witness.ts";

/** Kinds about work that a round left and that was saved, brought back or let go. */
export const salvageEventKinds = {
  salvage_saved: {
    when:
      "All that was uncommitted was saved as a commit of its own; the tree stays as it is. `moment`: `before` the " +
      "round's agent was started, or `after` it",
    fields: {
      round_num: "int",
      sha: "string",
      ref: "string",
      count: "int",
      files: "strings",
      why: "string",
      moment: "string",
      is_reused: "bool",
      not_covered: "objects",
    },
  },
  salvage_not_covered: {
    when: "Nothing was saved: what is uncommitted lies where no salvage reaches, such as inside a submodule",
    fields: { round_num: "int", moment: "string", not_covered: "objects" },
  },
  salvage_failed: {
    when: "Uncommitted work could not be saved",
    fields: { round_num: "int", moment: "string", cause: "string", reason: "string" },
  },
  salvage_offered: {
    when: "The context of a round named what earlier rounds left",
    fields: { round_num: "int", shas: "strings" },
  },
  salvage_restored: {
    when: "Saved work was brought back into the tree, or onto a branch",
    fields: { round_num: "int", sha: "string", paths: "int", branch: "string|null" },
  },
  salvage_dropped: {
    when: "A salvage was let go, by age, by number or by the operator",
    fields: { round_num: "int", sha: "string", ref: "string", why: "string" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
