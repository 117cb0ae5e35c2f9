// Tells when the supervisor should be at work and has fallen silent, or is gone without a word.
import { isoTime, spellDuration } from "../../core/text.ts";
import { defineDetector, finding, lookAtEvents } from "../detector.ts";
import { overAfter, patienceOf, wallOf } from "../patience.ts";

export default defineDetector({
  name: "supervisor_stale",
  order: 12,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "Nothing was written for more than `stale_s` seconds (`factor` times the round's timeout, as with `hung`, where that " +
    "is not set; 0: off), and no wait or pause explains it; or the supervisor left without a word and none took over for `dead_s` " +
    "(0: off)",
  defaults: { staleSeconds: -1, factor: 1.5, deadSeconds: 60 },
  older: ({ monitor: { supervisorStaleThresholdSeconds: staleSeconds } }) =>
    staleSeconds === null ? {} : { staleSeconds },
  facts: (config) => ({ patience: patienceOf(config) }),
  detect({ supervisor, openRound, waiting, paused, rounds, now }, options) {
    const { quietSeconds, goneSeconds, lastSignAt, lastSign, isActive, life } = supervisor;
    // What left after its last word is not missed.
    if (quietSeconds === null || lastSignAt === null || (life === "ended" && isActive !== true)) return null;
    // Rounds that people run one by one leave nobody behind who would be missed.
    const isOneByOne = isActive === false && supervisor.startedAt === null && waiting === null && openRound === null;
    if (isOneByOne && (rounds.at(-1)?.verdict ?? null) !== null) return null;
    const last = isoTime(lastSignAt);
    const context = { age_s: Math.round(quietSeconds), last_ts: last, last_event: lastSign };
    const isDead = goneSeconds !== null && life === "started" && options.deadSeconds > 0;
    if (isDead && goneSeconds >= options.deadSeconds) {
      return finding({
        identity: "dead",
        severity: "warning",
        message: `The supervisor is gone without a word; it last wrote ${spellDuration(quietSeconds)} ago, at ${last}`,
        context: { ...context, threshold_s: options.deadSeconds },
        fix: "Start it again: agent-runner serve takes over what it left",
        look: lookAtEvents("serve_started", "serve_stopped"),
      });
    }
    // Nothing is written while the operator wants no round, and somebody still holds the lock.
    if (paused !== null && openRound === null && isActive !== false) return null;
    // A budget or a limit that is waited for is silence with a reason; it is over some time after its end.
    const waited = waiting !== null && isActive !== false ? now / 1000 - waiting.until : Infinity;
    const round = openRound?.round ?? null;
    const { staleSeconds, patience } = options;
    const wall = Math.max(wallOf(round, patience), patience.timeoutSeconds);
    const threshold = staleSeconds >= 0 ? staleSeconds : Math.floor(overAfter(wall, options));
    if (threshold === 0 || Math.min(quietSeconds, waited) <= threshold) return null;
    return finding({
      identity: "silent",
      severity: "warning",
      message: `The supervisor wrote nothing for ${spellDuration(quietSeconds)} (limit ${spellDuration(threshold)}); ` +
        `its last word was ${lastSign} at ${last}`,
      context: { ...context, threshold_s: threshold },
      fix: "See whether it still works, and restart it if it does not",
      look: "agent-runner peek",
    });
  },
});
