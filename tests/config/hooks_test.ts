// Guards [hooks.<name>]: values, defaults, names, and what is said about mistakes.
import assert from "node:assert/strict";
import { activeHooks } from "../../src/config/active_hooks.ts";
import type { Config } from "../../src/config/schema.ts";
import { coreContextKeys } from "../../src/core/hook.ts";
import { configOf, problemOf, problemsOf, smallest, warningsOf, withLines } from "./sample.ts";

const least = 'command = ["./notify.sh"]\npoints = ["round_after"]';

function one(lines: string): Record<string, string> {
  return { "hooks.notify": `${least}\n${lines}` };
}

Deno.test("loadConfig() gives no hooks when the file has none", () => {
  assert.deepEqual(configOf(smallest).hooks, {});
  assert.deepEqual(configOf(`${smallest}\n[hooks]\n`).hooks, {});
});

Deno.test("loadConfig() fills in what a hook leaves out, and keeps the order of the file", () => {
  const { hooks } = configOf(withLines({ "hooks.z": least, "hooks.a-b_1": least }));
  assert.deepEqual(Object.keys(hooks), ["z", "a-b_1"]);
  assert.deepEqual(hooks.z, {
    command: ["./notify.sh"],
    points: ["round_after"],
    priority: 0,
    timeoutSeconds: 30,
    env: {},
    passEnv: [],
  });
});

Deno.test("loadConfig() takes every key of a hook, and they come through JSON as they are", () => {
  const { hooks } = configOf(withLines(one(
    'priority = -5\ntimeout_s = 3_600\nenv = { LEVEL = 2, ON = true }\npass_env = ["CHAT_TOKEN"]',
  )));
  const expected: Config["hooks"] = {
    notify: {
      command: ["./notify.sh"],
      points: ["round_after"],
      priority: -5,
      timeoutSeconds: 3600,
      env: { LEVEL: "2", ON: "True" },
      passEnv: ["CHAT_TOKEN"],
    },
  };
  assert.deepEqual(hooks, expected);
  assert.deepEqual(JSON.parse(JSON.stringify(hooks)), expected);
});

for (
  const [key, value] of [
    ["command", '"./notify.sh"'],
    ["command", "[]"],
    ["points", "[]"],
    ["points", '"round_after"'],
    ["points", '["round_afters"]'],
    ["points", '["round_after", 3]'],
    ["priority", "1.5"],
    ["priority", '"first"'],
    ["priority", "1_000_001"],
    ["timeout_s", "0"],
    ["timeout_s", "86_401"],
    ["timeout_s", "0.5"],
    ["env", '["A"]'],
    ["env", "{ A = [] }"],
    ["pass_env", '"A"'],
    ["pass_env", '["A=B"]'],
    ["pass_env", '[""]'],
    ["pass_env", "{ A = 1 }"],
  ] as const
) {
  Deno.test(`loadConfig() names hooks.notify.${key} and its line when it is ${value}`, () => {
    const text = withLines({
      "hooks.notify": `${least.replace(new RegExp(`^${key} = .*$`, "m"), "")}\n${key} = ${value}`,
    });
    const problem = problemOf(text);
    assert.equal(problem.key, `hooks.notify.${key}`);
    assert.ok(text.split("\n")[problem.line! - 1]!.startsWith(`${key} = `));
    assert.ok(problem.wanted !== "" && problem.fix !== "");
  });
}

Deno.test("loadConfig() asks for command and points, and guesses at a key that is misspelled", () => {
  const problems = problemsOf(withLines({ "hooks.notify": "timout_s = 3" }));
  assert.deepEqual(problems.map(({ key }) => key).sort(), [
    "hooks.notify.command",
    "hooks.notify.points",
    "hooks.notify.timout_s",
  ]);
  assert.match(problems.find(({ key }) => key.endsWith("timout_s"))!.fix, /Did you mean "timeout_s"/);
});

Deno.test("loadConfig() refuses a hook that is no table", () => {
  assert.equal(problemOf(`${smallest}\n[hooks]\nnotify = "x.sh"\n`).key, "hooks.notify");
  assert.equal(problemOf(smallest.replace("[agent]", 'hooks = "x"\n[agent]')).key, "hooks");
  assert.equal(problemOf(`${smallest}\n[[hooks.notify]]\n${least}\n`).key, "hooks.notify");
});

Deno.test("loadConfig() refuses names that could not stand in an event kind", () => {
  for (const name of ["Notify", "9lives", "-x", '"a b"', '"a.b"', '""', `${"x".repeat(65)}`]) {
    const problem = problemOf(`${smallest}\n[hooks.${name}]\n${least}\n`);
    assert.match(problem.wanted, /small letters/, name);
  }
});

Deno.test("loadConfig() refuses a name at round_context that the context has already", () => {
  for (const name of coreContextKeys) {
    assert.equal(configOf(withLines({ [`hooks.${name}`]: least })).hooks[name]?.priority, 0);
    const problem = problemOf(withLines({ [`hooks.${name}`]: least.replace("round_after", "round_context") }));
    assert.match(problem.wanted, /not a key of the context/);
  }
});

Deno.test("loadConfig() warns of a hook that is never asked what became of work", () => {
  const lines = (priority: number, point: string) =>
    withLines({ "hooks.notify": `${least.replace("round_after", point)}\npriority = ${priority}` });
  assert.match(warningsOf(lines(1000, "round_dirty"))[0]!.fix, /never asked/);
  assert.deepEqual(warningsOf(lines(999, "round_dirty")), []);
  assert.deepEqual(warningsOf(lines(1000, "round_after")), []);
});

Deno.test("loadConfig() warns where a hook is to say what comes next and none is asked", () => {
  const asking = { on_verdict: 'error = "hook"\nok = "again"', progress: 'stall_action = "hook"' };
  const keysOf = (lines: Readonly<Record<string, string>>) => warningsOf(withLines(lines)).map(({ key }) => key);
  assert.deepEqual(keysOf(asking), ["on_verdict.error", "progress.stall_action"]);
  assert.equal(keysOf({ ...asking, "hooks.notify": least.replace("round_after", "serve_start") }).length, 2);
  assert.equal(keysOf({ ...asking, "hooks.notify": least, plugins: 'disable = ["notify"]' }).length, 2);
  assert.deepEqual(keysOf({ ...asking, "hooks.notify": least }), []);
});

Deno.test("activeHooks() leaves out what is disabled, by priority and then by name", () => {
  const config = configOf(withLines({
    "hooks.b": least,
    "hooks.a": `${least}\npriority = 1`,
    "hooks.c": 'command = ["c"]\npoints = ["serve_start", "round_after"]',
    "hooks.off": least,
    plugins: 'disable = ["off"]',
  }));
  assert.deepEqual(activeHooks(config).map(({ name }) => name), ["b", "c", "a"]);
  assert.deepEqual(activeHooks(config, "serve_start").map(({ name }) => name), ["c"]);
  assert.deepEqual(activeHooks(config, "monitor_detect"), []);
});
