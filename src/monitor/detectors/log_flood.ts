// Tells when a round writes more than anybody can read, or events pile up.
import type { Finding } from "../../core/alert.ts";
import { spellBytes } from "../../core/text.ts";
import { defineDetector, finding, lookAtEvents, lookAtRound } from "../detector.ts";

const bytesPerMb = 1024 * 1024;

export default defineDetector({
  name: "log_flood",
  order: 20,
  severity: "warning",
  mayStop: true,
  firesWhen: "The running round's log is larger than `log_mb`, was cut, or grows by `mb_per_minute` or more; or " +
    "`events_per_minute` events or more are written",
  defaults: { logMb: 200, mbPerMinute: 50, eventsPerMinute: 3000, marginPercent: 50 },
  relaxed: (options) => ({
    ...options,
    mbPerMinute: options.mbPerMinute * (1 - options.marginPercent / 100),
    eventsPerMinute: options.eventsPerMinute * (1 - options.marginPercent / 100),
  }),
  detect({ roundLog, openRound, cutRound, eventsPerMinute }, options) {
    const found: Finding[] = [];
    const round = openRound?.round.number ?? null;
    const bytes = roundLog?.bytes ?? 0;
    const rate = roundLog?.bytesPerMinute ?? 0;
    const isCut = round !== null && round === cutRound;
    if (bytes >= options.logMb * bytesPerMb || rate >= options.mbPerMinute * bytesPerMb || isCut) {
      const growth = roundLog?.bytesPerMinute == null ? "" : `, growing by ${spellBytes(rate)} a minute`;
      found.push(finding({
        identity: "round",
        severity: "warning",
        message: `The running round wrote ${spellBytes(bytes)}${growth}${isCut ? "; its middle was given back" : ""}`,
        context: { bytes, bytes_per_minute: roundLog?.bytesPerMinute ?? null, round_num: round, is_cut: isCut },
        fix: 'See what it repeats; runtime.round_log_overflow = "kill" ends such a round',
        look: lookAtRound(round),
      }));
    }
    if (eventsPerMinute >= options.eventsPerMinute) {
      found.push(finding({
        identity: "events",
        severity: "warning",
        message: `${eventsPerMinute} events were written within a minute (limit ${options.eventsPerMinute})`,
        context: { events_per_minute: eventsPerMinute, threshold: options.eventsPerMinute },
        fix: "See which kind comes so often; a larger runtime.restart_delay_s slows a loop of short rounds",
        look: lookAtEvents("round_end") + " --window 20",
      }));
    }
    return found;
  },
});
