// One round in detail as `/api/rounds/N` answers: found in the log without reading all that came after it.
import type { RoundView } from "../core/view.ts";
import type { Files } from "../ports/files.ts";
import type { EventQuery, EventSource } from "../ports/records.ts";
import { openEventSource } from "../store/event_source.ts";
import { readRoundView } from "../view/round_view.ts";
import type { Desk } from "./desk.ts";

/** Of a round that nothing else is known of so much of the log is looked through. */
const reachBytes = 8 * 1024 * 1024;
const marginMs = 60_000;

/** The round; null when there is no log and no event of it. Throws `FileFault`. */
export async function readRound(
  desk: Desk,
  options: { readonly files: Files; readonly round: number; readonly now: number },
): Promise<RoundView | null> {
  const { files, round, now } = options;
  const { logDir } = desk.project.config().runtime;
  return await readRoundView({
    files,
    events: bounded(openEventSource({ files, logDir }), desk, round),
    logDir,
    round,
    wantsLog: true,
    status: desk.status,
    isActive: desk.isActive,
    now,
  });
}

function bounded(source: EventSource, desk: Desk, round: number): EventSource {
  const figure = desk.figures.round(round);
  const startedAt = figure?.startedAt ?? null;
  if (figure === null || startedAt === null) {
    return { ...source, query: (query) => source.query({ ...query, maxBytes: reachBytes }) };
  }
  const until = figure.endedAt === null ? {} : { until: figure.endedAt + marginMs };
  // From the start on, which is found by halving, and no further than the round goes.
  const query = (asked: EventQuery) => {
    const scan = source.scan({ ...asked, since: startedAt - marginMs, ...until });
    return { lines: [...scan.lines], badLines: scan.badLines() };
  };
  return { ...source, query };
}
