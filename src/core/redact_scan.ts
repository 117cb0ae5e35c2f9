// Goes over a text once and hands each place where a secret may begin to the finder that knows it.
import { atElement, atNamedValue, findKeys, findPgpass } from "./redact_blocks.ts";
import { Commands, commandStarts } from "./redact_commands.ts";
import { atColon, atEquals } from "./redact_fields.ts";
import { atDash } from "./redact_flags.ts";
import { QuotedText } from "./redact_quotes.ts";
import { type Mark, mask } from "./redact_spans.ts";
import { atDiscord, atToken, type TokenMemo, tokenStarts } from "./redact_tokens.ts";
import { atUrl } from "./redact_urls.ts";

const wordCode = 1;
const equalsCode = 2;
const colonCode = 3;
const dashCode = 4;
const elementCode = 5;
const nameCode = 6;
const slash = 47;

const codes = new Uint8Array(128);
for (let code = 48; code < 123; code++) if (/[A-Za-z0-9]/.test(String.fromCharCode(code))) codes[code] = wordCode;
codes["_".charCodeAt(0)] = nameCode;
codes["=".charCodeAt(0)] = equalsCode;
codes[":".charCodeAt(0)] = colonCode;
codes["-".charCodeAt(0)] = dashCode;
codes["<".charCodeAt(0)] = elementCode;

const isToken = 1;
const isCommand = 2;
const isNamed = 4;
const isDiscord = 8;
/** By the first two characters of a word, what it may be. */
const starts = new Uint8Array(128 * 128);
for (const start of tokenStarts) note(start, isToken);
for (const start of commandStarts) for (const form of casesOf(start)) note(form, isCommand);
for (const start of ["na", "ke"]) for (const form of casesOf(start)) note(form, isNamed);
for (const first of "MNO") {
  for (let second = 45; second < 123; second++) note(first + String.fromCharCode(second), isDiscord);
}

/** Telegram's bots: a number, a colon, and 35 characters. */
const telegram = /:([A-Za-z0-9_-]{35})(?![A-Za-z0-9_-])/dy;

/** What finders remember of one text. */
interface Memo {
  readonly tokens: TokenMemo;
  readonly commands: Commands;
}

/** Marks every secret whose shape or name is known. Takes time in proportion to the text. */
export function findShapes(text: string, mark: Mark): void {
  findKeys(text, mark);
  findPgpass(text, mark);
  const quoted = new QuotedText(text);
  const memo: Memo = { tokens: { runEnd: 0 }, commands: new Commands(text) };
  let before = 0;
  for (let i = 0; i < text.length;) {
    const at = i;
    const character = text.charCodeAt(i);
    const code = character < 128 ? codes[character]! : 0;
    switch (code) {
      case 0:
        i++;
        before = 0;
        continue;
      case wordCode:
        if (before !== wordCode) {
          const second = text.charCodeAt(at + 1);
          const what = second < 128 ? starts[character * 128 + second]! : 0;
          if (what !== 0) i = atWord(text, { at, what, memo }, mark);
        }
        if (i > at) break;
        i = wordEnd(text, at);
        before = wordCode;
        continue;
      case equalsCode:
        i = atEquals(quoted, at, mark);
        break;
      case colonCode:
        i = atColonSign(quoted, at, mark);
        break;
      case dashCode:
        i = before === wordCode || before === nameCode || before === dashCode ? i + 1 : atDash(quoted, at, mark);
        break;
      case elementCode:
        i = text.startsWith(mask, at) ? at + mask.length : atElement(text, at, mark);
        break;
      default:
        i++;
    }
    before = i === at + 1 ? code : codeAt(text, i - 1);
  }
}

/** Looks at the word at `at`, which may be one of `what`. @returns where to go on; `at` when it is nothing. */
function atWord(
  text: string,
  { at, what, memo }: { readonly at: number; readonly what: number; readonly memo: Memo },
  mark: Mark,
): number {
  let end = at;
  if ((what & isToken) !== 0) end = atToken(text, { at, memo: memo.tokens }, mark);
  if (end === at && (what & isNamed) !== 0 && memo.commands.isValueNear(at)) end = atNamedValue(text, at, mark);
  if (end === at && (what & isCommand) !== 0) end = memo.commands.at(at, mark);
  if (end === at && (what & isDiscord) !== 0 && !/[-_]/.test(text[at - 1] ?? "")) end = atDiscord(text, at, mark);
  return end;
}

function wordEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code > 127 || codes[code] !== wordCode) return end;
  }
  return text.length;
}

/** Looks at the colon at `at`. @returns where to go on. */
function atColonSign(quoted: QuotedText, at: number, mark: Mark): number {
  const { text } = quoted;
  const next = text.charCodeAt(at + 1);
  if (next === slash && text.charCodeAt(at + 2) === slash) return atUrl(text, at, mark);
  return isDigit(text.charCodeAt(at - 1)) && isBotNumber(text, at)
    ? atTelegram(text, at, mark)
    : atColon(quoted, at, mark);
}

/** Eight to ten digits before the colon, alone or after `bot`. */
function isBotNumber(text: string, at: number): boolean {
  let start = at;
  while (at - start < 11 && codeAt(text, start - 1) === wordCode && text.charCodeAt(start - 1) < 58) start--;
  const count = at - start;
  return count >= 8 && count <= 10 && (codeAt(text, start - 1) !== wordCode || text.slice(start - 3, start) === "bot");
}

function atTelegram(text: string, at: number, mark: Mark): number {
  telegram.lastIndex = at;
  const span = telegram.exec(text)?.indices?.[1];
  if (span === undefined) return at + 1;
  mark(span[0], span[1]);
  return span[1];
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function codeAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? codes[code]! : 0;
}

function note(start: string, what: number): void {
  const index = start.charCodeAt(0) * 128 + start.charCodeAt(1);
  starts[index] = starts[index]! | what;
}

function casesOf(start: string): string[] {
  return [start, start.toUpperCase(), start[0]!.toUpperCase() + start.slice(1)];
}
