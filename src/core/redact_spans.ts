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

/** Parts of a text, in order and apart: start and end of the first, of the second, and so on. */
export type Spans = readonly number[];

/** Collects what finders mark; a finder may mark in any order, and what others marked too. */
export class Marks {
  /** Each with starts that rise: finders go from left to right, one after the other. */
  readonly #runs: number[][] = [];
  #run: number[] = [];
  #lastStart = Infinity;

  /** A `Mark` bound to this collection. */
  readonly mark: Mark = (start, end) => {
    if (end <= start) return;
    if (start < this.#lastStart) {
      this.#run = [];
      this.#runs.push(this.#run);
    }
    this.#lastStart = start;
    this.#run.push(start, end);
  };

  /** What was marked, in order; parts that touch are one. */
  merged(): Spans {
    let runs: number[][] = this.#runs.map(coalesced);
    while (runs.length > 1) {
      const pairs: number[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const other = runs[i + 1];
        pairs.push(other === undefined ? runs[i]! : coalesced(zipped(runs[i]!, other)));
      }
      runs = pairs;
    }
    return runs[0] ?? [];
  }
}

/** Whether each part is a mask, so that masking it changes nothing. */
export function areMasked(text: string, spans: Spans): boolean {
  for (let i = 0; i < spans.length; i += 2) {
    if (spans[i + 1]! - spans[i]! !== mask.length || !text.startsWith(mask, spans[i]!)) return false;
  }
  return true;
}

/** The text with each part replaced by the mask. */
export function masked(text: string, spans: Spans): string {
  const parts: string[] = [];
  let at = 0;
  for (let i = 0; i < spans.length; i += 2) {
    parts.push(text.slice(at, spans[i]));
    at = spans[i + 1]!;
  }
  parts.push(text.slice(at));
  // Not added up: such a string is read far more slowly, and it is about to be read again.
  return parts.join(mask);
}

/** Two lists in the order of their starts as one. */
function zipped(some: readonly number[], others: readonly number[]): number[] {
  const all: number[] = [];
  let i = 0;
  let j = 0;
  while (i < some.length || j < others.length) {
    if (j >= others.length || (i < some.length && some[i]! <= others[j]!)) {
      all.push(some[i]!, some[i + 1]!);
      i += 2;
    } else {
      all.push(others[j]!, others[j + 1]!);
      j += 2;
    }
  }
  return all;
}

/** Joins, in place, parts that touch. */
function coalesced(parts: number[]): number[] {
  let count = 0;
  for (let i = 0; i < parts.length; i += 2) {
    const start = parts[i]!;
    const end = parts[i + 1]!;
    if (count > 0 && start <= parts[count - 1]!) {
      if (end > parts[count - 1]!) parts[count - 1] = end;
      continue;
    }
    parts[count] = start;
    parts[count + 1] = end;
    count += 2;
  }
  parts.length = count;
  return parts;
}
