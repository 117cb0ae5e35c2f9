// Times the redactor on texts it likes least: `deno run -A scripts/bench/redaction.ts [NAME ...]`, milliseconds for 1 MB.
import { redact, redactor } from "../../src/core/redact.ts";
import { complain, say } from "../say.ts";

const characters = 1_000_000;
const mostMilliseconds = 50;
const times = 7;

/** A secret's value that texts repeat in whole and in part. */
const known = "Zq7-kwandel-0815";
const key = `RSA ${"PRIVATE"} KEY-----`;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Texts that repeat themselves, by name. */
const units: Readonly<Record<string, string>> = {
  "one word": "a",
  "line breaks": "\n",
  "quotes": '"',
  "backslashes": "\\",
  "unicode": "é→漢",
  "prose of a log": "2026-11-21T10:20:30 INFO the agent wrote 12 files in src, all tests passed (31 of 31)\n",
  "records of an agent":
    '{"type":"result","text":"it \\"said\\" so\\n","n":1,"usage":{"input_tokens":12,"output_tokens":8}}\n',
  "key=": "key=",
  "a:b:": "a:b:",
  "api key:": "api key: ",
  "Bearer": "Bearer ",
  "passwords, assigned": "DB_PASS=hunter2\n",
  "passwords, in quotes": 'run -e "API_TOKEN=a b" image\n',
  "passwords, in YAML": "- token: 'a b'\n",
  "passwords, in blocks": "secret: |\n a\n",
  "passwords, in JSON": '{"password":"hunter2"}\n',
  "passwords, JSON in JSON": '{"a":"{\\"password\\":\\"hunter2\\"}"}\n',
  "passwords, for flags": "--token=a ",
  "passwords, in elements": "<password>hunter2</password>",
  "references": "TOKEN=$(cat f) TOKEN=${A} TOKEN=$B ",
  "settings in one": "token=a,b;c,d;",
  "strings in a list": '["",""]\n',
  "sk-": "sk-",
  "eyJ": "eyJa-",
  "keys begun": `-----BEGIN ${key}`,
  "keys ended": `${"A1b2c3d4".repeat(8)}\n-----END ${key}\n`,
  "URLs": "https://a.example.com/p?q=1 ",
  "URLs with a password": "https://me:hunter2@host/p ",
  "ports": "a:5432:",
  "commands": "mysql mysql mysql -p= ",
};

function textOf(unit: string): string {
  // Through bytes, since a repeated string is put together only when it is read.
  const text = unit.repeat(Math.ceil(characters / unit.length)).slice(0, characters);
  return new TextDecoder().decode(new TextEncoder().encode(text));
}

function base64(): string {
  let state = 7;
  const codes = Uint8Array.from({ length: characters }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return i % 77 === 76 ? 10 : letters.charCodeAt((state >> 8) % letters.length);
  });
  return new TextDecoder().decode(codes);
}

/** Names that are all different. */
function namesOf(spell: (name: string) => string): string {
  const parts: string[] = [];
  for (let i = 0, length = 0; length < characters; i++) length += parts[parts.push(spell(i.toString(36))) - 1]!.length;
  return parts.join("").slice(0, characters);
}

/** Quotes behind ever more backslashes, none of which closes another. */
function quotes(): string {
  let text = "";
  for (let depth = 1; text.length < characters; depth++) text += `${"\\".repeat(depth)}"token=$A `;
  return text.slice(0, characters);
}

/** JSON in JSON, down to the fifth document, each nearly as long as the first. */
function documents(): string {
  const said = 'the agent said "so" of token=abc\n';
  let text = said.repeat(Math.ceil(characters / said.length / 2.5));
  for (let depth = 0; depth < 5; depth++) text = JSON.stringify({ text });
  return text.slice(0, characters);
}

function* loads(): Generator<readonly [name: string, text: string, mask: (text: string) => string]> {
  for (const [name, unit] of Object.entries(units)) yield [name, textOf(unit), redact];
  yield ["base64", base64(), redact];
  yield ["all names differ, =", namesOf((name) => `t${name}oken=a `), redact];
  yield ["all names differ, JSON", namesOf((name) => `{"${name}_api_key":"x9"}\n`), redact];
  yield ["quotes that stay open", quotes(), redact];
  yield ["documents in documents", documents(), redact];
  const mask = redactor([known, "aaaaaaab", "Zm9vYmFyMTIz+/=="]);
  yield ["known, its beginnings", textOf(known.slice(0, -1)), mask];
  yield ["known, overlapping", textOf(`${known}${known.slice(4)}`), mask];
  yield ["known, in base64", textOf(btoa(`${known}xyzabc`)), mask];
  yield ["known, one letter", textOf("a"), mask];
}

function fastest(run: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function main(words: readonly string[]): number {
  let misses = 0;
  for (const [name, text, mask] of loads()) {
    if (words.length > 0 && !words.includes(name)) continue;
    const milliseconds = fastest(() => mask(text)) * characters / text.length;
    const isMiss = milliseconds > mostMilliseconds;
    if (isMiss) misses++;
    say(`${name.padEnd(26)}${milliseconds.toFixed(1).padStart(8)} ms${isMiss ? "  <- too much" : ""}`);
  }
  if (misses > 0) complain(`bench: ${misses} above ${mostMilliseconds} ms for 1 MB`);
  return misses > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
