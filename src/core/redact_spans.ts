// Parts of a text that are to be masked: how they are collected, put in order and replaced.

/** Stands where a secret was. */
export const mask = "<redacted>";

/** Tells that the characters from `start` up to `end` are a secret. */
export type Mark = (start: number, end: number) => void;

/** A part of a text: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Collects what finders mark; a finder may mark in any order, and what others marked too. */
export class Marks {
  #spans: Span[] = [];
  #isSorted = true;

  /** A `Mark` bound to this collection. */
  readonly mark: Mark = (start, end) => {
    if (end <= start) return;
    const last = this.#spans.at(-1);
    if (last !== undefined && last.start > start) this.#isSorted = false;
    this.#spans.push({ start, end });
  };

  /** What was marked, in order; parts that touch are one. */
  merged(): readonly Span[] {
    if (!this.#isSorted) this.#spans.sort((a, b) => a.start - b.start);
    const merged: Span[] = [];
    for (const span of this.#spans) {
      const last = merged.at(-1);
      if (last === undefined || span.start > last.end) merged.push(span);
      else if (span.end > last.end) merged[merged.length - 1] = { start: last.start, end: span.end };
    }
    return merged;
  }
}

/** The text with each part replaced by the mask; parts must be in order and apart. */
export function masked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), mask);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}
