// Guards the watch over ssh with a scripted far side: what is new, failures, silences, hostile words, the end.
import assert from "node:assert/strict";
import { SshFeed } from "../../src/monitor/feed_ssh.ts";
import type { Blind, Look } from "../../src/monitor/feed.ts";
import { spellHello } from "../../src/monitor/frame.ts";
import type { RemoteNotice } from "../../src/monitor/tolerance.ts";
import type { FakeChannel } from "../fakes/fake_channels.ts";
import { FakeChannels } from "../fakes/fake_channels.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

const never = new AbortController().signal;
const hello = spellHello("1.0.0");

function eventLine(round: number): string {
  return `{"ts": "2026-11-21T10:00:00Z", "event": "round_end", "round_num": ${round}}`;
}

function events(...rounds: number[]): string {
  return `${JSON.stringify({ feed: "events", lines: rounds.map(eventLine) })}\n`;
}

/** About a megabyte of events. */
function manyEvents(count = 200): string {
  const line = `{"ts": "2026-11-21T10:00:00Z", "event": "x", "text": "${"many words ".repeat(500)}"}`;
  return `${JSON.stringify({ feed: "events", lines: Array(count).fill(line) })}\n`;
}

function state(after = "", more: Readonly<Record<string, unknown>> = {}): string {
  const fields = { feed: "state", at: 5000, status: {}, is_active: true, round_log_bytes: null, after, ...more };
  return `${JSON.stringify(fields)}\n`;
}

/** A feed whose far side the test speaks for. */
class Scene {
  readonly clock = new FakeClock();
  readonly channels = new FakeChannels();
  readonly processes = new FakeProcesses(this.clock);
  readonly notices: RemoteNotice[] = [];
  readonly notes: string[] = [];
  readonly feed: SshFeed;

  constructor({ toleranceSeconds = 90 } = {}) {
    const { clock, channels, processes } = this;
    this.feed = new SshFeed({
      target: { host: "box", configPath: "~/shop" },
      toleranceSeconds,
      intervalSeconds: 60,
      onNotice: (notice) => this.notices.push(notice),
      onNote: (text) => this.notes.push(text),
    }, { clock, channels, processes, version: "1.0.0" });
  }

  /** The connection that is there now. */
  get channel(): FakeChannel {
    return this.channels.opened.at(-1)!;
  }

  async look(): Promise<Look | Blind> {
    const look = this.feed.look(never);
    await this.clock.advance(0);
    return await look;
  }

  async rounds(): Promise<unknown[]> {
    const look = await this.look();
    assert.equal(look.kind, "seen", JSON.stringify(look));
    return (look as Look).events.map(({ event }) => event.round_num);
  }

  async reason(): Promise<string> {
    const look = await this.look();
    assert.equal(look.kind, "blind", JSON.stringify(look));
    return (look as Blind).reason;
  }

  /** Lets what was said be heard. */
  async heard(): Promise<void> {
    await this.clock.advance(0);
  }

  kinds(): string[] {
    return this.notices.map(({ kind }) => kind.replace("monitor_remote_", ""));
  }
}

async function onScene(use: (scene: Scene) => Promise<void>, options?: ConstructorParameters<typeof Scene>[0]) {
  const scene = new Scene(options);
  try {
    await use(scene);
  } finally {
    await scene.feed.close();
    assert.equal(scene.clock.sleepers, 0, "nobody may sleep on");
    assert.ok(scene.channels.opened.every(({ isClosed }) => isClosed));
  }
}

Deno.test("look() gives over one connection what comes, each event once", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.say(hello + events(1, 2) + state("events-2026-11.jsonl:1:1"));
    assert.deepEqual(await scene.rounds(), [1, 2]);
    assert.deepEqual(await scene.rounds(), []);
    scene.channel.say(events(3).slice(0, 20));
    await scene.heard();
    assert.deepEqual(await scene.rounds(), []);
    scene.channel.say(events(3).slice(20) + state());
    await scene.heard();
    assert.deepEqual(await scene.rounds(), [3]);
    assert.equal(scene.channels.opened.length, 1);
    assert.deepEqual(scene.notices, []);
  }));

Deno.test("look() passes over what a login prints before the first word", () =>
  onScene(async (scene) => {
    const banner = 'Welcome!\n{"feed":\n\u001b[0m$ ';
    scene.channels.onOpen = (channel) => channel.say(banner + hello + events(1) + state());
    assert.deepEqual(await scene.rounds(), [1]);
  }));

Deno.test("look() is blind while the host is away, and goes on where it was: nothing lost, nothing twice", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel, index) => {
      if (index === 0) channel.say(hello + events(1) + state("events-2026-11.jsonl:70:9") + events(2));
      else if (index < 3) channel.end(255, "ssh: connect to host box port 22: No route to host\n");
      else channel.say(hello + events(2, 3) + state("events-2026-11.jsonl:210:9"));
    };
    assert.deepEqual(await scene.rounds(), [1]);
    scene.channel.end(255, "client_loop: send disconnect: Broken pipe\n");
    await scene.heard();
    assert.match(await scene.reason(), /Broken pipe/);
    await scene.clock.advance(1000);
    assert.match(await scene.reason(), /No route to host/);
    await scene.clock.advance(2000 + 4000);
    assert.deepEqual(await scene.rounds(), [2, 3]);
    const calls = scene.channels.opened.map(({ argv }) => argv.at(-1)!);
    assert.ok(!calls[0]!.includes("--after"));
    assert.ok(calls.slice(1).every((call) => call.includes("--after events-2026-11.jsonl:70:9")), calls.join("\n"));
    assert.deepEqual(scene.notices.map(({ payload }) => "attempt" in payload ? payload.attempt : null), [1, 2, 3]);
    scene.channel.end(255);
    await scene.heard();
    assert.deepEqual(scene.notices.map(({ payload }) => "attempt" in payload ? payload.attempt : null), [1, 2, 3, 1]);
  }));

Deno.test("look() counts a silence as a failure, and a word in time as none", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.say(hello + state());
    await scene.rounds();
    for (let i = 0; i < 20; i++) {
      await scene.clock.advance(14_000);
      scene.channel.say(state());
    }
    await scene.heard();
    assert.equal(scene.channels.opened.length, 1);
    scene.channels.onOpen = () => {};
    await scene.clock.advance(15_000);
    assert.match(await scene.reason(), /^'box' is silent: no word within 15 s/);
    assert.ok(scene.channels.opened[0]!.isClosed);
    await scene.clock.advance(1000 + 25_000);
    assert.match(await scene.reason(), /no word within 25 s/);
    assert.deepEqual(scene.kinds(), ["blip", "blip"]);
  }));

Deno.test("look() notices a silence at its time also when the first word came early", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.say(hello + state());
    await scene.rounds();
    scene.channels.onOpen = () => {};
    await scene.clock.advance(14_999);
    assert.deepEqual(scene.notices, []);
    await scene.clock.advance(1);
    assert.deepEqual(scene.kinds(), ["blip"]);
  }));

Deno.test("look() gives up at the cap, says so, and tries no more", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(255, "Connection refused\n");
    assert.match(await scene.reason(), /Connection refused/);
    await scene.clock.advance(90_000);
    const look = await scene.look() as Blind;
    assert.equal(look.isGivenUp, true);
    assert.match(look.fix!, /^Run 'ssh box true'/);
    assert.deepEqual(scene.kinds(), [...Array(7).fill("blip"), "giveup"]);
    const tries = scene.channels.opened.length;
    await scene.clock.advance(3_600_000);
    assert.equal(scene.channels.opened.length, tries);
  }));

Deno.test("look() fails at once when nothing is tolerated", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(255, "Connection refused\n");
    assert.equal((await scene.look() as Blind).isGivenUp, true);
    assert.deepEqual(scene.notices, []);
  }, { toleranceSeconds: 0 }));

Deno.test("look() gives up at once on a host that has no agent-runner, but waits for one that had it", async () => {
  await onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(127);
    const look = await scene.look() as Blind;
    assert.match(look.reason, /has no agent-runner/);
    assert.equal(look.isGivenUp, true);
    assert.deepEqual(scene.kinds(), ["giveup"]);
  });
  await onScene(async (scene) => {
    scene.channels.onOpen = (channel, index) => index === 0 ? channel.say(hello + state()) : channel.end(127);
    await scene.rounds();
    scene.channel.end(255);
    await scene.clock.advance(1000);
    assert.match(await scene.reason(), /has no agent-runner/);
    assert.deepEqual(scene.kinds(), ["blip", "blip"]);
  });
});

Deno.test("look() fails in bounds on hostile words, and shows none of them as they are", async () => {
  const secret = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
  const garbage = new Uint8Array(65_536).map((_, i) => i * 7 % 256 === 10 ? 11 : i * 7 % 256);
  const rows: readonly [said: (channel: FakeChannel) => void, reason: RegExp][] = [
    [(channel) => {
      for (let i = 0; i < 100; i++) channel.say(garbage);
    }, /a line without an end/],
    [(channel) => channel.say("\u001b[2Jboo\n".repeat(300)), /says much.*boo/],
    [(channel) => channel.say(`${hello}\u001b]0;x\u0007 ${secret}\n`), /no agent-runner says: +<redacted>/],
    [(channel) => channel.say(`${hello}{"feed":"state","at":"soon"}\n`), /no agent-runner says/],
    [
      (channel) => channel.say(`${hello}{"feed":"blind","reason":"\\u001b[1m api_key=${secret}"}\n`),
      /On 'box': +api_key=<redacted>/,
    ],
    [(channel) => {
      channel.say(hello);
      for (let i = 0; i < 40; i++) channel.say(manyEvents());
    }, /events without an end/],
    [(channel) => channel.end(1, `\u001b[2J${secret}`), /ended with code 1: +<redacted>$/],
  ];
  for (const [say, reason] of rows) {
    await onScene(async (scene) => {
      scene.channels.onOpen = say;
      const told = await scene.reason();
      assert.match(told, reason);
      // deno-lint-ignore no-control-regex -- they are what must not be there
      assert.ok(told.length < 400 && !/[\u0000-\u001f]|ghp_a/.test(told), told);
      assert.deepEqual(scene.kinds(), ["blip"]);
    });
  }
});

Deno.test("look() keeps a bounded amount while nobody looks, and goes on reading when somebody does", () =>
  onScene(async (scene) => {
    const many = manyEvents() + state();
    scene.channels.onOpen = (channel) => channel.say(hello + state());
    await scene.rounds();
    for (let i = 0; i < 40; i++) scene.channel.say(many);
    await scene.clock.advance(60_000);
    assert.ok(scene.channel.reads < 20, String(scene.channel.reads));
    assert.deepEqual(scene.notices, []);
    let count = 0;
    for (let i = 0; i < 20; i++) {
      count += (await scene.rounds()).length;
      scene.channel.say(state());
      await scene.heard();
    }
    assert.equal(count, 40 * 200);
  }));

Deno.test("look() tells once that the far program is another version", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.say(spellHello("1.2.0") + state());
    await scene.rounds();
    scene.channel.end(255);
    await scene.clock.advance(1000);
    await scene.rounds();
    assert.deepEqual(scene.notes, ["'box' has a newer agent-runner: 1.2.0, this is 1.0.0"]);
  }));

Deno.test("look() asks again and again where the far program cannot stream, and joins what it is told", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(2, "agent-runner: There is no verb '_feed'\n");
    let rounds = [1, 2];
    let used = 50;
    scene.processes.answer = ({ argv }) => {
      assert.match(argv.at(-1)!, / peek --json --events 1000'?$/);
      const recent_events = rounds.map((round) => JSON.parse(eventLine(round)));
      const view = { schema_version: "1.9", status: { round_num: 2 }, service: { active: true }, recent_events };
      const system = { mem_total_mb: 1000, disk_used_pct: used };
      const stdout = new TextEncoder().encode(`motd\n${JSON.stringify({ ...view, system }, null, 2)}`);
      return { kind: "exited", code: 0, stdout, stderr: new Uint8Array(), isCut: false };
    };
    const first = await scene.look() as Look;
    assert.deepEqual(first.events.map(({ event }) => event.round_num), [1, 2]);
    assert.deepEqual([first.isActive, first.status, first.roundLogBytes], [true, { round_num: 2 }, null]);
    assert.deepEqual(first.metrics.map((row) => row.disk_used_pct), [50]);
    assert.equal(first.at, scene.clock.now());
    rounds = [2, 3, 4];
    used = 60;
    await scene.clock.advance(10_000);
    const second = await scene.look() as Look;
    assert.deepEqual(second.events.map(({ event }) => event.round_num), [3, 4]);
    assert.deepEqual(second.metrics.map((row) => row.disk_used_pct), [60]);
    await scene.clock.advance(10_000);
    const third = await scene.look() as Look;
    assert.deepEqual([third.events, third.metrics], [[], []]);
    assert.equal(scene.channels.opened.length, 1);
    assert.equal(scene.notes.length, 1);
    assert.match(scene.notes[0]!, /cannot stream.*every 10 s/);
  }));

Deno.test("look() asks for more where the newest events do not reach back to the ones known", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(2);
    let total = 10;
    scene.processes.answer = ({ argv }) => {
      const window = Number(/--events (\d+)/.exec(argv.at(-1)!)![1]);
      const recent_events = Array.from({ length: total }, (_, i) => JSON.parse(eventLine(i))).slice(-window);
      const view = { schema_version: "2.0", status: {}, service: { active: false }, recent_events };
      return {
        kind: "exited",
        code: 0,
        stdout: new TextEncoder().encode(JSON.stringify(view)),
        stderr: new Uint8Array(),
        isCut: false,
      };
    };
    assert.equal((await scene.rounds()).length, 10);
    total = 5000;
    await scene.clock.advance(10_000);
    assert.deepEqual(await scene.rounds(), Array.from({ length: 4990 }, (_, i) => 10 + i));
  }));

Deno.test("look() tells what is wrong with the answers of a far program that is asked", async () => {
  const answers = [
    { code: 2, stdout: "", reason: /too old/ },
    { code: 127, stdout: "", reason: /no agent-runner/ },
    { code: 255, stdout: "", reason: /failed without a word/ },
    { code: 0, stdout: "\u001b[2J not json", reason: /answers 'peek --json' with something else: +not/ },
    { code: 0, stdout: "[]", reason: /something else/ },
    { code: 0, stdout: "{}", reason: /something else/ },
    { code: 0, stdout: '{"schema_version":7}', reason: /something else/ },
  ];
  for (const { code, stdout, reason } of answers) {
    await onScene(async (scene) => {
      scene.channels.onOpen = (channel) => channel.end(2);
      const bytes = new TextEncoder().encode(stdout);
      scene.processes.answer = () => ({ kind: "exited", code, stdout: bytes, stderr: new Uint8Array(), isCut: false });
      assert.match(await scene.reason(), reason);
    });
  }
  await onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(2);
    scene.processes.answer = () => ({ kind: "timed_out" });
    assert.match(await scene.reason(), /silent: no answer within 30 s/);
    assert.deepEqual(scene.kinds(), ["blip"]);
  });
});

Deno.test("look() takes a strange or hostile view for what is in it, and nothing more", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.end(2);
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const text =
      `{"schema_version":"9","status":${deep},"service":[],"system":"x","recent_events":[1,null,${deep},{"ts":1}]}`;
    const stdout = new TextEncoder().encode(text);
    scene.processes.answer = () => ({ kind: "exited", code: 0, stdout, stderr: new Uint8Array(), isCut: false });
    const look = await scene.look() as Look;
    assert.deepEqual([look.kind, look.events, look.metrics, look.status, look.isActive], ["seen", [], [], {}, false]);
  }));

Deno.test("look() says that there is no ssh", () =>
  onScene(async (scene) => {
    scene.channels.fault = "No such file";
    const look = await scene.look() as Blind;
    assert.deepEqual([look.reason, look.fix, look.isGivenUp], [
      "There is no ssh on PATH",
      "Install an OpenSSH client",
      true,
    ]);
  }));

Deno.test("look() and wake() end with their signal, and close() ends the connection", () =>
  onScene(async (scene) => {
    const end = new AbortController();
    const look = scene.feed.look(end.signal);
    await scene.heard();
    end.abort();
    assert.equal((await look).kind, "blind");
    await scene.feed.wake(600_000, AbortSignal.abort());
    await scene.feed.close();
    assert.equal(await scene.reason(), "The watch is over");
  }));

Deno.test("wake() returns when something is new, and not for a beat that says nothing", () =>
  onScene(async (scene) => {
    scene.channels.onOpen = (channel) => channel.say(hello + state());
    await scene.rounds();
    await scene.feed.wake(600_000, never);
    let isAwake = false;
    const end = new AbortController();
    const waiting = scene.feed.wake(600_000, end.signal).then(() => isAwake = true);
    scene.channel.say(state());
    await scene.heard();
    assert.equal(isAwake, false);
    scene.channel.say(events(1) + state());
    await waiting;
  }));
