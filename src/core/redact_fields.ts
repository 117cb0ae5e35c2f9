// Finds secrets by the name they are given: assignments, fields of JSON and YAML, headers, parameters of a URL.
import { isBlank, isQuote } from "./redact_ends.ts";
import { type Name, nameBefore, placeOf, quoteAround, wordBefore } from "./redact_field_name.ts";
import { isMasked, markHeader, markLine, markValue, valueStart } from "./redact_field_value.ts";
import { type Secrecy, secrecyIn } from "./redact_names.ts";
import type { QuotedText } from "./redact_quotes.ts";
import type { Mark } from "./redact_spans.ts";
import { WordSet } from "./redact_words.ts";

const headers = new WordSet(
  "authorization proxy-authorization cookie set-cookie x-api-key x-auth-token x-amz-security-token",
);
const signatures = new WordSet("auth sig signature x-amz-signature x-goog-signature");
const equalsSign = 61;
const colon = 58;
const dash = 45;

/** Looks at the `=` at `at`. @returns where to go on. */
export function atEquals(quoted: QuotedText, at: number, mark: Mark): number {
  const { text } = quoted;
  const next = text.charCodeAt(at + 1);
  if (next === equalsSign) return at + 2;
  const before = text.charCodeAt(at - 1);
  // `!= <= >= ~=` compare; `:= ?= +=` assign.
  if (before === 33 || before === 60 || before === equalsSign || before === 62 || before === 126) return at + 1;
  const name = nameBefore(text, before === colon || before === 63 || before === 43 ? at - 1 : at);
  if (name === null) return at + 1;
  const isArrow = next === 62;
  const from = valueStart(text, at + (isArrow ? 2 : 1));
  const around = quoteAround(text, name);
  if (isMasked(text, from, around < 0 ? "word" : "line")) return from;
  const sign = text.charCodeAt(name.start - 1);
  const isParameter = sign === 38 || sign === 63 || (sign === 35 && name.start > 1 && text[name.start - 2] !== "\n");
  let start = name.start;
  while (text.charCodeAt(start) === dash) start++;
  const secrecy = isParameter && signatures.has(text, start, name.end) ? "token" : secrecyIn(text, start, name.end);
  if (secrecy === "none" || (isArrow && !isQuote(text.charCodeAt(from)))) return at + 1;
  const isSpaced = isBlank(before) || isBlank(next);
  const place = { secrecy, isSpaced, isLoose: false, isLine: false, isQuoted: false };
  return markValue({ quoted, text, from, isParameter, around, keepsQuotes: isArrow }, place, mark);
}

/** Looks at the `:` at `at`, which starts no `://`. @returns where to go on. */
export function atColon(quoted: QuotedText, at: number, mark: Mark): number {
  const { text } = quoted;
  const next = text.charCodeAt(at + 1);
  if (next === colon) return at + 2;
  if (next === equalsSign) return at + 1;
  const name = nameBefore(text, at);
  if (name === null) return at + 1;
  const from = valueStart(text, at + 1);
  if (isMasked(text, from, "line")) return from;
  const isHeader = headers.has(text, name.start, name.end);
  const secrecy = isHeader ? "token" : secrecyOfField(text, name);
  if (secrecy === "none") return at + 1;
  const isQuotedValue = isQuote(text.charCodeAt(from)) || text.charCodeAt(from) === 92;
  const around = quoteAround(text, name);
  if (isHeader && !(name.isQuoted && isQuotedValue)) return markHeader({ quoted, text, from, around }, mark);
  const where = name.isQuoted ? "flow" : placeOf(text, name.start);
  if (where === "prose" && (secrecy === "hint" || text.charCodeAt(name.start - 1) === 47)) return at + 1;
  const isGlued = from === at + 1 && !name.isQuoted && !isQuotedValue;
  const isWeak = !name.isQuoted && !isQuotedValue && isPass(text, name);
  const place = {
    secrecy,
    isSpaced: where !== "prose",
    isLoose: isGlued || isWeak || where === "prose",
    isLine: where === "line",
    isQuoted: false,
  };
  if (where === "line" && around < 0 && !isQuotedValue && !isGlued) return markLine(text, { from, place }, mark);
  return markValue({ quoted, text, from, isParameter: false, around, keepsQuotes: true }, place, mark);
}

function secrecyOfField(text: string, name: Name): Secrecy {
  const word = wordBefore(text, name);
  return word < 0 ? secrecyIn(text, name.start, name.end) : secrecyIn(text, word, name.end, name.start - 1);
}

function isPass(text: string, { start, end }: Name): boolean {
  return end - start === 4 && text.slice(start, end).toLowerCase() === "pass";
}
