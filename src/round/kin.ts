// Which processes belong to a round: three nets over the process table, pure but for what they remember.
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

/** The processes of one round, caught by group, by the round's id in the environment, and by descent. */
export class Kin {
  readonly #leaderPid: number | null;
  #remembered = new Map<number, ProcessIdentity>();
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

  /** Takes a snapshot in: remembers descendants, counts CPU. Returns the round's live processes. */
  update(table: readonly ProcessInfo[]): ProcessInfo[] {
    const own = new Set<number>();
    for (const row of table) {
      if (this.#isDirectKin(row)) own.add(row.pid);
    }
    addDescendants(own, table);
    const live = table.filter((row) => own.has(row.pid) && !row.isZombie);
    this.#remembered = new Map(live.map((row) => [row.pid, { pid: row.pid, startedAt: row.startedAt }]));
    this.#countCpu(live);
    return live;
  }

  #isDirectKin(row: ProcessInfo): boolean {
    if (row.isMarked) return true;
    if (this.#leaderPid !== null && row.pgid === this.#leaderPid) return true;
    const known = this.#remembered.get(row.pid);
    return known !== undefined && isSameProcess(known, row);
  }

  #countCpu(live: readonly ProcessInfo[]): void {
    const next = new Map<number, { startedAt: number; seconds: number }>();
    for (const row of live) {
      const before = this.#cpu.get(row.pid);
      const isKnown = before !== undefined && isSameProcess({ pid: row.pid, startedAt: before.startedAt }, row);
      this.#cpuSeconds += Math.max(0, row.cpuSeconds - (isKnown ? before.seconds : 0));
      next.set(row.pid, { startedAt: row.startedAt, seconds: row.cpuSeconds });
    }
    this.#cpu = next;
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
