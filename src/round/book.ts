// Keeps status.json true at every step of a round, also when the disk refuses for a while.
import { exitCodeOf, isRoundNumber } from "../core/round.ts";
import type { RoundPlan, RoundResult } from "../core/round.ts";
import { isoTime } from "../core/text.ts";
import { changeFields } from "../core/change.ts";
import type { DoneRefused, LastChange } from "../store/status_progress.ts";
import type { SessionChoice } from "./session.ts";
import type { PauseRecord } from "../store/status_pause.ts";
import { messageOf } from "../core/errors.ts";
import { statusSchema } from "../store/status.ts";
import type { CurrentRound, OtherSession, Status, StatusFile, Waiting } from "../store/status.ts";

const dirtyFilesKept = 20;
const otherSessionsKept = 12;

/** The one owner of the round number and of what is known to run. */
export class RoundBook {
  readonly #file: StatusFile;
  readonly #onFault: (reason: string) => void;
  #status: Status | null;
  #highest: number;
  #paused: PauseRecord | null;

  /**
   * @param inputs `status`: what was read at start; `highest`: the highest round number any file tells of;
   * `onFault`: told when status.json cannot be written (the round goes on)
   */
  constructor(
    file: StatusFile,
    inputs: { readonly status: Status | null; readonly highest: number; readonly onFault: (reason: string) => void },
  ) {
    this.#file = file;
    this.#status = inputs.status;
    this.#highest = Math.max(inputs.highest, inputs.status?.round_num ?? 0, inputs.status?.current?.number ?? 0);
    this.#onFault = inputs.onFault;
    this.#paused = inputs.status?.paused ?? null;
  }

  /** As last written, or as read at start; null before the first round. */
  get status(): Status | null {
    return this.#status;
  }

  /** The pause that the operator asked for; null when rounds may begin. */
  get paused(): PauseRecord | null {
    return this.#paused;
  }

  /** Rounds may not begin, or may again: null. */
  pause(paused: PauseRecord | null): void {
    this.#paused = paused;
    this.#write(this.#status ?? { round_num: this.#highest, running: false, schema: statusSchema }, {
      isDurable: true,
    });
  }

  /** The number the next round will have; never one that was used. */
  get nextNumber(): number {
    return this.#highest + 1;
  }

  /** Takes the number for good, before anything of the round happens. */
  claim(
    plan: RoundPlan & { readonly phaseIndex: number | null },
    facts: {
      readonly startedAt: number;
      readonly uptimeSeconds: number;
      readonly logName: string;
      /** Name of the reader. */
      readonly agent: string;
      readonly session: SessionChoice;
    },
  ): void {
    this.#highest = Math.max(this.#highest, plan.number);
    this.#setCurrent({
      number: plan.number,
      id: plan.id,
      phase: plan.phase,
      phase_index: plan.phaseIndex,
      state: "claimed",
      pid: null,
      started_at: isoTime(facts.startedAt),
      started_uptime_s: facts.uptimeSeconds,
      log: facts.logName,
      fresh_eyes: plan.isFreshEyes,
      agent: facts.agent,
      ...(facts.session.kind === "fresh"
        ? {}
        : { session: { id: facts.session.sessionId, is_resumed: facts.session.kind === "resumed" } }),
    }, { isDurable: true });
  }

  /** The agent was started. @param before where the work folder stood then */
  started(pid: number, before?: Readonly<Record<string, unknown>>): void {
    const current = this.#status?.current;
    const known = before === undefined ? {} : { before };
    if (current) this.#setCurrent({ ...current, ...known, state: "running", pid }, {});
  }

  /** A round of an earlier life is taken over. */
  found(current: CurrentRound): void {
    this.#highest = Math.max(this.#highest, current.number);
    this.#setCurrent(current, {});
  }

  /** The agent has ended; its work is being settled. */
  settling(): void {
    const current = this.#status?.current;
    if (current) this.#setCurrent({ ...current, state: "settling" }, {});
  }

  /** What came of the round is known; it stays on record as current until its last event is written. */
  completed(result: RoundResult): void {
    const current = this.#status?.current;
    const { sessionId } = result;
    // A round that ended before its first record does not tell: what was known of the same agent holds.
    const before = this.#status?.agent === result.agentName ? this.#status.agent_version : undefined;
    const version = result.agentVersion ?? before ?? null;
    const others = otherSessions(this.#status, result.agentName);
    const refused = stillRefused(this.#status, result);
    this.#write({
      round_num: Math.max(this.#status?.round_num ?? 0, result.number),
      running: false,
      last_completed_at: isoTime(result.endedAt),
      last_exit_code: exitCodeOf(result.ending),
      last_duration_s: Math.round(result.durationSeconds * 1000) / 1000,
      ...(current && current.phase !== null ? { current_phase: current.phase } : {}),
      ...(current && current.phase_index !== null ? { phase_index: current.phase_index } : {}),
      schema: statusSchema,
      last_verdict: result.verdict.kind,
      last_summary: result.verdict.summary,
      last_ending: result.ending.kind,
      ...(result.dirtyFiles.length === 0 ? {} : { last_dirty_files: result.dirtyFiles.slice(0, dirtyFilesKept) }),
      ...(result.leftOut === undefined ? {} : { last_left_out: result.leftOut.slice(0, dirtyFilesKept) }),
      agent: result.agentName,
      ...(version === null ? {} : { agent_version: version }),
      ...(result.verdict.degraded.length === 0 ? {} : { last_degraded: result.verdict.degraded }),
      last_change: lastChange(result),
      ...(refused === undefined ? {} : { done_refused: refused }),
      ...(sessionId === null ? {} : { session_id: sessionId }),
      ...(Object.keys(others).length === 0 ? {} : { other_sessions: others }),
      ...(current ? { current: { ...current, state: "settling" as const } } : {}),
    }, { isDurable: true });
  }

  /** The round's last event is written: nothing of it is left to take over. */
  close(): void {
    if (this.#status === null) return;
    const { current: _, ...rest } = this.#status;
    this.#write({ ...rest, running: false }, {});
  }

  /** The loop ended because nothing changed: the next one counts from zero. */
  forgetUnchanged(): void {
    const change = this.#status?.last_change;
    if (this.#status && change) {
      this.#write({ ...this.#status, last_change: { ...change, unchanged_rounds: 0 } }, { isDurable: true });
    }
  }

  /** A "done" was not believed, which the next round is told; null: one was. */
  refused(done: DoneRefused | null): void {
    if (this.#status === null) return;
    const { done_refused: _, ...rest } = this.#status;
    this.#write(done === null ? rest : { ...rest, done_refused: done }, { isDurable: true });
  }

  /** What serve waits for between rounds; null when it does not. */
  waiting(waiting: Waiting | null): void {
    const { waiting: before, ...rest } = this.#status ??
      { round_num: this.#highest, running: false, schema: statusSchema, waiting: undefined };
    if (waiting === null && before === undefined) return;
    this.#write(waiting === null ? rest : { ...rest, waiting }, {});
  }

  #setCurrent(current: CurrentRound, options: { readonly isDurable?: boolean }): void {
    const { waiting: _, ...rest } = this.#status ?? { schema: statusSchema };
    this.#write({ ...rest, round_num: this.#highest, running: true, schema: statusSchema, current }, options);
  }

  #write({ paused: _, ...rest }: Status, options: { readonly isDurable?: boolean }): void {
    const status: Status = this.#paused === null ? rest : { ...rest, paused: this.#paused };
    this.#status = status;
    try {
      this.#file.write(status, options);
    } catch (thrown) {
      this.#onFault(`status.json cannot be written: ${messageOf(thrown)}`);
    }
  }
}

function lastChange({ number, change, unchangedRounds }: RoundResult): LastChange {
  return { round_num: number, ...changeFields(change), unchanged_rounds: unchangedRounds };
}

/** It is told until a round that was told of it worked to its good end. */
function stillRefused(status: Status | null, { number, verdict }: RoundResult): DoneRefused | undefined {
  const refused = status?.done_refused;
  return refused === undefined || (verdict.kind === "ok" && number > refused.round_num) ? undefined : refused;
}

/** Sessions on record of all agents but this one, that of the last round included. */
function otherSessions(status: Status | null, agent: string): Readonly<Record<string, OtherSession>> {
  const { [agent]: _, ...others } = status?.other_sessions ?? {};
  if (!status?.agent || status.agent === agent || status.session_id === undefined) return others;
  const { session_id, last_verdict, last_completed_at } = status;
  const left = {
    session_id,
    ...(last_verdict === undefined ? {} : { last_verdict }),
    ...(last_completed_at === undefined ? {} : { last_completed_at }),
  };
  return Object.fromEntries([...Object.entries(others), [status.agent, left]].slice(-otherSessionsKept));
}

/** The highest round number that any name in the log folder tells of; 0 when none does. */
export function highestNumberIn(
  names: { readonly rounds: readonly string[]; readonly logDir: readonly string[] },
): number {
  const numbers = [
    ...names.rounds.map((name) => /^R(\d+)-/.exec(name)),
    ...names.logDir.map((name) => /^round-(\d+)\.log$/.exec(name)),
  ].map((match) => Number(match?.[1] ?? 0)).filter(isRoundNumber);
  return numbers.reduce((highest, number) => Math.max(highest, number), 0);
}
