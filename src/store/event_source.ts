// Reads events, newest first where a few are asked for, and never more than is needed.
import type { Files } from "../ports/files.ts";
import type { EventLine, EventQuery, EventScan, EventSource } from "../ports/records.ts";
import { eventFilter } from "./event_filter.ts";
import { followEvents } from "./event_follow.ts";
import { parseEventLine } from "./event_line.ts";
import { blocksBackward, blocksForward, linesWith } from "./line_blocks.ts";
import type { LineBlock } from "./line_blocks.ts";
import { monthFiles } from "./month_files.ts";
import { startOffset } from "./start_offset.ts";

export interface EventSourceOptions {
  readonly files: Files;
  readonly logDir: string;
}

/** Opens the event log for reading; a log folder that does not exist reads as empty. */
export function openEventSource(options: EventSourceOptions): EventSource {
  return {
    query: (query) => queryNewest(options, query),
    scan: (query) => scan(options, query),
    follow: (how) => followEvents(options, how),
  };
}

/** Whether a line that is no event is a fault: the end of a file that is being written may not be there yet. */
function isBad(line: string, block: LineBlock): boolean {
  return line.trim() !== "" && !(block.isOpen && block.text.endsWith(line));
}

function firstEvent(block: LineBlock) {
  const end = block.text.indexOf("\n");
  return parseEventLine(end < 0 ? block.text : block.text.slice(0, end));
}

function queryNewest(options: EventSourceOptions, query: EventQuery) {
  const filter = eventFilter(query);
  const limit = query.limit ?? Infinity;
  const newestFirst: EventLine[] = [];
  let badLines = 0;
  let bytesLeft = query.maxBytes ?? Infinity;
  const months = monthFiles(options.files, { logDir: options.logDir, kind: "events" });
  let isDone = limit <= 0;
  for (const month of months.reverse()) {
    if (isDone || bytesLeft <= 0) break;
    if (!filter.mayHold(month.month)) continue;
    const reader = options.files.openReader(month.path);
    if (reader === null) continue;
    try {
      const to = reader.size();
      for (const block of blocksBackward(reader, { floor: Math.max(0, to - bytesLeft), to })) {
        badLines += block.skipped;
        const lines = linesWith(block.text, filter.patterns);
        for (let i = lines.length - 1; i >= 0 && newestFirst.length < limit; i--) {
          const line = lines[i]!;
          const event = parseEventLine(line);
          if (event !== null) newestFirst.push(...filter.push({ line, event }));
          else if (isBad(line, block)) badLines++;
        }
        const first = firstEvent(block);
        isDone = newestFirst.length >= limit || (first !== null && filter.isTooOld(first));
        if (isDone) break;
      }
      bytesLeft -= to;
    } finally {
      reader.close();
    }
  }
  if (newestFirst.length > limit) newestFirst.length = limit;
  return { lines: newestFirst.reverse(), badLines };
}

function scan(options: EventSourceOptions, query: EventQuery): EventScan {
  let badLines = 0;
  function* lines(): Generator<EventLine> {
    const filter = eventFilter(query);
    for (const month of monthFiles(options.files, { logDir: options.logDir, kind: "events" })) {
      if (!filter.mayHold(month.month)) continue;
      const reader = options.files.openReader(month.path);
      if (reader === null) continue;
      try {
        const to = reader.size();
        const from = startOffset(reader, { to, isTooOld: filter.isTooOld });
        for (const block of blocksForward(reader, { from, to })) {
          badLines += block.skipped;
          for (const line of linesWith(block.text, filter.patterns)) {
            const event = parseEventLine(line);
            if (event !== null) yield* filter.push({ line, event });
            else if (isBad(line, block)) badLines++;
          }
          const first = firstEvent(block);
          if (first !== null && filter.isTooNew(first)) break;
        }
      } finally {
        reader.close();
      }
    }
  }
  return { lines: lines(), badLines: () => badLines };
}
