// Guards the rules of the outbox: who wants what, repeats, quiet hours, rates, back-off, bounds. Nothing may be lost unsaid.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { NotifySettings } from "../../src/config/schema.ts";
import type { Notice } from "../../src/core/notice.ts";
import {
  accept,
  backoffMs,
  emptyOutbox,
  idOf,
  memoryOf,
  mostWaiting,
  settleFailed,
  settleSent,
  turnOf,
} from "../../src/notify/outbox.ts";
import type { Outbox, Turn, Waiting } from "../../src/notify/outbox.ts";
import { spellNotice } from "../../src/notify/spell_notice.ts";
import { noon, notice, settings } from "./sample.ts";

const origin = { project: "shop", host: "pi", timeZone: "UTC" };
const hour = 3_600_000;

class Box {
  outbox: Outbox = emptyOutbox;
  now = noon;
  readonly dropped: Waiting[] = [];
  readonly expired: Waiting[] = [];
  #count = 0;
  readonly rules: NotifySettings;

  constructor(rules: Partial<NotifySettings> = {}) {
    this.rules = { ...settings, ...rules };
  }

  offer(changes: Partial<Notice> = {}, id = idOf(String(this.#count))): string {
    this.#count++;
    const one = { ...notice, key: `key ${this.#count}`, at: this.now, ...changes };
    const offered = { id, sink: "s", notice: one, message: spellNotice(one, origin), now: this.now };
    const taken = accept(this.outbox, offered, this.rules);
    this.outbox = taken.outbox;
    if (taken.dropped !== null) this.dropped.push(taken.dropped);
    return taken.acceptance;
  }

  turn(): Turn {
    const { outbox, turn, expired } = turnOf(this.outbox, { sink: "s", now: this.now }, this.rules);
    this.outbox = outbox;
    this.expired.push(...expired);
    return turn;
  }

  /** Sends all that may be sent now. */
  send(): readonly Waiting[] {
    const sent: Waiting[] = [];
    for (let turn = this.turn(); turn.kind === "send"; turn = this.turn()) {
      sent.push(turn.entry);
      this.outbox = settleSent(this.outbox, { entry: turn.entry, now: this.now });
    }
    return sent;
  }

  fail(changes: { readonly mayPass?: boolean; readonly retryAfterSeconds?: number } = {}): void {
    const turn = this.turn();
    assert.equal(turn.kind, "send");
    const { entry } = turn as Turn & { kind: "send" };
    const failure = { entry, now: this.now, mayPass: true, retryAfterSeconds: null, random: 0.5, ...changes };
    this.outbox = settleFailed(this.outbox, failure);
  }
}

Deno.test("accept() leaves out what a sink does not want", () => {
  const box = new Box({ topics: ["human", "limit"], minSeverity: "warning", minWaitSeconds: 600 });
  assert.equal(box.offer(), "unwanted");
  assert.equal(box.offer({ topic: "human" }), "unwanted");
  assert.equal(box.offer({ topic: "human", severity: "warning" }), "accepted");
  assert.equal(box.offer({ topic: "limit", severity: "warning", waitSeconds: 599 }), "unwanted");
  assert.equal(box.offer({ topic: "limit", severity: "warning", waitSeconds: 600 }), "accepted");
  assert.equal(box.send().length, 2);
  assert.deepEqual(box.turn(), { kind: "idle" });
});

Deno.test("accept() tells the same again only after a while, and an alert not when the loop has told of it", () => {
  const box = new Box({ dedupeSeconds: 3600 });
  assert.equal(box.offer({ key: "a", covers: ["detector:x"] }), "accepted");
  box.now += hour - 1;
  assert.equal(box.offer({ key: "a" }), "repeated");
  assert.equal(box.offer({ key: "b", coveredBy: "detector:x" }), "repeated");
  assert.equal(box.offer({ key: "b", coveredBy: "detector:y" }), "accepted");
  box.now += 1;
  assert.equal(box.offer({ key: "a" }), "accepted");
  const never = new Box({ dedupeSeconds: 0 });
  assert.deepEqual([never.offer({ key: "a" }), never.offer({ key: "a" })], ["accepted", "accepted"]);
});

Deno.test("accept() takes a message that waits already only once", () => {
  const box = new Box();
  assert.equal(box.offer({}, "i"), "accepted");
  assert.equal(box.offer({}, "i"), "known");
  assert.equal(box.outbox.waiting.length, 1);
});

Deno.test("accept() drops the oldest that is not urgent when too many wait, and says which", () => {
  const box = new Box();
  box.offer({ isUrgent: true }, "urgent");
  for (let i = 0; i < mostWaiting + 5; i++) box.offer({}, `i${i}`);
  assert.equal(box.outbox.waiting.length, mostWaiting);
  assert.deepEqual(box.dropped.map(({ id }) => id), ["i0", "i1", "i2", "i3", "i4", "i5"]);
  assert.equal(box.outbox.waiting[0]?.id, "urgent");
});

Deno.test("turnOf() holds back in quiet hours, lets pass what is urgent, and sends the rest as one afterwards", () => {
  const box = new Box({ quietHours: "11:00-14:00" });
  box.offer({}, "a");
  box.offer({ isUrgent: true, severity: "critical" }, "urgent");
  box.offer({}, "b");
  assert.deepEqual(box.send().map(({ id }) => id), ["urgent"]);
  assert.deepEqual(box.turn(), { kind: "wait", until: noon + 2 * hour });
  box.now = noon + 2 * hour;
  const [digest, ...others] = box.send();
  assert.deepEqual([digest?.message.notices, others.length], [2, 0]);
  assert.match(digest!.message.text, /The loop has ended: .*\n.*The loop has ended: /);
});

Deno.test("turnOf() holds back what is urgent, too, when it is told to", () => {
  const box = new Box({ quietHours: "11:00-14:00", urgentPasses: false });
  box.offer({ isUrgent: true });
  assert.equal(box.turn().kind, "wait");
});

Deno.test("turnOf() holds a single message back as it is", () => {
  const box = new Box({ quietHours: "11:00-14:00" });
  box.offer({}, "a");
  box.turn();
  box.now += 2 * hour;
  const turn = box.turn();
  assert.deepEqual(turn.kind === "send" && [turn.entry.id, turn.entry.message.notices], ["a", 1]);
});

Deno.test("turnOf() sends so many in an hour, urgent ones twice as many, and the rest as one", () => {
  const box = new Box({ maxPerHour: 2 });
  for (let i = 0; i < 5; i++) box.offer();
  assert.equal(box.send().length, 2);
  for (let i = 0; i < 3; i++) box.offer({ isUrgent: true });
  assert.equal(box.send().length, 2);
  assert.deepEqual(box.turn(), { kind: "wait", until: noon + hour });
  box.now += hour;
  assert.deepEqual(box.send().map((entry) => entry.message.notices), [4]);
  assert.equal(box.outbox.waiting.length, 0);
});

Deno.test("settleFailed() waits longer each time, within bounds, and at least as long as the server asks", () => {
  const box = new Box();
  box.offer();
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    box.fail();
    const turn = box.turn();
    assert.equal(turn.kind, "wait");
    waits.push((turn as Turn & { kind: "wait" }).until - box.now);
    box.now += waits.at(-1)!;
  }
  assert.deepEqual(waits.slice(0, 4), [2000, 4000, 8000, 16_000]);
  assert.equal(waits.at(-1), 15 * 60_000);
  box.fail({ retryAfterSeconds: 3600 });
  assert.deepEqual(box.turn(), { kind: "wait", until: box.now + hour });
  box.now += hour;
  box.fail({ retryAfterSeconds: 1e9 });
  assert.deepEqual(box.turn(), { kind: "wait", until: box.now + 6 * hour });
  box.now += 6 * hour;
  const [entry] = box.send();
  assert.equal(entry?.attempts, 16);
  assert.deepEqual([memoryOf(box.outbox, "s").failures, memoryOf(box.outbox, "s").nextAt], [0, 0]);
});

Deno.test("settleFailed() forgets what no try can bring there, and goes on with the next", () => {
  const box = new Box();
  box.offer({}, "bad");
  box.offer({}, "good");
  box.fail({ mayPass: false });
  assert.deepEqual(box.send().map(({ id }) => id), ["good"]);
});

Deno.test("turnOf() gives up what was tried for too long, and nothing that was only held back", () => {
  const box = new Box({ giveUpAfterSeconds: 3600, quietHours: "12:30-11:30" });
  box.offer({}, "tried");
  box.fail();
  box.now += 40 * 60_000;
  box.offer({}, "held");
  box.now += 21 * 60_000;
  assert.equal(box.turn().kind, "wait");
  assert.deepEqual(box.expired.map(({ id }) => id), ["tried"]);
  box.now = noon + 23.5 * hour;
  assert.deepEqual(box.send().map(({ id }) => id), ["held"]);
});

Deno.test("turnOf() does not wait for a time that a clock set back has put far away", () => {
  const box = new Box();
  box.offer();
  box.fail();
  box.now -= 365 * 24 * hour;
  assert.equal(box.turn().kind, "send");
});

Deno.test("backoffMs() spreads by a fifth to both sides", () => {
  assert.deepEqual([backoffMs(1, 0), backoffMs(1, 1)], [1600, 2400]);
  assert.equal(backoffMs(5000, 0.5), 15 * 60_000);
});

Deno.test("an outbox loses nothing and doubles nothing, whatever comes in whatever order", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("offer" as const), isUrgent: fc.boolean() }),
    fc.record({ do: fc.constant("fail" as const), retryAfter: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ do: fc.constant("send" as const) }),
    fc.record({ do: fc.constant("later" as const), minutes: fc.integer({ min: 1, max: 500 }) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), fc.boolean(), (steps, isQuiet) => {
    const box = new Box({ maxPerHour: 3, quietHours: isQuiet ? "22:00-07:00" : null, giveUpAfterSeconds: 2_000_000 });
    let offered = 0;
    let arrived = 0;
    const ids = new Set<string>();
    const send = () => {
      for (const { id, message } of box.send()) {
        assert.ok(!ids.has(id), "sent twice");
        ids.add(id);
        arrived += message.notices;
      }
    };
    for (const one of steps) {
      if (one.do === "offer" && box.offer({ isUrgent: one.isUrgent }) === "accepted") offered++;
      if (one.do === "later") box.now += one.minutes * 60_000;
      if (one.do === "send") send();
      if (one.do === "fail" && box.turn().kind === "send") box.fail({ retryAfterSeconds: one.retryAfter });
      JSON.stringify(box.outbox);
    }
    for (let i = 0; i < 400 && box.outbox.waiting.length > 0; i++) {
      send();
      box.now += hour / 2;
    }
    const lost = [...box.dropped, ...box.expired].reduce((sum, entry) => sum + entry.message.notices, 0);
    assert.equal(arrived + lost, offered);
  }));
});
