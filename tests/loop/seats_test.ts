// Guards which agent may work, over limits, restarts and broken files.
import assert from "node:assert/strict";
import { type Seat, Seats } from "../../src/loop/seats.ts";
import { configOf, smallest } from "../config/sample.ts";
import { fakeAgent } from "../fakes/fake_reader.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const settings = configOf(smallest).agent;
const [first, second, third] = ["one", "two", "three"].map((name): Seat => ({ name, settings, agent: fakeAgent() }));
const all = [first!, second!, third!];
const able = () => Promise.resolve(true);

function open(files = new MemoryFiles(), seats: readonly Seat[] = all) {
  return new Seats(seats, { logDir: "/log", files });
}

function limit(until: number | null) {
  return { until_epoch: until, reason: "the limit is reached", since_round: 3 };
}

Deno.test("Seats stays with the first agent while it can work", async () => {
  const seats = open();
  assert.equal(await seats.move(0, able), null);
  assert.equal(seats.active, first);
});

Deno.test("Seats moves to the next able agent, and back when the first one's time is over", async () => {
  const seats = open();
  seats.block(limit(1000));
  const asked: string[] = [];
  const change = await seats.move(10, (seat) => Promise.resolve(asked.push(seat.name) > 1));
  assert.deepEqual(asked, ["two", "three"]);
  assert.deepEqual(change, { from: first, to: third, isReturn: false });
  assert.equal(await seats.move(999, (seat) => Promise.resolve(seat !== second)), null, "it has to wait");
  assert.deepEqual(await seats.move(1000, able), { from: third, to: first, isReturn: true });
  assert.equal(seats.blockOf(first!, 0), null, "a block that is over is forgotten");
});

Deno.test("Seats tells when the first of the blocked agents may work again", async () => {
  const seats = open();
  seats.block(limit(1000));
  await seats.move(10, able);
  seats.block(limit(500));
  await seats.move(10, able);
  seats.block(limit(null));
  assert.equal(await seats.move(10, able), null);
  assert.equal(seats.nextToOpen(10)?.until_epoch ?? null, 500);
  assert.deepEqual(await seats.move(500, able), { from: third, to: second, isReturn: true });
});

Deno.test("Seats waits for a person where no time is known", () => {
  const seats = open(new MemoryFiles(), [first!]);
  seats.block(limit(null));
  assert.equal(seats.nextToOpen(10)?.until_epoch ?? null, null);
  assert.ok(seats.blockOf(first!, 1e12));
  seats.forgetHuman();
  assert.equal(seats.blockOf(first!, 0), null);
});

Deno.test("Seats survives a restart, and the loss of an agent from the configuration", async () => {
  const files = new MemoryFiles();
  const before = open(files);
  before.block(limit(1000));
  await before.move(10, able);
  assert.equal(open(files).active, second);
  assert.equal(open(files).blockOf(first!, 10)?.until_epoch, 1000);
  const without = open(files, [first!, third!]);
  assert.equal(without.active, first);
  assert.deepEqual(await without.move(10, able), { from: first, to: third, isReturn: false });
  await without.move(2000, able);
  assert.equal(files.readText("/log/seats.json"), null, "nothing is left to remember");
});

Deno.test("Seats bears a file that holds anything", () => {
  const contents = ["", "{", "null", "[]", '{"active":7,"blocks":[1]}', '{"active":"two","blocks":{"one":{}}}'];
  for (const content of [...contents, '{"blocks":{"one":{"until_epoch":"x","reason":1}}}', "\0\ufffd"]) {
    const files = new MemoryFiles();
    files.writeAtomic("/log/seats.json", content);
    assert.equal(open(files).blockOf(first!, 0), null, content);
  }
});

Deno.test("Seats does not count times that are over, and none that a wrong clock wrote", async () => {
  const files = new MemoryFiles();
  const seats = open(files);
  seats.block(limit(1000));
  await seats.move(10, (seat) => Promise.resolve(seat === second));
  seats.block(limit(500));
  assert.equal(seats.nextToOpen(10)?.until_epoch ?? null, 500);
  assert.equal(seats.nextToOpen(500)?.until_epoch ?? null, 1000);
  assert.equal(seats.nextToOpen(1000)?.until_epoch ?? null, null);
  seats.block(limit(4e11));
  assert.equal(seats.nextToOpen(1000)?.until_epoch ?? null, null, "nobody waits for twelve thousand years");
  assert.equal(seats.blockOf(second!, 1000), null);
});

Deno.test("Seats forgets what was waited for, and nothing that ends later", async () => {
  const seats = open();
  seats.block(limit(1000));
  await seats.move(10, able);
  seats.block(limit(500));
  seats.forgetUntil(500);
  assert.deepEqual([seats.blockOf(first!, 10)?.until_epoch, seats.blockOf(second!, 10)], [1000, null]);
});

Deno.test("Seats believes the round on record about who was at work, where it names one of them", () => {
  const named = all.map((seat) => ({ ...seat, agent: { ...seat.agent, name: `${seat.name}-cli` } }));
  const seats = open(new MemoryFiles(), named);
  seats.foundAtWork("two-cli");
  assert.equal(seats.active, named[1]);
  seats.foundAtWork("gone-cli");
  assert.equal(seats.active, named[1]);
});
