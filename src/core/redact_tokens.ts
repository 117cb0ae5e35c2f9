// Finds secrets by how they begin: tokens of known services, JSON web tokens, authorization schemes, webhook addresses.
import type { Mark } from "./redact_spans.ts";

const letter = 1;
const underscore = 4;
const dash = 8;
const dot = 16;
const base = 32;
const alnum = letter;
const word = letter | underscore;
const url = word | dash;
const dotted = url | dot;
const base64 = url | base;

const kinds = new Uint8Array(128);
for (let code = 48; code < 123; code++) if (/[A-Za-z0-9]/.test(String.fromCharCode(code))) kinds[code] = letter;
for (const [characters, kind] of [["_", underscore], ["-", dash], [".", dot], ["~+/=", base]] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
}

/** A beginning, what may follow, and how much of it at least. */
type Row = readonly [prefix: string, body: number, least: number];

const rows: readonly Row[] = [
  ["sk-ant-", url, 16],
  ["sk-proj-", url, 16],
  ["sk-svcacct-", url, 16],
  ["sk-admin-", url, 16],
  ["sk-or-", url, 16],
  ["sk-lf-", url, 16],
  ["sk-", alnum, 16],
  ["sk_live_", alnum, 16],
  ["sk_test_", alnum, 16],
  ["rk_live_", alnum, 16],
  ["rk_test_", alnum, 16],
  ["pk_live_", alnum, 16],
  ["pk_test_", alnum, 16],
  ["sk_org_", alnum, 16],
  ["whsec_", base64, 16],
  ["ghp_", alnum, 20],
  ["gho_", alnum, 20],
  ["ghs_", alnum, 20],
  ["ghu_", alnum, 20],
  ["ghr_", alnum, 20],
  ["github_pat_", word, 20],
  ["glpat-", dotted, 20],
  ["glptt-", dotted, 20],
  ["gldt-", dotted, 20],
  ["glrt-", dotted, 20],
  ["glcbt-", dotted, 20],
  ["glsa_", word, 20],
  ["xoxb-", url, 10],
  ["xoxp-", url, 10],
  ["xoxa-", url, 10],
  ["xoxr-", url, 10],
  ["xoxs-", url, 10],
  ["xoxe-", url, 10],
  ["xoxe.", dotted, 10],
  ["xoxc-", url, 10],
  ["xoxd-", base64, 10],
  ["xapp-", url, 10],
  ["xai-", alnum, 20],
  ["gsk_", alnum, 20],
  ["pplx-", alnum, 20],
  ["tvly-", url, 20],
  ["nvapi-", url, 20],
  ["r8_", alnum, 20],
  ["fw_", alnum, 20],
  ["hf_", alnum, 20],
  ["npm_", alnum, 20],
  ["pypi-", url, 20],
  ["rubygems_", alnum, 20],
  ["dckr_pat_", url, 20],
  ["AKIA", alnum, 16],
  ["ASIA", alnum, 16],
  ["AIza", url, 35],
  ["GOCSPX-", url, 20],
  ["ya29.", dotted, 20],
  ["1//0", url, 20],
  ["SG.", dotted, 30],
  ["PMAK-", url, 20],
  ["shpat_", alnum, 20],
  ["shpss_", alnum, 20],
  ["shpca_", alnum, 20],
  ["dop_v1_", alnum, 20],
  ["doo_v1_", alnum, 20],
  ["lin_api_", alnum, 20],
  ["ntn_", alnum, 20],
  ["figd_", url, 20],
  ["pul-", alnum, 20],
  ["sbp_", alnum, 20],
  ["sb_secret_", url, 16],
  ["sntrys_", base64, 20],
  ["sntryu_", alnum, 20],
  ["phx_", alnum, 20],
  ["dp.pt.", alnum, 20],
  ["dp.st.", dotted, 20],
  ["hvs.", url, 20],
  ["hvb.", url, 20],
  ["ATATT3", base64, 20],
  ["ATCTT3", base64, 20],
  ["AGE-SECRET-KEY-1", alnum, 20],
  ["sq0csp-", url, 20],
  ["sq0atp-", url, 20],
  ["EAAAl", url, 30],
  ["FwoGZXIvYXdz", base64, 20],
  ["NRAK-", alnum, 20],
  ["LTAI", alnum, 16],
  ["ops_eyJ", base64, 20],
  ["tskey-", url, 16],
  ["CFPAT-", url, 20],
  ["rnd_", alnum, 20],
  ["re_", word, 24],
  ["cfut_", word, 20],
  ["apify_api_", alnum, 20],
  ["ddp_", alnum, 30],
];

/** What is known by more than its beginning; the secret is the first group. */
const forms: readonly (readonly [starts: string, form: RegExp])[] = [
  ["eyJ", /(eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3})/dy],
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

type Look = (text: string, at: number, mark: Mark) => number;

/** By the first two characters. */
const byStart = new Map<number, Look[]>();
for (const row of rows) add(row[0], (text, at, mark) => atPrefix(text, { at, row }, mark));
for (const [starts, form] of forms) {
  for (const start of starts.split(" ")) {
    add(start, (text, at, mark) => text.startsWith(start, at) ? atForm(text, { at, form }, mark) : at);
  }
}

/** The beginnings of everything that `atToken` knows. */
export const tokenStarts: readonly string[] = [
  ...rows.map(([prefix]) => prefix),
  ...forms.flatMap(([starts]) => starts.split(" ")),
];

/** Looks at the word at `at`, which no letter or digit precedes. @returns where to go on; `at` when it is no token. */
export function atToken(text: string, at: number, mark: Mark): number {
  const looks = byStart.get(text.charCodeAt(at) << 8 | text.charCodeAt(at + 1));
  if (looks === undefined) return at;
  for (const look of looks) {
    const end = look(text, at, mark);
    if (end > at) return end;
  }
  return at;
}

/** Looks for a Discord bot's token. @returns where to go on. */
export function atDiscord(text: string, at: number, mark: Mark): number {
  return atForm(text, { at, form: discord }, mark);
}

function atPrefix(text: string, { at, row }: { readonly at: number; readonly row: Row }, mark: Mark): number {
  const [prefix, body, least] = row;
  if (!text.startsWith(prefix, at)) return at;
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

function kindOf(code: number): number {
  return code < 128 ? kinds[code]! : 0;
}

function add(start: string, look: Look): void {
  const key = start.charCodeAt(0) << 8 | start.charCodeAt(1);
  const looks = byStart.get(key);
  if (looks === undefined) byStart.set(key, [look]);
  else looks.push(look);
}
