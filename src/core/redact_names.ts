// Tells by its name whether a variable, a field, a flag or a header holds a secret.

/** How much a name says: a `password` may look like anything, a `token` has no spaces, a `hint` needs a telling value. */
export type Secrecy = "none" | "hint" | "token" | "count" | "password";

const longestName = 128;
/** The names met last, each in a place of its own: a text repeats few names. */
const places = 1024;
const names: string[] = new Array(places).fill("");
const judged: Secrecy[] = new Array(places).fill("none");

const stem = /pass|pwd|pw|token|secret|cred|key|auth|cookie|pat|bearer|jwt|sess|webhook/i;
const passwordPart = /(?:password|passwd|passphrase|passcode|passwort|pwd)s?$/;
const tokenPart =
  /(?:token|secret|credential|apikey|secretkey|secretaccesskey|accesskey|privatekey|authkey|accountkey|signingkey|masterkey|sharedkey|webhookurl)s?$/;
const hints = new Set(
  "auth authorization bearer cookie cookies pat jwt creds cred pw session sessionid phpsessid jsessionid sid".split(
    " ",
  ),
);
const keyOwners = new Set(
  ("api access private secret encryption decryption signing account master auth storage shared hmac consumer " +
    "subscription webhook integration").split(" "),
);
const dullKeyOwners = new Set("client app session ssh license deploy service admin role crypt anon".split(" "));

/** What a name ends with when its value is about a secret, and not one. */
const aboutEndings = new Set(
  ("file path dir directory folder url uri endpoint host type name names count counts limit limits length len size min " +
    "max policy expiry expires expiration expired ttl age lifetime helper stdin prompt env var variable enabled " +
    "disabled required optional valid invalid hint label field param parameter header prefix suffix regex pattern " +
    "format provider manager store source ref version algorithm alg scope scopes usage used budget rate window index " +
    "position pos line column kind status state error at in on reset changed created updated rotation class factory " +
    "service validator handler mode strategy cache total remaining cost price estimate text style color icon button " +
    "input placeholder requirements strength attempts retries timeout interval").split(" "),
);
/** A token may be many things; these are parts of texts. */
const tokenKinds = new Set(
  ("eos bos pad unk sep cls mask stop special image audio text word syntax current prev previous lookahead peek " +
    "unexpected expected invalid missing max min num input output prompt completion cached reasoning thinking total " +
    "next per").split(" "),
);
const flagStarts = new Set(
  "is has no use uses needs requires require allow enable disable show hide skip with".split(" "),
);

/** What the name of a variable, a field or a flag says about its value. */
export function secrecyOf(name: string): Secrecy {
  if (name.length > longestName) return "none";
  const place = placeOf(name);
  if (names[place] !== name) {
    names[place] = name;
    judged[place] = stem.test(name) ? judge(partsOf(name)) : "none";
  }
  return judged[place]!;
}

function placeOf(name: string): number {
  let hash = name.length;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash, 31) + name.charCodeAt(i) | 0;
  return hash & (places - 1);
}

/** Whether an environment variable of this name holds a secret. */
export function looksSecret(name: string): boolean {
  const secrecy = secrecyOf(name);
  return secrecy !== "none" && secrecy !== "count";
}

/** The words of a name in lower case: `AWSSecretKey_2` is `aws`, `secret`, `key`. */
function partsOf(name: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i <= name.length; i++) {
    const isEnd = i === name.length || isGap(name.charCodeAt(i));
    if (!isEnd && !startsWord(name, i)) continue;
    let end = i;
    // A number at the end of a word only counts its like.
    while (end > start && isDigit(name.charCodeAt(end - 1))) end--;
    if (end > start) parts.push(name.slice(start, end).toLowerCase());
    start = isEnd ? i + 1 : i;
  }
  return parts;
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

function judge(parts: readonly string[]): Secrecy {
  const last = parts.at(-1);
  const first = parts[0];
  if (last === undefined || first === undefined) return "none";
  const isKeyId = last === "id" && !parts.includes("secret") && !parts.includes("access");
  if (isKeyId || aboutEndings.has(last) || (parts.length > 1 && flagStarts.has(first))) {
    return last === "url" && parts.includes("webhook") ? "token" : "none";
  }
  if (parts.some((part) => passwordPart.test(part)) || last === "pass") return "password";
  const token = parts.find((part) => tokenPart.test(part));
  if (token === "tokens") return "count";
  if (token === "token" && tokenKinds.has(first) && parts.length > 1) return "none";
  if (token !== undefined) return "token";
  for (let i = 1; i < parts.length; i++) {
    if (parts[i] !== "key" && parts[i] !== "keys") continue;
    if (keyOwners.has(parts[i - 1]!)) return "token";
    if (dullKeyOwners.has(parts[i - 1]!)) return "hint";
  }
  return hints.has(last) ? "hint" : "none";
}
