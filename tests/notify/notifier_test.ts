// Guards the notifier over its lives: what the events say is sent once each, whatever dies, fills up or is held by another.
import assert from "node:assert/strict";
import type { NotifySettings } from "../../src/config/schema.ts";
import { Notifier } from "../../src/notify/notifier.ts";
import { outboxPath } from "../../src/notify/outbox_file.ts";
import type { Lock } from "../../src/ports/lock.ts";
import type { RunOutcome, RunSpec } from "../../src/ports/processes.ts";
import { eventLine } from "../../src/store/event_line.ts";
import { openEventSink } from "../../src/store/event_sink.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { fakeHost, settings } from "./sample.ts";

const logs = "/logs";
const month = `${logs}/events-2026-11.jsonl`;

const took: RunOutcome = {
  kind: "exited",
  code: 0,
  stdout: new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"),
  stderr: new Uint8Array(),
  isCut: false,
};
const refused: RunOutcome = { ...took, code: 7, stdout: new Uint8Array(), stderr: new TextEncoder().encode("refused") };

/** One log folder, and the lives of those who send from it. */
class Stage {
  readonly clock = new FakeClock();
  readonly files = new MemoryFiles();
  /** Somebody holds the lock of the outbox. */
  isLocked = false;
  readonly lock: Lock = {
    isHeld: () => Promise.resolve(this.isLocked),
    tryAcquire: () => {
      if (this.isLocked) return Promise.resolve(null);
      this.isLocked = true;
      return Promise.resolve({ release: () => void (this.isLocked = false) });
    },
  };
  readonly processes = new FakeProcesses(this.clock);
  readonly faults: string[] = [];
  /** Titles of what the server took. */
  readonly got: string[] = [];
  readonly ids: string[] = [];
  /** Of each, whether the disk held it when it was sent. */
  readonly wasOnDisk: boolean[] = [];
  isDown = false;
  /** The outbox cannot be reached. */
  isFull = false;
  #sinks: Readonly<Record<string, NotifySettings>>;

  constructor(changes: Partial<NotifySettings> = {}) {
    this.#sinks = { hook: { ...settings, ...changes } };
    this.files.makeDir(logs);
    this.processes.answer = (spec) => this.isDown ? refused : this.take(spec);
  }

  take(spec: RunSpec): RunOutcome {
    const config = new TextDecoder().decode(spec.stdin);
    const body = JSON.parse(JSON.parse(/^data-raw = (".*")$/m.exec(config)![1]!)) as Record<string, string>;
    this.got.push(body.title!);
    this.ids.push(body.id!);
    this.wasOnDisk.push(this.onDisk().includes(body.id!));
    return took;
  }

  /** Ids of what waits, as another process would find them. */
  onDisk(): readonly string[] {
    const text = this.isFull ? null : this.files.readText(outboxPath(logs));
    if (text === null || !text.includes("waiting")) return [];
    return (JSON.parse(text).waiting as readonly { readonly id: string }[]).map(({ id }) => id);
  }

  /** What the loop and the monitor would write. */
  write(kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const line = eventLine(new Date(this.clock.now()).toISOString(), kind, fields);
    this.files.append(month, new TextEncoder().encode(`${line}\n`));
  }

  human(summary: string): void {
    this.write("human_needed", { round_num: 1, verdict: "auth", summary, hint: "log in" });
  }

  start(): { end(): Promise<void>; kill(): void } {
    const end = new AbortController();
    const { clock, files, lock, processes, faults } = this;
    // What a killed process does from then on touches nothing.
    const life = { isOver: false };
    const events = openEventSink({ files, clock, logDir: logs });
    const options = { logDir: logs, workDir: "/w", project: "shop", sinks: this.#sinks, events, random: () => 0.5 };
    const ports = {
      ...{ clock, lock, processes, host: fakeHost() },
      files: new Proxy(files, {
        get(target, name) {
          if (life.isOver && name === "writeAtomic") return () => {};
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    };
    const notifier = new Notifier({ ...options, onFault: (text) => faults.push(text) }, ports);
    const work = notifier.run(end.signal, 3000);
    return {
      end: async () => {
        end.abort();
        await work;
      },
      kill: () => {
        life.isOver = true;
        end.abort();
      },
    };
  }

  kinds(): readonly string[] {
    const lines = (this.files.readText(month) ?? "").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line).event as string).filter((kind) => kind.startsWith("notify_"));
  }
}

Deno.test("run() tells what happens from its start on, and nothing of before", async () => {
  const stage = new Stage();
  stage.human("earlier");
  await stage.clock.advance(10);
  const life = stage.start();
  await stage.clock.advance(1500);
  assert.deepEqual(stage.got, []);
  stage.write("round_start", { round_num: 1 });
  stage.human("now");
  await stage.clock.advance(2500);
  assert.deepEqual(stage.got, ["[shop] A person is needed"]);
  assert.deepEqual(stage.kinds(), ["notify_sent"]);
  await life.end();
  assert.deepEqual(stage.faults, []);
});

Deno.test("run() has the disk hold a message before it is sent, and no longer than until it is there", async () => {
  const stage = new Stage();
  const life = stage.start();
  await stage.clock.advance(1100);
  for (const summary of ["a", "b", "c"]) stage.human(summary);
  await stage.clock.advance(3000);
  assert.deepEqual([stage.wasOnDisk, stage.onDisk()], [[true, true, true], []]);
  const over = life.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() takes in what was written last when it ends, and sends it", async () => {
  const stage = new Stage();
  const life = stage.start();
  await stage.clock.advance(1100);
  stage.write("serve_stopped", { reason: "max_rounds", rounds_completed: 3, exit_code: 0 });
  const ended = life.end();
  await stage.clock.advance(100);
  await ended;
  assert.deepEqual(stage.got, ["[shop] The loop has ended"]);
});

Deno.test("run() leaves to the next life what does not go now, and that life sends it once", async () => {
  const stage = new Stage();
  stage.isDown = true;
  const first = stage.start();
  await stage.clock.advance(1100);
  for (const summary of ["a", "b", "c"]) stage.human(summary);
  const ended = first.end();
  await stage.clock.advance(5000);
  await ended;
  assert.deepEqual([stage.got.length, stage.kinds()], [0, ["notify_failed"]]);
  stage.isDown = false;
  const second = stage.start();
  await stage.clock.advance(10_000);
  assert.equal(stage.got.length, 3);
  assert.equal(new Set(stage.ids).size, 3);
  assert.deepEqual(stage.kinds(), ["notify_failed", "notify_sent", "notify_sent", "notify_sent"]);
  const over = second.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() tells after a kill what was written before it and while nobody read", async () => {
  const stage = new Stage();
  stage.isDown = true;
  const first = stage.start();
  await stage.clock.advance(1100);
  stage.human("before");
  await stage.clock.advance(3000);
  first.kill();
  stage.isLocked = false;
  await stage.clock.advance(5000);
  stage.human("meanwhile");
  stage.isDown = false;
  const second = stage.start();
  await stage.clock.advance(20_000);
  assert.equal(stage.got.length, 2);
  assert.equal(new Set(stage.ids).size, 2);
  const over = second.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() leaves the sending to whoever holds the lock, and takes over when that one is gone", async () => {
  const stage = new Stage();
  stage.isLocked = true;
  const life = stage.start();
  await stage.clock.advance(1100);
  stage.human("x");
  await stage.clock.advance(5000);
  assert.deepEqual(stage.got, []);
  stage.isLocked = false;
  await stage.clock.advance(5000);
  assert.equal(stage.got.length, 1);
  const over = life.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() sends all the same while the outbox cannot be written, and says so once", async () => {
  const stage = new Stage();
  stage.files.failWith(outboxPath(logs), "full");
  stage.isFull = true;
  const life = stage.start();
  await stage.clock.advance(1100);
  for (const summary of ["a", "b"]) stage.human(summary);
  await stage.clock.advance(9000);
  assert.equal(stage.got.length, 2);
  assert.equal(stage.faults.filter((fault) => fault.startsWith("the outbox cannot be written")).length, 1);
  stage.files.failWith(outboxPath(logs), null);
  const over = life.end();
  await stage.clock.advance(100);
  await over;
  assert.match(stage.files.readText(outboxPath(logs)) ?? "", /"waiting":\[\]/);
});

Deno.test("run() waits for a log folder that is not there yet", async () => {
  const stage = new Stage();
  stage.files.remove(logs, { isRecursive: true });
  const life = stage.start();
  await stage.clock.advance(3000);
  stage.files.makeDir(logs);
  stage.human("x");
  await stage.clock.advance(3000);
  assert.deepEqual([stage.got.length, stage.faults], [1, []]);
  const over = life.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() begins anew where the outbox is broken, and says so", async () => {
  const stage = new Stage();
  stage.files.writeAtomic(outboxPath(logs), "{torn");
  const life = stage.start();
  await stage.clock.advance(1100);
  stage.human("x");
  await stage.clock.advance(3000);
  assert.equal(stage.got.length, 1);
  assert.match(stage.faults.join(), /could not be read.*'notify\.json\.damaged'/);
  assert.equal(stage.files.readText(`${outboxPath(logs)}.damaged`), "{torn");
  const over = life.end();
  await stage.clock.advance(100);
  await over;
});

Deno.test("run() goes on with the outbox of a newer version, and keeps a copy of it", async () => {
  const stage = new Stage();
  stage.isDown = true;
  const first = stage.start();
  await stage.clock.advance(1100);
  stage.human("a");
  const ended = first.end();
  await stage.clock.advance(5000);
  await ended;
  const newer = JSON.stringify({ ...JSON.parse(stage.files.readText(outboxPath(logs))!), schema: 9, tide: "high" });
  stage.files.writeAtomic(outboxPath(logs), newer);
  stage.isDown = false;
  const second = stage.start();
  await stage.clock.advance(10_000);
  await second.end();
  assert.deepEqual(stage.got, ["[shop] A person is needed"]);
  assert.deepEqual(stage.faults, ["the outbox is of a newer version; a copy: notify.json.schema-9"]);
  assert.equal(stage.files.readText(`${outboxPath(logs)}.schema-9`), newer);
  assert.equal(JSON.parse(stage.files.readText(outboxPath(logs))!).schema, 1);
});

Deno.test("run() records what it drops: repeats, and what waits for a sink that is gone", async () => {
  const stage = new Stage();
  stage.isDown = true;
  const first = stage.start();
  await stage.clock.advance(1100);
  stage.human("same");
  await stage.clock.advance(10);
  stage.human("same");
  const over = first.end();
  await stage.clock.advance(4000);
  await over;
  const dropped = () =>
    (stage.files.readText(month) ?? "").split("\n").filter((line) => line.includes("notify_dropped"));
  assert.match(dropped()[0] ?? "", /"why": "repeated"/);
  const raw = JSON.parse(stage.files.readText(outboxPath(logs))!);
  raw.waiting[0].sink = "gone";
  stage.files.writeAtomic(outboxPath(logs), JSON.stringify(raw));
  const second = stage.start();
  await stage.clock.advance(1100);
  assert.match(dropped()[1] ?? "", /"sink": "gone".*"why": "no_sink"/);
  const end = second.end();
  await stage.clock.advance(100);
  await end;
});

Deno.test("run() tells nothing twice of a file of events that was written anew, between two lives or under its eyes", async () => {
  const stage = new Stage();
  const anew = () => {
    const text = stage.files.readText(month)!;
    stage.files.writeAtomic(month, `{"ts": "mended", "event": "x"}\n${text}`);
  };
  const first = stage.start();
  await stage.clock.advance(1100);
  stage.human("a");
  await stage.clock.advance(3000);
  const over = first.end();
  await stage.clock.advance(100);
  await over;
  anew();
  // Beyond the time in which repeats are left out.
  await stage.clock.advance(2 * 3_600_000);
  stage.human("b");
  const second = stage.start();
  await stage.clock.advance(3000);
  assert.equal(stage.got.length, 2);
  await stage.clock.advance(2 * 3_600_000);
  anew();
  await stage.clock.advance(10);
  stage.human("c");
  await stage.clock.advance(5000);
  const end = second.end();
  await stage.clock.advance(100);
  await end;
  assert.equal(stage.got.length, 3);
  assert.equal(new Set(stage.ids).size, 3);
});
