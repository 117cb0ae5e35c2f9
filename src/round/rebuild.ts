// Puts the running round together from events and file names when status.json can no longer tell which it was.
import type { RecordedEvent } from "../core/event_payload.ts";
import { isRoundNumber } from "../core/round.ts";
import { statusSchema } from "../store/status.ts";
import type { CurrentRound, Status, StatusReading } from "../store/status.ts";
import { parseRoundFile } from "../store/round_log.ts";
import { isPauseRecord } from "../store/status_pause.ts";
import type { PauseRecord } from "../store/status_pause.ts";
import { pathsOf } from "./plan.ts";

export interface Traces {
  /** Oldest first. */
  readonly events: readonly RecordedEvent[];
  /** Names in the folder of rounds. */
  readonly rounds: readonly string[];
  readonly logDir: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly uptimeSeconds: number;
}

/** The round that began last, as status.json would hold it; null when it has its end on record, or none began. */
export function rebuildCurrent(traces: Traces): CurrentRound | null {
  const { events } = traces;
  const begin = events.findLastIndex((event) => event.event === "round_start");
  const start = events[begin];
  if (!start) return null;
  const { round_num: number, round_id: id, phase } = start;
  const startedAt = Date.parse(start.ts);
  if (!isRoundNumber(number) || !isRoundId(id) || Number.isNaN(startedAt)) return null;
  const later = events.slice(begin).filter((event) => event.round_num === number);
  if (later.some((event) => event.event === "round_end")) return null;
  const spawn = later.find((event) => event.event === "agent_spawn");
  const ageSeconds = Math.max(0, (traces.now - startedAt) / 1000);
  return {
    number,
    id,
    phase: typeof phase === "string" ? phase : null,
    phase_index: null,
    // Unlike a round that was only claimed, one that may have had an agent is looked for.
    state: "running",
    pid: spawn && Number.isSafeInteger(spawn.pid) ? spawn.pid as number : null,
    started_at: start.ts,
    started_uptime_s: traces.uptimeSeconds - ageSeconds,
    log: logNameOf(number, { ...traces, startedAt }),
    fresh_eyes: false,
  };
}

/** The pause that was asked for last and is not over; null when there is none. @param events oldest first */
export function rebuildPause(events: readonly RecordedEvent[]): PauseRecord | null {
  const last = events.findLast(({ event }) => event === "paused" || event === "resumed");
  if (last?.event !== "paused") return null;
  const { ts: since, by, reason, until_epoch } = last;
  const record = { since, by, reason, until_epoch };
  return isPauseRecord(record) ? record : null;
}

/** What was read, with the round and the pause that the traces tell of; null when nothing is known. */
export function rebuildStatus({ status, recovered }: StatusReading, traces: Traces): Status | null {
  const current = rebuildCurrent(traces);
  const paused = recovered === null ? null : rebuildPause(traces.events);
  if (current === null && paused === null) return status;
  return {
    round_num: current?.number ?? 0,
    running: current !== null,
    schema: statusSchema,
    ...status,
    ...(current === null ? {} : { current }),
    ...(paused === null ? {} : { paused }),
  };
}

function isRoundId(id: unknown): id is string {
  return typeof id === "string" && /^[0-9a-f-]{36}$/.test(id);
}

function logNameOf(number: number, facts: Traces & { readonly startedAt: number }): string {
  const logs = facts.rounds.filter((name) => {
    const parsed = parseRoundFile(name);
    return parsed?.number === number && parsed.ending === "log";
  });
  const newest = logs.toSorted().at(-1);
  return newest === undefined ? pathsOf({ logDir: facts.logDir, number }, facts.startedAt).logName : `rounds/${newest}`;
}
