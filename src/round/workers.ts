// Tells the agent's own processes from the workers that still do its work after its terminal record.
import { baseName } from "../core/path.ts";
import type { ProcessInfo } from "../ports/processes.ts";

/** As events carry it: never a command line, which may hold secrets. */
export interface WorkerName {
  readonly name: string;
  readonly pid: number;
  readonly matched?: string;
}

export interface Workers {
  readonly working: readonly WorkerName[];
  /** Recognised by a pattern of `grace_kill_ignore_patterns`; they do not hold the round open. */
  readonly ignored: readonly WorkerName[];
}

const listed = 5;

/**
 * @param live the round's live processes
 * @param options `leaderPid`: the shim; `agentFile`: path of the agent's executable; `patterns`: sources of regular expressions
 */
export function findWorkers(
  live: readonly ProcessInfo[],
  options: { readonly leaderPid: number | null; readonly agentFile: string; readonly patterns: readonly string[] },
): Workers {
  const working: WorkerName[] = [];
  const ignored: WorkerName[] = [];
  const expressions = options.patterns.map((source) => ({ source, expression: new RegExp(source) }));
  for (const row of live) {
    if (row.pid === options.leaderPid || isAgentItself(row, options)) continue;
    const program = row.command.split(" ", 1)[0] ?? "";
    const name = program === "" ? "unknown" : baseName(program);
    const match = expressions.find(({ expression }) => expression.test(row.command));
    if (match) ignored.push({ name, pid: row.pid, matched: match.source });
    else working.push({ name, pid: row.pid });
  }
  return { working: working.slice(0, listed), ignored: ignored.slice(0, listed) };
}

/** The shim's child, and the real process behind a launcher: it names the same program among its first words. */
function isAgentItself(
  row: ProcessInfo,
  options: { readonly leaderPid: number | null; readonly agentFile: string },
): boolean {
  if (options.leaderPid !== null && row.ppid === options.leaderPid) return true;
  const agent = baseName(options.agentFile);
  return row.pgid === options.leaderPid && row.command.split(" ").slice(0, 4).some((word) => baseName(word) === agent);
}
