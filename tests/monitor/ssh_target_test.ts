// Guards what may stand for a host: nothing that ssh takes for an option, and every address with or without a path.
import assert from "node:assert/strict";
import { OperatorError } from "../../src/core/errors.ts";
import { parseSshTarget } from "../../src/monitor/ssh_target.ts";

const usual = "~/.agent-runner/shop/agent-runner.toml";

Deno.test("parseSshTarget() takes aliases, users, addresses and paths apart", () => {
  const rows: readonly [word: string, host: string, path: string][] = [
    ["box", "box", usual],
    ["me@box.example", "me@box.example", usual],
    ["box:work/shop", "box", "work/shop"],
    ["box:~/shop/agent-runner.toml", "box", "~/shop/agent-runner.toml"],
    ["me@box:/srv/a:b", "me@box", "/srv/a:b"],
    ["::1", "::1", usual],
    ["fe80::1%eth0", "fe80::1%eth0", usual],
    ["me@2001:db8::7", "me@2001:db8::7", usual],
    ["[::1]", "::1", usual],
    ["me@[::1]:shop", "me@::1", "shop"],
    ["b\u00f6x;rm$(x)`y`", "b\u00f6x;rm$(x)`y`", usual],
    ["box:it's here", "box", "it's here"],
  ];
  for (const [word, host, configPath] of rows) {
    assert.deepEqual(parseSshTarget(word, { project: "shop" }), { host, configPath }, word);
  }
});

Deno.test("parseSshTarget() refuses with two lines what cannot be a host", () => {
  const bad = ["", "-oProxyCommand=touch /tmp/x", "-", "[-oX]", ":path", "a b", "a\nb", "a\u0000", "box:", "box:-p"];
  for (const word of [...bad, "box:a\u001b[2J", "x".repeat(1025), "\u001b[2J", "\t"]) {
    assert.throws(() => parseSshTarget(word, { project: "shop" }), (thrown) => {
      assert.ok(thrown instanceof OperatorError, word);
      assert.equal(thrown.exitCode, 2);
      // deno-lint-ignore no-control-regex -- they are what must not be there
      assert.ok(!/[\u0000-\u001f]/.test(thrown.message), thrown.message);
      assert.ok(thrown.fix.includes("USER@HOST"));
      return true;
    });
  }
});
