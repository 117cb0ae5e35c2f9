// The verb that lists hooks and tries them, with scripted hooks.
import assert from "node:assert/strict";
import hooks from "../../../src/cli/verbs/hooks.ts";
import { OperatorError } from "../../../src/core/errors.ts";
import { withLines } from "../../config/sample.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { answer, exited, hookLines } from "../../hooks/hook_stage.ts";
import type { Says } from "../../hooks/hook_stage.ts";

const lines = {
  "hooks.notify": hookLines("round_after serve_start", 'priority = 2\nenv = { CHAT_TOKEN = "very-secret" }'),
  "hooks.prepare": hookLines("round_before round_context monitor_detect round_dirty"),
  "hooks.gone": hookLines("round_after").replace('"hook"', '"gone"'),
  "hooks.off": hookLines("round_after"),
  plugins: 'disable = ["off"]',
};

interface Call {
  readonly code: number;
  readonly out: string;
  readonly requests: readonly Record<string, unknown>[];
}

async function call(
  words: readonly string[],
  options: {
    readonly point?: string;
    readonly isJson?: boolean;
    readonly text?: string;
    readonly says?: (point: string, world: FakeWorld) => Says;
  } = {},
): Promise<Call> {
  const world = new FakeWorld();
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", options.text ?? withLines(lines));
  world.processes.programs.set("hook", "/bin/hook");
  const requests: Record<string, unknown>[] = [];
  world.processes.answer = (spec) => {
    const request = JSON.parse(new TextDecoder().decode(spec.stdin)) as Record<string, unknown>;
    requests.push(request);
    return exited(options.says?.(String(request.point), world) ?? answer());
  };
  const code = await hooks.run({
    flags: { point: options.point },
    positional: words,
    configPath: "./agent-runner.toml",
    isJson: options.isJson ?? false,
  }, world);
  return { code, out: world.stdout.text, requests };
}

Deno.test("hooks lists every hook with its state, in the order in which they are called", async () => {
  const { code, out, requests } = await call([]);
  assert.deepEqual([code, requests.length], [0, 0]);
  const rows = out.trimEnd().split("\n").map((line) => line.split(/\s+/).slice(0, 3).join(" "));
  assert.deepEqual(rows, ["NAME STATE PRIORITY", "gone not found", "off off 0", "prepare on 0", "notify on 2"]);
  assert.equal((await call(["list"])).out, out);
});

Deno.test("hooks says how to begin when there is none", async () => {
  const { code, out } = await call([], { text: withLines({}) });
  assert.equal(code, 0);
  assert.match(out, /No hooks are configured/);
  assert.equal((await call([], { text: withLines({}), isJson: true })).out, "[]\n");
});

Deno.test("hooks list --json gives the keys of each hook, without the values of its environment", async () => {
  const { out } = await call(["list"], { isJson: true });
  const listed = JSON.parse(out) as Record<string, unknown>[];
  assert.deepEqual(listed.map(({ name, state }) => [name, state]), [
    ["gone", "not found"],
    ["off", "off"],
    ["prepare", "on"],
    ["notify", "on"],
  ]);
  assert.deepEqual(listed[3], {
    name: "notify",
    state: "on",
    priority: 2,
    timeout_s: 30,
    points: ["round_after", "serve_start"],
    command: ["hook"],
    executable: "/bin/hook",
    env: ["CHAT_TOKEN"],
    pass_env: [],
  });
  assert.ok(!out.includes("very-secret"));
});

Deno.test("hooks list lets no command move the terminal", async () => {
  const text = withLines({ "hooks.notify": hookLines("round_after").replace('"hook"', '"h\\u009b2J\\u202e"') });
  const { code, out } = await call(["list"], { text });
  assert.equal(code, 0);
  assert.match(out, /h\\u009b2J\\u202e/);
  assert.doesNotMatch(out, /[\u0080-\u009f\u202e]/);
});

Deno.test("hooks test calls a hook at all its points, told to change nothing", async () => {
  const { code, out, requests } = await call(["test", "notify"]);
  assert.equal(code, 0);
  assert.deepEqual(requests.map(({ point, dry_run }) => [point, dry_run]), [["serve_start", true], [
    "round_after",
    true,
  ]]);
  assert.match(out, /^serve_start: ok after .*\n {2}answer: \{"protocol":1\}\nround_after: ok/);
  const all = await call(["test", "prepare"], {
    says: (point) => answer(point === "round_dirty" ? { outcome: "pass" } : {}),
  });
  assert.deepEqual(all.requests.map(({ point }) => point), [
    "round_before",
    "round_context",
    "round_dirty",
    "monitor_detect",
  ]);
  assert.equal(all.code, 0);
  assert.equal((all.requests[3]!.view as Record<string, unknown>).project, "shop");
});

Deno.test("hooks test shows what is wrong, masked and harmless, and exits 1", async () => {
  const { code, out } = await call(["test", "notify"], {
    point: "round_after",
    says: () => ({ code: 2, stderr: "warming up\n\u001b[31mvery-secret is wrong\n" }),
  });
  assert.equal(code, 1);
  assert.equal(
    out.replace(/after .*/, "after"),
    "round_after: failed (exit_code) after\n  exit code 2: \\u001b[31m<redacted> is wrong\n" +
      "  stderr: warming up\n  stderr: \\u001b[31m<redacted> is wrong\n",
  );
});

Deno.test("hooks test finds an event of a kind that is not the hook's, and a prompt that was changed", async () => {
  const event = await call(["test", "notify"], {
    point: "round_after",
    says: () => answer({ events: [{ kind: "round_end" }] }),
  });
  assert.equal(event.code, 1);
  assert.match(event.out, /failed \(bad_field\).*\n.*'notify_'/);
  const changed = await call(["test", "prepare"], {
    point: "round_before",
    says(_point, world) {
      world.files.writeAtomic("/home/me/shop/main.md", "Other.");
      return answer();
    },
  });
  assert.match(changed.out, /changed '\/home\/me\/shop\/main\.md' although it was told dry_run/);
});

Deno.test("hooks test --json gives each try with its answer or its fault", async () => {
  const { code, out } = await call(["test", "notify"], {
    isJson: true,
    says: (point) => point === "serve_start" ? answer({ error: "no license" }) : answer(),
  });
  assert.equal(code, 1);
  const { hook, trials } = JSON.parse(out) as { hook: string; trials: Record<string, unknown>[] };
  assert.equal(hook, "notify");
  assert.deepEqual(trials.map(({ point, ok }) => [point, ok]), [["serve_start", false], ["round_after", true]]);
  assert.deepEqual(trials[0]!.fault, { kind: "reported", message: "no license", said: "" });
  assert.deepEqual(trials[1]!.answer, { protocol: 1 });
});

Deno.test("hooks test tries a hook that is switched off, and tells of one that is not there", async () => {
  assert.equal((await call(["test", "off"])).code, 0);
  const { code, out } = await call(["test", "gone"]);
  assert.equal(code, 1);
  assert.match(out, /failed \(not_found\)/);
});

Deno.test("hooks test leaves at once when a signal asks for it", async () => {
  const { code, requests } = await call(["test", "notify"], {
    says(_point, world) {
      world.signals.send("SIGINT");
      return { code: 1 };
    },
  });
  assert.deepEqual([code, requests.length], [1, 1]);
});

for (
  const [words, point, message] of [
    [["tests"], undefined, /"hooks" does not know "tests"/],
    [["test"], undefined, /No hook is named/],
    [["test", "notfy"], undefined, /There is no hook "notfy"/],
    [["test", "notify"], "round_dirty", /is not called at "round_dirty"/],
    [["list", "notify"], undefined, /takes no name/],
    [["list"], "round_dirty", /takes no --point/],
  ] as const
) {
  Deno.test(`hooks refuses ${words.join(" ")}${point === undefined ? "" : ` --point ${point}`}`, async () => {
    await assert.rejects(call(words, point === undefined ? {} : { point }), (thrown) => {
      assert.ok(thrown instanceof OperatorError && thrown.exitCode === 2 && thrown.fix !== "");
      assert.match(thrown.message, message);
      return true;
    });
  });
}
