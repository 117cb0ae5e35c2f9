// Tells what stands where a secret may stand but is none: references, types, calls, placeholders, words of prose.
import { tableOf } from "./redact_characters.ts";
import { type Secrecy, secrecyIn, secrecyOf } from "./redact_names.ts";
import { mask } from "./redact_spans.ts";
import { WordSet } from "./redact_words.ts";

const longestLookedAt = 256;
const dollar = 36;
const ampersand = 38;
const letter = 1;
const digit = 2;
const underscore = 4;
const dash = 8;
/** What else base64 is made of. */
const sign = 16;
const punctuation = 32;
const wordClasses = letter | digit | underscore | dash;
const nameClasses = letter | digit | underscore;
const mostSigns = 6;
const tokenClasses = wordClasses | sign;
const classes = new Uint8Array(128);
for (const [characters, kind] of [["_", underscore], ["-", dash], ["+/=", sign], [".,;:!?", punctuation]] as const) {
  for (const character of characters) classes[character.charCodeAt(0)] = kind;
}
for (let code = 48; code < 58; code++) classes[code] = digit;
for (let code = 65; code < 91; code++) classes[code] = classes[code + 32] = letter;

/** Types, literals and what a message says about a secret. */
const harmlessWords = new WordSet(
  "string str number int integer bool boolean bytes byte char any unknown object never void null nil none undefined " +
    "true false yes no on off text varchar uuid secretstr optional required array list dict record map type default " +
    "auto is was are has not to for and or with from in of a an the if as by must invalid expired missing incorrect " +
    "wrong ok valid unexpected revoked denied failed basic digest include omit same-origin inherit enabled disabled " +
    "empty unset set changed accepted rejected protected prompt flag option value here needed found authentication " +
    "authorization secret-service keychain store cache osxkeychain manager manager-core redacted hidden masked " +
    "filtered omitted private public keyring await new lambda function async yield return typeof",
);
const reference =
  /^(?:\$\{[\w.]+\}|\$\{\{[^{}]*\}\}|\{\{[^{}]*\}\}|\{[A-Za-z_][\w.]*\}|%[A-Za-z_]\w*%|\$\(.*|\$(?:env:)?[A-Z_][A-Z0-9_]*|\$\d|`.*|!(?:vault|Ref|Sub|GetAtt|ImportValue|secret|env|ENV)\b.*)$/s;
const lineBreak = /[\r\n\u2028\u2029]/;
const variable = /^\$([A-Za-z_]\w*)$/;
const placeholder =
  /^(?:<[^<>]*>|\[[A-Za-z _-]*\]|\([a-z ]*\)|[*•#?_-]+|\.{2,}|…|\W{1,3}(?:redacted|hidden|masked)\W{1,3})$/i;
const standIn = /^(?:x{3,}|your[-_a-z]*)$/i;
const environment =
  /^(?:await )?(?:this|self|process\.env|import\.meta|Deno\.env|os\.environ|env|ENV|secrets|vars)(?:\??\.|\[|->)/;
const member = /^(?:await |new )?[A-Za-z_$][\w$]*(?:\??\.|\[|->)[\w.$[\]'"?!(),;>-]*$/;
const call =
  /^(?:(?:await|new|lambda|function|async)\s.*|[A-Za-z_$][\w$]*(?:(?:\??\.|::|->)[A-Za-z_$][\w$]*)*!?\(.*)$/s;
const element = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*\[[\w$."'+ -]*\][;,)]*$/;
const typed = /^(?:&(?:'\w+ )?(?:mut )?)?([A-Za-z]+)(?:[\s[\](){}<>,;:|=?!].*)$/s;
const folder = /^(?:~|\.{0,2})\/(?:[\w.@+-]+\/)*[\w.@+-]*$|^[A-Za-z]:\\/;
const prose = /^[A-Za-z][a-z'’]*,?(?: [A-Za-z'’]+[,.;:]?)+(?: ?[(["'`].*)?[.!?]?$/;
const scheme = /^["'`]?(?:bearer|token|basic|bot)\s+(\S+)$/i;
const numeric = /^[-+]?[\d_.,]+(?:[kKmMgG%]|ms|s|min|h|d)?$/;
/** Separators, brackets and quotes. */
const closing = tableOf(",;.)}]\"'`");

/** Where a value was found, as far as it decides what may be one. */
export interface ValuePlace {
  readonly secrecy: Secrecy;
  /** Within quotes: not code, whatever it looks like. */
  readonly isQuoted: boolean;
  /** Code puts space around its `=`; a shell and an environment do not. */
  readonly isSpaced: boolean;
  /** Only a value that looks like a secret by itself counts. */
  readonly isLoose: boolean;
  /** Unquoted, up to the end of its line: prose is possible. */
  readonly isLine: boolean;
}

/** Whether a value is no secret, whatever its name; `text` is without quotes around it. */
export function isHarmless(text: string, place: ValuePlace): boolean {
  if (text.length > longestLookedAt) return false;
  const value = text.trim();
  if (value === "") return true;
  const { secrecy } = place;
  const needsTelling = place.isLoose || secrecy === "hint" || secrecy === "count";
  if (needsTelling && !isTelling(value, secrecy)) return true;
  const first = classAt(value, 0);
  if (first === letter && isPlain(value, { from: 1, to: value.length - 1, classes: wordClasses })) {
    const last = classAt(value, value.length - 1);
    if ((last & wordClasses) !== 0) return isHarmlessWord(value, value.length);
    if (last === punctuation) return isHarmlessWord(value, value.length - 1);
  }
  if ((first & (digit | dash | underscore | sign | punctuation)) !== 0 && numeric.test(value)) {
    return isHarmlessNumber(value, secrecy);
  }
  if ((first & (letter | digit)) !== 0 && isPlain(value, { from: 1, to: value.length, classes: tokenClasses })) {
    return false;
  }
  return value === mask || isNoSecret(value, place);
}

/** A path: its parts are words, not characters thrown together. */
export function isPath(value: string): boolean {
  const first = value.charCodeAt(0);
  if (first !== 126 && first !== 46 && first !== 47 && value.charCodeAt(1) !== 58) return false;
  return folder.test(value) && value.split(/[/\\]/).every((part) => part.length < 24 || !isMixed(part));
}

/** Letters of both cases and digits, as no word has them. */
export function isMixed(value: string): boolean {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}

function isNoSecret(value: string, place: ValuePlace): boolean {
  const first = classAt(value, 0);
  const startsWord = (first & (letter | digit)) !== 0;
  if (!startsWord && (placeholder.test(value) || reference.test(value))) return true;
  if (isReference(value) || isPath(value)) return true;
  if (place.isQuoted) return false;
  const { isSpaced, isLine } = place;
  const mayBeTyped = (isSpaced || isLine) && (first === letter || value.charCodeAt(0) === ampersand);
  if (mayBeTyped) {
    const type = typed.exec(value)?.[1];
    if (type !== undefined && harmlessWords.has(type, 0, type.length)) return true;
  }
  const isNamed = first === letter || first === underscore || value.charCodeAt(0) === dollar;
  if (isNamed && (isMember(value, place) || isCall(value, place))) return true;
  if (isSpaced && isNamed && element.test(value)) return true;
  // Without the last look, a line break that is none to a file would be tried at each of its quotes.
  return isLine && first === letter && place.secrecy !== "password" && !lineBreak.test(value) && prose.test(value);
}

function isHarmlessWord(value: string, length: number): boolean {
  if (harmlessWords.has(value, 0, length)) return true;
  const first = value.charCodeAt(0) | 32;
  return (first === 120 || first === 121) && standIn.test(value.slice(0, length));
}

function isCall(value: string, { isSpaced }: ValuePlace): boolean {
  return (isSpaced || closesCall(value)) && call.test(value);
}

/** `this.token`, `config.password`: what a program reads, told by where it reads it or by how that is named. */
function isMember(value: string, { isSpaced, isLine }: ValuePlace): boolean {
  if (!mayBeMember(value) || !member.test(value)) return false;
  if (environment.test(value)) return true;
  return lastNameSecrecy(value) !== "none" && (isSpaced || isLine || !/\d/.test(value));
}

/** Whether behind the first word of the value stands what may lead to a member. */
function mayBeMember(value: string): boolean {
  let end = 0;
  while (isOfName(value, end)) end++;
  const code = value.charCodeAt(end);
  return code === 46 || code === 63 || code === 91 || code === 45 || code === 32;
}

/** What the last name in the value says, behind which at most six signs stand. */
function lastNameSecrecy(value: string): Secrecy {
  let signs = value.length;
  while (signs > 0 && value.length - signs < mostSigns && (classAt(value, signs - 1) & nameClasses) === 0) signs--;
  for (let end = signs; end <= value.length; end++) {
    let start = end;
    while (isOfName(value, start - 1)) start--;
    while (classAt(value, start) === digit) start++;
    if (start >= end) continue;
    while (isOfName(value, end)) end++;
    return secrecyIn(value, start, end);
  }
  return "none";
}

function isOfName(value: string, at: number): boolean {
  return (classAt(value, at) & nameClasses) !== 0 || value.charCodeAt(at) === dollar;
}

function isReference(value: string): boolean {
  const first = value.charCodeAt(0);
  if (first === dollar) {
    const name = variable.exec(withoutClosing(value))?.[1];
    return name !== undefined && secrecyOf(name) !== "none";
  }
  // `bearer`, `token`, `basic` or `bot`, or a quote before one of them.
  if (classAt(value, 0) === letter && (first | 32) !== 98 && (first | 32) !== 116) return false;
  const credentials = scheme.exec(withoutClosing(value))?.[1];
  if (credentials === undefined) return false;
  return [credentials, `${credentials}}`].some((word) => reference.test(word) || placeholder.test(word)) ||
    variable.test(credentials);
}

/** The value without the quotes, brackets and separators at its end. */
function withoutClosing(value: string): string {
  let end = value.length;
  while (isClosing(value, end - 1)) end--;
  return value.slice(0, end);
}

/** Whether a `)` is among the signs at the end of the value. */
function closesCall(value: string): boolean {
  let end = value.length - 1;
  while (isClosing(value, end) && value.charCodeAt(end) !== 41) end--;
  return value.charCodeAt(end) === 41;
}

function isClosing(value: string, at: number): boolean {
  const code = value.charCodeAt(at);
  return code < 128 && closing[code] === 1;
}

function isHarmlessNumber(value: string, secrecy: Secrecy): boolean {
  let digits = 0;
  for (let i = 0; i < value.length; i++) if (classAt(value, i) === digit) digits++;
  return secrecy === "count" || digits < (secrecy === "password" ? 4 : 6);
}

/** Long enough, with a letter and a digit, and neither a sentence, a call nor an address. */
function isTelling(value: string, secrecy: Secrecy): boolean {
  if (value.length < (secrecy === "password" ? 6 : 8)) return false;
  let hasDigit = false;
  let hasLetter = false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 32 || code === 40 || code === 41) return false;
    if (code >= 48 && code <= 57) hasDigit = true;
    else if ((code | 32) >= 97 && (code | 32) <= 122) hasLetter = true;
  }
  return hasDigit && hasLetter && !value.includes("://");
}

function classAt(value: string, at: number): number {
  const code = value.charCodeAt(at);
  return code < 128 ? classes[code]! : 0;
}

/** Whether all characters from `from` up to `to` are of these classes. */
function isPlain(
  value: string,
  { from, to, classes: wanted }: { readonly from: number; readonly to: number; readonly classes: number },
): boolean {
  for (let i = from; i < to; i++) if ((classAt(value, i) & wanted) === 0) return false;
  return true;
}
