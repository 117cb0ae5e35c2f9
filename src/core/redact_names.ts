// Tells by its name whether a variable, a field, a flag or a header holds a secret.
import { WordSet } from "./redact_words.ts";

/** How much a name says: a `password` may look like anything, a `token` has no spaces, a `hint` needs a telling value. */
export type Secrecy = "none" | "hint" | "token" | "count" | "password";

const longestName = 128;
const underscore = 95;
/** The names met last, each in a place of its own: a text repeats few names. Copies, so that no text is kept for them. */
const places = 512;
const longestKept = 64;
const keptCodes = new Uint8Array(places * longestKept);
const keptLengths = new Uint8Array(places);
const judged: Secrecy[] = new Array(places).fill("none");

const stem = /pass|pwd|pw|token|secret|cred|key|auth|cookie|pat|bearer|jwt|sess|webhook/i;
/** Where the words of the name that is being judged start and end. */
const wordStarts = new Int32Array(longestName + 1);
const wordEnds = new Int32Array(longestName + 1);

/** What a word for a password, or for a token, ends with, one `s` behind it left out; by the last letter. */
const passwordEnds = byLastLetter("password passwd passphrase passcode passwort pwd");
const tokenEnds = byLastLetter(
  "token secret credential apikey secretkey secretaccesskey accesskey privatekey authkey accountkey signingkey " +
    "masterkey sharedkey webhookurl",
);
const hints = new WordSet(
  "auth authorization bearer cookie cookies pat jwt creds cred pw session sessionid phpsessid jsessionid sid",
);
const keyOwners = new WordSet(
  "api access private secret encryption decryption signing account master auth storage shared hmac consumer " +
    "subscription webhook integration",
);
const dullKeyOwners = new WordSet("client app session ssh license deploy service admin role crypt anon");

/** What a name ends with when its value is about a secret, and not one. */
const aboutEndings = new WordSet(
  "file path dir directory folder url uri endpoint host type name names count counts limit limits length len size min " +
    "max policy expiry expires expiration expired ttl age lifetime helper stdin prompt env var variable enabled " +
    "disabled required optional valid invalid hint label field param parameter header prefix suffix regex pattern " +
    "format provider manager store source ref version algorithm alg scope scopes usage used budget rate window index " +
    "position pos line column kind status state error at in on reset changed created updated rotation class factory " +
    "service validator handler mode strategy cache total remaining cost price estimate text style color icon button " +
    "input placeholder requirements strength attempts retries timeout interval",
);
/** A token may be many things; these are parts of texts. */
const tokenKinds = new WordSet(
  "eos bos pad unk sep cls mask stop special image audio text word syntax current prev previous lookahead peek " +
    "unexpected expected invalid missing max min num input output prompt completion cached reasoning thinking total " +
    "next per",
);
const flagStarts = new WordSet(
  "is has no use uses needs requires require allow enable disable show hide skip with",
);

/** What the name of a variable, a field or a flag says about its value. */
export function secrecyOf(name: string): Secrecy {
  return secrecyIn(name, 0, name.length);
}

/** What the name that stands in the text from `start` up to `end` says about its value; at `gap` is no part of a word. */
export function secrecyIn(text: string, start: number, end: number, gap = -1): Secrecy {
  const length = end - start;
  if (length > longestName) return "none";
  let hash = length;
  if (gap < 0) { for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + text.charCodeAt(i) | 0; }
  else {
    for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + (i === gap ? underscore : text.charCodeAt(i)) | 0;
  }
  const place = (hash ^ hash >>> 15) & (places - 1);
  if (isKept(place, { text, start, length, gap })) return judged[place]!;
  const name = gap < 0 ? text.slice(start, end) : `${text.slice(start, gap)}_${text.slice(gap + 1, end)}`;
  const secrecy = stem.test(name) ? secrecyOfWords(name) : "none";
  keep(name, place, secrecy);
  return secrecy;
}

/** Whether an environment variable of this name holds a secret. */
export function looksSecret(name: string): boolean {
  const secrecy = secrecyOf(name);
  return secrecy !== "none" && secrecy !== "count";
}

function isKept(
  place: number,
  { text, start, length, gap }: {
    readonly text: string;
    readonly start: number;
    readonly length: number;
    readonly gap: number;
  },
): boolean {
  if (keptLengths[place] !== length || length === 0) return false;
  const at = place * longestKept;
  for (let i = 0; i < length; i++) {
    if (keptCodes[at + i] !== (start + i === gap ? underscore : text.charCodeAt(start + i))) return false;
  }
  return true;
}

function keep(name: string, place: number, secrecy: Secrecy): void {
  if (name.length > longestKept) return;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    keptCodes[place * longestKept + i] = code;
    // What has no room in a byte is not kept.
    if (code > 255) {
      keptLengths[place] = 0;
      return;
    }
  }
  keptLengths[place] = name.length;
  judged[place] = secrecy;
}

/** What the words of a name say, of which `AWSSecretKey_2` has three: `aws`, `secret`, `key`. */
function secrecyOfWords(name: string): Secrecy {
  if (!hasCapitals(name)) return judge(name, wordsIn(name));
  const spelled = inSmallLetters(name);
  return judge(spelled, wordsIn(spelled));
}

/** Notes where the words between the gaps of a name stand. @returns how many there are. */
function wordsIn(name: string): number {
  let count = 0;
  let start = 0;
  for (let i = 0; i <= name.length; i++) {
    if (i < name.length && !isGap(name.charCodeAt(i))) continue;
    let end = i;
    // A number at the end of a word only counts its like.
    while (end > start && isDigit(name.charCodeAt(end - 1))) end--;
    if (end > start) {
      wordStarts[count] = start;
      wordEnds[count++] = end;
    }
    start = i + 1;
  }
  return count;
}

/** The name with a gap before each word that a capital starts. */
function inSmallLetters(name: string): string {
  let spelled = "";
  let start = 0;
  for (let i = 1; i < name.length; i++) {
    if (!startsWord(name, i)) continue;
    spelled += `${name.slice(start, i).toLowerCase()}_`;
    start = i;
  }
  return spelled + name.slice(start).toLowerCase();
}

/** Whether a letter may be a capital; a letter that is none of ASCII may. */
function hasCapitals(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (isCapital(code) || code > 126) return true;
  }
  return false;
}

/** A capital after a small letter or a digit, or the last of several capitals before a small letter. */
function startsWord(name: string, at: number): boolean {
  if (!isCapital(name.charCodeAt(at)) || at === 0) return false;
  const before = name.charCodeAt(at - 1);
  return isSmall(before) || isDigit(before) || (isCapital(before) && isSmall(name.charCodeAt(at + 1)));
}

function isGap(code: number): boolean {
  return code === 95 || code === 45 || code === 46;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isSmall(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** What the first `count` words say that were noted of the name. */
function judge(name: string, count: number): Secrecy {
  if (count === 0) return "none";
  const last = count - 1;
  const isKeyId = isWord(name, last, "id") && !hasWord(name, count, "secret") && !hasWord(name, count, "access");
  if (isKeyId || isOneOf(name, last, aboutEndings) || (count > 1 && isOneOf(name, 0, flagStarts))) {
    return isWord(name, last, "url") && hasWord(name, count, "webhook") ? "token" : "none";
  }
  if (isWord(name, last, "pass")) return "password";
  for (let i = 0; i < count; i++) if (endsWithOne(name, i, passwordEnds)) return "password";
  for (let i = 0; i < count; i++) {
    if (!endsWithOne(name, i, tokenEnds)) continue;
    if (isWord(name, i, "tokens")) return "count";
    return isWord(name, i, "token") && count > 1 && isOneOf(name, 0, tokenKinds) ? "none" : "token";
  }
  for (let i = 1; i < count; i++) {
    if (!isWord(name, i, "key") && !isWord(name, i, "keys")) continue;
    if (isOneOf(name, i - 1, keyOwners)) return "token";
    if (isOneOf(name, i - 1, dullKeyOwners)) return "hint";
  }
  return isOneOf(name, last, hints) ? "hint" : "none";
}

function isWord(name: string, index: number, word: string): boolean {
  const start = wordStarts[index]!;
  return wordEnds[index]! - start === word.length && name.startsWith(word, start);
}

function hasWord(name: string, count: number, word: string): boolean {
  for (let i = 0; i < count; i++) if (isWord(name, i, word)) return true;
  return false;
}

function isOneOf(name: string, index: number, words: WordSet): boolean {
  return words.has(name, wordStarts[index]!, wordEnds[index]!);
}

/** Whether a word ends with one of these, or with its plural. */
function endsWithOne(name: string, index: number, ends: readonly (readonly string[])[]): boolean {
  const start = wordStarts[index]!;
  let end = wordEnds[index]!;
  if (name.charCodeAt(end - 1) === 115) end--;
  const last = end > start ? name.charCodeAt(end - 1) : 0;
  if (last > 127) return false;
  for (const word of ends[last]!) {
    if (end - start >= word.length && name.startsWith(word, end - word.length)) return true;
  }
  return false;
}

function byLastLetter(words: string): readonly (readonly string[])[] {
  const near = Map.groupBy(words.split(" "), (word) => word.charCodeAt(word.length - 1));
  return Array.from({ length: 128 }, (_, code) => near.get(code) ?? []);
}
