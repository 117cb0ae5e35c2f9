// Guards [notify.<name>]: values, defaults, what each kind needs, and what is said about mistakes.
import assert from "node:assert/strict";
import { settings } from "../notify/sample.ts";
import { configOf, problemOf, problemsOf, smallest, withLines } from "./sample.ts";

function sink(lines: string): string {
  return withLines({ "notify.phone": lines });
}

Deno.test("loadConfig() gives no sinks when the file has none", () => {
  assert.deepEqual(configOf(smallest).notify, {});
  assert.deepEqual(configOf(`${smallest}\n[notify]\n`).notify, {});
});

Deno.test("loadConfig() fills in what a sink leaves out", () => {
  const { notify } = configOf(sink('kind = "ntfy"\nurl = "https://ntfy.example.org/shop"'));
  const written = { kind: "ntfy", url: "https://ntfy.example.org/shop", timeZone: null } as const;
  assert.deepEqual(notify.phone, { ...settings, ...written });
  assert.deepEqual([notify.phone?.topics.length, notify.phone?.maxPerHour, notify.phone?.quietHours], [11, 20, null]);
});

for (
  const [name, lines] of Object.entries({
    "slack": 'kind = "slack"\nurl_env = "CHAT_HOOK"',
    "discord": 'kind = "discord"\nurl_file = "~/hook"',
    "telegram": 'kind = "telegram"\ntoken_env = "BOT"\nchat = "@night"',
    "a telegram of one's own": 'kind = "telegram"\nurl = "http://127.0.0.1:8081"\ntoken_env = "BOT"\nchat = "7"',
    "a signed webhook over http": 'kind = "webhook"\nurl = "http://pi.local/x"\ntoken_file = "key"',
    "ntfy at home": 'kind = "ntfy"\nurl = "http://192.168.1.4/shop"',
    "ntfy with a token on this machine": 'kind = "ntfy"\nurl = "http://localhost:80/shop"\ntoken_env = "T"',
    "e-mail": 'kind = "email"\nto = ["me@example.org"]\nfrom = "a@b"',
    "desktop": 'kind = "desktop"',
    "exec": 'kind = "exec"\ncommand = ["./tell.sh"]',
    "hours and zone": 'kind = "desktop"\nquiet_hours = "22:00-07:00"\ntime_zone = "Europe/Berlin"',
  })
) {
  Deno.test(`loadConfig() takes ${name}`, () => void configOf(sink(lines)));
}

Deno.test("loadConfig() makes the files of a sink's secrets absolute, seen from the file", () => {
  const { notify } = configOf(sink('kind = "ntfy"\nurl_file = "~/topic"\ntoken_file = "token"'));
  assert.deepEqual([notify.phone!.urlFile, notify.phone!.tokenFile], ["/home/me/topic", "/home/me/shop/token"]);
});

const bad: Readonly<Record<string, readonly [lines: string, key: string, words: RegExp]>> = {
  "no kind": ["", "notify.phone.kind", /ntfy/],
  "an unknown kind": ['kind = "pager"', "notify.phone.kind", /one of "ntfy"/],
  "ntfy without an address": ['kind = "ntfy"', "notify.phone", /an address/],
  "a chat without an address": ['kind = "slack"', "notify.phone", /an address/],
  "telegram without a chat": ['kind = "telegram"\ntoken_env = "T"', "notify.phone", /chat/],
  "telegram without a token": ['kind = "telegram"\nchat = "7"', "notify.phone", /a token/],
  "e-mail to nobody": ['kind = "email"', "notify.phone", /to/],
  "exec of nothing": ['kind = "exec"', "notify.phone", /command/],
  "an address that is none": ['kind = "ntfy"\nurl = "ntfy.example.org/x"', "notify.phone.url", /http or https/],
  "an address of another protocol": ['kind = "webhook"\nurl = "file:///etc/passwd"', "notify.phone.url", /https/],
  "ntfy without a topic": ['kind = "ntfy"\nurl = "https://ntfy.example.org/"', "notify.phone.url", /topic/],
  "two addresses": ['kind = "slack"\nurl = "https://a/b"\nurl_env = "X"', "notify.phone.url_env", /one of them/],
  "two tokens": [
    'kind = "ntfy"\nurl = "https://a/b"\ntoken_env = "X"\ntoken_file = "y"',
    "notify.phone.token_file",
    /one of them/,
  ],
  "a token over http": [
    'kind = "ntfy"\nurl = "http://ntfy.example.org/x"\ntoken_env = "T"',
    "notify.phone.url",
    /the token/,
  ],
  "a password over http": ['kind = "webhook"\nurl = "http://me:pw@x.example/x"', "notify.phone.url", /https/],
  "a chat's address over http": [
    'kind = "slack"\nurl = "http://hooks.example.org/T/B/x"',
    "notify.phone.url",
    /itself/,
  ],
  "a token of a desktop": ['kind = "desktop"\ntoken_env = "T"', "notify.phone.token_env", /mean something/],
  "an address of e-mail": ['kind = "email"\nto = ["a@b"]\nurl = "https://a/b"', "notify.phone.url", /mean something/],
  "bad quiet hours": ['kind = "desktop"\nquiet_hours = "22-7"', "notify.phone.quiet_hours", /two times/],
  "quiet hours of no length": [
    'kind = "desktop"\nquiet_hours = "07:00-07:00"',
    "notify.phone.quiet_hours",
    /two times/,
  ],
  "hours that no clock shows": [
    'kind = "desktop"\nquiet_hours = "22:00-24:30"',
    "notify.phone.quiet_hours",
    /two times/,
  ],
  "an unknown zone": ['kind = "desktop"\ntime_zone = "Mars/Base"', "notify.phone.time_zone", /time zone/],
  "an unknown topic": ['kind = "desktop"\ntopics = ["weather"]', "notify.phone.topics", /a list of/],
  "an address with a second header": [
    'kind = "email"\nto = ["a@b\\nBcc: all@example.org"]',
    "notify.phone.to",
    /e-mail address/,
  ],
  "an unknown key": ['kind = "desktop"\nurgent_pass = true', "notify.phone.urgent_pass", /one that/],
};

for (const [name, [lines, key, words]] of Object.entries(bad)) {
  Deno.test(`loadConfig() refuses ${name}`, () => {
    const problem = problemOf(sink(lines));
    assert.equal(problem.key, key);
    assert.match(`${problem.found} ${problem.wanted} ${problem.fix}`, words);
    assert.ok(problem.fix !== "");
  });
}

Deno.test("loadConfig() refuses a sink of a bad name, and keys of [notify] itself", () => {
  assert.match(problemOf(withLines({ 'notify."My Phone"': 'kind = "desktop"' })).found, /name of a sink/);
  assert.ok(problemsOf(withLines({ notify: 'kind = "ntfy"' })).length > 0);
});
