// Which processes belong to a round: nets over the process table, pure but for what they remember.
import type { ProcessInfo } from "../ports/processes.ts";

/** A process named for good: a pid that was reused has another start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Epoch seconds, to about one second. */
  readonly startedAt: number;
}

/** Seconds by which two readings of one process's start may differ. */
const startToleranceSeconds = 2;

export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && Math.abs(a.startedAt - b.startedAt) <= startToleranceSeconds;
}

/**
 * Tells by how much the starts in a table moved since the first one it was shown: they are counted back from the wall
 * clock, so that a clock which is set moves all of them at once. The first process of the system never changes.
 */
export class ClockShift {
  #first: number | null = null;

  /** Seconds; 0 where the table does not show the first process. */
  of(table: readonly ProcessInfo[]): number {
    const startedAt = table.find((row) => row.pid === 1)?.startedAt;
    if (startedAt === undefined || Number.isNaN(startedAt)) return 0;
    this.#first ??= startedAt;
    return startedAt - this.#first;
  }
}

const nobody: ReadonlySet<number> = new Set();

/**
 * The processes of one round, caught by group, by the round's id in the environment, by descent, by the groups its
 * processes made, and by its scope. What was caught once is remembered by pid and start.
 */
export class Kin {
  readonly #leaderPid: number | null;
  readonly #clockShift = new ClockShift();
  #leader: ProcessIdentity | null = null;
  /** The group is empty: its number may by now be another's. */
  #isGroupGone = false;
  #remembered = new Map<number, ProcessIdentity>();
  /** Groups of what is remembered: their members stay together when parents die. */
  #groups: ReadonlySet<number> = nobody;
  #cpu = new Map<number, { readonly startedAt: number; readonly seconds: number }>();
  #cpuSeconds = 0;

  /** @param leaderPid pid = pgid of the shim, or null when it is not known */
  constructor(leaderPid: number | null) {
    this.#leaderPid = leaderPid;
  }

  /** CPU seconds that processes of the round have used, as far as snapshots saw them. */
  get cpuSeconds(): number {
    return this.#cpuSeconds;
  }

  /**
   * Takes a snapshot in: remembers descendants, counts CPU. Returns the round's live processes.
   * @param inside pids known to be of the round for another reason
   */
  update(table: readonly ProcessInfo[], inside: ReadonlySet<number> = nobody): ProcessInfo[] {
    const shift = this.#clockShift.of(table);
    this.#lookAtGroup(table, shift);
    const own = new Set<number>();
    for (const row of table) {
      if (inside.has(row.pid) || this.#isDirectKin(row, shift)) own.add(row.pid);
    }
    addGroups(own, this.#groups, table);
    addDescendants(own, table);
    const live = table.filter((row) => own.has(row.pid) && !row.isZombie);
    const identities = live.map((row) => ({ pid: row.pid, startedAt: row.startedAt - shift }));
    this.#remembered = new Map(identities.map((identity) => [identity.pid, identity]));
    this.#groups = new Set(live.map((row) => row.pgid).filter((pgid) => pgid !== this.#leaderPid));
    this.#countCpu(live, shift);
    return live;
  }

  #lookAtGroup(table: readonly ProcessInfo[], shift: number): void {
    if (this.#leaderPid === null || this.#isGroupGone) return;
    const row = table.find((candidate) => candidate.pid === this.#leaderPid);
    if (row !== undefined) {
      const identity = { pid: row.pid, startedAt: row.startedAt - shift };
      this.#leader ??= identity;
      this.#isGroupGone = !isSameProcess(this.#leader, identity);
    } else this.#isGroupGone = !table.some((candidate) => candidate.pgid === this.#leaderPid);
  }

  #isDirectKin(row: ProcessInfo, shift: number): boolean {
    if (row.isMarked) return true;
    if (!this.#isGroupGone && this.#leaderPid !== null && row.pgid === this.#leaderPid) return true;
    const known = this.#remembered.get(row.pid);
    return known !== undefined && isSameProcess(known, { pid: row.pid, startedAt: row.startedAt - shift });
  }

  #countCpu(live: readonly ProcessInfo[], shift: number): void {
    const next = new Map<number, { startedAt: number; seconds: number }>();
    for (const row of live) {
      const startedAt = row.startedAt - shift;
      const before = this.#cpu.get(row.pid);
      const isKnown = before !== undefined && isSameProcess({ pid: row.pid, startedAt: before.startedAt }, {
        pid: row.pid,
        startedAt,
      });
      this.#cpuSeconds += Math.max(0, row.cpuSeconds - (isKnown ? before.seconds : 0));
      next.set(row.pid, { startedAt, seconds: row.cpuSeconds });
    }
    this.#cpu = next;
  }
}

/** Adds the members of known groups whose leader is gone, or is itself known: a number that was reused has a new leader. */
function addGroups(pids: Set<number>, groups: ReadonlySet<number>, table: readonly ProcessInfo[]): void {
  if (groups.size === 0) return;
  const foreign = new Set(table.filter((row) => row.pid === row.pgid && !pids.has(row.pid)).map((row) => row.pgid));
  for (const row of table) {
    if (groups.has(row.pgid) && !foreign.has(row.pgid)) pids.add(row.pid);
  }
}

/** Grows a set of pids by all their descendants in the table. */
function addDescendants(pids: Set<number>, table: readonly ProcessInfo[]): void {
  const children = new Map<number, number[]>();
  for (const row of table) {
    const siblings = children.get(row.ppid);
    if (siblings) siblings.push(row.pid);
    else children.set(row.ppid, [row.pid]);
  }
  const open = [...pids];
  while (open.length > 0) {
    for (const child of children.get(open.pop()!) ?? []) {
      if (pids.has(child)) continue;
      pids.add(child);
      open.push(child);
    }
  }
}
