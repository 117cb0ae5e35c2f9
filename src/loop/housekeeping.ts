// Keeps the log folder within its bounds: half-written files, old rounds, old months, logs that grew too large.
import type { Config } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import type { Tell } from "../core/telling.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
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

/** `[privacy] redact_round_logs`: rewrites the log of a round that is over; what fails is told and stays as it is. */
export async function maskRoundLog(
  config: Config,
  round: { readonly number: number },
  parts: { readonly files: Files; readonly clock: Clock; readonly tell: Tell },
): Promise<void> {
  if (!config.privacy.redactRoundLogs) return;
  const { files, clock, tell } = parts;
  const problem = (why: string) =>
    tell({
      kind: "log_not_masked",
      text: `round ${round.number}: its log still holds its secrets: ${why}`,
      tone: "bad",
    });
  try {
    const log = findRoundLog(files, { logDir: config.runtime.logDir, number: round.number });
    if (log === null) return;
    const { redactLog } = await import("../store/redact_log.ts");
    const done = await redactLog(log, { files, rest: async () => void await clock.sleep(0) });
    if (done.kind === "no_room") problem("there is no room for a masked copy");
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    problem(thrown.message);
  }
}

function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // A folder that cannot be tidied today is tidied after the next round.
  }
}
