// Tells when the machine's clock was set by much, or the machine slept: times on record do not add up then.
import { spellDuration } from "../../core/text.ts";
import { defineDetector, finding } from "../detector.ts";

export default defineDetector({
  name: "clock_jump",
  order: 22,
  severity: "warning",
  mayStop: false,
  firesWhen: "Within the last `recent_s` the clock went back, or ahead within a round, by `jump_s` or more",
  defaults: { jumpSeconds: 60, recentSeconds: 3600 },
  detect({ jumps, now }, { jumpSeconds, recentSeconds }) {
    const last = jumps.findLast(({ at, seconds }) =>
      Math.abs(seconds) >= jumpSeconds && Math.abs(now - at) < recentSeconds * 1000
    );
    if (last === undefined) return null;
    const length = spellDuration(Math.abs(last.seconds));
    const where = last.round === null ? "" : ` in round ${last.round}`;
    return finding({
      severity: "warning",
      message: last.seconds < 0
        ? `The clock went back by ${length}${where}`
        : `The clock went ahead by ${length}${where}: it was set, or the machine slept`,
      context: { seconds: last.seconds, round_num: last.round, threshold: jumpSeconds },
      fix: "See that the machine keeps its time, and that it does not sleep at night",
      look: null,
    });
  },
});
