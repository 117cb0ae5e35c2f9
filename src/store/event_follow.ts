// Follows the event log as it is written, from one month's file into the next.
import type { Files } from "../ports/files.ts";
import type { EventLine } from "../ports/records.ts";
import { eventFilter } from "./event_filter.ts";
import { parseEventLine } from "./event_line.ts";
import type { MonthFile } from "./month_files.ts";
import { MonthTails } from "./month_tails.ts";
import type { TailStart } from "./month_tails.ts";
import { startOffset } from "./start_offset.ts";
import { changesIn } from "./wake.ts";

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
  const startsOf = (months: readonly MonthFile[]) => months.map((month) => startOf(log.files, month, options));
  const tails = new MonthTails(log, { kind: "events", startsOf });
  for await (const _ of changesIn(log.files, { folder: log.logDir, signal: options.signal })) {
    for (const lines of tails.pass()) {
      for (const line of lines) {
        const event = parseEventLine(line);
        if (event !== null) yield { line, event };
      }
      if (options.signal.aborted) return;
    }
  }
}

function startOf(files: Files, month: MonthFile, options: FollowOptions): TailStart {
  if (options.fromStart) return "start";
  if (options.since === undefined) return "end";
  const filter = eventFilter({ kinds: null, since: options.since });
  if (!filter.mayHold(month.month)) return "end";
  const reader = files.openReader(month.path);
  try {
    return reader === null ? "start" : startOffset(reader, { to: reader.size(), isTooOld: filter.isTooOld });
  } finally {
    reader?.close();
  }
}
