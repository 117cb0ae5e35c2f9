// Finds secrets by their values: those of environment variables with a secret's name, however they are spelled.
import type { Mark } from "./redact_spans.ts";
import { spellingsOf } from "./redact_spellings.ts";

const mostValues = 256;
const gramLength = 4;
const base64Character = /[A-Za-z0-9+/=_-]/;

/** A part of a value as it may stand in a text. */
interface Literal {
  readonly text: string;
  /** A part of something longer, all of which is masked. */
  readonly isBase64: boolean;
}

/** Values made ready to be looked for. */
export interface KnownValues {
  /** By the low bits of the first two characters: whether a literal may start so. */
  readonly pairs: Uint8Array;
  /** By the first four characters, the longest first. */
  readonly byGram: ReadonlyMap<number, readonly Literal[]>;
}

/** Makes values ready. Of more than 256 values the rest is left out. */
export function knownValues(values: readonly string[]): KnownValues {
  const pairs = new Uint8Array(1 << 16);
  const byGram = new Map<number, Literal[]>();
  for (const value of [...new Set(values)].slice(0, mostValues)) {
    for (const literal of spellingsOf(value)) {
      const { text } = literal;
      if (text.length < gramLength * 2) continue;
      pairs[pairAt(text, 0)] = 1;
      const gram = gramAt(text, 0);
      const others = byGram.get(gram);
      if (others === undefined) byGram.set(gram, [literal]);
      else if (!others.some((other) => other.text === text)) others.push(literal);
    }
  }
  for (const literals of byGram.values()) literals.sort((a, b) => b.text.length - a.text.length);
  return { pairs, byGram };
}

/** Marks every place where one of the values stands. */
export function findValues(text: string, { pairs, byGram }: KnownValues, mark: Mark): void {
  let done = 0;
  for (let i = 0; i + gramLength < text.length;) {
    if (pairs[pairAt(text, i)] === 0) {
      i++;
      continue;
    }
    const found = byGram.get(gramAt(text, i))?.find((literal) => text.startsWith(literal.text, i));
    if (found === undefined) {
      i++;
      continue;
    }
    let start = i;
    let end = i + found.text.length;
    if (found.isBase64) {
      while (start > done && base64Character.test(text[start - 1]!)) start--;
      while (end < text.length && base64Character.test(text[end]!)) end++;
    }
    mark(start, end);
    done = end;
    i = end;
  }
}

function pairAt(text: string, at: number): number {
  return (text.charCodeAt(at) & 255) << 8 | (text.charCodeAt(at + 1) & 255);
}

function gramAt(text: string, at: number): number {
  return pairAt(text, at) << 16 | pairAt(text, at + 2);
}
