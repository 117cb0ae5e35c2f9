// The loop: round after round until something asks for an end, and every end is said.
import type { Config } from "../config/schema.ts";
import { exitCode } from "../core/errors.ts";
import type { RoundResult } from "../core/round.ts";
import { runRound } from "../round/round.ts";
import type { RoundMeans } from "../round/round.ts";
import type { RoundTools } from "../round/tools.ts";
import { endByFile, endByHandover, handedOver } from "./ends.ts";
import { CommandDesk } from "./command_desk.ts";
import { Course } from "./course.ts";
import type { LoopEnd } from "./ends.ts";
import { keepWithinBounds, maskRoundLog } from "./housekeeping.ts";
import { LoopFiles } from "./memory.ts";
import { CancelRequests } from "./requests.ts";
import { Rests } from "./rests.ts";
import { Roster } from "./roster.ts";
import { Seats } from "./seats.ts";
import { Spending } from "./spending.ts";
import { endByStall, stallAction } from "./stall.ts";
import { StopFiles } from "./stop_files.ts";
import { stopAfterRound } from "./stop_requests.ts";
import type { StopRequests } from "./stop_requests.ts";
import type { Supervisor } from "./supervisor.ts";
import type { DoneClaim } from "./verify_done.ts";
import { restUntil } from "./wait.ts";
import type { Rest } from "./wait.ts";

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

/** Runs the loop of a supervisor that holds the lock. Returns the exit code: 0 for every designed end, 75 to be started again. */
export async function serve(
  options: ServeOptions,
  parts: {
    readonly supervisor: Supervisor;
    readonly stop: StopRequests;
    /** The agents; absent: the supervisor's alone. */
    readonly seats?: Seats;
  },
): Promise<number> {
  const { tools } = parts.supervisor;
  const seats = parts.seats ?? onlySeat(tools);
  const loop = new Loop(options, {
    ...parts,
    roster: new Roster(seats, tools, { stop: parts.stop.finish }),
    spending: await Spending.open(tools, seats.all.map(({ agent }) => agent)),
  });
  const end = await loop.run().catch(endByHandover);
  const code = end === handedOver ? exitCode.busy : exitCode.ok;
  tools.book.waiting(null);
  tools.sink.emit("serve_stopped", { reason: end.reason, rounds_completed: loop.rounds, exit_code: code });
  tools.tell({
    kind: "stopped",
    text: `stopped: ${end.text} (${loop.rounds} ${loop.rounds === 1 ? "round" : "rounds"} completed)`,
    facts: { reason: end.reason, rounds_completed: loop.rounds },
  });
  return code;
}

function onlySeat({ agent, config, files }: RoundTools): Seats {
  return new Seats([{ name: agent.name, settings: config.agent, agent }], { logDir: config.runtime.logDir, files });
}

interface LoopParts {
  readonly supervisor: Supervisor;
  readonly stop: StopRequests;
  readonly roster: Roster;
  readonly spending: Spending;
}

class Loop {
  rounds = 0;
  readonly #options: ServeOptions;
  readonly #supervisor: Supervisor;
  readonly #stop: StopRequests;
  readonly #roster: Roster;
  readonly #spending: Spending;
  readonly #config: Config;
  readonly #stopFiles: StopFiles;
  readonly #files: LoopFiles;
  readonly #rests: Rests;
  readonly #course: Course;
  readonly #cancels: CancelRequests;
  readonly #desk: CommandDesk;
  /** What lies before the next round. */
  #rest: Rest | null = null;
  /** The round after which too many in a row have changed nothing; null when the loop gets on. */
  #stalled: RoundResult | null = null;

  constructor(options: ServeOptions, { supervisor, stop, roster, spending }: LoopParts) {
    const { config, files } = supervisor.tools;
    const { logDir } = config.runtime;
    this.#options = options;
    this.#supervisor = supervisor;
    this.#stop = stop;
    this.#roster = roster;
    this.#spending = spending;
    this.#config = config;
    this.#stopFiles = new StopFiles(config, files);
    this.#cancels = new CancelRequests(logDir, files);
    this.#desk = new CommandDesk(supervisor.tools, stop);
    this.#files = new LoopFiles(logDir, files);
    this.#rests = new Rests({
      roster,
      spending,
      stop,
      stopFiles: this.#stopFiles,
      desk: this.#desk,
      files: this.#files,
    });
    this.#course = new Course({ config, roster, spending, files: this.#files, options });
  }

  get #tools() {
    return this.#roster.tools;
  }

  get #roundMeans(): RoundMeans {
    return {
      ...this.#spending.means,
      isCancelled: (round) => (this.#desk.look(), this.#cancels.take(round)),
      words: this.#desk.hints,
      leave: this.#stop.leave,
    };
  }

  async run(): Promise<LoopEnd> {
    const resumed = await this.#supervisor.takeOver(this.#stop.stopRound, this.#roundMeans);
    if (resumed?.wasRunning) this.rounds++;
    if (resumed !== null) this.#desk.hints.settle(resumed.result.number, resumed.wasTold);
    if (resumed === null && this.#stopFiles.clearSentinel()) {
      this.#tools.tell({ kind: "sentinel_cleared", text: "removed .agent-done of an earlier run" });
    }
    let end: LoopEnd | null = null;
    if (resumed === null) this.#rest = this.#rests.earlier();
    else {
      // A wait on record is one from before that round: what it came to is newer.
      this.#files.writeWait(null);
      end = await this.#after(resumed.result);
    }
    while (true) {
      this.#tools.onLook?.();
      // A stop that is due is obeyed before a wait and after it, so that neither a wait nor a round is in vain.
      end ??= await this.#reasonToEnd();
      if (end !== null) return end;
      this.#desk.look();
      if (this.#stop.finish.aborted) continue;
      if (this.#desk.isPaused) this.#rest = await this.#rests.sitOutPause(this.#rest);
      else if (this.#rest !== null) this.#rest = await this.#rests.sitOut(this.#rest);
      else end = await this.#round();
    }
  }

  /** Between rounds, in the reference's order: signal, sentinel, stop file, cap; before the cap, that nothing changes. */
  async #reasonToEnd(): Promise<LoopEnd | null> {
    if (this.#stop.finish.aborted) return this.#stopped();
    let found = this.#stopFiles.read();
    const { verify } = this.#config.progress;
    if (found?.kind === "agent_done" && verify !== null) {
      const claim = await this.#verify(found.reason, verify);
      if (claim.kind === "stuck") return claim.end;
      if (this.#stop.finish.aborted) return this.#stopped();
      if (claim.kind !== "believed") found = this.#stopFiles.readOperators();
    }
    if (found !== null) return endByFile(found, this.rounds, this.#tools);
    if (this.#stalled !== null) return endByStall(this.#stalled, this.#tools);
    const max = this.#options.isOnce ? 1 : this.#options.maxRounds;
    if (max === null || this.rounds < max) return null;
    if (this.#options.isOnce) return { reason: "once", text: "one round was asked for" };
    this.#tools.sink.emit("max_rounds_reached", { rounds_completed: this.rounds, max_rounds: max });
    return { reason: "max_rounds", text: `max_rounds = ${max} reached` };
  }

  #stopped(): LoopEnd {
    if (this.#stop.leave.aborted) return handedOver;
    const reason = this.#stop.reason ?? "signal";
    return {
      reason,
      text: reason === stopAfterRound ? "'agent-runner stop-after-round' was called" : `${reason} received`,
    };
  }

  /** Most agents never say that they are done: what looks into it is loaded when one does. */
  async #verify(said: string, command: readonly string[]): Promise<DoneClaim> {
    const { verifyDone } = await import("./verify_done.ts");
    return await verifyDone(said, {
      command,
      stop: this.#stop.finish,
      stopFiles: this.#stopFiles,
      onLook: () => this.#desk.look(),
    }, this.#tools);
  }

  async #round(): Promise<LoopEnd | null> {
    const check = this.#spending.check();
    if (check.kind === "end") return check.end;
    if (check.kind === "rest") {
      this.#rest = check.rest;
      return null;
    }
    const absence = await this.#roster.beforeRound();
    if (absence !== null) {
      const { until, reason } = absence;
      this.#rest = restUntil(until, { classification: "agents", reason, now: this.#tools.clock.now() });
      return null;
    }
    // To look at the agents may take a while: a stop that came meanwhile is obeyed before a round begins.
    if (this.#stop.finish.aborted) return null;
    const outcome = await runRound({
      phase: null,
      skipsBattery: this.#options.skipsBattery,
      stop: this.#stop.stopRound,
      finish: this.#stop.finish,
      ...this.#roundMeans,
      wantsFreshSession: this.#course.needsFreshSession,
    }, this.#tools);
    if (outcome.kind === "not_begun") return null;
    if (outcome.kind === "refused") return await this.#course.refused(outcome.failures);
    this.rounds++;
    return await this.#after(outcome.result);
  }

  /** Turns to what comes next, and then tidies up: what is remembered must not wait for a slow disk. */
  async #after(result: RoundResult): Promise<LoopEnd | null> {
    const { end, rest } = await this.#course.after(result);
    this.#rest = rest;
    this.#stalled = stallAction(result, this.#config.progress) === "stop" ? result : null;
    const { clock, host, files } = this.#tools;
    if (this.rounds % roundsPerCollection === 1) host.collectGarbage();
    keepWithinBounds(this.#config, { number: result.number, now: clock.now() }, files);
    await maskRoundLog(this.#config, result, this.#tools);
    return end;
  }
}
