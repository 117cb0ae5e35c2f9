// Marks the strings of a line of JSON that are secrets by the name that stands before them.
import { secrecyIn } from "./redact_names.ts";
import type { Numbers } from "./redact_numbers.ts";
import { type Mark, mask as masked, type Span } from "./redact_spans.ts";
import { isHarmless } from "./redact_values.ts";
import { WordSet } from "./redact_words.ts";

const longestName = 128;
const longestGap = 64;
const lookedAt = 300;
const space = 32;
const comma = 44;
const dash = 45;
const colon = 58;
const headers = new WordSet("cookie set-cookie authorization proxy-authorization");
/** One for each secrecy, because a text has many names. */
const anywhere = new Map(
  (["none", "hint", "token", "count", "password"] as const).map((secrecy) =>
    [secrecy, { secrecy, isQuoted: true, isSpaced: false, isLoose: false, isLine: false }] as const
  ),
);

/**
 * Marks the strings that are values of secret names, of secret flags in a list, and of `name` and `value` pairs. The
 * strings of the line start and end at the quotes from index `from` up to `to`.
 */
export function markFields(
  text: string,
  { quotes, from, to }: { readonly quotes: Numbers; readonly from: number; readonly to: number },
  mark: Mark,
): void {
  let pairStart = 0;
  let pairEnd = 0;
  for (let i = from; i + 3 < to; i += 2) {
    const nameStart = quotes.at(i) + 1;
    const nameEnd = quotes.at(i + 1);
    const start = quotes.at(i + 2) + 1;
    if (nameEnd - nameStart > longestName || start - nameEnd > longestGap) continue;
    const between = signBetween(text, nameEnd + 1, start - 1);
    if (between !== colon && between !== comma) continue;
    const value = { text, start, end: quotes.at(i + 3), mark };
    if (between === comma) {
      if (text.charCodeAt(nameStart) !== dash) continue;
      const isLong = nameEnd > nameStart + 1 && text.charCodeAt(nameStart + 1) === dash;
      markString(nameStart + (isLong ? 2 : 1), nameEnd, value);
      continue;
    }
    const part = pairPart(text, nameStart, nameEnd);
    if (part === "name") {
      pairStart = start;
      pairEnd = Math.min(value.end, start + longestName);
    } else if (part === "value") {
      markString(pairStart, pairEnd, value);
      pairStart = pairEnd;
    } else markString(nameStart, nameEnd, value);
  }
}

/** Whether a field holds the name of something, or its value. */
function pairPart(text: string, start: number, end: number): "name" | "value" | null {
  const length = end - start;
  if (length < 3 || length > 5) return null;
  switch (text.slice(start, end)) {
    case "name":
    case "key":
    case "Name":
    case "Key":
      return "name";
    case "value":
    case "Value":
      return "value";
  }
  return null;
}

/** The one sign between two strings, white space aside; 0 where there is more, or nothing. */
function signBetween(text: string, from: number, to: number): number {
  let sign = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === space || (code >= 9 && code <= 13)) continue;
    if (sign !== 0) return 0;
    sign = code;
  }
  return sign;
}

function markString(
  nameStart: number,
  nameEnd: number,
  { text, start, end, mark }: Span & { readonly text: string; readonly mark: Mark },
): void {
  if (end - start === masked.length && text.startsWith(masked, start)) return;
  const secrecy = headers.has(text, nameStart, nameEnd) ? "token" : secrecyIn(text, nameStart, nameEnd);
  if (secrecy === "none") return;
  if (isHarmless(text.slice(start, Math.min(end, start + lookedAt)), anywhere.get(secrecy)!)) return;
  mark(start, end);
}
