// Lists the beginnings by which the tokens of known services are told, and what such tokens are made of.

const letter = 1;
const underscore = 4;
const dash = 8;
const dot = 16;
const base = 32;
export const alnum = letter;
const word = letter | underscore;
export const urlSafe = word | dash;
const dotted = urlSafe | dot;
const base64 = urlSafe | base;

const kinds = new Uint8Array(128);
for (let code = 48; code < 123; code++) if (/[A-Za-z0-9]/.test(String.fromCharCode(code))) kinds[code] = letter;
for (const [characters, kind] of [["_", underscore], ["-", dash], [".", dot], ["~+/=", base]] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = kind;
}

/** A beginning, what may follow, and how much of it at least. */
export type TokenRow = readonly [prefix: string, body: number, least: number];

/** The beginnings of tokens that one service gives out. */
export const tokenRows: readonly TokenRow[] = [
  ["sk-ant-", urlSafe, 16],
  ["sk-proj-", urlSafe, 16],
  ["sk-svcacct-", urlSafe, 16],
  ["sk-admin-", urlSafe, 16],
  ["sk-or-", urlSafe, 16],
  ["sk-lf-", urlSafe, 16],
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
  ["xoxb-", urlSafe, 10],
  ["xoxp-", urlSafe, 10],
  ["xoxa-", urlSafe, 10],
  ["xoxr-", urlSafe, 10],
  ["xoxs-", urlSafe, 10],
  ["xoxe-", urlSafe, 10],
  ["xoxe.", dotted, 10],
  ["xoxc-", urlSafe, 10],
  ["xoxd-", base64, 10],
  ["xapp-", urlSafe, 10],
  ["xai-", alnum, 20],
  ["gsk_", alnum, 20],
  ["pplx-", alnum, 20],
  ["tvly-", urlSafe, 20],
  ["nvapi-", urlSafe, 20],
  ["r8_", alnum, 20],
  ["fw_", alnum, 20],
  ["hf_", alnum, 20],
  ["npm_", alnum, 20],
  ["pypi-", urlSafe, 20],
  ["rubygems_", alnum, 20],
  ["dckr_pat_", urlSafe, 20],
  ["AKIA", alnum, 16],
  ["ASIA", alnum, 16],
  ["AIza", urlSafe, 35],
  ["GOCSPX-", urlSafe, 20],
  ["ya29.", dotted, 20],
  ["1//0", urlSafe, 20],
  ["SG.", dotted, 30],
  ["PMAK-", urlSafe, 20],
  ["shpat_", alnum, 20],
  ["shpss_", alnum, 20],
  ["shpca_", alnum, 20],
  ["dop_v1_", alnum, 20],
  ["doo_v1_", alnum, 20],
  ["lin_api_", alnum, 20],
  ["ntn_", alnum, 20],
  ["figd_", urlSafe, 20],
  ["pul-", alnum, 20],
  ["sbp_", alnum, 20],
  ["sb_secret_", urlSafe, 16],
  ["sntrys_", base64, 20],
  ["sntryu_", alnum, 20],
  ["phx_", alnum, 20],
  ["dp.pt.", alnum, 20],
  ["dp.st.", dotted, 20],
  ["hvs.", urlSafe, 20],
  ["hvb.", urlSafe, 20],
  ["ATATT3", base64, 20],
  ["ATCTT3", base64, 20],
  ["AGE-SECRET-KEY-1", alnum, 20],
  ["sq0csp-", urlSafe, 20],
  ["sq0atp-", urlSafe, 20],
  ["EAAAl", urlSafe, 30],
  ["FwoGZXIvYXdz", base64, 20],
  ["NRAK-", alnum, 20],
  ["LTAI", alnum, 16],
  ["ops_eyJ", base64, 20],
  ["tskey-", urlSafe, 16],
  ["CFPAT-", urlSafe, 20],
  ["rnd_", alnum, 20],
  ["re_", word, 24],
  ["cfut_", word, 20],
  ["apify_api_", alnum, 20],
  ["ddp_", alnum, 30],
];

/** The kind of a character, as one bit. */
export function kindOf(code: number): number {
  return code < 128 ? kinds[code]! : 0;
}
