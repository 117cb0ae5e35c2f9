// Guards the stream: what a reader is told, where it goes on, and that a slow one costs nobody else anything.
import assert from "node:assert/strict";
import { mostReaders, Readers } from "../../src/page/stream.ts";
import { PageStage, StreamReader } from "./page_stage.ts";

const idOf = ({ id }: { readonly id: string | null }) => id!;

Deno.test("a reader is told each event once, with an id to go on from", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const answer = await stage.ask("/api/stream");
  assert.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const reader = new StreamReader(answer);
  const { data } = await reader.next("hello");
  assert.match(String(data.place), /^[0-9a-f]{8}-7$/);
  stage.bring([stage.event("round_start", { round_num: 2 }), stage.event("round_end", { round_num: 2 })]);
  const [first, second] = [await reader.next("event"), await reader.next("event")];
  assert.deepEqual([first.data.event, second.data.event], ["round_start", "round_end"]);
  await reader.close();

  const again = new StreamReader(await stage.ask("/api/stream", { headers: { "last-event-id": idOf(first) } }));
  assert.deepEqual((await again.next("event")).data, second.data);
  await again.close();
  assert.match(await stage.text("/metrics"), /^agent_runner_page_streams 0$/m);
});

Deno.test("a reader goes on from an id, a time, the beginning, or now", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const first = async (since: string) => {
    const reader = new StreamReader(await stage.ask(`/api/stream?since=${encodeURIComponent(since)}`));
    await reader.next("hello");
    stage.bring([stage.event("mark", {})]);
    const { data } = await reader.next("event");
    await reader.close();
    return data.event;
  };
  assert.equal(await first("0"), "round_start");
  assert.equal(await first("2026-11-21T09:00:05.000Z"), "round_end");
  assert.equal(await first("ffffffff-3"), "round_start", "of another life of the page: all that is kept");
  for (const since of ["", "nonsense", "-1", "9".repeat(40)]) assert.equal(await first(since), "mark", since);
});

Deno.test("a reader that was away for too long is told how much it missed", async () => {
  using stage = await PageStage.open();
  stage.bring([stage.event("a")]);
  const reader = new StreamReader(await stage.ask("/api/stream"));
  const { data } = await reader.next("hello");
  await reader.close();
  for (let i = 0; i < 700; i++) stage.bring([stage.event("b")]);
  const again = new StreamReader(await stage.ask(`/api/stream?since=${data.place}`));
  assert.equal((await again.next("gap")).data.missed, 200);
  await again.close();
});

Deno.test("a page is sent the parts that changed, and its events as rows", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const version = stage.desk.version;
  const reader = new StreamReader(await stage.ask(`/api/stream?version=${version}`));
  await reader.next("hello");
  stage.bring(stage.round(2, "hung"));
  assert.match(String((await reader.next("event")).data.html), /^<li data-kind="round_start"/);
  const { data } = await reader.next("parts");
  assert.match((data.parts as Record<string, string>).rounds!, /Round 2: hung/);
  assert.equal(data.version, stage.desk.version);
  await reader.close();
});

Deno.test("a page that is older than what is known is sent all parts at once", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const reader = new StreamReader(await stage.ask("/api/stream?version=x"));
  const { data } = await reader.next("parts");
  assert.ok(Object.keys(data.parts as object).length >= 10);
  await reader.close();
});

Deno.test("a page follows the log, for as long as somebody looks", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const write = (text: string) =>
    stage.files.writeAtomic("/home/me/shop/logs/round-current.log", new TextEncoder().encode(text));
  write("one");
  const reader = new StreamReader(await stage.ask(`/api/stream?version=${stage.desk.version}`));
  await reader.next("hello");
  write("one\n\u001b[1mtwo\u001b[0m");
  const { data } = await reader.next("parts");
  assert.match((data.parts as Record<string, string>).log!, /one\n<span class="bo">two<\/span>/);
  await reader.close();
});

Deno.test("too many readers are turned away, and room is made by those that leave", async () => {
  using stage = await PageStage.open();
  const readers = await Promise.all(Array.from({ length: mostReaders }, () => stage.ask("/api/stream")));
  const late = await stage.ask("/api/stream");
  assert.deepEqual([late.status, late.headers.get("retry-after")], [503, "10"]);
  assert.equal((await stage.ask("/")).status, 200, "the page itself is still there");
  await readers[0]!.body!.cancel();
  assert.equal((await stage.ask("/api/stream")).status, 200);
});

Deno.test("a reader that does not keep up is let go, and the others are told everything", async () => {
  using stage = await PageStage.open();
  stage.bring([stage.event("first")]);
  const slow = await stage.ask("/api/stream");
  const quick = new StreamReader(await stage.ask("/api/stream"));
  let count = 0;
  for (let i = 0; i < 700; i++) {
    stage.bring([stage.event("long", { text: "x".repeat(3500) })]);
    await quick.next("event");
    count++;
  }
  assert.equal(count, 700);
  assert.match(await stage.text("/metrics"), /^agent_runner_page_streams 1\n[\s\S]*streams_dropped_total 1$/m);
  await assert.rejects(async () => {
    for await (const _ of slow.body!);
  }, /too slow/);
  await quick.close();
});

Deno.test("Readers.send() hands the same bytes to all", async () => {
  const readers = new Readers();
  const [a, b] = [readers.open({ isPage: false }), readers.open({ isPage: true })];
  const chunk = new Uint8Array([1]);
  readers.send(chunk);
  assert.equal((await a.body.getReader().read()).value, chunk);
  readers.send(new Uint8Array([2]), { toPages: true });
  readers.endAll();
  const got: number[] = [];
  for await (const piece of b.body) got.push(...piece);
  assert.deepEqual(got, [1, 2]);
  assert.equal(readers.count, 0);
});
