// Finds secrets in a file that is about to be committed: what the redactor marks, without what only looks like one.
import { secretSpans } from "../core/redact.ts";

const privateKey =
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s|[A-Za-z0-9+/=:,-]){0,400}?[A-Za-z0-9+/]{40}/;
const publicBlock =
  /-----BEGIN (?:CERTIFICATE(?: REQUEST)?|(?:[A-Z0-9]+ )*PUBLIC KEY|X509 CRL|(?:[A-Z0-9]+ )*PARAMETERS)-----/;

const token = /^[A-Za-z0-9_+/=.~:@%-]{16,}$/;
const password = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[!@#$%^&*+?-])[\w!@#$%^&*+?.-]{10,}$/;
// Words of those who write a value that is none, and digits and letters as they lie on the keyboard or in the alphabet.
const madeUp =
  /example|sample|fake|dummy|mock|placeholder|change.?me|replace|your|insert|todo|redacted|foobar|xxxx|0123|1234|abcd|qwer|\.\.\.|(.)\1{5}/i;
// Tokens of known shape have these in their beginnings.
const named = /secret|passw|token|test/i;
const fillIn = /[<>{}$()[\]`&\s]/;

/**
 * The secrets in a text. In sources, values of a suspicious name are mostly code (`token = next()`): one counts when it
 * is a token of known shape, or as random as only a secret is.
 */
export function secretsIn(text: string): readonly string[] {
  const found = secretSpans(text).map(({ start, end }) => valueOf(text.slice(start, end), text[start - 1] ?? ""));
  return found.filter(isCertain).map(({ value }) => value);
}

/** Whether a key file holds nothing but what may be known to all. */
export function isPublicOnly(text: string): boolean {
  return publicBlock.test(text) && !text.includes("PRIVATE KEY");
}

/** Whether a settings file holds a login: a value, where a name of a variable would do. */
export function holdsLogin(text: string): boolean {
  const login =
    /(?:_auth|_authtoken|_password|npmauthtoken|npmauthident|password|cleartextpassword)["']?\s*[=:>]\s*(\S+)/gi;
  return [...text.matchAll(login)].some(([, value]) => !/^["']?[$%{]/.test(value!));
}

interface Value {
  readonly value: string;
  readonly isQuoted: boolean;
}

/** What is marked may have its quotes, or the scheme of a header, with it. */
function valueOf(marked: string, before: string): Value {
  const bare = /^(["'`])([^]*)\1$/.exec(marked)?.[2] ?? marked;
  const value = bare.replace(/^(?:Bearer|Basic|Token|ApiKey)\s+/i, "");
  return { value, isQuoted: bare !== marked || /["'`]/.test(before) };
}

function isCertain({ value, isQuoted }: Value): boolean {
  if (value.includes("PRIVATE KEY")) return privateKey.test(value);
  if (madeUp.test(value)) return false;
  if (secretSpans(value).length > 0) return !fillIn.test(value) && value.length >= 12 && entropyOf(value) >= 2.5;
  if (named.test(value)) return false;
  if (token.test(value)) return turnsOf(value) >= 3 && entropyOf(value) >= 3.3;
  return isQuoted && password.test(value) && entropyOf(value) >= 3;
}

/** How often a digit follows a letter or the other way round: names of variables have few of those. */
function turnsOf(value: string): number {
  return value.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
}

/** Bits in each character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0);
}
