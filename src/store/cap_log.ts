// Cuts the middle out of a finished log that grew too large: its beginning and its end tell the story.
import type { Files } from "../ports/files.ts";

const copyBytes = 1024 * 1024;

/**
 * Rewrites a finished log to at most about `maxBytes`, the cut marked on a line of its own. 0: no bound.
 * @returns bytes taken out; 0 when nothing was done, also where the disk is too full to copy. Throws `FileFault`.
 */
export function capLog(path: string, maxBytes: number, files: Files): number {
  const size = files.stat(path)?.size ?? 0;
  if (maxBytes <= 0 || size <= maxBytes) return 0;
  const half = Math.floor(maxBytes / 2);
  const cut = size - 2 * half;
  const temporary = `${path}.0-0.tmp`;
  files.remove(temporary);
  const mark = new TextEncoder().encode(`\n[agent-runner: ${cut} bytes cut out here]\n`);
  const isWhole = copy({ from: path, to: temporary, offset: 0, length: half }, files) &&
    files.append(temporary, mark) === mark.length &&
    copy({ from: path, to: temporary, offset: size - half, length: half }, files);
  if (!isWhole) {
    files.remove(temporary);
    return 0;
  }
  files.rename(temporary, path);
  return cut;
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
