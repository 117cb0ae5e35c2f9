// What must hold whatever happens, as pure functions of what was seen: each returns what is wrong, in words.
import type { EventRecord } from "../e2e/project.ts";
import { parseEvent } from "./records.ts";
import type { Row } from "./processes.ts";

/** A token that an agent says it wrote, and by which kind of work. */
export interface Written {
  readonly token: string;
  readonly kind: string;
}

/** Every byte written is somewhere: in the tree, a commit, a stash or a salvage. */
export function byteFaults(written: readonly Written[], found: ReadonlySet<string>): string[] {
  return written.filter(({ token }) => !found.has(token)).map(({ token, kind }) => `lost: ${token} (${kind})`);
}

export interface ProcessesSeen {
  readonly rows: readonly Row[];
  /** Ids of rounds that are allowed to have processes now. */
  readonly owned: ReadonlySet<string>;
  /** Nobody is there to end what a hook left: its supervisor was killed. */
  readonly isOrphaned: boolean;
}

/** Nothing that carries a round's id lives without a live round that owns it. */
export function processFaults({ rows, owned, isOrphaned }: ProcessesSeen): string[] {
  return rows
    .filter((row) => row.roundId !== null && !owned.has(row.roundId) && !(isOrphaned && row.isHook))
    .map((row) => `process ${row.pid} of round ${row.roundId} lives on: ${row.command}`);
}

/** Agents of two rounds at the same time. */
export function abreastFaults(rows: readonly Row[]): string[] {
  const ids = new Set(rows.filter((row) => row.isAgent && !row.isHook).map((row) => row.roundId));
  return ids.size > 1 ? [`agents of ${ids.size} rounds at once: ${[...ids].join(", ")}`] : [];
}

/** What agents themselves met: another one, or what another one left. */
export function overlapFaults(overlaps: string, excused: ReadonlySet<number>): string[] {
  return overlaps.split("\n").filter((line) => line !== "" && !excused.has(Number(line)))
    .map((line) => `round ${line} met another agent or its leftovers`);
}

const lineStart = '{"ts"';

export interface LinesSeen {
  readonly lines: readonly string[];
  /** Lines that somebody else put there or tore. */
  readonly planted: ReadonlySet<string>;
  /** There was no room for a whole line at some time: one may be torn, but it must not have swallowed another. */
  readonly mayBeTorn: boolean;
}

export function lineFaults({ lines, planted, mayBeTorn }: LinesSeen): string[] {
  const isOurs = (line: string) => line.startsWith(lineStart) || (line !== "" && lineStart.startsWith(line));
  const isTorn = (line: string) => mayBeTorn && isOurs(line) && !line.includes(lineStart, 1);
  return lines.filter((line) => parseEvent(line) === null && !planted.has(line) && !isTorn(line))
    .map((line) => `no event: ${JSON.stringify(line.slice(0, 120))}`);
}

export interface RoundsSeen {
  readonly events: readonly EventRecord[];
  /** Numbers in the order in which agents began. */
  readonly agentStarts: readonly number[];
  /** Rounds whose records somebody destroyed, or for which there was no room. */
  readonly excused: ReadonlySet<number>;
  /** The supervisor left in order: no round may be open. */
  readonly isOver: boolean;
}

const atMostOnce = ["round_start", "agent_spawn", "agent_exit", "round_verdict", "round_end"];
const exactlyOnce = ["round_start", "agent_exit", "round_verdict", "round_end"];

/** One start and one end for each number, numbers that only grow, and no agent in a round that is not on record. */
export function roundFaults({ events, agentStarts, excused, isOver }: RoundsSeen): string[] {
  const faults: string[] = [];
  const counts = new Map<number, Map<string, number>>();
  const order: number[] = [];
  for (const { event, round_num } of events) {
    if (typeof round_num !== "number" || !atMostOnce.includes(event)) continue;
    const own = counts.get(round_num) ?? new Map<string, number>();
    own.set(event, (own.get(event) ?? 0) + 1);
    counts.set(round_num, own);
    if (event === "round_start") order.push(round_num);
  }
  const newest = Math.max(0, ...order);
  for (const [number, own] of counts) {
    for (const kind of atMostOnce) {
      if ((own.get(kind) ?? 0) > 1) faults.push(`round ${number} has ${own.get(kind)} x ${kind}`);
    }
    if (excused.has(number) || (number >= newest && !isOver)) continue;
    for (const kind of exactlyOnce) if (!own.has(kind)) faults.push(`round ${number} has no ${kind}`);
  }
  const sound = order.filter((number) => !excused.has(number));
  sound.forEach((number, i) => {
    if (i > 0 && number <= sound[i - 1]!) faults.push(`round ${number} started after round ${sound[i - 1]}`);
  });
  agentStarts.forEach((number, i) => {
    if (agentStarts.indexOf(number) !== i) faults.push(`round ${number} had two agents`);
    else if (!counts.get(number)?.has("round_start") && !excused.has(number)) {
      faults.push(`an agent ran as round ${number}, which is not on record`);
    }
  });
  return faults;
}

/** A file of the log folder that should hold JSON. */
export interface StateFile {
  readonly name: string;
  readonly text: string;
}

/** @param planted what somebody put into a file, by name: as long as it is there untouched, it is no fault of ours */
export function stateFaults(files: readonly StateFile[], planted: ReadonlyMap<string, string>): string[] {
  return files.flatMap(({ name, text }) => {
    try {
      JSON.parse(text);
      return [];
    } catch {
      return planted.get(name) === text ? [] : [`${name} is no JSON: ${JSON.stringify(text.slice(0, 120))}`];
    }
  });
}

export interface RestSeen {
  /** Names in the log folder. */
  readonly names: readonly string[];
  /** What status.json says; null when it says nothing. */
  readonly status: Readonly<Record<string, unknown>> | null;
}

/** After a supervisor that left in order nothing says that one is at work, and nothing half-written lies about. */
export function restFaults({ names, status }: RestSeen): string[] {
  const halves = names.filter((name) => /\.\d+-\d+\.tmp$/.test(name)).map((name) => `half-written: ${name}`);
  const notes = ["serve.pid", "agent-runner.lock.holder", "agent-runner.lock.config"];
  const holders = names.filter((name) => notes.includes(name)).map((name) => `left behind: ${name}`);
  if (status === null) return [...halves, ...holders];
  const claims = [
    ...status.running === true ? ["status.json says that serve runs"] : [],
    ...["current", "waiting"].filter((key) => status[key] !== undefined).map((key) => `status.json still has '${key}'`),
  ];
  return [...halves, ...holders, ...claims];
}
