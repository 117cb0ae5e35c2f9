// Guards one call with real processes: whatever a hook does, the call ends in time and nothing of it lives on.
import assert from "node:assert/strict";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import type { Host } from "../../src/ports/host.ts";
import type { ActiveHook } from "../../src/config/active_hooks.ts";
import { callHook } from "../../src/hooks/call.ts";
import type { CallOutcome } from "../../src/hooks/call.ts";

interface Options {
  readonly timeoutSeconds?: number;
  readonly stop?: AbortSignal;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly passEnv?: readonly string[];
}

interface Called {
  readonly outcome: CallOutcome;
  /** Command lines that carry the mark of this call, or name it. */
  readonly living: readonly string[];
  readonly milliseconds: number;
}

const processes = denoProcesses();

/** Calls a hook that is this shell script; `$MARK` is a word that no other process carries. */
async function call(script: string, options: Options = {}): Promise<Called> {
  const folder = await Deno.makeTempDir({ prefix: "hook-" });
  const mark = `mark-${crypto.randomUUID()}`;
  try {
    await Deno.writeTextFile(`${folder}/hook.sh`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const hook: ActiveHook = {
      name: "one",
      command: ["./hook.sh"],
      points: ["round_after"],
      priority: 0,
      timeoutSeconds: options.timeoutSeconds ?? 20,
      env: { MARK: mark },
      passEnv: options.passEnv ?? [],
    };
    const host = { environment: () => Deno.env.toObject() } as unknown as Host;
    const begin = performance.now();
    const outcome = await callHook({
      hook,
      point: "round_after",
      workDir: folder,
      request: options.request ?? { protocol: 1 },
      variables: {},
      ...(options.stop === undefined ? {} : { stop: options.stop }),
    }, { clock: denoClock(), processes, host });
    const milliseconds = performance.now() - begin;
    const rows = await processes.list(`MARK=${mark}`) ?? [];
    const living = rows.filter((row) => !row.isZombie && (row.isMarked || row.command.includes(mark)));
    return { outcome, living: living.map(({ command }) => command), milliseconds };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function faultOf({ outcome }: Called): string {
  return outcome.kind === "failed" ? outcome.failure.fault : outcome.kind;
}

const good = `echo '{"protocol": 1}'`;

/** A process of its own that names the mark, and does not listen to SIGTERM. */
const stubborn = `sh -c 'trap "" TERM; while :; do sleep 1; done' "$MARK"`;

/** Hooks that misbehave: a name, what they do, and what that is called. */
const misbehaving: readonly (readonly [string, string, string, Options?])[] = [
  ["fails", "echo boom >&2; exit 3", "exit_code"],
  ["kills itself", "kill -9 $$", "killed"],
  ["says nothing", "cat >/dev/null", "no_answer"],
  ["babbles", `echo "Here you are:"; ${good}`, "no_json"],
  ["answers twice", `${good}; ${good}`, "no_json"],
  ["writes bytes that are no text", 'printf \'{"protocol": 1, "a": "\\377"}\'', "no_json"],
  ["writes more than a megabyte", "head -c 3000000 /dev/zero | tr '\\0' x", "too_long"],
  ["speaks another version", `echo '{"protocol": 2}'`, "wrong_version"],
  ["sleeps", "sleep 60", "timed_out", { timeoutSeconds: 0.3 }],
  ["never stops writing", "exec yes", "timed_out", { timeoutSeconds: 0.3 }],
  ["does not listen", "trap '' TERM; while :; do sleep 1; done", "timed_out", { timeoutSeconds: 0.3 }],
  ["sleeps beside a session of its own", `setsid ${stubborn} & sleep 60`, "timed_out", { timeoutSeconds: 0.5 }],
  ["leaves a child that holds its output", `${stubborn} & ${good}`, "left_running"],
  ["leaves a session of its own", `setsid ${stubborn} >/dev/null 2>&1 & ${good}; sleep 0.2`, "left_running"],
  ["leaves a child without its environment", `env -i MARK="$MARK" ${stubborn} & ${good}`, "left_running"],
  ["leaves a grandchild", `(${stubborn} & ) ; ${good}`, "left_running"],
];

for (const [name, script, fault, options] of misbehaving) {
  Deno.test(`callHook() ends a hook that ${name}: ${fault}`, async () => {
    const called = await call(script, options);
    assert.equal(faultOf(called), fault, JSON.stringify(called.outcome));
    assert.deepEqual(called.living, []);
    assert.ok(called.milliseconds < 8000, `${called.milliseconds} ms`);
  });
}

Deno.test("callHook() does not need a hook to read its request", async () => {
  const called = await call(good, { request: { protocol: 1, padding: "x".repeat(2_000_000) } });
  assert.deepEqual(called.outcome, { kind: "answered", answer: { protocol: 1 }, said: "" });
});

Deno.test("callHook() hands the request over whole, with a newline at its end", async () => {
  const called = await call(
    `read -r line; rest=$(cat); printf '{"protocol": 1, "length": %d, "rest": "%s"}' "\${#line}" "$rest"`,
    { request: { padding: "x".repeat(300_000) } },
  );
  const length = JSON.stringify({ padding: "x".repeat(300_000) }).length;
  assert.deepEqual(called.outcome, { kind: "answered", answer: { protocol: 1, length, rest: "" }, said: "" });
});

Deno.test("callHook() keeps the beginning of what a hook says on standard error, and not more", async () => {
  const called = await call(`echo first >&2; head -c 300000 /dev/zero | tr '\\0' 'y' >&2; ${good}`);
  assert.equal(called.outcome.kind, "answered");
  const said = called.outcome.kind === "answered" ? called.outcome.said : "";
  assert.ok(said.startsWith("first\n") && said.length <= 65_536 && said.length > 60_000, String(said.length));
});

Deno.test("callHook() passes on no variable but those that are named", async () => {
  Deno.env.set("HOOK_TEST_KEPT", "kept");
  Deno.env.set("HOOK_TEST_SECRET", "secret");
  try {
    const called = await call(
      `printf '{"protocol": 1, "kept": "%s", "secret": "%s", "path": "%s"}' "$HOOK_TEST_KEPT" "$HOOK_TEST_SECRET" "\${PATH:+set}"`,
      { passEnv: ["HOOK_TEST_KEPT"] },
    );
    assert.deepEqual(called.outcome, {
      kind: "answered",
      answer: { protocol: 1, kept: "kept", secret: "", path: "set" },
      said: "",
    });
  } finally {
    Deno.env.delete("HOOK_TEST_KEPT");
    Deno.env.delete("HOOK_TEST_SECRET");
  }
});

Deno.test("callHook() ends a running hook as soon as an end is asked for", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 300);
  const called = await call(`setsid ${stubborn} & ${stubborn}`, { stop: stop.signal });
  assert.deepEqual(called.outcome, { kind: "stopped" });
  assert.deepEqual(called.living, []);
  assert.ok(called.milliseconds < 8000, `${called.milliseconds} ms`);
});
