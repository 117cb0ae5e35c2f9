// Tells lines of JSON from other lines, and finds their strings.
import type { Span } from "./redact_spans.ts";

const space = 32;
const doubleQuote = 34;
const backslash = 92;
const longestPrefix = 256;
const opening = /[{[]\s{0,8}["{[]/;
/** A line of a document that is spread over several. */
const part = /^\s{0,200}"(?:[^"\\]|\\.)*(?:"\s{0,8}(?::|,?\s*$)|$)/;

/** Brackets, `,`, `:`, and what numbers, `true`, `false` and `null` are made of. */
const structure = new Uint8Array(128);
for (const character of "{}[],:0123456789+-.Etruefalsn") structure[character.charCodeAt(0)] = 1;

/** A line that is JSON, from where that begins. */
export interface JsonLine extends Span {
  /** Where its strings start and end, in pairs; the last one may be cut by the end of the line. */
  readonly quotes: readonly number[];
  readonly hasEscapes: boolean;
}

/** The JSON on a line, at its head or behind a time stamp or the like; null where there is none. */
export function jsonLineAt(text: string, { start, end }: Span): JsonLine | null {
  if (end - start < 5) return null;
  const head = text.slice(start, Math.min(end, start + longestPrefix));
  const at = head.search(opening);
  const line = at < 0 ? null : lineFrom(text, { start: start + at, end });
  if (line !== null) return line;
  return part.test(head) ? lineFrom(text, { start, end }) : null;
}

function lineFrom(text: string, { start, end }: Span): JsonLine | null {
  const quotes: number[] = [];
  let isInside = false;
  let hasEscapes = false;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === doubleQuote) {
      quotes.push(i);
      isInside = !isInside;
    } else if (isInside) {
      if (code !== backslash) continue;
      hasEscapes = true;
      i++;
    } else if (code > space && (code > 127 || structure[code] === 0)) return null;
  }
  if (isInside) quotes.push(end);
  return quotes.length === 0 ? null : { start, end, quotes, hasEscapes };
}
