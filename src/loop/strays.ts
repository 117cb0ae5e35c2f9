// Ends what earlier rounds left running in this log folder though no record of a running round tells of it.
import type { ProcessInfo } from "../ports/processes.ts";
import { openEventSource } from "../store/event_source.ts";
import { Reach } from "../round/reach.ts";
import { strayExitFile } from "../round/round_scope.ts";
import type { RoundScope } from "../round/round_scope.ts";
import type { ScopeDesk } from "../round/scope_desk.ts";
import { isShimCommand } from "../round/shim.ts";
import type { RoundTools } from "../round/tools.ts";

const lookMs = 100;
const killLooks = 20;
/** Each of them costs a look at the process table, and only when something was left. */
const recentRounds = 20;
const recordedBytes = 1024 * 1024;

/** What was left of one round and is ended; the fields of the event `leftovers_ended`. */
export interface Leftovers {
  /** Null when nothing tells of the round. */
  readonly round_num: number | null;
  readonly round_id: string;
  readonly processes: number;
  /** Those that even SIGKILL did not end. */
  readonly survivors: number;
}

/** Of a supervisor, or of whoever ends what no supervisor is there for any more. */
export type StrayTools = Pick<RoundTools, "clock" | "config" | "files" | "host" | "processes" | "tell" | "onLook"> & {
  readonly scopes?: Pick<ScopeDesk, "scopeOf">;
};

/** @param currentId the round on record, which is left alone; null when there is none */
export async function endStrays(currentId: string | null, tools: StrayTools): Promise<readonly Leftovers[]> {
  const { processes, tell } = tools;
  const all = await processes.list(`AGENT_RUNNER_LOG_DIR=${tools.config.runtime.logDir}`);
  if (all === null) {
    const text = "ps shows no process table: processes that leave a round's group cannot be found (install procps)";
    tell({ kind: "containment_weak", text, tone: "warn" });
    return [];
  }
  const close = relatives(all, tools.host.pid);
  const suspects = new Set(
    all.filter((row) => row.isMarked && !row.isZombie && !close.has(row.pid)).map((row) => row.pid),
  );
  if (suspects.size === 0) return [];
  const known = currentId === null ? [] : await processes.list(`AGENT_RUNNER_ROUND_ID=${currentId}`) ?? [];
  for (const row of known) if (row.isMarked) suspects.delete(row.pid);
  const ended: Leftovers[] = [];
  for (const shim of all.filter((row) => suspects.has(row.pid) && isLeadingShim(row))) {
    suspects.delete(shim.pid);
    for (const row of all) if (row.pgid === shim.pid) suspects.delete(row.pid);
    ended.push(await endShim(shim.pid, tools));
  }
  if (suspects.size > 0) ended.push(...await endUnled(suspects, currentId, tools));
  return ended;
}

function isLeadingShim(row: ProcessInfo): boolean {
  return row.pid === row.pgid && isShimCommand(row.command);
}

/** This process, what started it and what it started: a supervisor may itself live in what a round left. */
function relatives(table: readonly ProcessInfo[], pid: number): ReadonlySet<number> {
  const parents = new Map(table.map((row) => [row.pid, row.ppid]));
  const close = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && !close.has(at); at = parents.get(at)) close.add(at);
  for (const row of table) if (row.ppid === pid) close.add(row.pid);
  return close;
}

async function endShim(pid: number, tools: StrayTools): Promise<Leftovers> {
  tools.tell({
    kind: "stray_round",
    text: `a round that no record tells of runs here (pid ${pid}) and is being ended`,
    tone: "warn",
    facts: { pid },
  });
  const exitFile = strayExitFile(pid, { logDir: tools.config.runtime.logDir, files: tools.files });
  const scope = exitFile === null ? null : tools.scopes?.scopeOf(exitFile) ?? null;
  const counts = await endAll({ roundId: "unrecorded", leaderPid: pid, scope }, tools);
  return { round_num: null, round_id: "", ...counts };
}

/** Processes of recorded rounds that are over: nothing leads them, but they carry the round's id. */
async function endUnled(suspects: Set<number>, currentId: string | null, tools: StrayTools): Promise<Leftovers[]> {
  const ended: Leftovers[] = [];
  for (const round of recordedRounds(tools)) {
    if (suspects.size === 0) break;
    if (round.id === currentId) continue;
    const table = await tools.processes.list(`AGENT_RUNNER_ROUND_ID=${round.id}`) ?? [];
    const close = relatives(table, tools.host.pid);
    const own = table.filter((row) => row.isMarked && !row.isZombie);
    for (const row of own) suspects.delete(row.pid);
    // Where this process itself descends from that round, ending all of it would end the supervisor.
    const isOwnHome = own.some((row) => close.has(row.pid));
    if (own.length === 0 || isOwnHome) continue;
    const count = own.length === 1 ? "a process running, which is" : `${own.length} processes running, which are`;
    const text = `round ${round.number} left ${count} being ended`;
    tools.tell({ kind: "leftovers", text, tone: "warn", facts: { round: round.number, processes: own.length } });
    const counts = await endAll({ roundId: round.id, leaderPid: null, scope: null }, tools);
    ended.push({ round_num: round.number, round_id: round.id, ...counts });
  }
  return ended;
}

/** The newest first. */
function recordedRounds(tools: StrayTools): { readonly id: string; readonly number: number }[] {
  const source = openEventSource({ files: tools.files, logDir: tools.config.runtime.logDir });
  const { lines } = source.query({ kinds: ["round_start"], limit: recentRounds, maxBytes: recordedBytes });
  return lines.flatMap(({ event }) =>
    typeof event.round_id === "string" && event.round_id !== ""
      ? [{ id: event.round_id, number: Number(event.round_num) }]
      : []
  ).reverse();
}

/** All that is within reach: asked, then killed. */
async function endAll(
  round: { readonly roundId: string; readonly leaderPid: number | null; readonly scope: RoundScope | null },
  tools: StrayTools,
): Promise<Pick<Leftovers, "processes" | "survivors">> {
  const reach = new Reach(round, tools.processes);
  const met = new Set<number>();
  const look = async () => {
    tools.onLook?.();
    const live = await reach.look();
    for (const row of live) met.add(row.pid);
    return live.length;
  };
  // Before its parent dies: what moved to a session of its own is only known by descent.
  await look();
  await reach.tell("SIGTERM");
  const end = tools.clock.monotonic() + tools.config.runtime.stopGraceSeconds * 1000;
  while (tools.clock.monotonic() < end) {
    if (await look() === 0) return { processes: met.size, survivors: 0 };
    await tools.clock.sleep(lookMs);
  }
  for (let kill = 0; kill < killLooks && (await reach.kill({ sparesLeader: false })).length > 0; kill++) {
    await tools.clock.sleep(lookMs);
  }
  return { processes: met.size, survivors: await look() };
}
