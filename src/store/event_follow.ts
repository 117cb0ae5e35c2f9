// Follows the event log as it is written, from one month's file into the next.
import type { Files } from "../ports/files.ts";
import { FileFault } from "../ports/files.ts";
import type { EventLine } from "../ports/records.ts";
import { eventFilter } from "./event_filter.ts";
import { parseEventLine } from "./event_line.ts";
import { monthFiles } from "./month_files.ts";
import type { MonthFile } from "./month_files.ts";
import { startOffset } from "./start_offset.ts";
import { Tail } from "./tail.ts";
import { changesIn } from "./wake.ts";

/** A writer may finish the old month's file while the new one is there already. */
const monthsFollowed = 2;

interface FollowOptions {
  readonly fromStart: boolean;
  readonly since?: number;
  readonly signal: AbortSignal;
}

/** See `EventSource.follow`. A file that cannot be read for a moment is tried again. */
export async function* followEvents(
  log: { readonly files: Files; readonly logDir: string },
  options: FollowOptions,
): AsyncGenerator<EventLine> {
  const tails = new Map<string, Tail>();
  let isFirst = true;
  for await (const _ of changesIn(log.files, { folder: log.logDir, signal: options.signal })) {
    const months = readableMonths(log);
    // What was there before is followed as asked; a file that appears later is new from its first byte.
    for (const month of months) {
      if (!tails.has(month.name)) tails.set(month.name, tailOf(log.files, month, isFirst ? options : null));
    }
    const newest = months.slice(-monthsFollowed).map((month) => month.name);
    const due = isFirst ? months.map((month) => month.name) : newest;
    isFirst = false;
    for (const name of due) {
      const tail = tails.get(name)!;
      for (let hasMore = true; hasMore && !options.signal.aborted;) {
        const step = stepOf(tail);
        hasMore = step.hasMore;
        for (const line of step.lines) {
          const event = parseEventLine(line);
          if (event !== null) yield { line, event };
        }
      }
    }
  }
}

function readableMonths(log: { readonly files: Files; readonly logDir: string }): MonthFile[] {
  try {
    return monthFiles(log.files, { logDir: log.logDir, kind: "events" });
  } catch (thrown) {
    if (thrown instanceof FileFault) return [];
    throw thrown;
  }
}

function stepOf(tail: Tail) {
  try {
    return tail.next();
  } catch (thrown) {
    if (thrown instanceof FileFault) return { lines: [], hasMore: false };
    throw thrown;
  }
}

function tailOf(files: Files, month: MonthFile, options: FollowOptions | null): Tail {
  if (options === null || options.fromStart) return new Tail(files, { path: month.path, from: "start" });
  if (options.since === undefined) return new Tail(files, { path: month.path, from: "end" });
  const filter = eventFilter({ kinds: null, since: options.since });
  if (!filter.mayHold(month.month)) return new Tail(files, { path: month.path, from: "end" });
  const reader = files.openReader(month.path);
  try {
    const from = reader === null ? 0 : startOffset(reader, { to: reader.size(), isTooOld: filter.isTooOld });
    return new Tail(files, { path: month.path, from });
  } finally {
    reader?.close();
  }
}
