// Decides where a window on a log may be cut, so that no secret is torn and every window gets on.
import type { Span } from "../core/redact_spans.ts";

/** A secret that starts so close to the end of a window may not be recognised yet. */
export const marginLength = 64 * 1024;
/** Boundaries are looked for this far back. */
const searchLength = 256 * 1024;

/** Where to cut; `open`: the secret that goes on beyond the window, where the cut is within it. */
export interface Cut {
  readonly at: number;
  readonly open: Span | null;
}

/**
 * Where to cut a text that goes on behind its end: behind a line, else at a gap, else anywhere, but never within one of
 * `spans` that the next window can still see whole. `done`: the first characters, which are dealt with.
 */
export function cutPoint(
  text: string,
  { spans, done }: { readonly spans: readonly Span[]; readonly done: number },
): Cut {
  const limit = Math.max(done, text.length - marginLength);
  const floor = Math.max(done, limit - searchLength);
  for (const isBoundary of [isHeadOfBlock, isHeadOfLine, isGap]) {
    for (let at = limit; at > floor; at--) {
      if (!isBoundary(text, at)) continue;
      const span = spanAround(spans, at);
      if (span === null) return { at, open: null };
      at = Math.max(span.start + 1, floor);
    }
  }
  const span = spanAround(spans, limit);
  if (span === null) return { at: limit, open: null };
  if (span.start > done) return { at: span.start, open: null };
  // It began where this window does: cut it short, or the window would only grow.
  return span.end < text.length ? { at: span.end, open: null } : { at: text.length, open: span };
}

function isHeadOfBlock(text: string, at: number): boolean {
  return isHeadOfLine(text, at) && text.charCodeAt(at) > 32;
}

function isHeadOfLine(text: string, at: number): boolean {
  return text.charCodeAt(at - 1) === 10;
}

function isGap(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1);
  return code === 32 || code === 44;
}

/** The span that a cut at `at` would tear. */
function spanAround(spans: readonly Span[], at: number): Span | null {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  const span = spans[low];
  return span !== undefined && span.start < at ? span : null;
}
