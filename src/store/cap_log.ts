// Cuts the middle out of a finished log that grew too large: its beginning and its end tell the story.
import type { Files } from "../ports/files.ts";
import { readCut, removeCut } from "./log_cut.ts";
import type { LogCut } from "./log_cut.ts";

const copyBytes = 1024 * 1024;

/**
 * Rewrites a finished log to at most about `maxBytes`, the cut marked on a line of its own; what was cut out while the
 * round ran is part of that cut. 0: no bound.
 * @returns bytes taken out; 0 when nothing was done, also where the disk is too full to copy. Throws `FileFault`.
 */
export function capLog(path: string, maxBytes: number, files: Files): number {
  const size = files.stat(path)?.size ?? 0;
  const { headEnd, tailStart } = partsOf(size, { maxBytes, cut: readCut(path, files) });
  const cut = tailStart - headEnd;
  if (cut <= 0) return 0;
  const temporary = `${path}.0-0.tmp`;
  files.remove(temporary);
  const mark = new TextEncoder().encode(`\n[agent-runner: ${cut} bytes cut out here]\n`);
  const isWhole = copy({ from: path, to: temporary, offset: 0, length: headEnd }, files) &&
    files.append(temporary, mark) === mark.length &&
    copy({ from: path, to: temporary, offset: tailStart, length: size - tailStart }, files);
  if (!isWhole) {
    files.remove(temporary);
    return 0;
  }
  files.rename(temporary, path);
  removeCut(path, files);
  return cut;
}

/** Where the head ends and the tail starts; the same offset when all of it stays. */
function partsOf(
  size: number,
  { maxBytes, cut }: { readonly maxBytes: number; readonly cut: LogCut | null },
): { readonly headEnd: number; readonly tailStart: number } {
  const isTooLarge = maxBytes > 0 && size > maxBytes;
  const half = Math.floor(maxBytes / 2);
  const own = isTooLarge ? { headEnd: half, tailStart: size - half } : { headEnd: size, tailStart: size };
  if (cut === null || cut.from >= size) return own;
  const headEnd = Math.min(own.headEnd, cut.from);
  return { headEnd, tailStart: Math.min(size, isTooLarge ? Math.max(own.tailStart, cut.to) : cut.to) };
}

function copy(
  part: { readonly from: string; readonly to: string; readonly offset: number; readonly length: number },
  files: Files,
): boolean {
  for (let done = 0; done < part.length;) {
    const length = Math.min(copyBytes, part.length - done);
    const bytes = files.readBytes(part.from, { offset: part.offset + done, length });
    if (bytes === null || bytes.length === 0) return false;
    if (files.append(part.to, bytes) < bytes.length) return false;
    done += bytes.length;
  }
  return true;
}
