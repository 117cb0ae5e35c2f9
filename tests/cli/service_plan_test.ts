// Guards what a service is given of the shell that installs it, and when its supervisor counts as hung.
import assert from "node:assert/strict";
import { capturedEnvironment, modeFor, watchdogSeconds } from "../../src/cli/service_plan.ts";
import { pageWords } from "../../src/cli/service_page.ts";
import serve from "../../src/cli/verbs/serve.ts";
import type { Machine } from "../../src/service/machine.ts";
import { configOf, withLines } from "../config/sample.ts";

Deno.test("capturedEnvironment() takes PATH and the language, and no secret, proxy or session", () => {
  const shell = {
    PATH: "/home/me/bin:/usr/bin",
    LANG: "de_DE.UTF-8",
    LC_ALL: "",
    LC_TIME: "C",
    ANTHROPIC_API_KEY: "x",
    HTTPS_PROXY: "http://p",
    SSH_AUTH_SOCK: "/tmp/a",
    LC_: "x",
    HOME: "/home/me",
  };
  assert.deepEqual(capturedEnvironment(shell), { PATH: "/home/me/bin:/usr/bin", LANG: "de_DE.UTF-8", LC_TIME: "C" });
  assert.deepEqual(capturedEnvironment({}), { PATH: "/usr/local/bin:/usr/bin:/bin" });
});

Deno.test("watchdogSeconds() is longer than anything that the loop may wait for", () => {
  assert.equal(watchdogSeconds(configOf(withLines({}))), 300);
  const progress = 'verify = ["make"]\nverify_timeout_s = 3000';
  assert.equal(watchdogSeconds(configOf(withLines({ progress }))), 4560);
  assert.equal(
    watchdogSeconds(configOf(withLines({ progress: "verify_timeout_s = 3000" }))),
    300,
    "nothing is verified",
  );
  const hooks = '[hooks.slow]\npoints = ["round_after"]\ncommand = ["x"]\ntimeout_s = 1000\n';
  assert.equal(watchdogSeconds(configOf(withLines({}) + hooks)), 1560);
});

Deno.test("modeFor() knows the manager of each system, and offers to do without one elsewhere", () => {
  const machine: Machine = {
    system: "linux",
    uid: 1,
    user: "me",
    caller: null,
    distribution: null,
    isContainer: false,
  };
  assert.equal(modeFor(machine, { isSystem: false }), "systemd_user");
  assert.equal(modeFor({ ...machine, system: "macos" }, { isSystem: true }), "launchd_daemon");
  assert.throws(() => modeFor({ ...machine, system: "other" }, { isSystem: false }), { fix: /agent-runner start/ });
});

Deno.test("pageWords() passes a port on only where serve knows the flag, so that no unit is written that cannot start", async () => {
  assert.deepEqual(await pageWords(undefined), []);
  if (Object.hasOwn(serve.flags, "page")) assert.deepEqual(await pageWords(8421), ["--page", "8421"]);
  else await assert.rejects(pageWords(8421), { exitCode: 2, message: /needs a serve that shows a page/ });
});
