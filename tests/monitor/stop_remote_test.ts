// Guards that a far supervisor counts as stopped only when it is: by the verb, by signals, and through failures.
import assert from "node:assert/strict";
import { stopRemote } from "../../src/monitor/stop_remote.ts";
import type { RunOutcome } from "../../src/ports/processes.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

const target = { host: "box", configPath: "~/shop" };

/** A far machine with a supervisor. */
interface Far {
  /** What `agent-runner stop` ends with; 2: there is no such verb. */
  readonly stopCode: number;
  /** Seconds from that to the end; null: it does not end. */
  readonly obeysAfter?: number | null;
  /** Which TERM it obeys, counted from one. */
  readonly obeysTerm?: number;
  readonly isRunning?: boolean;
  readonly pid?: unknown;
  /** It is started again so many seconds after its end. */
  readonly returnsAfter?: number;
  /** Answers instead, where it gives something. */
  readonly answer?: (word: string, count: number) => RunOutcome | null;
}

function exited(code: number, text = "", said = ""): RunOutcome {
  const bytes = (part: string) => new TextEncoder().encode(part);
  return { kind: "exited", code, stdout: bytes(text), stderr: bytes(said), isCut: false };
}

async function stop(far: Far, options: { readonly deadlineSeconds?: number; readonly signal?: AbortSignal } = {}) {
  const clock = new FakeClock({ isAutomatic: true });
  const processes = new FakeProcesses(clock);
  const calls: string[] = [];
  let endAt = far.isRunning === false ? -Infinity : Infinity;
  let terms = 0;
  processes.answer = ({ argv }) => {
    const remote = argv.at(-1)!;
    const word = remote.includes("kill -TERM") ? "kill" : / (stop|peek)\b[^;]*$/.exec(remote)![1]!;
    calls.push(word);
    const other = far.answer?.(word, calls.length);
    if (other) return other;
    const now = clock.monotonic();
    if (word === "stop") {
      if (far.stopCode === 0 && far.obeysAfter !== null) endAt = now + (far.obeysAfter ?? 0) * 1000;
      return exited(far.stopCode, "", far.stopCode === 2 ? "There is no verb 'stop'" : "it will not");
    }
    if (word === "kill") {
      assert.match(argv.at(-1)!, / sh 4711$/);
      if (++terms === (far.obeysTerm ?? 1)) endAt = now + (far.obeysAfter ?? 0) * 1000;
      return exited(0);
    }
    const active = now < endAt || now >= endAt + (far.returnsAfter ?? Infinity) * 1000;
    return exited(0, `welcome\n${JSON.stringify({ mode: "none", active, pid: active ? far.pid ?? 4711 : null })}\n`);
  };
  const startedAt = clock.monotonic();
  const signal = options.signal ?? new AbortController().signal;
  const outcome = await stopRemote(target, { processes, clock }, { ...options, signal });
  return { outcome, calls, seconds: (clock.monotonic() - startedAt) / 1000, terms };
}

const stopped = { kind: "stopped", wasRunning: true };

Deno.test("stopRemote() asks by the verb, and waits until the supervisor is gone and stays gone", async () => {
  const { outcome, calls, seconds } = await stop({ stopCode: 0, obeysAfter: 20 });
  assert.deepEqual(outcome, stopped);
  assert.deepEqual(calls.slice(0, 3), ["peek", "stop", "peek"]);
  assert.ok(seconds >= 23 && seconds < 40, String(seconds));
});

Deno.test("stopRemote() signals where there is no such verb: once, and once more after the patience", async () => {
  const first = await stop({ stopCode: 2, obeysAfter: 5 });
  assert.deepEqual([first.outcome, first.terms], [stopped, 1]);
  const second = await stop({ stopCode: 2, obeysTerm: 2 });
  assert.deepEqual([second.outcome, second.terms], [stopped, 2]);
  assert.ok(second.seconds > 30 && second.seconds < 60, String(second.seconds));
});

Deno.test("stopRemote() has nothing to do where none runs", async () => {
  const { outcome, calls } = await stop({ stopCode: 0, isRunning: false });
  assert.deepEqual([outcome, calls], [{ kind: "stopped", wasRunning: false }, ["peek"]]);
});

Deno.test("stopRemote() fails at its deadline when the supervisor goes on, or comes back", async () => {
  for (const far of [{ stopCode: 0, obeysAfter: null, obeysTerm: 2 }, { stopCode: 2, obeysTerm: 3 }]) {
    const { outcome, seconds, terms } = await stop(far);
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.fault.reason, /was asked to stop, but still runs/);
    assert.equal(seconds, 120);
    assert.ok(terms <= 2);
  }
  const { outcome } = await stop({ stopCode: 0, returnsAfter: 1 }, { deadlineSeconds: 10 });
  assert.equal(outcome.kind, "failed");
});

Deno.test("stopRemote() stops a round that is still on half a minute after it was asked", async () => {
  const { outcome, seconds, terms } = await stop({ stopCode: 0, obeysAfter: null, obeysTerm: 1 });
  assert.deepEqual(outcome, stopped);
  assert.equal(terms, 1);
  assert.ok(seconds >= 30 && seconds < 45, String(seconds));
});

Deno.test("stopRemote() begins to count anew when the supervisor is back in between", async () => {
  const active = [true, false, true, false, false];
  const answer = (word: string) =>
    word === "peek" ? exited(0, JSON.stringify({ active: active.shift(), pid: 9 })) : null;
  assert.deepEqual((await stop({ stopCode: 0, answer })).outcome, stopped);
  assert.deepEqual(active, []);
});

Deno.test("stopRemote() says why it cannot be asked", async () => {
  const rows: readonly [answer: Far["answer"], reason: RegExp][] = [
    [() => exited(255, "", "Connection refused"), /^Connection refused$/],
    [() => exited(127), /has no agent-runner/],
    [() => ({ kind: "timed_out" }), /does not answer/],
    [() => ({ kind: "absent", reason: "" }), /no ssh on PATH/],
    [() => exited(0, "\u001b[2J{"), /does not tell whether a supervisor runs/],
    [() => exited(0, '{"active":"yes"}'), /does not tell whether/],
    [(word) => word === "stop" ? exited(1, "", "it will not") : null, /code 1: it will not/],
  ];
  for (const [answer, reason] of rows) {
    const { outcome } = await stop({ stopCode: 0, ...(answer ? { answer } : {}) });
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.fault.reason, reason);
  }
});

Deno.test("stopRemote() signals no process but one that is named by a number", async () => {
  for (const pid of ["4711; id", -1, 1, 0, 1.5, null]) {
    const { outcome, calls } = await stop({
      stopCode: 2,
      answer: (word) => word === "peek" ? exited(0, JSON.stringify({ active: true, pid })) : null,
    });
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.fault.reason, /does not tell which process/);
    assert.ok(!calls.includes("kill"));
  }
});

Deno.test("stopRemote() looks again after a connection that failed for a moment", async () => {
  const answer = (_: string, count: number) => count >= 3 && count <= 5 ? exited(255, "", "gone") : null;
  assert.deepEqual((await stop({ stopCode: 0, answer })).outcome, stopped);
});

Deno.test("stopRemote() trusts the lock when the verb takes longer than a call may", async () => {
  const answer = (word: string): RunOutcome | null => word === "stop" ? { kind: "timed_out" } : null;
  assert.deepEqual(
    (await stop({ stopCode: 0, isRunning: true, answer }, { deadlineSeconds: 20 })).outcome.kind,
    "failed",
  );
  let isGone = false;
  const slow = (word: string): RunOutcome | null => {
    if (word === "stop") isGone = true;
    if (word === "stop") return { kind: "timed_out" };
    return isGone ? exited(0, '{"active":false,"pid":null}') : null;
  };
  assert.deepEqual((await stop({ stopCode: 0, answer: slow })).outcome, stopped);
});

Deno.test("stopRemote() ends with its signal", async () => {
  const { outcome } = await stop({ stopCode: 0, obeysAfter: null }, { signal: AbortSignal.abort() });
  assert.equal(outcome.kind, "failed");
});
