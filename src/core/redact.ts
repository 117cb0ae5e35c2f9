// Masks secrets in text before it is written to a record that people read and share.

const mask = "<redacted>";
const mostTurns = 8;

/** A shell or config value: quoted parts and bare characters up to white space; an open quote runs to the line's end. */
const value = String.raw`(?:"(?:\\.|[^"\\\r\n])*(?:"|$)|'[^'\r\n]*(?:'|$)|[^\s"'])+`;
const name = String.raw`[A-Za-z0-9_.-]{1,128}`;
const header = "(?:Proxy-)?Authorization|(?:Set-)?Cookie|X-Api-Key|X-Auth-Token|X-Amz-Security-Token";
const colon = String.raw`[ \t]{0,8}:[ \t]{0,8}`;

const secretWords = "password|passwd|passphrase|pwd|token|secret|credential|apikey|accesskey|privatekey";
const secretSegment = new RegExp(`(?:${secretWords})s?$|^(?:passw|secret|credential)`);
const secretPair = /(?:^|[_.-])(?:api|access|private)[_-]?key(?:$|[_.-])/;
const secretFields = new Set(["auth", "authorization", "proxy-authorization", "bearer", "cookie", "set-cookie"]);
const secretFlags = new Set(["auth", "authorization", "bearer"]);
const secretParameters = new Set(["auth", "sig", "signature", "x-amz-signature"]);
const harmlessNames = new Set(["pwd", "oldpwd"]);

const prefixes = [
  String.raw`sk-(?:ant|proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{16,}`,
  "sk-[A-Za-z0-9]{16,}",
  "gh[opsur]_[A-Za-z0-9]{20,}",
  "github_pat_[A-Za-z0-9_]{20,}",
  "xox[bpars]-[A-Za-z0-9-]{10,}",
  "xapp-[A-Za-z0-9-]{10,}",
  "(?:AKIA|ASIA)[A-Z0-9]{16}",
  "AIza[A-Za-z0-9_-]{35}",
  "glpat-[A-Za-z0-9_-]{20,}",
  String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
  "[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",
  "(?:npm|hf)_[A-Za-z0-9]{20,}",
].join("|");

type Replacer = (match: string, ...groups: string[]) => string;

/** One pass: what to look for, and what to put in its place. */
interface Pass {
  readonly pattern: RegExp;
  readonly replace: Replacer;
}

const passes: readonly Pass[] = [
  {
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
    replace: () => mask,
  },
  {
    pattern: new RegExp(
      String.raw`(\\{0,4}["'])(${name})(\\{0,4}["']\s{0,8}:\s{0,8})(\\{0,4}["'])((?:(?!\4)(?:\\.|[^\r\n]))*)`,
      "g",
    ),
    replace: (match, open, key, middle, quote) => isSecretField(key!) ? `${open}${key}${middle}${quote}${mask}` : match,
  },
  {
    pattern: new RegExp(String.raw`^([ \t]{0,64}(?:- )?)(${name})(:[ \t]{1,8})(?!<redacted>$)(\S[^\r\n]*)$`, "gm"),
    replace: (match, indent, key, colon, text) =>
      isSecretField(key!) && !isEmptyYaml(text!) ? `${indent}${key}${colon}${mask}` : match,
  },
  {
    pattern: new RegExp(String.raw`(["'\x60])(${name})=((?:\\.|(?!\1)[^\r\n])*)`, "g"),
    replace: (match, quote, key, text) => isSecretAssignment(key!, text!) ? `${quote}${key}=${mask}` : match,
  },
  {
    pattern: new RegExp(String.raw`(^|[\s;|(){},])(${name})([ \t]?=[ \t]?)(${value})`, "gm"),
    replace: (match, before, key, equals, text) =>
      isSecretAssignment(key!, text!) ? `${before}${key}${equals}${mask}` : match,
  },
  {
    pattern: new RegExp(String.raw`(^|[\s"'=(\x60])(--?)(${name})(=|[ \t]{1,8}(?!-))(${value})`, "gm"),
    replace: (match, before, dashes, key, gap, text) =>
      (dashes === "--" || gap === "=") && isSecretFlag(key!, text!) ? `${before}${dashes}${key}${gap}${mask}` : match,
  },
  {
    pattern: /(^|\s)(-u|--user)([ \t]{1,8}|=)(["']?[^\s:"']{1,256}:(?!\/\/)\S{1,1024})/gm,
    replace: (match, before, flag, gap, user) =>
      user!.includes("://") || /^\d+:\d+$/.test(user!) ? match : `${before}${flag}${gap}${mask}`,
  },
  {
    pattern: new RegExp(String.raw`(["'\x60])(${header})(${colon})((?:(?!\1)[^\r\n])+)`, "gi"),
    replace: (_, quote, key, gap) => `${quote}${key}${gap}${mask}`,
  },
  {
    pattern: new RegExp(String.raw`(?<![\w"'\x60-])(${header})(${colon})[^\r\n]+`, "gi"),
    replace: (_, key, gap) => `${key}${gap}${mask}`,
  },
  {
    pattern:
      /(?<![A-Za-z0-9])([Bb]earer|BEARER|Basic|Token|ApiKey|Digest|Negotiate|NTLM)([ \t]{1,8})[A-Za-z0-9._~+/=-]{12,}/g,
    replace: (_, scheme, gap) => `${scheme}${gap}${mask}`,
  },
  {
    pattern: /(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/)[^\s/?#"'`]{1,512}@/g,
    replace: (_, scheme) => `${scheme}${mask}@`,
  },
  {
    pattern: new RegExp(`([?&#])(${name})=([^&\\s"'#]+)`, "g"),
    replace: (match, before, key, text) =>
      secretParameters.has(key!.toLowerCase()) || isSecretAssignment(key!, text!) ? `${before}${key}=${mask}` : match,
  },
  { pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, replace: () => mask },
  { pattern: new RegExp(`(?<![A-Za-z0-9])(?:${prefixes})`, "g"), replace: () => mask },
];

/**
 * The text with passwords, keys and tokens replaced by `<redacted>`: assignments, flags, headers, JSON and YAML
 * fields, URLs, private keys and tokens of known shape. Applying it twice changes nothing more. Clip afterwards,
 * never before: a cut secret can fall below the length by which it is known.
 */
export function redact(text: string): string {
  let before = text;
  // What one pass masks can complete the shape that an earlier pass looks for, so they run until nothing changes.
  for (let turn = 0; turn < mostTurns; turn++) {
    let masked = before;
    for (const { pattern, replace } of passes) masked = masked.replace(pattern, replace);
    if (masked === before) break;
    before = masked;
  }
  return before;
}

/**
 * A text that was clipped, without the word the cut went through (at most 200 characters of it): half a secret would
 * not be recognised. To be used before `redact` where a text is too long to be read whole.
 */
export function withoutCutWord(clipped: string): string {
  const least = Math.max(0, clipped.length - 200);
  let end = clipped.length;
  while (end > least && !/\s/.test(clipped[end - 1]!)) end--;
  return clipped.slice(0, end);
}

function isSecretName(key: string): boolean {
  const plain = key.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  if (harmlessNames.has(plain)) return false;
  return secretPair.test(plain) || plain.split(/[_.-]/).some((part) => secretSegment.test(part));
}

/** Token *counts* are no secrets. */
function isCount(key: string, text: string): boolean {
  return /tokens/i.test(key) && /^["']?\d+["']?[,;)]?$/.test(text);
}

function isSecretAssignment(key: string, text: string): boolean {
  return isSecretName(key) && !isCount(key, text);
}

function isSecretFlag(key: string, text: string): boolean {
  return (secretFlags.has(key.toLowerCase()) || isSecretName(key)) && !isCount(key, text);
}

function isSecretField(key: string): boolean {
  return secretFields.has(key.toLowerCase()) || isSecretName(key);
}

/** Numbers, flags and openings of a block are not what a password looks like in YAML. */
function isEmptyYaml(text: string): boolean {
  return /^(?:\d+|true|false|null|~|[|>][+-]?|[[{].*)$/.test(text);
}
