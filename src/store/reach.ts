// How far back the first look at a log folder goes: a bound by bytes and one by days, whichever comes first.
import type { Files } from "../ports/files.ts";
import { eventFilter } from "./event_filter.ts";
import { longestRead } from "./line_blocks.ts";
import type { MonthFile } from "./month_files.ts";
import type { MonthPlace, TailStart } from "./month_tails.ts";
import { nextLineOffset, startOffset } from "./start_offset.ts";

/** A bound on what is read of the past. */
export interface Reach {
  /** Bytes at most, counted from the newest. */
  readonly bytes: number;
  /** Nothing that is much older, epoch milliseconds. */
  readonly since: number;
}

/**
 * Where to begin in each of these files, oldest first.
 *
 * @param options `after`: how far an earlier reader came; nothing of that is read again. Throws `FileFault`.
 */
export function reachStarts(
  files: Files,
  months: readonly MonthFile[],
  options: { readonly reach: Reach; readonly after?: readonly MonthPlace[] },
): readonly TailStart[] {
  const { reach, after = [] } = options;
  const filter = eventFilter({ kinds: null, since: reach.since });
  const oldest = after.map(({ name }) => name).sort()[0];
  let bytesLeft = reach.bytes;
  const starts = months.toReversed().map((month): TailStart => {
    if (bytesLeft <= 0 || !filter.mayHold(month.month)) return "end";
    const known = after.find(({ name }) => name === month.name);
    if (known === undefined && oldest !== undefined && month.name < oldest) return "end";
    const reader = files.openReader(month.path);
    if (reader === null) return "start";
    try {
      const to = reader.size();
      const isSame = known !== undefined && known.offset <= to && files.stat(month.path)?.inode === known.inode;
      const floor = Math.max(to - bytesLeft, isSame ? known.offset : 0);
      bytesLeft -= to - floor;
      if (isSame && floor === known.offset) return floor;
      const recent = startOffset(reader, { to, isTooOld: filter.isTooOld });
      if (recent >= floor) return recent;
      return nextLineOffset(reader, { from: floor, to, reachBytes: longestRead }) ?? "end";
    } finally {
      reader.close();
    }
  });
  return starts.reverse();
}
