// Guards sinks that are programs: what they are called with, and that no text can become a header, an option or a script.
import assert from "node:assert/strict";
import type { NotifySettings } from "../../src/config/schema.ts";
import { deliver } from "../../src/notify/deliver.ts";
import { mailOf } from "../../src/notify/mail.ts";
import { programCallOf } from "../../src/notify/programs.ts";
import { spellNotice } from "../../src/notify/spell_notice.ts";
import type { RunOutcome } from "../../src/ports/processes.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { fakeHost, message, noon, notice, settings } from "./sample.ts";

function stage(programs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  const clock = new FakeClock();
  const processes = new FakeProcesses(clock);
  for (const [name, path] of Object.entries(programs)) processes.programs.set(name, path);
  return { clock, files: memoryFiles({ "/w/keep": "" }), processes, host: fakeHost(environment) };
}

function delivery(changes: Partial<NotifySettings>, of = message) {
  return { sink: "s", settings: { ...settings, url: null, ...changes }, id: "id1", message: of, workDir: "/w" };
}

const mail = { kind: "email", to: ["me@example.org", "you@example.org"], from: "bot@example.org" } as const;

function decoded(text: string): string {
  const [head = "", body = ""] = text.split(/\n\n/);
  return `${head}\n\n${new TextDecoder().decode(Uint8Array.from(atob(body), (c) => c.charCodeAt(0)))}`;
}

Deno.test("mailOf() writes a mail of ASCII with its text inside", () => {
  const text = mailOf(delivery(mail), noon);
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.equal(
    decoded(text),
    [
      "From: bot@example.org",
      "To: me@example.org, you@example.org",
      "Subject: [shop] The loop has ended",
      "Date: Sat, 21 Nov 2026 12:00:00 +0000",
      "Message-ID: <id1@pi>",
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "",
      "The stop file is there",
      "Next: nothing",
      "",
    ].join("\n"),
  );
});

Deno.test("mailOf() lets no title begin a header, and no host break the id", () => {
  const evil = {
    ...message,
    title: "a\r\nBcc: all@example.org\r\n\r\nbody",
    host: "pi>\r\nX: y",
    severity: "critical" as const,
  };
  const head = mailOf(delivery(mail, evil), noon).split("\n\n")[0]!;
  assert.doesNotMatch(head, /^(?:Bcc|X): /m);
  assert.match(head, /^Message-ID: <id1@pi---X--y>$/m);
  assert.match(head, /^Importance: high$/m);
});

Deno.test("mailOf() encodes letters beyond ASCII, in words of a length that headers take", () => {
  const title = `[商店] ${"größer ".repeat(20)}🎉`;
  const head = mailOf(delivery(mail, { ...message, title }), noon).split("\n\n")[0]!;
  const words = [...head.matchAll(/=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=/g)];
  assert.ok(words.length > 3 && words.every(([word]) => word.length <= 75));
  const bytes = words.map(([, word]) => Uint8Array.from(atob(word!), (c) => c.charCodeAt(0)));
  assert.equal(bytes.map((part) => new TextDecoder("utf-8", { fatal: true }).decode(part)).join(""), title);
});

Deno.test("programCallOf() calls sendmail where it is, or what the configuration names", () => {
  const ports = stage({ "/usr/sbin/sendmail": "/usr/sbin/sendmail", "./mail.sh": "/w/mail.sh" });
  const call = programCallOf(delivery(mail), ports);
  assert.deepEqual(typeof call === "string" ? call : call.argv, ["/usr/sbin/sendmail", "-t", "-i"]);
  const own = programCallOf(delivery({ ...mail, command: ["./mail.sh", "-x"] }), ports);
  assert.deepEqual(typeof own === "string" ? own : own.argv, ["/w/mail.sh", "-x", "-t", "-i"]);
  assert.equal(programCallOf(delivery(mail), stage({})), "'sendmail' is not installed here");
});

Deno.test("programCallOf() tells a desktop, and no text of an agent becomes an option, markup or script", () => {
  const evil = { ...message, title: "--help", text: '<b>" & do shell script "x"</b>' };
  const linux = programCallOf(delivery({ kind: "desktop" }, evil), stage({ "notify-send": "/bin/notify-send" }));
  assert.deepEqual(typeof linux === "string" ? linux : linux.argv.slice(-3), [
    "--",
    "--help",
    '&lt;b&gt;" &amp; do shell script "x"&lt;/b&gt;',
  ]);
  const mac = programCallOf(delivery({ kind: "desktop" }, evil), stage({ osascript: "/usr/bin/osascript" }));
  assert.ok(typeof mac !== "string" && !mac.stdin.includes("shell") && mac.argv[1] === "-");
  assert.match(String(programCallOf(delivery({ kind: "desktop" }), stage({}))), /neither/);
});

Deno.test("deliver() gives a program the notice as JSON, and none of the secrets of the environment", async () => {
  const ports = stage({ "./tell.sh": "/w/tell.sh" }, { PATH: "/bin", API_KEY: "k", HOME: "/h" });
  ports.processes.answer = () => ran(0);
  const delivered = await deliver(delivery({ kind: "exec", command: ["./tell.sh", "a"] }), ports);
  assert.deepEqual(delivered, { kind: "sent" });
  const [spec] = ports.processes.ran;
  assert.deepEqual([spec?.argv, spec?.workDir, spec?.unset, spec?.timeoutMs], [
    ["/w/tell.sh", "a"],
    "/w",
    ["API_KEY"],
    15_000,
  ]);
  const document = JSON.parse(new TextDecoder().decode(spec?.stdin));
  assert.deepEqual([document.id, document.title], ["id1", message.title]);
});

Deno.test("deliver() tries a program again later, unless it says that the data are bad", async () => {
  const ports = stage({ "./tell.sh": "/w/tell.sh" });
  const outcomes: readonly (readonly [RunOutcome, boolean, RegExp])[] = [
    [ran(1, "first\nno route"), true, /'\/w\/tell.sh' ended with exit code 1: no route/],
    [ran(65, "bad"), false, /65/],
    [ran(-1), true, /died of a signal/],
    [{ kind: "timed_out" }, true, /within 15 s/],
    [{ kind: "absent", reason: "gone" }, true, /gone/],
  ];
  for (const [outcome, mayPass, words] of outcomes) {
    ports.processes.answer = () => outcome;
    const delivered = await deliver(delivery({ kind: "exec", command: ["./tell.sh"] }), ports);
    assert.ok(delivered.kind === "failed" && delivered.mayPass === mayPass);
    assert.match(delivered.reason, words);
  }
  const absent = await deliver(delivery({ kind: "exec", command: ["./none.sh"] }), ports);
  assert.match(absent.kind === "failed" ? absent.reason : "", /no file that may be executed/);
});

Deno.test("deliver() reads secrets where they are, says what is missing, and repeats none", async () => {
  const ports = stage({}, {
    HOOK: "http://127.0.0.1:1/secret-path-of-hook",
    PLAIN: "http://example.org/T/B/x",
    BAD: "x",
  });
  const tried = async (changes: Partial<NotifySettings>) => {
    const delivered = await deliver(delivery(changes), ports);
    return delivered.kind === "failed" ? delivered.reason : "sent";
  };
  assert.equal(await tried({ kind: "slack", urlEnv: "NONE" }), "the environment variable NONE is not set");
  assert.equal(await tried({ kind: "slack", urlFile: "/none" }), "there is no file '/none'");
  assert.equal(await tried({ kind: "slack", urlEnv: "BAD" }), "$BAD holds no address of http or https");
  assert.match(await tried({ kind: "slack", urlEnv: "PLAIN" }), /of http/);
  ports.processes.answer = () => ran(0, "", "HTTP/1.1 500 X\r\n\r\nsaw http://127.0.0.1:1/secret-path-of-hook");
  const reason = await tried({ kind: "webhook", urlEnv: "HOOK" });
  assert.match(reason, /status 500/);
  assert.doesNotMatch(reason, /secret-path/);
  assert.ok(ports.processes.ran.every(({ argv }) => !argv.join(" ").includes("secret-path")));
});

Deno.test("deliver() never rejects for a bug in what it calls", async () => {
  const ports = stage({ "./tell.sh": "/w/tell.sh" });
  ports.processes.answer = () => Promise.reject(new Error("out of\nhandles"));
  const delivered = await deliver(delivery({ kind: "exec", command: ["./tell.sh"] }), ports);
  assert.equal(delivered.kind === "failed" && delivered.reason, "out of handles");
  assert.ok(spellNotice(notice, { project: "a", host: "b", timeZone: null }).title !== "");
});

function ran(code: number, stderr = "", stdout = ""): RunOutcome {
  const bytes = (text: string) => new TextEncoder().encode(text);
  return { kind: "exited", code, stdout: bytes(stdout), stderr: bytes(stderr), isCut: false };
}
