// How a round is ended: a pure table of state x happening, walked by run.ts, tested row by row, printed in the docs.

/** Where a round stands on its way to its end. */
export type LadderState = "running" | "result_seen" | "int_sent" | "term_sent" | "kill_sent" | "gone";

/** What can happen to it. */
export type Happening =
  /** The agent's process ended; other processes of the round still live. */
  | "exited"
  /** No process of the round lives any more. */
  | "cleared"
  /** First-byte, idle or hard wall. */
  | "wall"
  /** The agent's terminal record was read. */
  | "result_line"
  /** The linger time after the terminal record is over and nothing of the round works. */
  | "linger_over"
  /** The linger time is over, but workers of the agent still work. */
  | "linger_busy"
  /** The stream proved that going on is of no use, a budget is used up, or the round passed another bound. */
  | "early_sign"
  /** The operator asks the agent to finish, and lets it have time for that. */
  | "cancel_request"
  /** The operator wants the round stopped now. */
  | "stop_request"
  /** The time since the last signal is over: that between INT and TERM, or between TERM and KILL. */
  | "grace_over"
  /** Something survived KILL so far. */
  | "still_alive";

/**
 * What is to be done on a step. `term` and `kill` reach every process of the round, whatever session it is in; `interrupt`
 * reaches the agent's group, as Ctrl-C on a terminal does.
 */
export type LadderAction =
  | "start_linger"
  | "note_wall"
  | "note_linger"
  | "note_extended"
  | "note_stop"
  | "note_cancel"
  | "note_early"
  | "note_leftovers"
  | "interrupt"
  | "term"
  | "kill"
  | "start_grace";

export interface LadderStep {
  readonly state: LadderState;
  readonly happening: Happening;
  readonly next: LadderState;
  readonly actions: readonly LadderAction[];
}

/** Every step there is; a pair that is not listed changes nothing. */
export const stopTable: readonly LadderStep[] = [
  { state: "running", happening: "cleared", next: "gone", actions: [] },
  { state: "running", happening: "exited", next: "term_sent", actions: ["note_leftovers", "term", "start_grace"] },
  { state: "running", happening: "wall", next: "term_sent", actions: ["note_wall", "term", "start_grace"] },
  { state: "running", happening: "stop_request", next: "term_sent", actions: ["note_stop", "term", "start_grace"] },
  {
    state: "running",
    happening: "cancel_request",
    next: "int_sent",
    actions: ["note_cancel", "interrupt", "start_grace"],
  },
  { state: "running", happening: "early_sign", next: "term_sent", actions: ["note_early", "term", "start_grace"] },
  { state: "running", happening: "result_line", next: "result_seen", actions: ["start_linger"] },
  { state: "result_seen", happening: "cleared", next: "gone", actions: [] },
  { state: "result_seen", happening: "exited", next: "term_sent", actions: ["note_leftovers", "term", "start_grace"] },
  { state: "result_seen", happening: "wall", next: "term_sent", actions: ["note_wall", "term", "start_grace"] },
  { state: "result_seen", happening: "stop_request", next: "term_sent", actions: ["note_stop", "term", "start_grace"] },
  {
    state: "result_seen",
    happening: "cancel_request",
    next: "int_sent",
    actions: ["note_cancel", "interrupt", "start_grace"],
  },
  { state: "result_seen", happening: "early_sign", next: "term_sent", actions: ["note_early", "term", "start_grace"] },
  { state: "result_seen", happening: "linger_busy", next: "result_seen", actions: ["note_extended"] },
  {
    state: "result_seen",
    happening: "linger_over",
    next: "term_sent",
    actions: ["note_linger", "term", "start_grace"],
  },
  { state: "int_sent", happening: "cleared", next: "gone", actions: [] },
  { state: "int_sent", happening: "exited", next: "term_sent", actions: ["note_leftovers", "term", "start_grace"] },
  { state: "int_sent", happening: "wall", next: "term_sent", actions: ["note_wall", "term", "start_grace"] },
  { state: "int_sent", happening: "stop_request", next: "term_sent", actions: ["note_stop", "term", "start_grace"] },
  { state: "int_sent", happening: "early_sign", next: "term_sent", actions: ["note_early", "term", "start_grace"] },
  { state: "int_sent", happening: "grace_over", next: "term_sent", actions: ["term", "start_grace"] },
  { state: "term_sent", happening: "cleared", next: "gone", actions: [] },
  { state: "term_sent", happening: "grace_over", next: "kill_sent", actions: ["kill", "start_grace"] },
  { state: "kill_sent", happening: "cleared", next: "gone", actions: [] },
  { state: "kill_sent", happening: "still_alive", next: "kill_sent", actions: ["kill", "start_grace"] },
];

/** The next state and what to do; the same state and nothing when the pair is not in the table. */
export function climb(state: LadderState, happening: Happening): Pick<LadderStep, "next" | "actions"> {
  const step = stopTable.find((row) => row.state === state && row.happening === happening);
  return step ?? { next: state, actions: [] };
}
