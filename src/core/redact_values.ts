// Tells what stands where a secret may stand but is none: references, types, calls, placeholders, words of prose.
import { type Secrecy, secrecyOf } from "./redact_names.ts";

const longestLookedAt = 256;
const plainWord = /^[A-Za-z][\w-]*[.,;:!?]?$/;
const plainToken = /^[A-Za-z0-9][A-Za-z0-9+/=_-]*$/;

/** Types, literals and what a message says about a secret. */
const harmlessWords = new Set(
  ("string str number int integer bool boolean bytes byte char any unknown object never void null nil none undefined " +
    "true false yes no on off text varchar uuid secretstr optional required array list dict record map type default " +
    "auto is was are has not to for and or with from in of a an the if as by must invalid expired missing incorrect " +
    "wrong ok valid unexpected revoked denied failed basic digest include omit same-origin inherit enabled disabled " +
    "empty unset set changed accepted rejected protected prompt flag option value here needed found authentication " +
    "authorization secret-service keychain store cache osxkeychain manager manager-core redacted hidden masked " +
    "filtered omitted private public keyring await new lambda function async yield return typeof").split(" "),
);
const reference =
  /^(?:\$\{[\w.]+\}|\$\{\{[^{}]*\}\}|\{\{[^{}]*\}\}|\{[A-Za-z_][\w.]*\}|%[A-Za-z_]\w*%|\$\(.*|\$(?:env:)?[A-Z_][A-Z0-9_]*|\$\d|`.*|!(?:vault|Ref|Sub|GetAtt|ImportValue|secret|env|ENV)\b.*)$/s;
const variable = /^\$([A-Za-z_]\w*)$/;
const placeholder =
  /^(?:<[^<>]*>|\[[A-Za-z _-]*\]|\([a-z ]*\)|[*•#?_-]+|\.{2,}|…|\W{1,3}(?:redacted|hidden|masked)\W{1,3})$/i;
const standIn = /^(?:x{3,}|your[-_a-z]*)$/i;
const environment =
  /^(?:await )?(?:this|self|process\.env|import\.meta|Deno\.env|os\.environ|env|ENV|secrets|vars)(?:\??\.|\[|->)/;
const member = /^(?:await |new )?[A-Za-z_$][\w$]*(?:\??\.|\[|->)[\w.$[\]'"?!(),;>-]*$/;
const lastName = /([A-Za-z_$][\w$]*)\W{0,6}$/;
const call =
  /^(?:(?:await|new|lambda|function|async)\s.*|[A-Za-z_$][\w$]*(?:(?:\??\.|::|->)[A-Za-z_$][\w$]*)*!?\(.*)$/s;
const element = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*\[[\w$."'+ -]*\][;,)]*$/;
const typed = /^(?:&(?:'\w+ )?(?:mut )?)?([A-Za-z]+)(?:[\s[\](){}<>,;:|=?!].*)$/s;
const folder = /^(?:~|\.{0,2})\/(?:[\w.@+-]+\/)*[\w.@+-]*$|^[A-Za-z]:\\/;
const prose = /^[A-Za-z][a-z'’]*,?(?: [A-Za-z'’]+[,.;:]?)+(?: ?[(["'`].*)?[.!?]?$/;
const scheme = /^["'`]?(?:bearer|token|basic|bot)\s+(\S+)$/i;
const numeric = /^[-+]?[\d_.,]+(?:[kKmMgG%]|ms|s|min|h|d)?$/;

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
  if (plainWord.test(value)) {
    const word = value.replace(/[.,;:!?]$/, "").toLowerCase();
    return harmlessWords.has(word) || standIn.test(word);
  }
  if (numeric.test(value)) return isHarmlessNumber(value, secrecy);
  return value === "<redacted>" || (!plainToken.test(value) && isNoSecret(value, place));
}

/** A path: its parts are words, not characters thrown together. */
export function isPath(value: string): boolean {
  return folder.test(value) && value.split(/[/\\]/).every((part) => part.length < 24 || !isMixed(part));
}

/** Letters of both cases and digits, as no word has them. */
export function isMixed(value: string): boolean {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}

function isNoSecret(value: string, place: ValuePlace): boolean {
  if (placeholder.test(value) || reference.test(value) || isReference(value) || isPath(value)) return true;
  if (place.isQuoted) return false;
  if (harmlessWords.has((typed.exec(value)?.[1] ?? "").toLowerCase()) && (place.isSpaced || place.isLine)) return true;
  if (
    isMember(value, place) ||
    (call.test(value) && (place.isSpaced || value.slice(withoutClosing(value).length).includes(")")))
  ) return true;
  if (place.isSpaced && element.test(value)) return true;
  return place.isLine && place.secrecy !== "password" && prose.test(value);
}

/** `this.token`, `config.password`: what a program reads, told by where it reads it or by how that is named. */
function isMember(value: string, { isSpaced, isLine }: ValuePlace): boolean {
  if (!member.test(value)) return false;
  if (environment.test(value)) return true;
  return secrecyOf(lastName.exec(value)?.[1] ?? "") !== "none" && (isSpaced || isLine || !/\d/.test(value));
}

function isReference(value: string): boolean {
  const bare = withoutClosing(value);
  const name = variable.exec(bare)?.[1];
  if (name !== undefined) return secrecyOf(name) !== "none";
  const credentials = scheme.exec(bare)?.[1];
  if (credentials === undefined) return false;
  return [credentials, `${credentials}}`].some((word) => reference.test(word) || placeholder.test(word)) ||
    variable.test(credentials);
}

/** The value without the quotes, brackets and separators at its end. */
function withoutClosing(value: string): string {
  let end = value.length;
  while (end > 0 && ",;.)}]\"'`".includes(value[end - 1]!)) end--;
  return value.slice(0, end);
}

function isHarmlessNumber(value: string, secrecy: Secrecy): boolean {
  const digits = value.replaceAll(/\D/g, "").length;
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
