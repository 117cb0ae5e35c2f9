// The words in which an operator reads what is wrong.
import assert from "node:assert/strict";
import { configError, spellProblem, spellWarning } from "../../src/config/report.ts";

const first = {
  key: "runtime.round_timeout_s",
  line: 12,
  found: '"30m"',
  wanted: "a whole number of at least 1",
  fix: "Write for example round_timeout_s = 1800",
};
const second = { key: "", line: null, found: "no such file", wanted: "a file", fix: "Run `agent-runner init`" };

Deno.test("spellProblem() gives two lines: where and what, and the fix", () => {
  assert.deepEqual(spellProblem(first, "/p/agent-runner.toml").split("\n"), [
    '/p/agent-runner.toml:12: runtime.round_timeout_s: found "30m", wanted a whole number of at least 1',
    "  fix: Write for example round_timeout_s = 1800",
  ]);
  assert.match(spellProblem(second, "/p/a.toml"), /^\/p\/a\.toml: found no such file, wanted a file\n/);
});

Deno.test("spellWarning() stays on one line", () => {
  assert.match(spellWarning(first, "/p/a.toml"), /^warning: \/p\/a\.toml:12: [^\n]+$/);
});

Deno.test("configError() says one problem in its message and its fix", () => {
  const error = configError("/p/a.toml", [first]);
  assert.equal(error.exitCode, 78);
  assert.equal(error.message.split("\n").length, 1);
  assert.equal(error.fix, first.fix);
});

Deno.test("configError() carries every problem with its fix when there are several", () => {
  const error = configError("/p/a.toml", [first, second]);
  assert.equal(error.exitCode, 78);
  assert.match(error.message, /has 2 problems/);
  assert.ok(error.message.includes(spellProblem(first, "/p/a.toml")));
  assert.ok(error.message.includes(spellProblem(second, "/p/a.toml")));
  assert.match(error.fix, /config check/);
});
