// Joins a started (or found) round with its reader, its log and its records, up to its result.
import type { RoundPlan, RoundResult } from "../core/round.ts";
import { estimateCost } from "../core/price.ts";
import { baseName } from "../core/path.ts";
import { spellDuration } from "../core/text.ts";
import type { Room } from "./act_early.ts";
import { RoundBounds } from "./bounds.ts";
import type { LaunchOutcome } from "./launch.ts";
import { LogTap } from "./log_tap.ts";
import type { RoundPaths } from "./plan.ts";
import { Reach } from "./reach.ts";
import { watchRound } from "./run.ts";
import type { RunNotices, RunOutcome, RunSpec } from "./run_spec.ts";
import { recordSample } from "./sample.ts";
import { settle } from "./settle.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";
import { readCut } from "../store/log_cut.ts";
import type { Workers } from "./workers.ts";

export interface WatchSpec {
  readonly round: RoundIdentity;
  readonly plan: Pick<RoundPlan, "walls">;
  readonly paths: RoundPaths;
  readonly started: LaunchOutcome;
  readonly agentFile: string;
  /** Of a round of an earlier life. */
  readonly earlier?: EarlierTimes;
  readonly stop: AbortSignal;
  readonly leave?: AbortSignal;
  /** Whether the operator asked for the end of the round of that number; absent: nobody can ask. */
  readonly isCancelled?: (round: number) => boolean;
  /** What is left of the budgets. */
  readonly room: Room;
}

/** What the files of a round of an earlier life tell of when it was. */
export interface EarlierTimes {
  /** When its output was last written to, epoch milliseconds: times of day in it are meant as seen from there. */
  readonly writtenAt: () => number;
  /** When it ended, epoch milliseconds; null when it still runs. */
  readonly endedAt: number | null;
}

/** Watches the round to its end and settles it. */
export async function watchAndSettle(spec: WatchSpec, tools: RoundTools): Promise<RoundResult> {
  const reader = tools.agent.createReader({
    command: tools.config.agent.command,
    now: spec.earlier?.writtenAt ?? (() => tools.clock.now()),
  });
  const cut = readCut(spec.paths.log, tools.files);
  const tap = new LogTap({ path: spec.paths.log, files: tools.files, reader, cut });
  try {
    const watched = spec.started.kind === "started"
      ? await watch(spec, { ...spec.started, reader, tap }, tools)
      : notStarted(spec.started.reason);
    const endedAt = spec.earlier?.endedAt ?? null;
    const durationSeconds = endedAt === null
      ? watched.durationSeconds
      : Math.max(0, (endedAt - spec.round.startedAt) / 1000);
    const run = { ...watched, durationSeconds };
    tools.book.settling();
    const { walls } = spec.plan;
    const facts = { reader, graceSeconds: walls.lingerSeconds, hardSeconds: walls.hardSeconds, endedAt };
    return await settle(spec.round, run, facts, tools);
  } finally {
    tap.close();
    // A round that is left for the next life may not have read it yet.
    if (spec.started.kind === "started" && !spec.leave?.aborted) {
      for (const path of spec.started.promptFiles) removeQuietly(path, tools);
    }
  }
}

async function watch(
  spec: WatchSpec,
  parts: Pick<RunSpec, "leader" | "origin" | "reader" | "tap">,
  tools: RoundTools,
): Promise<RunOutcome> {
  const scope = tools.scopes.scopeOf(spec.paths.exit);
  const reach = new Reach({
    roundId: spec.round.id,
    leaderPid: parts.leader.pid,
    agentName: baseName(tools.config.agent.command[0] ?? ""),
    scope,
  }, tools.processes);
  const outcome = await watchRound({
    leader: parts.leader,
    origin: parts.origin,
    reader: parts.reader,
    tap: parts.tap,
    reach,
    walls: spec.plan.walls,
    agentFile: spec.agentFile,
    ignorePatterns: tools.config.runtime.graceKillIgnorePatterns,
    progressSeconds: tools.config.monitor.roundProgressIntervalSeconds,
    early: {
      isOn: tools.config.agent.actEarly,
      longestWaitSeconds: tools.config.agent.maxInRoundWaitSeconds,
      room: spec.room,
      costOf: ({ usage }) =>
        usage === null ? null : usage.costUsd ?? estimateCost(usage, tools.config.prices)?.usd ?? null,
    },
    bounds: boundsOf(spec, tools),
    stop: spec.stop,
    ...(spec.leave === undefined ? {} : { leave: spec.leave }),
    ...(tools.onLook === undefined ? {} : { onLook: tools.onLook }),
    ...cancelOf(spec, tools),
    notices: noticesOf(spec, reach, tools),
  }, tools.clock);
  tools.scopes.noteEnd(spec.round.number, scope);
  return outcome;
}

function cancelOf({ isCancelled, round }: WatchSpec, { config }: RoundTools): Pick<RunSpec, "cancel"> {
  if (isCancelled === undefined) return {};
  const graceSeconds = config.runtime.cancelGraceSeconds;
  return { cancel: { graceSeconds, isAsked: () => isCancelled(round.number) } };
}

function boundsOf({ round, paths }: WatchSpec, tools: RoundTools): RoundBounds {
  return new RoundBounds({
    log: paths.log,
    onCut: ({ logBytes, cutBytes }) =>
      tools.sink.emit("round_log_cut", { round_num: round.number, log_bytes: logBytes, cut_bytes: cutBytes }),
    onUnable: (reason) => tools.sink.emit("containment_degraded", { round_num: round.number, part: "log", reason }),
  }, tools);
}

function noticesOf(spec: WatchSpec, reach: Reach, tools: RoundTools): RunNotices {
  const { round } = spec;
  return {
    onProgress(progress) {
      tools.sink.emit("round_progress", {
        round_num: round.number,
        log_size_kb: Math.floor(progress.logBytes / 1024),
        last_write_age_s: Math.max(0, Math.floor(progress.quietSeconds)),
        wall_age_s: Math.floor(progress.ageSeconds),
      });
      void recordSample("periodic", round, { agentProcesses: reach.agentProcesses }, tools);
    },
    onExtended(workers: Workers) {
      tools.sink.emit("round_grace_extended", {
        round_num: round.number,
        grace_s: spec.plan.walls.lingerSeconds,
        live_children: workers.working.map(({ name, pid }) => ({ name, pid })),
        ignored_children: workers.ignored.map((worker) => ({ ...worker })),
      });
      const names = workers.working.map((worker) => worker.name).join(", ");
      const text = `round ${round.number}: the agent is done, but still works on: ${names}`;
      tools.tell({ kind: "round_extended", text, facts: { round: round.number } });
    },
    onCancelled() {
      const { cancelGraceSeconds: seconds } = tools.config.runtime;
      tools.sink.emit("round_cancelled", { round_num: round.number, grace_s: seconds });
      const text = `round ${round.number}: the agent is asked to finish (SIGINT now, SIGTERM after ${
        spellDuration(seconds)
      }); the loop goes on`;
      tools.tell({ kind: "round_cancelled", text, tone: "warn", facts: { round: round.number } });
    },
    onStopping(why) {
      const grace = spellDuration(spec.plan.walls.stopGraceSeconds);
      const text = `round ${round.number} is being ended: ${why} (SIGTERM now, SIGKILL after ${grace})`;
      tools.tell({ kind: "round_stopping", text, tone: "warn", facts: { round: round.number, why } });
    },
  };
}

function notStarted(reason: string): RunOutcome {
  return {
    ending: { kind: "not_started", reason },
    early: null,
    durationSeconds: 0,
    leftoversEnded: 0,
    survivors: 0,
    agentProcesses: 0,
  };
}

function removeQuietly(path: string, tools: RoundTools): void {
  try {
    tools.files.remove(path);
  } catch {
    // Retention removes it later with its round.
  }
}

/** The last step of a round: nothing of it is left to take over, so its status file has done its work. */
export function closeBook(paths: RoundPaths, tools: RoundTools): void {
  tools.book.close();
  removeQuietly(paths.exit, tools);
}
