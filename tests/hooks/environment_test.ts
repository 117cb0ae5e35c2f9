// Guards what hooks see of the environment: a token of the operator is nobody's business by default.
import assert from "node:assert/strict";
import { hookEnvironment, namedVariables } from "../../src/hooks/environment.ts";

const inherited = {
  PATH: "/bin",
  HOME: "/home/me",
  LANG: "C.UTF-8",
  LC_TIME: "C",
  TZ: "UTC",
  TMPDIR: "/tmp",
  USER: "me",
  LOGNAME: "me",
  SHELL: "/bin/sh",
  AGENT_RUNNER_SKIP_STARTUP_CHECK: "1",
  ANTHROPIC_API_KEY: "key-value",
  CHAT_TOKEN: "chat-value",
  LD_PRELOAD: "/x.so",
  EDITOR: "vi",
  LCX: "no locale",
};

Deno.test("hookEnvironment() keeps what every program needs and takes away the rest", () => {
  const { unset, set } = hookEnvironment({ env: {}, passEnv: [] }, { inherited, own: {} });
  assert.deepEqual(unset, ["ANTHROPIC_API_KEY", "CHAT_TOKEN", "LD_PRELOAD", "EDITOR", "LCX"]);
  assert.equal(set.GIT_CONFIG_COUNT, "3");
  assert.deepEqual(Object.keys(set).filter((name) => !name.startsWith("GIT_CONFIG_")), []);
});

Deno.test("hookEnvironment() adds what the configuration names, and lets nothing replace what the call says", () => {
  const hook = { env: { EDITOR: "ed", AGENT_RUNNER_HOOK_ID: "forged" }, passEnv: ["CHAT_TOKEN", "ABSENT"] };
  const { unset, set } = hookEnvironment(hook, { inherited, own: { AGENT_RUNNER_HOOK_ID: "real" } });
  assert.deepEqual(unset, ["ANTHROPIC_API_KEY", "LD_PRELOAD", "LCX"]);
  assert.equal(set.EDITOR, "ed");
  assert.equal(set.AGENT_RUNNER_HOOK_ID, "real");
});

Deno.test("namedVariables() are those of the configuration and those it passes on", () => {
  const hook = { env: { LEVEL: "2", EDITOR: "ed" }, passEnv: ["CHAT_TOKEN", "EDITOR", "ABSENT", "constructor"] };
  assert.deepEqual(namedVariables(hook, inherited), { CHAT_TOKEN: "chat-value", EDITOR: "ed", LEVEL: "2" });
});
