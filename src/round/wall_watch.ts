// Keeps the three time limits of a running round: no first byte, no life for too long, too long in all.
import type { Wall, Walls } from "../core/round.ts";
import type { Reach } from "./reach.ts";

/** Snapshots cost at most one part in this many of a core. */
const snapshotShare = 100;
const firstSnapshotMs = 2_000;
const snapshotEveryMs = 5_000;
/** CPU below this share of a core is what a parked event loop uses; it is no sign of life. */
const parkedShare = 0.01;
/** ps tells CPU time in whole seconds on some systems: less than one cannot be seen. */
const smallestCpuSeconds = 1;
/** Idleness is judged over no less: with a third of a core a busy process shows that one second. */
const shortestJudgedMs = 3_000;

/** All times are milliseconds of the monotonic clock. */
export class WallWatch {
  readonly #walls: Walls;
  readonly #origin: number;
  readonly #monotonic: () => number;
  #lastOutputAt: number;
  #lastActiveAt: number;
  #cpuAtActive = 0;
  #needsBaseline = true;
  #baselineAt = 0;
  #snapshotAt: number;

  /** @param times `origin`: start of the round, from which walls count; `now`: idleness is only known from here on; `monotonic`: tells what a snapshot costs */
  constructor(
    walls: Walls,
    times: { readonly origin: number; readonly now: number; readonly monotonic: () => number },
  ) {
    this.#walls = walls;
    this.#monotonic = times.monotonic;
    this.#origin = times.origin;
    this.#lastOutputAt = times.origin;
    this.#lastActiveAt = times.now;
    this.#snapshotAt = times.now + firstSnapshotMs;
  }

  get lastOutputAt(): number {
    return this.#lastOutputAt;
  }

  /** Takes in what is new: output, and now and then a snapshot, which also remembers descendants. */
  async note(now: number, news: { readonly hasGrown: boolean; readonly reach: Reach }): Promise<void> {
    if (news.hasGrown) {
      this.#lastOutputAt = now;
      this.#setActive(now);
    }
    if (now < this.#snapshotAt) return;
    const before = this.#monotonic();
    await news.reach.look();
    const costMs = this.#monotonic() - before;
    // Idleness is told from two snapshots within its own time: they come closer together where it is watched.
    const everyMs = this.#walls.idleSeconds > 0 ? firstSnapshotMs : snapshotEveryMs;
    this.#snapshotAt = now + Math.max(everyMs, costMs * snapshotShare);
    if (this.#needsBaseline) this.#setBaseline(now, news.reach);
  }

  #setActive(now: number): void {
    this.#lastActiveAt = now;
    this.#needsBaseline = true;
  }

  #setBaseline(now: number, reach: Reach): void {
    this.#baselineAt = now;
    this.#cpuAtActive = reach.cpuSeconds;
    this.#needsBaseline = false;
  }

  /** When the next limit may be reached; with a result only the hard wall is left. */
  nextAt(now: number, facts: { readonly hasResult: boolean }): number {
    const { hardSeconds, firstByteSeconds, idleSeconds } = this.#walls;
    const hard = this.#origin + hardSeconds * 1000;
    if (facts.hasResult) return hard;
    const first = firstByteSeconds > 0 ? this.#origin + firstByteSeconds * 1000 : Infinity;
    return Math.min(hard, first > now ? first : Infinity, idleSeconds > 0 ? this.#idleAt() : Infinity);
  }

  /** When it is time to ask whether the round is idle. */
  #idleAt(): number {
    const quietUntil = this.#lastActiveAt + this.#walls.idleSeconds * 1000;
    return this.#needsBaseline ? quietUntil : Math.max(quietUntil, this.#baselineAt + shortestJudgedMs);
  }

  /** The wall that is reached, or null. */
  async reached(
    now: number,
    facts: { readonly logBytes: number; readonly reach: Reach; readonly hasResult: boolean },
  ): Promise<Wall | null> {
    const { hardSeconds, firstByteSeconds, idleSeconds } = this.#walls;
    const age = now - this.#origin;
    if (age >= hardSeconds * 1000) return "hard";
    // After the terminal record silence is expected: the linger time rules, and the hard wall.
    if (facts.hasResult) return null;
    if (firstByteSeconds > 0 && facts.logBytes === 0 && age >= firstByteSeconds * 1000) return "first_byte";
    if (idleSeconds > 0 && now >= this.#idleAt()) return await this.#idle(now, facts.reach);
    return null;
  }

  async #idle(now: number, reach: Reach): Promise<Wall | null> {
    await reach.look();
    if (this.#needsBaseline) {
      // No snapshot fell into the quiet time: CPU used before it cannot be told apart, so it gets one more window.
      this.#setBaseline(now, reach);
      this.#lastActiveAt = now;
      return null;
    }
    const used = reach.cpuSeconds - this.#cpuAtActive;
    const parked = Math.max(smallestCpuSeconds, (now - this.#lastActiveAt) / 1000 * parkedShare);
    if (used < parked) return "idle";
    this.#lastActiveAt = now;
    this.#setBaseline(now, reach);
    return null;
  }
}
