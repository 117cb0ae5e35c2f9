// Looks at the service of a project for the control verbs, and spells what they share.
import { spellDuration, visible } from "../core/text.ts";
import { allPhases } from "../config/phases.ts";
import type { Config } from "../config/schema.ts";
import { readStopNote } from "../loop/stop_note.ts";
import { readServiceState } from "../service/state.ts";
import type { ServiceState } from "../service/state.ts";
import { openEventSource } from "../store/event_source.ts";
import { readingLogs } from "./log_folder.ts";
import type { World } from "./world.ts";

/** Throws `OperatorError` where the log folder may not be read. */
export async function lookAtService(config: Config, world: World): Promise<ServiceState> {
  const { files, lock, clock } = world;
  const { logDir } = config.runtime;
  return await readingLogs(() =>
    readServiceState({
      files,
      lock,
      logDir,
      events: openEventSource({ files, logDir }),
      configFile: config.file,
      fingerprint: config.fingerprint,
      now: clock.now(),
    }, {
      longestSeconds: (phase) => longestSeconds(config, phase),
      stoppingSince: (holder) => readStopNote(logDir, holder, files),
    })
  );
}

/** Seconds until the wall of a round of that phase; the longest one where it is not known. */
function longestSeconds(config: Config, phase: string | null): number {
  const all = allPhases(config);
  const own = all.filter(({ name }) => name === phase);
  return Math.max(...(own.length > 0 ? own : all).map(({ walls }) => walls.hardSeconds));
}

/** Seconds within which a supervisor that is to stop is gone: the longest wall, and a minute for what follows. */
export function longestStopSeconds(config: Config): number {
  return Math.max(...allPhases(config).map(({ walls }) => walls.hardSeconds)) + config.runtime.stopGraceSeconds + 60;
}

/** What goes on, with how long it has and may take. @param now epoch milliseconds */
export function spellActivity(state: ServiceState, now: number): string {
  const name = state.round === null ? spellReason(visible(state.why).replace(/\.$/, "")) : spellRound(state);
  const parts = [name];
  if (state.since !== null && state.state === "running") {
    parts.push(`${spellDuration((now - Date.parse(state.since)) / 1000)} so far`);
  }
  if (state.longest_s !== null) parts.push(`at most ${spellDuration(state.longest_s)}`);
  return parts.join(", ");
}

/** A signal is the word of a machine: `stop`, Ctrl-C and the service manager all ask by one. */
function spellReason(why: string): string {
  return /^SIG[A-Z]+$/.test(why) ? `it was asked to (${why})` : why;
}

function spellRound({ round, phase }: ServiceState): string {
  return phase === null ? `round ${round}` : `round ${round} (${visible(phase)})`;
}
