// The loop: round after round until something asks for an end, and every end is said.
import type { Config } from "../config/schema.ts";
import { exitCode } from "../core/errors.ts";
import { exitCodeOf } from "../core/round.ts";
import type { RoundResult } from "../core/round.ts";
import { spellDuration } from "../core/text.ts";
import { runRound } from "../round/round.ts";
import type { Check } from "../round/precheck.ts";
import { keepWithinBounds } from "./housekeeping.ts";
import { LoopFiles } from "./memory.ts";
import { next } from "./next.ts";
import type { LoopMemory } from "./next.ts";
import { pause } from "./pause.ts";
import { StopFiles } from "./stop_files.ts";
import type { StopRequests } from "./stop_requests.ts";
import type { Supervisor } from "./supervisor.ts";
import { resumeWait, waitOut } from "./wait.ts";

export interface ServeOptions {
  /** Leave after one round. */
  readonly isOnce: boolean;
  /** Bound on rounds of this call; null: none. */
  readonly maxRounds: number | null;
  readonly skipsBattery: boolean;
  /** Seconds added to each wait for a provider. */
  readonly jitterSeconds: () => number;
}

/** Garbage of so many rounds is well under a megabyte. */
const roundsPerCollection = 10;

/** Why the loop ended, for the last line and the last event. */
interface LoopEnd {
  readonly reason: string;
  readonly text: string;
}

/** Runs the loop of a supervisor that holds the lock. Returns the exit code: 0 for every designed end. */
export async function serve(
  options: ServeOptions,
  parts: { readonly supervisor: Supervisor; readonly stop: StopRequests },
): Promise<number> {
  const loop = new Loop(options, parts.supervisor, parts.stop);
  const end = await loop.run();
  const { tools } = parts.supervisor;
  tools.book.waiting(null);
  tools.sink.emit("serve_stopped", { reason: end.reason, rounds_completed: loop.rounds, exit_code: exitCode.ok });
  tools.tell({
    kind: "stopped",
    text: `stopped: ${end.text} (${loop.rounds} ${loop.rounds === 1 ? "round" : "rounds"} completed)`,
    facts: { reason: end.reason, rounds_completed: loop.rounds },
  });
  return exitCode.ok;
}

class Loop {
  rounds = 0;
  readonly #options: ServeOptions;
  readonly #supervisor: Supervisor;
  readonly #stop: StopRequests;
  readonly #config: Config;
  readonly #stopFiles: StopFiles;
  readonly #files: LoopFiles;
  #memory: LoopMemory;

  constructor(options: ServeOptions, supervisor: Supervisor, stop: StopRequests) {
    this.#options = options;
    this.#supervisor = supervisor;
    this.#stop = stop;
    this.#config = supervisor.tools.config;
    this.#stopFiles = new StopFiles(this.#config, supervisor.tools.files);
    this.#files = new LoopFiles(this.#config.runtime.logDir, supervisor.tools.files);
    this.#memory = this.#files.readMemory();
  }

  get #tools() {
    return this.#supervisor.tools;
  }

  async run(): Promise<LoopEnd> {
    const resumed = await this.#supervisor.takeOver(this.#stop.stopRound);
    if (resumed?.wasRunning) this.rounds++;
    if (resumed === null && this.#stopFiles.clearSentinel()) {
      this.#tools.tell({ kind: "sentinel_cleared", text: "removed .agent-done of an earlier run" });
    }
    let end = resumed === null
      ? await resumeWait({ files: this.#files, pause: (ms, until) => this.#pause(ms, until) }, this.#tools)
      : await this.#after(resumed.result);
    while (true) {
      if (end !== null) return end;
      end = this.#reasonToEnd();
      if (end !== null) return end;
      end = await this.#round();
    }
  }

  /** Between rounds, in the reference's order: signal, sentinel, stop file, cap. */
  #reasonToEnd(): LoopEnd | null {
    if (this.#stop.finish.aborted) {
      return { reason: this.#stop.reason ?? "signal", text: `${this.#stop.reason} received` };
    }
    const found = this.#stopFiles.read();
    if (found?.kind === "agent_done") {
      this.#tools.sink.emit("agent_self_terminated", { reason: found.reason });
      return {
        reason: "agent_done",
        text: `the agent wrote .agent-done: ${found.reason.trim() || "(no reason given)"}`,
      };
    }
    if (found?.kind === "stop_file") {
      const { path, content } = found;
      this.#tools.sink.emit("stop_file_detected", { stop_file: path, content, rounds_completed: this.rounds });
      return { reason: "stop_file", text: `the stop file '${path}' exists` };
    }
    const max = this.#options.isOnce ? 1 : this.#options.maxRounds;
    if (max === null || this.rounds < max) return null;
    if (this.#options.isOnce) return { reason: "once", text: "one round was asked for" };
    this.#tools.sink.emit("max_rounds_reached", { rounds_completed: this.rounds, max_rounds: max });
    return { reason: "max_rounds", text: `max_rounds = ${max} reached` };
  }

  async #round(): Promise<LoopEnd | null> {
    const outcome = await runRound({
      phase: null,
      skipsBattery: this.#options.skipsBattery,
      stop: this.#stop.stopRound,
    }, this.#tools);
    if (outcome.kind === "refused") return this.#broken(outcome.failures);
    this.rounds++;
    return await this.#after(outcome.result);
  }

  #broken(failures: readonly Check[]): LoopEnd {
    for (const check of failures) this.#tools.tell({ ...startFailure(check), tone: "bad" });
    const names = failures.map((check) => check.name).join(", ");
    this.#tools.sink.emit("config_broken", { reason: `the start-up battery failed: ${names}` });
    return { reason: "config_broken", text: `the start-up battery failed: ${names}` };
  }

  /** Decides and waits. */
  async #after(result: RoundResult): Promise<LoopEnd | null> {
    const { clock, host, sink, tell } = this.#tools;
    if (this.rounds % roundsPerCollection === 1) host.collectGarbage();
    keepWithinBounds(this.#config, { number: result.number, now: clock.now() }, this.#tools.files);
    const { runtime } = this.#config;
    const decision = next(result, this.#memory, {
      restartDelaySeconds: runtime.restartDelaySeconds,
      transientErrorAction: runtime.transientErrorAction,
      now: clock.now() / 1000,
    });
    this.#memory = decision.memory;
    this.#files.writeMemory(decision.memory);
    const { step } = decision;
    if (step.kind === "stop") return this.#stopAfter(result, step);
    const isLeaving = this.#reasonIsDue();
    if (step.kind === "wait") {
      return await waitOut({ step, round: result.number, jitterSeconds: this.#options.jitterSeconds(), isLeaving }, {
        files: this.#files,
        pause: (ms, until) => this.#pause(ms, until),
      }, this.#tools);
    }
    if (isLeaving) return null;
    sink.flush();
    tell({
      kind: "waiting",
      text: `waiting ${spellDuration(step.delaySeconds)}: ${step.reason}`,
      facts: { seconds: step.delaySeconds, reason: step.reason },
    });
    await this.#pause(step.delaySeconds * 1000);
    return null;
  }

  #stopAfter(result: RoundResult, step: { readonly cause: "crash_loop" | "limit"; readonly reason: string }): LoopEnd {
    if (step.cause === "limit") {
      const reason = result.verdict.kind === "limit" ? "rate_limit" : "transient_error";
      this.#tools.sink.emit("agent_self_terminated", { reason });
      return { reason, text: `${step.reason} (transient_error_action is stop)` };
    }
    this.#tools.sink.emit("crash_loop", {
      consecutive: this.#memory.shortFailures,
      exit_code: exitCodeOf(result.ending),
      reason: result.lastLines || result.verdict.summary,
    });
    const lastLine = result.lastLines.trimEnd().split("\n").at(-1) ?? "";
    const said = lastLine === "" ? result.verdict.summary : `the agent's last line: ${lastLine}`;
    return { reason: "crash_loop", text: `${step.reason}; ${said}` };
  }

  /** A stop that is already due needs no pause before it. */
  #reasonIsDue(): boolean {
    const max = this.#options.isOnce ? 1 : this.#options.maxRounds;
    return this.#stop.finish.aborted || this.#stopFiles.exists() || (max !== null && this.rounds >= max);
  }

  async #pause(milliseconds: number, untilEpochMs?: number) {
    return await pause({
      milliseconds,
      ...(untilEpochMs === undefined ? {} : { untilEpochMs }),
      stop: this.#stop.finish,
      hasStopFile: () => this.#stopFiles.exists(),
    }, this.#tools.clock);
  }
}

/** The reference's line for a failed check. */
export function startFailure(check: Check): { readonly kind: string; readonly text: string } {
  return {
    kind: "startup_fail",
    text: `STARTUP FAIL: ${check.name}: ${check.reason} | how-to-fix: ${check.fix}`,
  };
}
