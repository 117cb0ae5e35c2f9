// Finds secrets by how they begin: tokens of known services, JSON web tokens, authorization schemes, webhook addresses.
import type { Mark } from "./redact_spans.ts";

import { alnum, kindOf, type TokenRow, tokenRows, urlSafe } from "./redact_token_rows.ts";

/** What is known by more than its beginning; the secret is the first group. */
const forms: readonly (readonly [starts: string, form: RegExp])[] = [
  ["eyJ", /(eyJ(?:hbGci|0eXAi|raWQi|4NXQi)[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*)/dy],
  [
    "bea BEA Bea",
    /(?:bearer|BEARER|Bearer)[ \t]{1,8}(?!auth|token|credential|scheme|realm)([A-Za-z0-9._~+/=-]{12,})/dy,
  ],
  ["Tok", /Token[ \t]{1,8}(?![A-Z]?[a-z]+(?:-[a-z]+)*(?![A-Za-z0-9_~+/=]))([A-Za-z0-9._~+/=-]{12,})/dy],
  ["Bas", /Basic[ \t]{1,8}(?![A-Z]?[a-z]+(?:-[a-z]+)*(?![A-Za-z0-9_~+/=]))([A-Za-z0-9._~+/=-]{12,})/dy],
  ["bas", /basic[ \t]{1,8}(?=\S{0,64}\d)(?=\S{0,64}[A-Z])([A-Za-z0-9._~+/=-]{12,})/dy],
  [
    "Api Dig Neg NTL",
    /(?:ApiKey|Digest|Negotiate|NTLM)[ \t]{1,8}(?![A-Z]?[a-z]+(?:-[a-z]+)*(?![A-Za-z0-9_~+/=]))([A-Za-z0-9._~+/=-]{12,})/dy,
  ],
  ["hoo", /hooks\.slack\.com\\?\/(?:services|workflows|triggers)\\?\/([^\s"'`<>)\]]+)/dy],
  ["hoo", /hooks\.zapier\.com\\?\/hooks\\?\/catch\\?\/([^\s"'`<>)\]]+)/dy],
  ["dis pta can", /(?:ptb\.|canary\.)?discord(?:app)?\.com\\?\/api\\?\/(?:v\d+\\?\/)?webhooks\\?\/([^\s"'`<>)\]]+)/dy],
  ["web out", /(?:webhook|outlook)\.office(?:365)?\.com\\?\/webhook(?:b2)?\\?\/([^\s"'`<>)\]]+)/dy],
  ["mak", /maker\.ifttt\.com\\?\/[^\s"'<>?]{0,200}\/key\\?\/([A-Za-z0-9_-]+)/dy],
];

/** Bot tokens of Discord have no beginning of their own, but three parts of known length. */
const discord = /([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45})(?![A-Za-z0-9_-])/dy;

/** Enough to tell words with dashes between them from a token. */
const words = /^[a-z]{0,15}(?:[-_./][a-z]{0,15})*$/;
const lookedAt = 24;
const letterJ = 74;
/** Of a JSON web token. */
const leastPart = 4;
const mostParts = 5;

/** What one look at a text leaves for the next one, so that none goes over the same characters again. */
export interface TokenMemo {
  /** End of the letters, digits, `_` and `-` that were last gone over to their end. */
  runEnd: number;
}

interface Look {
  readonly start: string;
  /** The character behind the first three; -1 where there is none. */
  readonly fourth: number;
  at(text: string, at: number, mark: Mark): number;
}

/** By the first character, and in there by the second one. */
const byStart: (Look[] | undefined)[][] = new Array(128).fill(new Array(128).fill(undefined));
for (const row of tokenRows) add(row[0], (text, at, mark) => atPrefix(text, { at, row }, mark));
for (const [starts, form] of forms) {
  for (const start of starts.split(" ")) add(start, (text, at, mark) => atForm(text, { at, form }, mark));
}

/** The beginnings of everything that `atToken` knows. */
export const tokenStarts: readonly string[] = [
  ...tokenRows.map(([prefix]) => prefix),
  ...forms.flatMap(([starts]) => starts.split(" ")),
];

/**
 * Looks at the word at `at`, which begins as one of `tokenStarts`, and which no letter or digit precedes. @returns where to
 * go on; `at` when it is no token.
 */
export function atToken(
  text: string,
  { at, memo }: { readonly at: number; readonly memo: TokenMemo },
  mark: Mark,
): number {
  const third = text.charCodeAt(at + 2);
  if (third === letterJ && text.startsWith("eyJ", at)) {
    const end = atJwt(text, { at, memo }, mark);
    if (end > at) return end;
  }
  const looks = byStart[text.charCodeAt(at)]![text.charCodeAt(at + 1)];
  if (looks === undefined) return at;
  const fourth = text.charCodeAt(at + 3);
  for (const look of looks) {
    if (look.start.charCodeAt(2) !== third || (look.fourth >= 0 && look.fourth !== fourth)) continue;
    const end = text.startsWith(look.start, at) ? look.at(text, at, mark) : at;
    if (end > at) return end;
  }
  return at;
}

/** Looks for a Discord bot's token. @returns where to go on. */
export function atDiscord(text: string, at: number, mark: Mark): number {
  return atForm(text, { at, form: discord }, mark);
}

/** A JSON web token: two to five parts with dots between them. */
function atJwt(text: string, { at, memo }: { readonly at: number; readonly memo: TokenMemo }, mark: Mark): number {
  const from = at + 3;
  if (from >= memo.runEnd) memo.runEnd = bodyEnd(text, { from, to: text.length, body: urlSafe });
  let end = memo.runEnd;
  if (end - from < leastPart || text[end] !== ".") return at;
  const second = end + 1;
  if (bodyEnd(text, { from: second, to: second + leastPart, body: urlSafe }) < second + leastPart) return at;
  end = bodyEnd(text, { from: second, to: text.length, body: urlSafe });
  for (let part = 2; part < mostParts && text[end] === "."; part++) {
    end = bodyEnd(text, { from: end + 1, to: text.length, body: urlSafe });
  }
  mark(at, end);
  return end;
}

function atPrefix(text: string, { at, row }: { readonly at: number; readonly row: TokenRow }, mark: Mark): number {
  const [prefix, body, least] = row;
  const from = at + prefix.length;
  let end = bodyEnd(text, { from, to: from + Math.max(least, lookedAt), body });
  if (end - from < least || (body !== alnum && words.test(text.slice(from, end)))) return at;
  end = bodyEnd(text, { from: end, to: text.length, body });
  // The end of a sentence is no part of a token.
  while (text[end - 1] === ".") end--;
  mark(at, end);
  return end;
}

function bodyEnd(
  text: string,
  { from, to, body }: { readonly from: number; readonly to: number; readonly body: number },
): number {
  let end = from;
  while (end < to && (kindOf(text.charCodeAt(end)) & body) !== 0) end++;
  return end;
}

function atForm(text: string, { at, form }: { readonly at: number; readonly form: RegExp }, mark: Mark): number {
  form.lastIndex = at;
  const span = form.exec(text)?.indices?.[1];
  if (span === undefined) return at;
  mark(span[0], span[1]);
  return span[1];
}

function add(start: string, at: Look["at"]): void {
  const look = { start, fourth: start.length > 3 ? start.charCodeAt(3) : -1, at };
  const [first, second] = [start.charCodeAt(0), start.charCodeAt(1)];
  // Until then the row is that of all characters with which nothing begins.
  if (byStart[first]!.every((looks) => looks === undefined)) byStart[first] = new Array(128).fill(undefined);
  (byStart[first]![second] ??= []).push(look);
}
