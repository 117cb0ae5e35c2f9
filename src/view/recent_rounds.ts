// The table of the newest rounds, put together from their events.
import type { RecordedEvent } from "../core/event_payload.ts";
import type { RoundSummary } from "../core/view.ts";
import type { EventSource } from "../ports/records.ts";
import { numberField, textField } from "./field.ts";

const roundsShown = 10;
const reachBytes = 2 * 1024 * 1024;
const kinds = ["round_start", "agent_exit", "round_verdict", "round_end"];

type Draft = { -readonly [K in keyof RoundSummary]: RoundSummary[K] };

/** The last ten rounds, oldest first, from at most the last 2 MiB of events. Throws `FileFault`. */
export function readRecentRounds(events: EventSource): RoundSummary[] {
  // The oldest of the lines may be the end of a round whose start is not among them.
  const limit = (roundsShown + 1) * kinds.length;
  return summariesOf(events.query({ kinds, limit, maxBytes: reachBytes }).lines.map((line) => line.event))
    .slice(-roundsShown);
}

/** One summary for each start of a round among the events, in their order. */
export function summariesOf(events: readonly RecordedEvent[]): RoundSummary[] {
  const rounds: Draft[] = [];
  const byNumber = new Map<number, Draft>();
  for (const event of events) {
    const number = numberField(event, "round_num");
    if (number === null) continue;
    if (event.event === "round_start") {
      const draft = startOf(number, event);
      rounds.push(draft);
      byNumber.set(number, draft);
      continue;
    }
    const draft = byNumber.get(number);
    if (draft !== undefined) add(draft, event);
  }
  return rounds;
}

function startOf(number: number, event: RecordedEvent): Draft {
  return {
    number,
    phase: textField(event, "phase"),
    exit_code: null,
    exit_cause: null,
    verdict: null,
    duration_s: null,
    started_at: event.ts,
    ended_at: null,
  };
}

function add(draft: Draft, event: RecordedEvent): void {
  switch (event.event) {
    case "agent_exit":
      draft.exit_code = numberField(event, "exit_code");
      draft.exit_cause = textField(event, "exit_cause");
      draft.duration_s = numberField(event, "duration_s");
      break;
    case "round_verdict":
      draft.verdict = textField(event, "verdict");
      break;
    case "round_end":
      draft.ended_at = event.ts;
  }
}
