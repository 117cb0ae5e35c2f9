// One round in detail: from its events, its log and, while it runs, from status.json.
import type { RecordedEvent } from "../core/event_payload.ts";
import type { RoundView } from "../core/view.ts";
import type { Files } from "../ports/files.ts";
import type { EventSource } from "../ports/records.ts";
import { isObject } from "../store/json_file.ts";
import { findRoundLog, newestRoundNumber, tailOfLog } from "../store/round_log.ts";
import { numberField, textField, truthField } from "./field.ts";

const eventsShown = 50;
const tailLines = 50;

export interface RoundQuestion {
  readonly files: Files;
  readonly events: EventSource;
  readonly logDir: string;
  readonly round: number | "latest";
  readonly wantsLog: boolean;
  /** status.json. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly isActive: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The round, or null when there is neither a log nor an event of it. Throws `FileFault`. */
export async function readRoundView(question: RoundQuestion): Promise<RoundView | null> {
  const { files, logDir } = question;
  const number = question.round === "latest" ? newestRoundNumber(files, logDir) : question.round;
  if (number === null) return null;
  const logPath = findRoundLog(files, { logDir, number });
  const events = question.events.query({ kinds: null, round: number, limit: null }).lines.map((line) => line.event);
  if (logPath === null && events.length === 0) return null;
  const current = currentOf(question, number);
  const start = last(events, "round_start");
  const exit = last(events, "agent_exit");
  const verdict = last(events, "round_verdict");
  const startedAt = start?.ts ?? textField(current, "started_at") ?? "";
  const tail = question.wantsLog && logPath !== null
    ? tailOfLog(files, { path: logPath, lines: tailLines, wholeWords: true })
    : null;
  return {
    round_num: number,
    phase: textField(start, "phase") ?? textField(current, "phase"),
    started_at: startedAt,
    duration_so_far_s: numberField(exit, "duration_s") ?? (current ? secondsSince(startedAt, question.now) : null),
    pid: numberField(current, "pid") ?? numberField(last(events, "agent_spawn"), "pid"),
    exit_code: numberField(exit, "exit_code"),
    timed_out: truthField(exit, "timed_out"),
    log_path: logPath,
    log_tail: tail === null ? null : await masked(tail),
    recent_events: events.slice(-eventsShown),
    verdict: textField(verdict, "verdict"),
    summary: textField(verdict, "summary"),
  };
}

/** What masks is loaded only here: all else was masked before it was written. */
async function masked(lines: readonly string[]): Promise<readonly string[]> {
  const { redact } = await import("../core/redact.ts");
  return redact(lines.join("\n")).split("\n");
}

function currentOf({ status, isActive }: RoundQuestion, number: number) {
  const current = isActive && isObject(status.current) ? status.current : null;
  return current !== null && numberField(current, "number") === number ? current : null;
}

function last(events: readonly RecordedEvent[], kind: string): RecordedEvent | null {
  return events.findLast((event) => event.event === kind) ?? null;
}

function secondsSince(iso: string, now: number): number | null {
  const start = Date.parse(iso);
  return Number.isNaN(start) ? null : Math.max(0, Math.round((now - start) / 100) / 10);
}
