// Ends what a hook left running: members of its process group, and whatever carries the id of the call.
import type { Clock } from "../ports/clock.ts";
import type { Processes, ProcessInfo } from "../ports/processes.ts";

/** Marks every process of one call in its environment. */
export const callMarker = "AGENT_RUNNER_HOOK_ID";

/** What ends with its parent needs a moment to be gone. */
const graceMs = 250;
const mostLooks = 5;
/** Start times of the process table are whole seconds, and its clock is not ours. */
const startSlackSeconds = 2;

/** One call that is over. */
export interface EndedCall {
  readonly id: string;
  /** Leader of its process group; null when unknown. */
  readonly leader: number | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** Ends what is left of a call with SIGKILL. @returns how many processes had to be ended */
export async function endLeftovers(
  call: EndedCall,
  ports: { readonly clock: Clock; readonly processes: Processes },
): Promise<number> {
  if (await leftOf(call, ports.processes).then((left) => left.length === 0)) return 0;
  await ports.clock.sleep(graceMs);
  const ended = new Set<number>();
  // What forks while it is being ended is met at the next look.
  for (let look = 0; look < mostLooks; look++) {
    const left = await leftOf(call, ports.processes);
    if (left.length === 0) break;
    for (const { pid } of left) {
      ended.add(pid);
      ports.processes.signal(pid, "SIGKILL");
    }
  }
  return ended.size;
}

/** Ends a call that still runs, as far as it can be seen now. */
export async function endRunning(id: string, processes: Processes): Promise<void> {
  const rows = await processes.list(`${callMarker}=${id}`) ?? [];
  for (const row of rows) if (row.isMarked && !row.isZombie) processes.signal(row.pid, "SIGKILL");
}

async function leftOf(call: EndedCall, processes: Processes): Promise<readonly ProcessInfo[]> {
  const rows = await processes.list(`${callMarker}=${call.id}`) ?? [];
  const earliest = Math.floor(call.startedAt / 1000) - startSlackSeconds;
  // A group of this number that is older than the call is somebody else's.
  return rows.filter((row) =>
    !row.isZombie && (row.isMarked || (row.pgid === call.leader && row.startedAt >= earliest))
  );
}
