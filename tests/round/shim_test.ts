// Guards what is read from a shim's status file, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isShimCommand, parseShimReport, shimArgv } from "../../src/round/shim.ts";

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
