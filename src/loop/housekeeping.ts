// Keeps the log folder within its bounds: half-written files, old rounds, old months, logs that grew too large.
import type { Config } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { capLog } from "../store/cap_log.ts";
import { findRoundLog } from "../store/round_log.ts";
import { pruneMonths, pruneRounds } from "../store/retention.ts";

const megabyte = 1024 * 1024;

/** Removes temporary files an earlier life was writing when it died. Only the lock's holder may call this. */
export function clearTemporaries(logDir: string, files: Files): void {
  for (const folder of [logDir, joinPath(logDir, "rounds"), joinPath(logDir, "requests")]) {
    attempt(() => {
      for (const name of files.list(folder)) {
        if (/\.\d+-\d+\.tmp$/.test(name)) attempt(() => files.remove(joinPath(folder, name)));
      }
    });
  }
}

/** After a round. @param options `number`: the round that has just ended; `now`: milliseconds since 1970 */
export function keepWithinBounds(
  config: Config,
  options: { readonly number: number; readonly now: number },
  files: Files,
): void {
  const { logDir, roundLogRetention, roundLogMaxMb, eventsRetentionMonths } = config.runtime;
  attempt(() => {
    const log = findRoundLog(files, { logDir, number: options.number });
    if (log !== null) capLog(log, roundLogMaxMb * megabyte, files);
  });
  attempt(() => pruneRounds(files, { logDir, keep: roundLogRetention, running: options.number }));
  attempt(() => pruneMonths(files, { logDir, keepMonths: eventsRetentionMonths, now: options.now }));
}

function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // A folder that cannot be tidied today is tidied after the next round.
  }
}
