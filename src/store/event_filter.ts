// What a query keeps of the event log, and how far back it must look.
import type { RecordedEvent } from "../core/event_payload.ts";
import type { EventLine, EventQuery } from "../ports/records.ts";
import { timeOf } from "./event_line.ts";
import { PhaseFilter } from "./phase_filter.ts";

/** Writers race and clocks are corrected: an event may stand this far from its place. */
const disorderMs = 10 * 60 * 1000;

type Wanted = Pick<EventQuery, "kinds" | "since" | "until" | "round" | "phase">;

/** One query at work; it holds state, so it is for one pass. */
export interface EventFilter {
  /** A line that holds none of these cannot match; null: any can. */
  readonly patterns: readonly string[] | null;
  /** The lines that are now known to match; with a phase, some come later than they were pushed. */
  push(line: EventLine): readonly EventLine[];
  /** Everything that stands before this event is too old to matter. */
  isTooOld(event: RecordedEvent): boolean;
  /** Everything that stands after this event is too new to matter. */
  isTooNew(event: RecordedEvent): boolean;
  /** Whether a file of this month (`YYYY-MM`) can hold a match. */
  mayHold(month: string): boolean;
}

export function eventFilter(wanted: Wanted): EventFilter {
  const { since = -Infinity, until = Infinity, round, phase } = wanted;
  const kinds = wanted.kinds === null ? null : new Set(wanted.kinds);
  const phaseFilter = phase === undefined ? null : new PhaseFilter(phase);

  function isWanted(line: EventLine): boolean {
    const { event } = line;
    if (kinds !== null && !kinds.has(event.event)) return false;
    if (round !== undefined && event.round_num !== round) return false;
    if (since === -Infinity && until === Infinity) return true;
    const time = timeOf(event);
    return time !== null && time >= since && time <= until;
  }

  return {
    patterns: patternsOf(wanted),
    push(line) {
      if (phaseFilter !== null) return phaseFilter.push(line).filter(isWanted);
      return isWanted(line) ? [line] : [];
    },
    isTooOld(event) {
      if (round !== undefined && typeof event.round_num === "number" && event.round_num < round) return true;
      return (timeOf(event) ?? Infinity) < since - disorderMs;
    },
    isTooNew(event) {
      if (round !== undefined && typeof event.round_num === "number" && event.round_num > round) return true;
      return (timeOf(event) ?? -Infinity) > until + disorderMs;
    },
    mayHold(month) {
      const start = Date.parse(`${month}-01T00:00:00Z`);
      const [year, number] = month.split("-").map(Number) as [number, number];
      return Date.UTC(year, number) > since - disorderMs && start <= until + disorderMs;
    },
  };
}

function patternsOf({ kinds, round, phase }: Wanted): readonly string[] | null {
  if (round !== undefined) return [`"round_num": ${round}`, `"round_num":${round}`];
  if (kinds === null) return null;
  if (phase !== undefined) return null;
  return kinds.map((kind) => JSON.stringify(kind));
}
