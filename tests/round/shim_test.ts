// Guards what is read from a shim's status file, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isShimCommand, parseScope, parseShimPid, parseShimReport, shimArgv } from "../../src/round/shim.ts";

const reports: readonly [text: string, pid: number | null, code: number, diedBySignal: boolean][] = [
  ["pid 12\nexit 0\n", 12, 0, false],
  ["pid 12\nexit 7\n", 12, 7, false],
  ["pid 12\nexit 143\n", 12, 143, false],
  ["pid 12\nTerminated\nexit 143\n", 12, 143, true],
  ["pid 12\nSegmentation fault (core dumped)\nexit 139\n", 12, 139, true],
  ['pid 12\nsh: line 7:  99 Killed   ( exec "$@" )\nexit 137\n', 12, 137, true],
  ["pid 12\nexit 130\n", 12, 130, true],
  ["pid 12\nexit 141\n", 12, 141, true],
  ["pid 12\nsh: 7: cannot open /x: No such file\nexit 2\n", 12, 2, false],
  ["exit 3\n", null, 3, false],
  ["Hangup\nexit 129\n", null, 129, true],
  ["pid 12\n\n\nexit 5\n", 12, 5, false],
  ["pid 12\nexit 5", 12, 5, false],
  ["pid 12\nscope /a\nexit 143\n", 12, 143, false],
  ["pid 12\nscope /a\nTerminated\nexit 143\n", 12, 143, true],
  ["pid 12\nFailed to connect to bus\nscope none\nexit 143\n", 12, 143, false],
  ["pid 12\nFailed to connect to bus\nscope none\nKilled\nexit 137\n", 12, 137, true],
  ["pid 12\nscope none\nexit 200\n", 12, 200, false],
  ["scope /a\nexit 137\n", null, 137, false],
];

for (const [text, pid, code, diedBySignal] of reports) {
  Deno.test(`parseShimReport() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseShimReport(text), { pid, code, diedBySignal });
  });
}

for (
  const text of ["", "\n", "pid 12\n", "pid 12\nexit\n", "pid 12\nexit 1x", "exit -1", "exit 1234", "exit 0\nmore\n"]
) {
  Deno.test(`parseShimReport() is null for ${JSON.stringify(text)}`, () => {
    assert.equal(parseShimReport(text), null);
  });
}

Deno.test("parseShimReport() never throws, and gives a code a shell can give", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((s) => `pid 1\n${s}\nexit 143\n`)), (text) => {
    const report = parseShimReport(text);
    if (report !== null) assert.ok(report.code >= 0 && report.code <= 999);
  }));
});

Deno.test("parseShimReport() makes no report of a file that ends before the exit code", () => {
  const whole = "pid 4711\nTerminated\nexit ";
  for (let length = 0; length <= whole.length; length++) assert.equal(parseShimReport(whole.slice(0, length)), null);
});

Deno.test("shimArgv() keeps the agent's words as they are", () => {
  const words = ["/bin/a b", "$(x)", "'", '"', "", "-c", "\n", "é日"];
  const argv = shimArgv({ log: "/l", stdin: "/i", exit: "/e" }, words);
  assert.deepEqual(argv.slice(-words.length), words);
  assert.deepEqual(argv.slice(0, 2), ["/bin/sh", "-c"]);
});

Deno.test("isShimCommand() knows the shim, on every system's spelling of a line break", () => {
  for (
    const command of [
      "/bin/sh -c # agent-runner-shim trap",
      "sh -c # agent-runner-shim\\012trap",
      "/bin/sh -c # agent-runner-shim?t",
    ]
  ) {
    assert.ok(isShimCommand(command), command);
  }
  for (
    const command of [
      "grep agent-runner-shim",
      "vi # agent-runner-shim",
      "sh -c # agent-runner-shims",
      "/bin/sh -c echo",
    ]
  ) {
    assert.ok(!isShimCommand(command), command);
  }
});

const scopePath = "/user.slice/user@1000.service/app.slice/agent-runner-00000000-0000-4000-8000-000000000001.scope";

Deno.test("shimArgv() leads the agent's words through those of a scope", () => {
  const files = { log: "/l", stdin: "/i", exit: "/e" };
  const argv = shimArgv(files, ["/bin/agent", "$HOME"], ["/bin/systemd-run", "--"]);
  assert.deepEqual(argv.slice(4, 9), ["/l", "/i", "/e", "6", "/bin/systemd-run"]);
  assert.deepEqual(argv.slice(-3), ["sh", "/bin/agent", "$HOME"]);
  assert.deepEqual(shimArgv(files, ["/bin/agent"], null).slice(4), ["/l", "/i", "/e", "/bin/agent"]);
  assert.ok(isShimCommand(argv.join(" ")));
});

Deno.test("shimArgv() makes no scope without a status file, in which the agent's start is written down", () => {
  const argv = shimArgv({ log: "/l", stdin: "/i", exit: "/dev/null" }, ["/bin/agent"], ["/bin/systemd-run", "--"]);
  assert.deepEqual(argv.slice(4), ["/l", "/i", "/dev/null", "/bin/agent"]);
});

const scopes: readonly [text: string, report: ReturnType<typeof parseScope>][] = [
  ["", null],
  ["pid 12\n", null],
  ["pid 12\nexit 0\n", null],
  [`pid 12\nscope ${scopePath}`, null],
  [`pid 12\nscope ${scopePath}\n`, { kind: "in", path: scopePath }],
  [`pid 12\nscope ${scopePath}\nTerminated\nexit 143\n`, { kind: "in", path: scopePath }],
  ["pid 12\nFailed to connect\nscope none\nexit 0\n", { kind: "refused", reason: "Failed to connect" }],
  ["pid 12\nscope none\nexit 0\n", { kind: "refused", reason: "systemd-run ended without a word" }],
  ["pid 12\nscope unknown\nexit 0\n", { kind: "refused", reason: "its cgroup is 'unknown'" }],
  ["pid 12\nscope /\n", { kind: "refused", reason: "its cgroup is '/'" }],
  ["pid 12\nscope /user.slice\n", { kind: "refused", reason: "its cgroup is '/user.slice'" }],
  [`pid 12\nscope /../x${scopePath}\n`, { kind: "refused", reason: `its cgroup is '/../x${scopePath}'` }],
];

for (const [text, report] of scopes) {
  Deno.test(`parseScope() reads ${JSON.stringify(text.replace(scopePath, "PATH"))}`, () => {
    assert.deepEqual(parseScope(text), report);
  });
}

Deno.test("parseScope() only ever names a scope of a round, whatever is in the file", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (before, path) => {
    const report = parseScope(`${before}\nscope ${path}\n`);
    if (report?.kind === "in") assert.match(report.path, /\/agent-runner-[0-9a-f-]{36}\.scope$/);
  }));
});

Deno.test("parseShimPid() reads the first line alone", () => {
  assert.equal(parseShimPid("pid 12\nscope x"), 12);
  for (const text of ["", "pid 12", "pid x\n", "exit 1\npid 12\n", "pid 123456789012\n"]) {
    assert.equal(parseShimPid(text), null, text);
  }
});
