// Guards that the service manager hears of the loop as often as it must, in order, and that nothing is sent for nothing.
import assert from "node:assert/strict";
import type { ServiceLine } from "../../src/ports/service_line.ts";
import { beating, SignOfLife } from "../../src/service/sign_of_life.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

interface Options {
  readonly watchdogMs?: number | null;
  readonly isCheap?: boolean;
  readonly send?: (lines: readonly string[]) => Promise<void>;
}

function scene({ watchdogMs = 300_000, isCheap = true, send }: Options = {}) {
  const clock = new FakeClock({ isAutomatic: true });
  const sent: string[] = [];
  let isClosed = false;
  const line: ServiceLine = {
    watchdogMs,
    isCheap,
    send: send ?? ((lines) => (sent.push(lines.join(" ")), Promise.resolve())),
    close: () => isClosed = true,
  };
  return { clock, sent, life: new SignOfLife(line, clock), isClosed: () => isClosed };
}

Deno.test("SignOfLife tells that serve is ready, what it does, and that it leaves", async () => {
  const { life, sent, isClosed } = scene();
  life.ready();
  life.status("round 1 started\nand a second line");
  life.status("odd \u001b[31m text");
  await life.leaving();
  assert.equal(sent[0], "READY=1 WATCHDOG=1");
  assert.equal(sent[1], "WATCHDOG=1 STATUS=round 1 started");
  assert.ok(!sent[2]!.includes("\u001b"));
  assert.equal(sent[3], "STOPPING=1 WATCHDOG=1");
  assert.equal(isClosed(), true);
});

Deno.test("SignOfLife beats three times within the time of the watchdog, however often the loop looks", async () => {
  const { life, sent, clock } = scene();
  life.ready();
  for (let look = 0; look < 1200 * 4; look++) {
    await clock.sleep(250);
    life.beat();
  }
  await life.leaving();
  assert.equal(sent.filter((line) => line === "WATCHDOG=1").length, 12, "20 minutes, one in 100 s");
});

Deno.test("SignOfLife does not beat where nobody watches", async () => {
  const { life, sent, clock } = scene({ watchdogMs: null });
  life.ready();
  await clock.sleep(3_600_000);
  life.beat();
  await life.leaving();
  assert.deepEqual(sent, ["READY=1", "STOPPING=1"]);
});

Deno.test("SignOfLife tells what goes on once in ten seconds where each message costs a process", async () => {
  const { life, sent, clock } = scene({ isCheap: false });
  life.ready();
  for (let second = 1; second <= 30; second++) {
    life.status(`second ${second}`);
    await clock.sleep(1000);
    life.beat();
  }
  await life.leaving();
  const told = sent.flatMap((line) => /STATUS=(.*)/.exec(line)?.[1] ?? []);
  assert.deepEqual(told, ["second 10", "second 20", "second 30"], "the newest at that time");
});

Deno.test("SignOfLife goes on when a message does not get through", async () => {
  let attempts = 0;
  const { life } = scene({ send: () => Promise.reject(new Error(`attempt ${attempts++}`)) });
  life.ready();
  life.status("a");
  await life.leaving();
  assert.equal(attempts, 3);
});

Deno.test("beating() beats before and after a command, also after one that fails", async () => {
  const processes = new FakeProcesses(new FakeClock());
  let beats = 0;
  const during: number[] = [];
  processes.answer = () => {
    during.push(beats);
    throw new Error("broken");
  };
  const wrapped = beating(processes, () => beats++);
  await assert.rejects(wrapped.run({ argv: ["git"], timeoutMs: 1 }), /broken/);
  assert.deepEqual([during, beats], [[1], 2]);
  const pid = processes.start();
  assert.equal(wrapped.signal(pid, "SIGTERM"), true, "all else is passed on");
});
