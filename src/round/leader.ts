// The shim as seen by its supervisor: started by this life, or found from an earlier one.
import { signalNumbers } from "../core/round.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { ExitReport, Processes } from "../ports/processes.ts";
import { ClockShift, isSameProcess } from "./kin.ts";
import type { ProcessIdentity } from "./kin.ts";
import { parseShimReport } from "./shim.ts";

/** How the agent ended as the shim told it: its code in the reference's form (minus the signal's number). */
export interface LeaderEnd {
  /** Null when nobody could tell: the shim itself was killed. */
  readonly code: number | null;
  readonly diedBySignal: boolean;
}

export interface Leader {
  readonly pid: number | null;
  readonly ended: Promise<LeaderEnd>;
}

/** A shim this process started. */
export function ownLeader(
  options: { readonly pid: number; readonly exited: Promise<ExitReport>; readonly exitFile: string },
  files: Files,
): Leader {
  const ended = options.exited.then((report) => readEnd(options.exitFile, files) ?? endOfReport(report));
  return { pid: options.pid, ended };
}

function endOfReport(report: ExitReport): LeaderEnd {
  if (report.signal !== null) return { code: null, diedBySignal: false };
  const diedBySignal = report.code > 128 && Object.values(signalNumbers).includes(report.code - 128);
  return { code: diedBySignal ? 128 - report.code : report.code, diedBySignal };
}

/** What the status file tells; null when there is none (yet) or it is torn. */
export function readEnd(exitFile: string, files: Files): LeaderEnd | null {
  const report = parseShimReport(readQuietly(exitFile, files) ?? "");
  if (report === null) return null;
  return { code: report.diedBySignal ? 128 - report.code : report.code, diedBySignal: report.diedBySignal };
}

function readQuietly(path: string, files: Files): string | null {
  try {
    return files.readText(path);
  } catch {
    return null;
  }
}

const pollMs = 200;
/** Polls of the status file between two looks at the process table. */
const pollsPerLook = 10;

/** A shim of an earlier life: its status file is awaited, and its process looked at now and then. */
export function foundLeader(
  options: { readonly shim: ProcessIdentity; readonly exitFile: string; readonly signal: AbortSignal },
  ports: { readonly files: Files; readonly clock: Clock; readonly processes: Processes },
): Leader {
  return { pid: options.shim.pid, ended: awaitFound(options, ports) };
}

async function awaitFound(
  options: { readonly shim: ProcessIdentity; readonly exitFile: string; readonly signal: AbortSignal },
  ports: { readonly files: Files; readonly clock: Clock; readonly processes: Processes },
): Promise<LeaderEnd> {
  const clockShift = new ClockShift();
  // Shown the first table at once: from now on a clock that is set makes no other process of the shim.
  clockShift.of(await ports.processes.list(null) ?? []);
  for (let poll = 1; !options.signal.aborted; poll++) {
    const end = readEnd(options.exitFile, ports.files);
    if (end !== null) return end;
    if (poll % pollsPerLook === 0 && !await isAlive(options.shim, { clockShift, processes: ports.processes })) {
      return readEnd(options.exitFile, ports.files) ?? { code: null, diedBySignal: false };
    }
    await ports.clock.sleep(pollMs, options.signal);
  }
  return { code: null, diedBySignal: false };
}

async function isAlive(
  shim: ProcessIdentity,
  { clockShift, processes }: { readonly clockShift: ClockShift; readonly processes: Processes },
): Promise<boolean> {
  const table = await processes.list(null);
  if (table === null) return true;
  const shift = clockShift.of(table);
  return table.some((row) => !row.isZombie && isSameProcess(shim, { pid: row.pid, startedAt: row.startedAt - shift }));
}
