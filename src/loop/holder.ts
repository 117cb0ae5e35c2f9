// Who holds the lock of a log folder, and whether a signal to that number would reach nobody else.
import type { Files } from "../ports/files.ts";
import type { Processes } from "../ports/processes.ts";
import { numberField } from "../view/field.ts";
import { holderStartedAt, readHolder } from "../view/service_view.ts";

/** How far two clocks of one machine may be apart. */
const clockSlackMs = 5000;

/** `unsure`: why it must not be signalled, for people, without a full stop. */
export type HolderFound =
  | {
    readonly kind: "sure";
    readonly pid: number;
    /** Epoch milliseconds. */
    readonly startedAt: number;
  }
  | { readonly kind: "unsure"; readonly pid: number | null; readonly why: string };

/** Asked while the lock is held: what the holder wrote about itself, checked against the process table. */
export async function findHolder(
  logDir: string,
  { files, processes }: { readonly files: Files; readonly processes: Processes },
): Promise<HolderFound> {
  const holder = readHolder(files, logDir);
  const pid = numberField(holder, "pid");
  const startedAt = holderStartedAt(holder);
  if (pid === null || !Number.isSafeInteger(pid) || pid <= 1 || startedAt === null) {
    return { kind: "unsure", pid, why: "its lock is held, but nobody says by whom" };
  }
  const table = await processes.list(null);
  if (table === null) return { kind: "sure", pid, startedAt };
  const row = table.find((process) => process.pid === pid && !process.isZombie);
  if (row === undefined) return { kind: "unsure", pid, why: `process ${pid}, which took its lock, is gone` };
  // A number that was given out anew belongs to somebody else.
  return row.startedAt * 1000 > startedAt + clockSlackMs
    ? { kind: "unsure", pid, why: `process ${pid} is another one by now` }
    : { kind: "sure", pid, startedAt };
}
