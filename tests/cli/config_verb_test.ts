// `config check` and `config show`, and how every verb opens the configuration.
import assert from "node:assert/strict";
import config from "../../src/cli/verbs/config.ts";
import { openConfig } from "../../src/cli/project.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { parse } from "smol-toml";
import { memoryFiles } from "../fakes/memory_files.ts";
import { smallest, withLines } from "../config/sample.ts";
import { stage } from "./stage.ts";

const folder = "/home/me/shop";

async function call(
  text: string | null,
  options: { readonly words?: readonly string[]; readonly isJson?: boolean } = {},
) {
  const files = memoryFiles(text === null ? {} : { [`${folder}/agent-runner.toml`]: text });
  const on = stage({ files, workDir: folder });
  const code = await config.run({
    flags: {},
    positional: options.words ?? ["check"],
    configPath: "./agent-runner.toml",
    isJson: options.isJson ?? false,
  }, on.world);
  return { code, out: on.out(), err: on.err() };
}

const odd = withLines({ runtime: 'rate_limit_action = "skip"' });

Deno.test("config() prints ok when nothing is wrong, also without a word", async () => {
  assert.deepEqual(await call(smallest), { code: 0, out: "ok\n", err: "" });
  assert.deepEqual(await call(smallest, { words: [] }), { code: 0, out: "ok\n", err: "" });
});

Deno.test("config() prints each problem with its fix and exits 78", async () => {
  const done = await call(withLines({ runtime: "max_rounds = 0\nfoo = 1" }));
  assert.equal(done.code, 78);
  assert.equal(done.out.trimEnd().split("\n").length, 4);
  assert.match(done.out, /^\/home\/me\/shop\/agent-runner\.toml:\d+: runtime\.max_rounds: /);
  assert.equal((await call(null)).code, 78);
  assert.match((await call(null)).out, /agent-runner init/);
});

Deno.test("config() puts warnings on stderr", async () => {
  const done = await call(odd);
  assert.deepEqual([done.code, done.out], [0, "ok\n"]);
  assert.match(done.err, /^warning: .*rate_limit_action/);
});

Deno.test("config() answers in JSON when asked, right or wrong", async () => {
  const good = JSON.parse((await call(odd, { isJson: true })).out);
  assert.deepEqual([good.ok, good.problems, good.warnings.length], [true, [], 1]);
  const bad = await call("[agent]\n", { isJson: true });
  assert.equal(bad.code, 78);
  const json = JSON.parse(bad.out);
  assert.equal(json.ok, false);
  assert.deepEqual(Object.keys(json.problems[0]), ["key", "line", "found", "wanted", "fix"]);
});

Deno.test("config() refuses a word it does not know", () =>
  assert.rejects(
    async () => await call(smallest, { words: ["chekc"] }),
    (thrown) => thrown instanceof OperatorError && thrown.exitCode === 2 && /config check/.test(thrown.fix),
  ));

Deno.test("config() shows effective values as TOML that can be read again", async () => {
  const text = `${withLines({ runtime: "max_rounds = 3", plugins: 'x = { y = "z" }' })}
[phases]
list = ["a b", "c"]
[phases."a b"]
round_timeout_s = 9
`;
  const { out, code } = await call(text, { words: ["show"] });
  assert.equal(code, 0);
  // deno-lint-ignore no-explicit-any -- a tree of any shape
  const tree = parse(out) as any;
  assert.equal(tree.runtime.log_dir, "/home/me/shop/logs");
  assert.equal(tree.runtime.max_rounds, 3);
  assert.equal(tree.monitor.host_health.disk_warning_pct, 90);
  assert.equal(tree.phases["a b"].round_timeout_s, 9);
  assert.equal(tree.plugins.x.y, "z");
  assert.match(out, /^# stop_file is unset$/m);
});

Deno.test("config() hides values that look like secrets when it shows", async () => {
  const env = 'env = { ANTHROPIC_API_KEY = "sk-1", MY_TOKEN = "t-1", LANG = "C" }';
  for (const isJson of [false, true]) {
    const { out } = await call(withLines({ agent: env }), { words: ["show"], isJson });
    assert.ok(!out.includes("sk-1") && !out.includes("t-1"), out);
    assert.match(out, /\(hidden\)/);
    assert.match(out, /LANG/);
  }
});

Deno.test("config() hides by the rules of the redactor: names it knows, and values of known shape", async () => {
  const shape = `gh${"p_"}${"a1B2".repeat(9)}`;
  const text = withLines({ agent: `env = { GH_PAT = "aa1", SESSION = "bb2", OTHER = "${shape}", KEYBOARD = "us" }` });
  const { env } = JSON.parse((await call(text, { words: ["show"], isJson: true })).out).agent;
  assert.deepEqual(env, { GH_PAT: "(hidden)", SESSION: "(hidden)", OTHER: "(hidden)", KEYBOARD: "us" });
});

Deno.test("config() shows wire names and null for unset when JSON is asked", async () => {
  const json = JSON.parse((await call(smallest, { words: ["show"], isJson: true })).out);
  assert.equal(json.runtime.round_timeout_s, 1800);
  assert.equal(json.runtime.max_rounds, null);
  assert.deepEqual(json.prompt.files, ["/home/me/shop/main.md"]);
  assert.equal(json.file, "/home/me/shop/agent-runner.toml");
});

Deno.test("openConfig() tells warnings once however often it is called", () => {
  const on = stage({ files: memoryFiles({ [`${folder}/a.toml`]: odd }), workDir: folder });
  assert.equal(openConfig({ configPath: "a.toml" }, on.world).runtime.transientErrorAction, "skip");
  openConfig({ configPath: "a.toml" }, on.world);
  assert.equal(on.err().match(/warning/g)?.length, 1);
});

Deno.test("openConfig() throws everything that is wrong, and names init when there is no file", () => {
  const on = stage({ files: memoryFiles({ [`${folder}/a.toml`]: "[agent]\nx = 1\n" }), workDir: folder });
  const thrown = (path: string, message: RegExp, fix: RegExp) =>
    assert.throws(
      () => openConfig({ configPath: path }, on.world),
      (error) =>
        error instanceof OperatorError && error.exitCode === 78 && message.test(error.message) && fix.test(error.fix),
    );
  thrown("a.toml", /agent\.x[\s\S]*runtime\.work_dir/, /config check/);
  thrown("b.toml", /b\.toml: found no such file/, /agent-runner init/);
});
