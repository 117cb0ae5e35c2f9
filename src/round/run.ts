// Watches one round from its start to the last of its processes, and ends it by the stop ladder when it must.
import type { Wall } from "../core/round.ts";
import type { Clock } from "../ports/clock.ts";
import { earlyEnd } from "./act_early.ts";
import type { EarlyEnd } from "./act_early.ts";
import { endingOf } from "./ending.ts";
import { graceMsOf } from "./grace.ts";
import type { LeaderEnd } from "./leader.ts";
import { LeftoverTally } from "./leftover_tally.ts";
import { ProgressTelling } from "./progress_telling.ts";
import type { RunOutcome, RunSpec } from "./run_spec.ts";
import { climb } from "./stop_ladder.ts";
import type { Happening, LadderAction, LadderState } from "./stop_ladder.ts";
import { WallWatch } from "./wall_watch.ts";
import { findWorkers } from "./workers.ts";
import type { Workers } from "./workers.ts";

const tickMs = 250;
/** Between looks for survivors once the agent has ended, growing to the tick. */
const firstCheckMs = 30;
const lastLookMs = 1_000;
const killRoundsMax = 60;

export async function watchRound(spec: RunSpec, clock: Clock): Promise<RunOutcome> {
  return await new RoundWatch(spec, clock).run();
}

class RoundWatch {
  readonly #spec: RunSpec;
  readonly #clock: Clock;
  readonly #wallWatch: WallWatch;
  #state: LadderState = "running";
  #end: LeaderEnd | null = null;
  #endedAt: number | null = null;
  #wall: Wall | null = null;
  #hasLingered = false;
  #isStopped = false;
  #early: EarlyEnd | null = null;
  #hasExtended = false;
  #hasTalliedExit = false;
  #resultAt: number | null = null;
  #graceUntil = Infinity;
  #checkAt = Infinity;
  #checkMs = firstCheckMs;
  #killRounds = 0;
  readonly #leftovers: LeftoverTally;
  #survivors = 0;
  readonly #progress: ProgressTelling;
  #wake = new AbortController();

  constructor(spec: RunSpec, clock: Clock) {
    this.#spec = spec;
    this.#clock = clock;
    this.#leftovers = new LeftoverTally(spec.leader.pid);
    this.#wallWatch = new WallWatch(spec.walls, {
      origin: spec.origin,
      now: clock.monotonic(),
      monotonic: () => clock.monotonic(),
    });
    this.#progress = new ProgressTelling(spec, clock.monotonic());
  }

  async run(): Promise<RunOutcome> {
    this.#spec.leader.ended.then((end) => {
      this.#end = end;
      this.#endedAt = this.#clock.monotonic();
      this.#wake.abort();
    });
    const onStop = () => this.#wake.abort();
    for (const signal of [this.#spec.stop, this.#spec.leave]) signal?.addEventListener("abort", onStop);
    // An end that is known already is heard before the first look: no wall, bound or stop ends what has ended.
    await Promise.resolve();
    try {
      while (this.#state !== "gone") {
        const happening = await this.#observe();
        if (happening !== null) await this.#step(happening);
        else await this.#rest();
      }
      while (this.#spec.tap.read()) await this.#clock.sleep(0);
    } finally {
      for (const signal of [this.#spec.stop, this.#spec.leave]) signal?.removeEventListener("abort", onStop);
    }
    return this.#outcome();
  }

  async #rest(): Promise<void> {
    const now = this.#clock.monotonic();
    const isEnding = this.#state === "term_sent" || this.#state === "kill_sent";
    const wallAt = isEnding ? Infinity : this.#wallWatch.nextAt(now, { hasResult: this.#state === "result_seen" });
    const boundAt = this.#spec.bounds?.nextAt ?? Infinity;
    const until = Math.min(now + tickMs, wallAt, this.#graceUntil, this.#checkAt, boundAt);
    await this.#clock.sleep(Math.max(0, until - now), this.#wake.signal);
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }

  /** The next thing that happened, or null when all is as it was. */
  async #observe(): Promise<Happening | null> {
    const now = this.#clock.monotonic();
    this.#spec.onLook?.();
    if (this.#end !== null && !this.#hasTalliedExit) return await this.#tallyExit();
    const hasGrown = this.#spec.bounds?.read(now, this.#spec.tap) ?? this.#spec.tap.read();
    if (this.#state === "term_sent" || this.#state === "kill_sent") return await this.#observeEnding(now);
    if (this.#spec.stop.aborted) return "stop_request";
    // Not one that is being ended: whoever began to climb the ladder goes on to its top.
    if (this.#state !== "int_sent") this.#spec.leave?.throwIfAborted();
    await this.#wallWatch.note(now, { hasGrown, reach: this.#spec.reach });
    this.#progress.tell(now, this.#wallWatch.lastOutputAt);
    if (this.#state !== "int_sent" && this.#spec.cancel?.isAsked()) return "cancel_request";
    if (this.#state === "int_sent" && now >= this.#graceUntil) return "grace_over";
    const facts = { logBytes: this.#spec.tap.size, reach: this.#spec.reach, hasResult: this.#state === "result_seen" };
    this.#wall = await this.#wallWatch.reached(now, facts);
    if (this.#wall !== null) return "wall";
    if (this.#isOverEarly(now)) return "early_sign";
    const isLingerSet = this.#state === "running" && this.#spec.walls.lingerSeconds > 0;
    if (isLingerSet && this.#spec.reader.observe().hasTerminalRecord) return "result_line";
    const hasLingered = this.#resultAt !== null && now - this.#resultAt > this.#spec.walls.lingerSeconds * 1000;
    return hasLingered && this.#state === "result_seen" ? await this.#linger() : null;
  }

  #isOverEarly(now: number): boolean {
    const ageSeconds = (now - this.#spec.origin) / 1000;
    this.#early = this.#spec.bounds?.end ?? earlyEnd(this.#spec.reader.observe(), ageSeconds, this.#spec.early);
    return this.#early !== null;
  }

  async #tallyExit(): Promise<Happening> {
    this.#hasTalliedExit = true;
    const live = await this.#spec.reach.look();
    this.#leftovers.note(live);
    this.#checkAt = this.#clock.monotonic() + this.#checkMs;
    return live.length === 0 ? "cleared" : "exited";
  }

  async #observeEnding(now: number): Promise<Happening | null> {
    const isDue = now >= this.#checkAt || now >= this.#graceUntil;
    if (!isDue) return null;
    if (this.#end !== null) {
      const live = await this.#spec.reach.look();
      this.#leftovers.note(live);
      if (live.length === 0) return "cleared";
    }
    if (now >= this.#graceUntil) return this.#state === "term_sent" ? "grace_over" : await this.#stillAlive();
    this.#checkMs = Math.min(tickMs, this.#checkMs * 2);
    this.#checkAt = now + this.#checkMs;
    return null;
  }

  async #stillAlive(): Promise<Happening> {
    if (this.#killRounds < killRoundsMax) return "still_alive";
    const live = await this.#spec.reach.look();
    this.#survivors = Math.max(1, live.length);
    this.#leftovers.takeBack(live);
    return "cleared";
  }

  async #linger(): Promise<Happening | null> {
    const workers = await this.#findWorkers();
    if (workers.working.length === 0) return "linger_over";
    // Looked at again only now and then: a process table is not free on a small board.
    this.#resultAt = this.#clock.monotonic() - this.#spec.walls.lingerSeconds * 1000 + 1000;
    return this.#hasExtended ? null : "linger_busy";
  }

  async #findWorkers(): Promise<Workers> {
    return findWorkers(await this.#spec.reach.lookAtCommands(), {
      leaderPid: this.#spec.leader.pid,
      agentFile: this.#spec.agentFile,
      patterns: this.#spec.ignorePatterns,
    });
  }

  async #step(happening: Happening): Promise<void> {
    const { next, actions } = climb(this.#state, happening);
    this.#state = next;
    for (const action of actions) await this.#act(action);
  }

  async #act(action: LadderAction): Promise<void> {
    switch (action) {
      case "start_linger":
        this.#resultAt = this.#clock.monotonic();
        return;
      case "note_wall":
        return this.#spec.notices.onStopping(`${this.#wall} wall reached`);
      case "note_linger":
        this.#hasLingered = true;
        return this.#spec.notices.onStopping("it lingered after its result");
      case "note_extended":
        this.#hasExtended = true;
        return this.#spec.notices.onExtended(await this.#findWorkers());
      case "note_stop":
        this.#isStopped = true;
        return this.#spec.notices.onStopping("the operator asked for it");
      case "note_cancel":
        this.#isStopped = true;
        return this.#spec.notices.onCancelled?.();
      case "note_early":
        return this.#spec.notices.onStopping(this.#early?.why ?? "");
      case "note_leftovers":
        return;
      case "interrupt":
        return this.#spec.reach.interrupt();
      case "term":
        return await this.#terminate();
      case "kill":
        return await this.#kill();
      case "start_grace": {
        const now = this.#clock.monotonic();
        this.#graceUntil = now + graceMsOf(this.#state, this.#spec);
        // An agent that was only asked to finish is watched as before.
        if (this.#state !== "int_sent") this.#checkAt = now + this.#checkMs;
        return;
      }
      default:
        return action satisfies never;
    }
  }

  async #terminate(): Promise<void> {
    const { reach } = this.#spec;
    // While all of them still live: what obeys at once is not seen again, and what moved to a session of its own is
    // only known by the parent that is about to die. After the agent's end that look has just been taken.
    if (this.#end === null) this.#leftovers.note(await reach.lookWithin(lastLookMs, this.#clock));
    this.#leftovers.note(await reach.tell("SIGTERM"));
  }

  async #kill(): Promise<void> {
    // The shim gets a moment to write down how the agent ended; after that nothing is spared.
    this.#leftovers.note(await this.#spec.reach.kill({ sparesLeader: this.#killRounds < 2 && this.#end === null }));
    this.#killRounds++;
  }

  #outcome(): RunOutcome {
    const endedAt = this.#endedAt ?? this.#clock.monotonic();
    return {
      ending: endingOf({
        end: this.#end,
        wall: this.#wall,
        hasLingered: this.#hasLingered,
        isStopped: this.#isStopped,
        isEndedEarly: this.#early !== null,
      }),
      early: this.#early,
      durationSeconds: (endedAt - this.#spec.origin) / 1000,
      leftoversEnded: this.#leftovers.count,
      survivors: this.#survivors,
      agentProcesses: this.#spec.reach.agentProcesses,
    };
  }
}
