// Takes over the round an earlier life of the supervisor was in, and closes it under its own number.
import { phaseFor } from "../config/phases.ts";
import type { RoundResult, Walls } from "../core/round.ts";
import { spellDuration } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { EventSink } from "../ports/records.ts";
import { linkCurrent } from "../store/round_log.ts";
import type { CurrentRound } from "../store/status.ts";
import { standingFrom } from "../vcs/progress.ts";
import { boundlessRoom } from "./act_early.ts";
import { findEarlier } from "./adopt.ts";
import type { EarlierRound } from "./adopt.ts";
import { spilledPrompt } from "./launch.ts";
import { foundLeader } from "./leader.ts";
import type { Leader } from "./leader.ts";
import type { RoundPaths } from "./plan.ts";
import type { SessionChoice } from "./session.ts";
import type { RoundTools } from "./tools.ts";
import type { RoundMeans } from "./round.ts";
import { closeBook, watchAndSettle } from "./watch.ts";

/** Two readings of the uptime, each cut to whole seconds, may be off by so much. */
const uptimeStepSeconds = 1.5;

export interface ResumeRequest extends RoundMeans {
  readonly current: CurrentRound;
  /** Kinds already on record for this round: none is written twice. */
  readonly recorded: ReadonlySet<string>;
  readonly stop: AbortSignal;
}

export interface Resumed {
  readonly result: RoundResult;
  /** The agent was still at work: the round counts as one of this life's. */
  readonly wasRunning: boolean;
  /** Its agent had been started, as far as anything tells, and with what the operator had left for it. */
  readonly wasTold: boolean;
}

export async function resumeRound(request: ResumeRequest, given: RoundTools): Promise<Resumed> {
  const { logDir } = given.config.runtime;
  const { paths, earlier } = await findEarlier(request.current, { logDir }, given);
  const current = seenAs(request.current, earlier);
  given.book.found(current);
  linkAgain(current, paths, given);
  const ageSeconds = ageOf(current, given);
  tellFound(current, earlier, ageSeconds, given);
  given.sink.emit("round_adopted", {
    round_num: current.number,
    round_id: current.id,
    state: earlier.kind,
    age_s: Math.round(ageSeconds),
  });
  const tools: RoundTools = { ...given, sink: onceOnly(given.sink, request.recorded) };
  tools.sink.emit("round_start", {
    round_num: current.number,
    phase: current.phase,
    round_id: current.id,
    agent: tools.agent.name,
  });
  const round = {
    number: current.number,
    id: current.id,
    phase: current.phase,
    startedAt: Date.parse(current.started_at),
    headBefore: null,
    before: standingFrom(current.before),
    session: sessionOf(current),
    log: paths.log,
  };
  const walls = wallsOf(current, tools);
  const wasStarted = current.state !== "claimed" || earlier.kind !== "lost";
  const wasTold = wasStarted && !request.recorded.has("hint_held_back");
  if (wasStarted) {
    tools.sink.emit("agent_spawn", { round_num: current.number, timeout_s: walls.hardSeconds, pid: current.pid });
  }
  const over = new AbortController();
  const leader = leaderOf(earlier, { paths, signal: over.signal }, tools);
  try {
    const result = await watchAndSettle({
      round,
      plan: { walls },
      paths,
      started: {
        kind: "started",
        leader,
        promptFiles: [paths.prompt, spilledPrompt(current.id, tools.host.environment())],
        origin: tools.clock.monotonic() - ageSeconds * 1000,
        tooLong: null,
      },
      agentFile: tools.config.agent.command[0] ?? "",
      earlier: {
        writtenAt: () => lastWriteTo([paths.log], tools) ?? tools.clock.now(),
        endedAt: earlier.kind === "running"
          ? null
          : Math.max(round.startedAt, lastWriteTo([paths.exit, paths.log], tools) ?? 0),
      },
      stop: request.stop,
      ...(request.isCancelled === undefined ? {} : { isCancelled: request.isCancelled }),
      ...(request.leave === undefined ? {} : { leave: request.leave }),
      room: request.room ?? boundlessRoom,
    }, tools);
    request.onSettled?.(result);
    closeBook(paths, tools);
    tools.telemetry?.settled(current.id, result, tools.host.environment());
    return { result, wasRunning: earlier.kind === "running", wasTold };
  } finally {
    over.abort();
  }
}

function sessionOf({ session }: CurrentRound): SessionChoice {
  if (!session) return { kind: "fresh" };
  return session.is_resumed
    ? { kind: "resumed", sessionId: session.id, why: "", agoSeconds: null }
    : { kind: "pinned", sessionId: session.id };
}

/** The earlier life may have died between the start of the agent and its record. */
function seenAs(current: CurrentRound, earlier: EarlierRound): CurrentRound {
  return earlier.kind === "running" ? { ...current, state: "running", pid: earlier.shim.pid } : current;
}

function linkAgain(current: CurrentRound, paths: RoundPaths, tools: RoundTools): void {
  const { files, config } = tools;
  try {
    if (files.stat(paths.log) === null) return;
    linkCurrent(files, { logDir: config.runtime.logDir, number: current.number, log: paths.logName });
  } catch (thrown) {
    // They only help readers.
    if (!(thrown instanceof FileFault)) throw thrown;
  }
}

/** Seconds. By the machine's uptime where it did not restart: the wall clock may have been set since. */
function ageOf(current: CurrentRound, tools: RoundTools): number {
  const byUptime = tools.host.uptimeSeconds() - current.started_uptime_s;
  const byClock = Math.max(0, (tools.clock.now() - Date.parse(current.started_at)) / 1000);
  // The uptime comes in whole seconds: where both agree, the clock is the finer of the two.
  const isAgreed = Math.abs(byClock - byUptime) <= uptimeStepSeconds;
  return byUptime < 0 || isAgreed ? byClock : byUptime;
}

/**
 * When the newest of these files was written to, epoch milliseconds and never in the future; null when there is none.
 * The best that is known of when a round ended that nobody watched.
 */
function lastWriteTo(paths: readonly string[], tools: RoundTools): number | null {
  const times = paths.map((path) => tools.files.stat(path)?.modifiedAt ?? 0).filter((time) => time > 0);
  return times.length === 0 ? null : Math.min(tools.clock.now(), Math.max(...times));
}

function wallsOf(current: CurrentRound, tools: RoundTools): Walls {
  const { config } = tools;
  const isKnown = current.phase !== null && config.phases.list.includes(current.phase);
  const phase = isKnown ? current.phase : null;
  return phaseFor(isKnown ? config : { ...config, phases: { ...config.phases, list: [] } }, {
    number: current.number,
    phase,
  }).walls;
}

function leaderOf(
  earlier: EarlierRound,
  options: { readonly paths: RoundPaths; readonly signal: AbortSignal },
  tools: RoundTools,
): Leader {
  switch (earlier.kind) {
    case "running":
      return foundLeader({ shim: earlier.shim, exitFile: options.paths.exit, signal: options.signal }, tools);
    case "ended":
      return { pid: null, ended: Promise.resolve(earlier.end) };
    case "headless":
    case "lost":
      return { pid: null, ended: Promise.resolve({ code: null, diedBySignal: false }) };
    default:
      return earlier satisfies never;
  }
}

/** Passes on only what the earlier life did not write yet. */
function onceOnly(sink: EventSink, recorded: ReadonlySet<string>): EventSink {
  return {
    emit: (kind, payload) => {
      if (!recorded.has(kind)) sink.emit(kind, payload);
    },
    emitOwn: (kind, payload) => {
      if (!recorded.has(kind)) sink.emitOwn(kind, payload);
    },
    flush: () => sink.flush(),
    fault: () => sink.fault(),
  };
}

function tellFound(current: CurrentRound, earlier: EarlierRound, ageSeconds: number, tools: RoundTools): void {
  const found = {
    running: `is still running after ${spellDuration(ageSeconds)} and goes on`,
    ended: "ended meanwhile and is being closed",
    headless: "lost its leader; what is left of it is being ended",
    lost: "left nothing behind and is closed as lost",
  }[earlier.kind];
  const text = `round ${current.number} of an earlier life ${found}`;
  tools.tell({ kind: "round_adopted", text, tone: "warn", facts: { round: current.number, state: earlier.kind } });
}
