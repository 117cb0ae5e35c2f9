// The keys of [progress]: how long rounds may change nothing, and what an agent's "done" has to pass.
import { commandLine, oneOf, whole } from "./kinds.ts";
import { row } from "./row.ts";

/** No test suite has a reason to take longer than a day. */
const longestSeconds = 86_400;

export const progressRows = {
  stall_rounds: row(whole(0), {
    default: 0,
    unit: "rounds",
    since: "new",
    doc: "So many `ok` rounds in a row that change nothing below work_dir end the loop, because a person is needed. " +
      "0: off.",
  }),
  stall_action: row(oneOf(["stop", "hook"]), {
    default: "stop",
    since: "new",
    doc: "What happens then: the loop ends (`stop`), or what a hook of `round_after` says comes next (`hook`); where " +
      "none says anything, the loop ends.",
  }),
  verify: row(commandLine, {
    default: null,
    since: "new",
    example: '["make", "test"]',
    doc: "Command that has to succeed before `.agent-done` is believed: executable and arguments, one text each; no " +
      "shell is involved. It runs in `work_dir`, with the agent's environment.",
  }),
  verify_timeout_s: row(whole(1, longestSeconds), {
    default: 600,
    unit: "seconds",
    since: "new",
    doc: "Longest time that command may take; then it is ended with all it started, and counts as failed.",
  }),
};
