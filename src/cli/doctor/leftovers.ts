// Do processes of earlier rounds still run that nobody watches any more.
import { baseName } from "../../core/path.ts";
import { FileFault } from "../../ports/files.ts";
import type { ProcessInfo } from "../../ports/processes.ts";
import { isSameProcess, type ProcessIdentity } from "../../round/kin.ts";
import { openEventSource } from "../../store/event_source.ts";
import { StatusFile } from "../../store/status.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { counted, ok, someOf, warn } from "./check.ts";

const name = "leftovers";
const lookMs = 100;
const killLooks = 30;
const reachBytes = 2 * 1024 * 1024;

/** The processes of this project's rounds. */
interface Look {
  /** Of the round on record that has not ended. */
  readonly owned: readonly ProcessInfo[];
  /** Of rounds that are over. */
  readonly left: readonly ProcessInfo[];
}

export async function checkLeftovers(scene: ProjectScene): Promise<readonly Finding[]> {
  const found = await look(scene, new Remains());
  if (found === null) {
    return [warn(name, {
      found: "ps shows no process table with environments: what leaves the group of a round is not found",
      fix: "Install the ps of procps",
    })];
  }
  const { owned, left } = found;
  if (left.length > 0) {
    const text = `${counted(left.length, "process")} of rounds that are over: ${someOf(left.map(spellProcess))}`;
    const fix = scene.isSupervised
      ? "End them by hand (kill), or restart serve when its round is over"
      : "agent-runner doctor --fix ends them, and so does the next 'agent-runner serve'";
    return [warn(name, { found: text, fix, mend: { needsLock: true, run: () => end(scene) } })];
  }
  if (owned.length > 0 && !scene.isSupervised) {
    return [warn(name, {
      found: `a round goes on without a supervisor: ${someOf(owned.map(spellProcess))}`,
      fix: "Start 'agent-runner serve': it takes the round over, or ends it",
    })];
  }
  return [ok(name, owned.length === 0 ? "none" : `none; the round that runs has ${counted(owned.length, "process")}`)];
}

function spellProcess(row: ProcessInfo): string {
  // Never its arguments: they may hold secrets, and next to an environment they cannot be told from it.
  return `${baseName(row.command.split(" ", 1)[0] || "?")} (pid ${row.pid})`;
}

/** Null when there is no process table. */
async function look(scene: ProjectScene, remains: Remains): Promise<Look | null> {
  const { world: { processes, host }, config } = scene;
  const table = await processes.list(`AGENT_RUNNER_LOG_DIR=${config.runtime.logDir}`);
  if (table === null) return null;
  const own = relatives(host.pid, table);
  const owned = new Map<number, ProcessInfo>();
  for (const id of openRounds(scene)) {
    for (const row of await processes.list(`AGENT_RUNNER_ROUND_ID=${id}`) ?? []) {
      if (row.isMarked && !row.isZombie) owned.set(row.pid, row);
    }
  }
  const left = remains.update(table, (row) => owned.has(row.pid) || own.has(row.pid));
  return { owned: [...owned.values()].filter((row) => !own.has(row.pid)), left };
}

/**
 * Marked processes with their descendants, remembered from look to look by pid and start. Process groups are no part of
 * it: what was started by hand shares its group with the user's own programs.
 */
class Remains {
  #known: readonly ProcessIdentity[] = [];

  update(table: readonly ProcessInfo[], isSpared: (row: ProcessInfo) => boolean): readonly ProcessInfo[] {
    const found = new Set<number>();
    const isKnown = (row: ProcessInfo) => this.#known.some((known) => isSameProcess(known, row));
    for (const row of table) {
      if ((row.isMarked || isKnown(row)) && !isSpared(row)) found.add(row.pid);
    }
    for (let size = -1; size !== found.size;) {
      size = found.size;
      for (const row of table) if (found.has(row.ppid) && !isSpared(row)) found.add(row.pid);
    }
    const live = table.filter((row) => found.has(row.pid) && !row.isZombie);
    this.#known = live.map(({ pid, startedAt }) => ({ pid, startedAt }));
    return live;
  }
}

/** A process with what it comes from and what comes from it. */
function relatives(pid: number, table: readonly ProcessInfo[]): ReadonlySet<number> {
  const parents = new Map(table.map((row) => [row.pid, row.ppid]));
  const found = new Set<number>();
  for (let at = pid; at > 1 && !found.has(at); at = parents.get(at) ?? 0) found.add(at);
  for (const row of table) {
    const seen = new Set<number>();
    let at = row.pid;
    while (at > 1 && at !== pid && !seen.has(at)) {
      seen.add(at);
      at = parents.get(at) ?? 0;
    }
    if (at === pid) found.add(row.pid);
  }
  return found;
}

/** Ids of rounds that have no end on record: whoever takes the lock next takes them over. */
function openRounds({ world: { files }, config }: ProjectScene): readonly string[] {
  const { logDir } = config.runtime;
  const ids: string[] = [];
  try {
    const current = new StatusFile(logDir, files).read().status?.current;
    if (current) ids.push(current.id);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
  }
  const source = openEventSource({ files, logDir });
  const { lines } = source.query({ kinds: ["round_start", "round_end"], limit: 20, maxBytes: reachBytes });
  const last = lines.findLast(({ event }) => event.event === "round_start");
  const isOver = last === undefined ||
    lines.slice(lines.indexOf(last)).some(({ event }) =>
      event.event === "round_end" && event.round_num === last.event.round_num
    );
  if (!isOver && typeof last.event.round_id === "string") ids.push(last.event.round_id);
  return [...new Set(ids)];
}

/** Asked first, then killed; each look goes by the marker again, so a number that was given anew is never signalled. */
async function end(scene: ProjectScene): Promise<string | null> {
  const { world: { processes, clock }, config } = scene;
  const remains = new Remains();
  const leftNow = async () => (await look(scene, remains))?.left ?? [];
  const asked = await leftNow();
  if (asked.length === 0) return null;
  for (const { pid } of asked) {
    processes.signal(pid, "SIGTERM");
    processes.signal(pid, "SIGCONT");
  }
  const deadline = clock.monotonic() + config.runtime.stopGraceSeconds * 1000;
  let left = await leftNow();
  while (left.length > 0 && clock.monotonic() < deadline) {
    await clock.sleep(lookMs);
    left = await leftNow();
  }
  for (let turn = 0; turn < killLooks && left.length > 0; turn++) {
    for (const { pid } of left) processes.signal(pid, "SIGKILL");
    await clock.sleep(lookMs);
    left = await leftNow();
  }
  return `ended ${counted(asked.length - left.length, "process")} of rounds that are over`;
}
