// Finds secrets that flags of a command line hand over: `--token abc`, `-u name:password`.
import { afterBlanks, bareEnd, isBlank, isQuote, quotedEnd } from "./redact_ends.ts";
import { isNameCharacter } from "./redact_characters.ts";
import { markValue } from "./redact_field_value.ts";
import { secrecyIn } from "./redact_names.ts";
import type { QuotedText } from "./redact_quotes.ts";
import type { Mark } from "./redact_spans.ts";

const longestName = 64;
const letterR = 114;
const letterU = 117;
const userFlags = new Set(["-u", "-U", "--user", "--proxy-user"]);
const userValue = /(["']?)([^\s:"'\\]{1,256}):(?!\/\/)([^\s"'\\]{1,1024})/y;
const listGap = /\\{0,15}["'],\s{0,16}\\{0,15}(?=["'])/y;

/** Looks at the `-` at `at`, which no name goes on with. @returns where to go on. */
export function atDash(quoted: QuotedText, at: number, mark: Mark): number {
  const { text } = quoted;
  let from = at + 1;
  if (text[from] === "-") from++;
  let end = from;
  while (end - from < longestName && isNameCharacter(text.charCodeAt(end))) end++;
  const next = text.charCodeAt(end);
  if (end === from) return end + 1;
  if (mayBeUser(text, { at, end }) && userFlags.has(text.slice(at, end))) return atUser(text, end, mark);
  if (!(isBlank(next) || isQuote(next) || next === 92)) return end;
  const secrecy = secrecyIn(text, from, end);
  if (secrecy === "none") return end;
  const gap = gapEnd(text, end);
  if (gap === end || text[gap] === "-") return end;
  const isShort = from === at + 1;
  const place = {
    secrecy: secrecy === "hint" ? "token" : secrecy,
    isSpaced: false,
    isLoose: isShort,
    isLine: false,
    isQuoted: false,
  };
  const keepsQuotes = !isBlank(next);
  return Math.max(
    end,
    markValue({ quoted, text, from: gap, isParameter: false, around: -1, keepsQuotes }, place, mark),
  );
}

/** `-u`, `-U`, `--user` and `--proxy-user` are alike in length and letter. */
function mayBeUser(text: string, { at, end }: { readonly at: number; readonly end: number }): boolean {
  const length = end - at;
  if (length === 2) return (text.charCodeAt(at + 1) | 32) === letterU;
  return (length === 6 || length === 12) && text.charCodeAt(end - 1) === letterR;
}

function atUser(text: string, flagEnd: number, mark: Mark): number {
  const from = text[flagEnd] === "=" ? flagEnd + 1 : gapEnd(text, flagEnd);
  userValue.lastIndex = from;
  const found = from === flagEnd ? null : userValue.exec(text);
  if (found === null) return flagEnd;
  const [, quote, user, password] = found;
  const isNoSecret = user === password || /^\d+$/.test(`${user}${password}`) || /^(?:[$*{<%]|x+$)/.test(password!);
  if (isNoSecret || password!.includes("://")) return flagEnd;
  const isListed = !isBlank(text.charCodeAt(flagEnd)) && text[flagEnd] !== "=";
  const close = quote === "" ? bareEnd(text, from, false) : quotedEnd(text, from);
  if (isListed) mark(from + 1, close);
  else mark(from, quote !== "" && text[close] === quote ? close + 1 : close);
  return close;
}

/** End of what stands between a flag and its value: blanks, or the end and the start of two strings in a list. */
function gapEnd(text: string, at: number): number {
  const after = afterBlanks(text, at);
  if (after > at) return after;
  listGap.lastIndex = at;
  return listGap.test(text) ? listGap.lastIndex : at;
}
