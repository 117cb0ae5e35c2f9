// Proves that no text makes masking slow: twice the text takes about twice the time, whatever it repeats.
import assert from "node:assert/strict";
import process from "node:process";
import { redact, redactor } from "../../src/core/redact.ts";
import { lookAlikes, secretCases } from "./redact_corpus.ts";

const length = 60_000;
/** Of a text eight times as long: linear time gives 8, quadratic 64; a busy machine must not give this. */
const mostGrowth = 24;
const attempts = 4;
/** Below this many milliseconds a measurement is noise. */
const least = 2;

const begin = `-----BEGIN RSA ${"PRIVATE"} KEY-----`;
const end = `-----END RSA ${"PRIVATE"} KEY-----`;

/** What each finder likes least: its beginning again and again, without the end it looks for. */
const units: readonly string[] = [
  ...'a TOKEN token= token: token=a token:a1b2c3d4 TOKEN=" token=\'a "token=a token=a"b token=""" token=$A token=f( tokens=1'
    .split(" "),
  ..."-- --a -u -u_a: --token --token=a eyJ eyJa. sk- sk-ant- sk-ant-a- ghp_ xox AIza M- MaM- Bearer Basic ?token= & ="
    .split(
      " ",
    ).map((unit) => unit.replace("_", " ") + (/^[-B]/.test(unit) ? " " : "")),
  ...'" \' ` \\ \\" = : - < > { [ } ] ( ) | ; , . / @ # $ % é'.split(" "),
  ...["\n", "\r", "\t", " ", "\0", "\u2028", "\ud800"],
  ...["https://", "https://a:", "https://a:b/", "https://a@", "a@", "://", `https://${"a".repeat(30)}:`],
  ...[
    '"a":"',
    '"password":"',
    '"password": "a" ',
    "password: ",
    "password: a\n",
    "password: $A\n",
    "key: ",
    "api key: ",
  ],
  ...[
    "Cookie: ",
    "Authorization: ",
    "Authorization: $A ",
    'Cookie: ="',
    'x-api-key: a\\"',
    "secret: |\n",
    "secret: |\n a\n",
  ],
  ...[
    begin,
    end,
    `${begin}\n`,
    "-----BEGIN ",
    "-----END ",
    "<a>",
    "<a",
    "<password>",
    "name: A_TOKEN ",
    "name: A_TOKEN\nvalue: ",
  ],
  ...[
    "hooks.slack.com/services/",
    "mysql ",
    "mysql -",
    "redis-cli ",
    "login a ",
    "password 1",
    "a:5432:",
    "12345678:A",
  ],
  ...[
    "{}\n",
    '{"a":1}\n',
    '["",""]\n',
    '["a\\n"]\n',
    '{"token":"abc"}\n',
    '{"a":"{\\"b\\":\\"c\\"}"}\n',
    '{"a":"',
    "\\n",
  ],
  ...[
    "token=/a/a/a] ",
    'token="/aaaaaaaaaaaaa]" ',
    'token="bearer ]]]]]]]]" ',
    "token=a.a.a.a.a( ",
    "token: a b c d e f (\n",
  ],
  ...[
    "token: ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
    "--------token: ",
    "a/a/a/a/token: ",
    "token=a,b=c;d=",
    "token=((((((((((",
    "x=1;",
  ],
  // Parts that go on to the end of the text, found anew at each beginning.
  ...["eyJa-", "eyJaaaa_", "eyJaaaa.a-", "a:5432:", "a:5432:b:c:d\n", ")token: ", "<a>x", "maker.ifttt.com/"],
  ...[
    `token: ${")]}".repeat(300)}\n`,
    `token = a.${"a".repeat(230)}((((((( \n`,
    `cookie: a${" 'a".repeat(80)}\u2028x\n`,
  ],
  ...[
    `${"token=$(".repeat(30)} `,
    "mysql mysql mysql -p= ",
    `${"A1b2".repeat(16)}\n${end}\n`,
    '"token=$A ',
    "'a\"token=$A ",
  ],
];

function textOf(unit: string, characters: number): string {
  // Through bytes, since a repeated string is put together only when it is read.
  return new TextDecoder().decode(new TextEncoder().encode(unit.repeat(Math.ceil(characters / unit.length))));
}

/** Milliseconds of processor time: a machine with much else to do gives a long run less of itself than a short one. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function fastest(mask: (text: string) => string, text: string): number {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = spent();
    mask(text);
    best = Math.min(best, spent() - start);
  }
  return best;
}

/** `textAt` makes a text of about so many characters. */
function assertGrowth(
  name: string,
  textAt: (characters: number) => string,
  { mask = redact, characters = length } = {},
) {
  const growths: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const once = fastest(mask, textAt(characters / 4));
    const longer = fastest(mask, textAt(2 * characters));
    growths.push(longer / Math.max(once, least));
    if (growths.at(-1)! < mostGrowth) return;
  }
  assert.fail(`${name}: eight times the text takes ${growths.map((n) => n.toFixed(1))} times as long`);
}

function assertLinear(unit: string, options: { readonly mask?: typeof redact; readonly characters?: number } = {}) {
  assertGrowth(JSON.stringify(unit.slice(0, 60)), (characters) => textOf(unit, characters), options);
}

Deno.test("redact() takes time in proportion to a text that repeats what a finder likes least", () => {
  for (const unit of units) assertLinear(unit);
});

/** Quotes behind ever more backslashes, none of which closes another. */
function quotesWithin(characters: number): string {
  let text = "";
  for (let depth = 1; text.length < characters; depth++) text += `${"\\".repeat(depth)}"token=$A `;
  return text;
}

Deno.test("redact() takes time in proportion to names that stand in quotes which are not closed", () => {
  assertGrowth("open quotes", quotesWithin, { characters: 2 * length });
});

Deno.test("redact() takes time in proportion to one line of JSON and to names that are all different", () => {
  const names = Array.from({ length: 9000 }, (_, i) => `token${i}=`).join(" ");
  const fields = Array.from({ length: 9000 }, (_, i) => `"token${i}":"x${i}"`).join(",");
  assertLinear(names);
  const oneLine = (characters: number) => `{${textOf(`${fields},`, characters)}"n":1}`;
  assertGrowth("one line of JSON", oneLine, { characters: 4 * fields.length });
});

Deno.test("redact() takes time in proportion to each text of the corpus, repeated", () => {
  for (const { text } of secretCases()) assertLinear(`${text} `, { characters: length / 4 });
  for (const text of lookAlikes()) assertLinear(`${text} `, { characters: length / 4 });
});

Deno.test("redactor() takes time in proportion to a text that repeats how a value begins", () => {
  const value = `${"ab".repeat(30)}-${"1234567890".repeat(9)}`;
  const mask = redactor([value, "aaaaaaab", "Zm9vYmFyMTIz+/=="]);
  for (const unit of ["a", "ab", value.slice(0, 30), value, "aaaaaaa ", "Wm05", btoa(value)]) {
    assertLinear(unit, { mask });
  }
});
