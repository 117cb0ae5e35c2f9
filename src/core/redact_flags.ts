// Finds secrets that a command line hands over: `--token abc`, `-u name:password`, `sshpass -p abc`.
import { afterBlanks, bareEnd, isBlank, isQuote, quotedEnd } from "./redact_ends.ts";
import { isNameCharacter, placeOf } from "./redact_field_name.ts";
import { markValue } from "./redact_field_value.ts";
import { secrecyOf } from "./redact_names.ts";
import type { Mark } from "./redact_spans.ts";

const longestName = 64;
const userFlags = new Set(["-u", "-U", "--user", "--proxy-user"]);
const userValue = /(["']?)([^\s:"'\\]{1,256}):(?!\/\/)([^\s"'\\]{1,1024})/y;
const listGap = /\\{0,15}["'],\s{0,16}\\{0,15}(?=["'])/y;

/** Programs and files that name a password in a way of their own; it is the first group. */
const commands: readonly RegExp[] = [
  /sshpass[ \t]+-p[ \t]*([^\s"'-][^\s"']*)/dy,
  /redis-cli\b[^\r\n|;&]{0,120}?[ \t](?:-a|--pass)[ \t]+([^\s"'-][^\s"']*)/dy,
  /mysql(?:dump|admin|import|check|sh)?\b[^\r\n|;&]{0,120}?[ \t]-p([^\s"'=-][^\s"']*)/dy,
  /mariadb(?:-dump|-admin)?\b[^\r\n|;&]{0,120}?[ \t]-p([^\s"'=-][^\s"']*)/dy,
  /docker[ \t]+login\b[^\r\n|;&]{0,120}?[ \t]-p[ \t]+([^\s"'-][^\s"']*)/dy,
  /identified[ \t]+by[ \t]+(?:password[ \t]+)?'([^'\r\n]{1,256})'/diy,
  /password[ \t]+'([^'\r\n]{1,256})'/diy,
  /login[ \t]+[^\s"']{1,256}\s{1,64}password[ \t]+([^\s"']+)/diy,
];
/** A line of a netrc file. */
const netrcLine = /password[ \t]+(?=\S*\d)([^\s"'(){}<>,;:]{6,256})[ \t]*(?=$|[\r\n])/dy;

/** Looks at the `-` at `at`, which no name goes on with. @returns where to go on. */
export function atDash(text: string, at: number, mark: Mark): number {
  let from = at + 1;
  if (text[from] === "-") from++;
  let end = from;
  while (end - from < longestName && isNameCharacter(text.charCodeAt(end))) end++;
  const next = text.charCodeAt(end);
  if (end === from) return end + 1;
  const flag = text.slice(at, end);
  if (userFlags.has(flag)) return atUser(text, end, mark);
  const gap = gapEnd(text, end);
  if (gap === end || !(isBlank(next) || isQuote(next) || next === 92)) return end;
  const secrecy = secrecyOf(text.slice(from, end));
  if (secrecy === "none" || text[gap] === "-") return end;
  const isShort = from === at + 1;
  const place = { secrecy: secrecy === "hint" ? "token" : secrecy, isSpaced: false, isLoose: isShort, isLine: false };
  const keepsQuotes = !isBlank(next);
  return Math.max(end, markValue({ text, from: gap, isParameter: false, around: -1, keepsQuotes }, place, mark));
}

/** The first two letters, in lower case, of the words that `atCommand` knows. */
export const commandStarts: readonly string[] = ["ss", "re", "my", "ma", "do", "id", "pa", "lo"];

/** Looks at the word at `at`. @returns where to go on; `at` when it is none of these. */
export function atCommand(text: string, at: number, mark: Mark): number {
  for (const form of commands) {
    form.lastIndex = at;
    const span = form.exec(text)?.indices?.[1];
    if (span !== undefined) return marked(span, mark);
  }
  netrcLine.lastIndex = at;
  const span = netrcLine.exec(text)?.indices?.[1];
  return span !== undefined && placeOf(text, at) === "line" ? marked(span, mark) : at;
}

function marked([start, end]: readonly [number, number], mark: Mark): number {
  mark(start, end);
  return end;
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
