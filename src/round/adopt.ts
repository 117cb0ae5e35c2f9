// Finds out what became of a round whose supervisor died: still running, ended meanwhile, headless or lost.
import { OperatorError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Processes, ProcessInfo } from "../ports/processes.ts";
import type { CurrentRound } from "../store/status.ts";
import type { ProcessIdentity } from "./kin.ts";
import { readEnd } from "./leader.ts";
import type { LeaderEnd } from "./leader.ts";
import { pathsOfLog } from "./plan.ts";
import type { RoundPaths } from "./plan.ts";
import { isShimCommand } from "./shim.ts";

/** What an earlier life left of the round it was in. */
export type EarlierRound =
  /** The shim lives: the round goes on and is watched to its end. */
  | { readonly kind: "running"; readonly shim: ProcessIdentity }
  /** The shim wrote down how the agent ended. */
  | { readonly kind: "ended"; readonly end: LeaderEnd }
  /** Processes of the round live, but nothing leads them any more. */
  | { readonly kind: "headless"; readonly pids: readonly number[] }
  /** Nothing is left that could tell: the machine restarted, or all was killed. */
  | { readonly kind: "lost" };

interface Ports {
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
}

const tableAttempts = 3;
const tablePauseMs = 300;

/** Throws `OperatorError` when the process table cannot be read: a second agent must not start beside a live one. */
export async function findEarlier(
  round: CurrentRound,
  options: { readonly logDir: string },
  ports: Ports,
): Promise<{ readonly paths: RoundPaths; readonly earlier: EarlierRound }> {
  const paths = pathsOfLog(options.logDir, round.log);
  return { paths, earlier: await judge(round, paths, ports) };
}

async function judge(
  round: CurrentRound,
  paths: RoundPaths,
  ports: Ports,
): Promise<EarlierRound> {
  const table = await tableOf(`AGENT_RUNNER_ROUND_ID=${round.id}`, ports);
  // Read after the table: an agent that ended in between has left its status by now.
  const end = readEnd(paths.exit, ports.files);
  if (end !== null) return { kind: "ended", end };
  const marked = table.filter((row) => row.isMarked && !row.isZombie);
  const shim = marked.find((row) => isShimOf(row, round));
  if (shim) return { kind: "running", shim: { pid: shim.pid, startedAt: shim.startedAt } };
  if (marked.length > 0) return { kind: "headless", pids: marked.map((row) => row.pid) };
  return { kind: "lost" };
}

async function tableOf(marker: string, ports: Ports): Promise<readonly ProcessInfo[]> {
  for (let attempt = 1; attempt <= tableAttempts; attempt++) {
    const table = await ports.processes.list(marker);
    if (table !== null) return table;
    await ports.clock.sleep(tablePauseMs);
  }
  throw new OperatorError("The process table cannot be read, so it is unknown whether the last round still runs", {
    fix: "Install a ps that knows '-o' and shows environments (procps), or make sure that ps answers",
  });
}

/** The round's id in its environment and the shim's command line: a reused pid has neither. */
function isShimOf(row: ProcessInfo, round: CurrentRound): boolean {
  if (row.pid !== row.pgid || !isShimCommand(row.command)) return false;
  return round.pid === null || round.pid === row.pid;
}
