// What a round leads to: it is remembered, and then the loop ends, rests, or goes on with another agent.
import type { Config } from "../config/schema.ts";
import { codeName } from "../core/config.ts";
import { redact } from "../core/redact.ts";
import type { RoundResult } from "../core/round.ts";
import type { Check } from "../round/precheck.ts";
import type { BackoffCounts } from "./backoff.ts";
import { endByBattery, endByStep, isOfAgent, startFailure } from "./ends.ts";
import type { LoopEnd } from "./ends.ts";
import type { LoopFiles } from "./memory.ts";
import { next } from "./next.ts";
import type { NextStep } from "./next.ts";
import type { LoopMemory } from "./remembered.ts";
import type { Roster } from "./roster.ts";
import type { Spending } from "./spending.ts";
import { recordStall, stallAction } from "./stall.ts";
import { pauseOf, planRest } from "./wait.ts";
import type { Rest } from "./wait.ts";

/** What comes after a round: the end of the loop, or what lies before the next round. */
export interface Turn {
  readonly end: LoopEnd | null;
  readonly rest: Rest | null;
}

interface CourseParts {
  readonly config: Config;
  readonly roster: Roster;
  readonly spending: Spending;
  readonly files: LoopFiles;
  readonly options: {
    /** Seconds added to each wait for a provider. */
    readonly jitterSeconds: () => number;
  };
}

/** Follows one loop from round to round. */
export class Course {
  readonly #parts: CourseParts;
  /** Waits in a row of each agent: a good round of one says nothing about the limit of another. */
  readonly #backoff: Map<string, BackoffCounts>;
  #memory: LoopMemory;

  constructor(parts: CourseParts) {
    this.#parts = parts;
    this.#memory = parts.files.readMemory();
    this.#backoff = new Map([[parts.roster.activeName, this.#memory.backoff]]);
  }

  /** What came before asks for a new session. */
  get needsFreshSession(): boolean {
    return this.#memory.needsFreshSession;
  }

  /** Decides what comes next, and remembers it. */
  async after(result: RoundResult): Promise<Turn> {
    const { config: { runtime, onVerdict, progress }, roster } = this.#parts;
    const { activeName } = roster;
    const before = { ...this.#memory, backoff: this.#backoff.get(activeName) ?? {} };
    const chosen = onVerdict[codeName(result.verdict.kind) as keyof typeof onVerdict];
    const stall = stallAction(result, progress);
    if (stall !== null) recordStall(result, stall, roster.tools);
    const { step, memory } = next(result, before, {
      restartDelaySeconds: runtime.restartDelaySeconds,
      transientErrorAction: runtime.transientErrorAction,
      // A stall that ends the loop is none of the verdict's: it is obeyed between rounds.
      override: stall !== null && stall !== "stop" ? stall : chosen === "hook" ? result.nextAction : chosen,
      now: roster.tools.clock.now() / 1000,
    });
    this.#backoff.set(activeName, memory.backoff);
    this.#remember(memory);
    // Nothing comes after the round: no wait is put on record, in which the next life would find itself.
    if (stall === "stop" && step.kind !== "stop") return { end: null, rest: null };
    switch (step.kind) {
      case "stop":
        return await this.#stopOrRelieve(step, result);
      case "wait":
        return { end: null, rest: await this.#wait(step, result) };
      case "again": {
        const pause = pauseOf(step.delaySeconds, { classification: result.verdict.kind, reason: step.reason });
        return { end: null, rest: this.#parts.spending.paced(pause, result) };
      }
      default:
        return step satisfies never;
    }
  }

  /**
   * What comes of a battery that failed: null to go on. An agent that stands in and cannot start is no reason to end
   * what the first one is to go on with.
   */
  async refused(failures: readonly Check[]): Promise<LoopEnd | null> {
    const { roster } = this.#parts;
    const { tools } = roster;
    const reason = failures.map((check) => check.reason).join("; ");
    const mayGoOn = roster.isStandIn && failures.every(isOfAgent) &&
      await roster.giveUp({ reason, since_round: tools.book.nextNumber - 1 });
    if (!mayGoOn) return endByBattery(failures, tools);
    for (const check of failures) tools.tell({ ...startFailure(check), tone: "bad" });
    return null;
  }

  #remember(memory: LoopMemory): void {
    this.#memory = memory;
    this.#parts.files.writeMemory(memory);
  }

  /** Only what lasts makes another agent go on: a stop that was asked for is obeyed. */
  async #stopOrRelieve(step: Extract<NextStep, { kind: "stop" }>, result: RoundResult): Promise<Turn> {
    const { roster } = this.#parts;
    const end = endByStep(result, { step, shortFailures: this.#memory.shortFailures }, roster.tools);
    const lasts = step.cause === "human_needed" || step.cause === "crash_loop";
    const reason = redact(step.cause === "crash_loop" ? step.reason : result.verdict.summary);
    if (!lasts || !await roster.giveUp({ reason, since_round: result.number })) return { end, rest: null };
    // What counted was the other agent's.
    this.#remember({ ...this.#memory, failures: 0, shortFailures: 0, lastFailureAt: null, authFailures: 0 });
    return { end: null, rest: this.#reliefPause(result) };
  }

  async #wait(step: Extract<NextStep, { kind: "wait" }>, result: RoundResult): Promise<Rest> {
    const { roster, files, options } = this.#parts;
    const { number, verdict } = result;
    const jitterSeconds = options.jitterSeconds();
    const until = Math.ceil(step.wait.resetAt + jitterSeconds);
    const block = {
      until_epoch: until,
      reason: redact(verdict.summary),
      since_round: number,
      classification: step.wait.waitName,
    };
    if (await roster.standIn(block)) return this.#reliefPause(result);
    const first = (roster.opensAt() ?? Infinity) - jitterSeconds;
    const wait = { ...step.wait, resetAt: Math.min(step.wait.resetAt, first) };
    return planRest({ step: { ...step, wait }, round: number, jitterSeconds }, { files }, roster.tools);
  }

  #reliefPause({ verdict }: RoundResult): Rest {
    const seconds = this.#parts.config.runtime.restartDelaySeconds;
    return pauseOf(seconds, { classification: verdict.kind, reason: "pause before another agent goes on" });
  }
}
