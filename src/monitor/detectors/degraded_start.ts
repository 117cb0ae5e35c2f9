// Tells when the agent runs, but without tools or connectors that it should have.
import { counted, defineDetector, finding, lookAtRound } from "../detector.ts";

const namesShown = 5;

export default defineDetector({
  name: "degraded_start",
  order: 21,
  severity: "warning",
  mayStop: false,
  firesWhen: "In `rounds` rounds in a row the agent had to do without tools or connectors",
  defaults: { rounds: 1 },
  detect({ rounds: all }, { rounds }) {
    const judged = all.flatMap(({ number, verdict }) => verdict === null ? [] : [{ number, names: verdict.degraded }]);
    const inARow = judged.length - 1 - judged.findLastIndex(({ names }) => names.length === 0);
    const last = judged.at(-1);
    if (last === undefined || inARow < rounds) return null;
    const more = last.names.length > namesShown ? ` and ${last.names.length - namesShown} more` : "";
    return finding({
      severity: "warning",
      message: `The agent worked ${inARow === 1 ? "" : `for ${counted(inARow, "round")} `}without ` +
        `${last.names.slice(0, namesShown).join(", ")}${more}`,
      context: { degraded: last.names, rounds: inARow, last_round: last.number },
      fix: "See why they cannot be started or logged in; each round works without them",
      look: lookAtRound(last.number),
    });
  },
});
