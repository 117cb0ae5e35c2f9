// The keys of [privacy]: what of an agent's output is kept as it was printed.
import { truth } from "./kinds.ts";
import { row } from "./row.ts";

export const privacyRows = {
  redact_round_logs: row(truth, {
    default: false,
    since: "new",
    doc:
      "Whether secrets are masked in a round's log once the round has ended. While it runs, and without this, the log " +
      "holds what the agent printed; only you can read it.",
  }),
};
