// Guards status.json: what is written is read again, and nothing that stands in it can crash or mislead a reader.
import assert from "node:assert/strict";
import fc from "fast-check";
import { StatusFile } from "../../src/store/status.ts";
import type { CurrentRound, Status } from "../../src/store/status.ts";
import { MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";
import { files, inFolder } from "./log_folder.ts";

const current: CurrentRound = {
  number: 8,
  id: "00000000-0000-4000-8000-000000000001",
  phase: "build",
  phase_index: 1,
  state: "running",
  pid: 4711,
  started_at: "2026-11-21T10:00:00.000Z",
  started_uptime_s: 12.5,
  log: "rounds/R8-20261121T100000.log",
  fresh_eyes: false,
};

const whole: Status = {
  round_num: 8,
  running: true,
  schema: 2,
  last_completed_at: "2026-11-21T09:59:00.000Z",
  last_exit_code: -15,
  last_duration_s: 12.25,
  current_phase: "plan",
  phase_index: 0,
  last_verdict: "hung",
  last_summary: "it hung",
  last_ending: "timed_out",
  last_dirty_files: ["a", "b"],
  session_id: "s-1",
  current,
  waiting: { until_epoch: 1_800_000_000, reason: "a limit" },
};

function read(content: string | Uint8Array) {
  const files = new MemoryFiles();
  files.writeAtomic("/log/status.json", content);
  return new StatusFile("/log", files).read();
}

function readObject(changes: Record<string, unknown>) {
  return read(JSON.stringify({ ...whole, ...changes }));
}

Deno.test("StatusFile reads what it wrote", () => {
  const files = new MemoryFiles();
  new StatusFile("/log", files).write(whole);
  assert.deepEqual(new StatusFile("/log", files).read(), { status: whole, recovered: null });
  assert.equal(files.modeOf("/log/status.json"), 0o600);
});

Deno.test("StatusFile replaces the file in one step and leaves nothing beside it", async () => {
  await inFolder((folder) => {
    const file = new StatusFile(folder, files);
    file.write(whole, { isDurable: true });
    using before = Deno.openSync(`${folder}/status.json`, { read: true });
    file.write({ ...whole, round_num: 9 });
    const old = new Uint8Array(64 * 1024);
    const text = new TextDecoder().decode(old.subarray(0, before.readSync(old) ?? 0));
    assert.equal(JSON.parse(text).round_num, 8, "a reader in the middle sees the whole old file");
    assert.equal(file.read().status?.round_num, 9);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["status.json"]);
    assert.equal(Deno.statSync(`${folder}/status.json`).mode! & 0o777, 0o600);
  });
});

Deno.test("StatusFile only ever writes atomically", () => {
  const calls: string[] = [];
  const spying = new Proxy(memoryFiles(), {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => (calls.push(String(name)), value.apply(target, args));
    },
  });
  new StatusFile("/log", spying).write(whole);
  assert.deepEqual(calls, ["writeAtomic"]);
});

Deno.test("StatusFile takes a missing file for a new project", () => {
  assert.deepEqual(new StatusFile("/log", new MemoryFiles()).read(), { status: null, recovered: null });
});

Deno.test("StatusFile reads the reference's file of seven keys", () => {
  const text = '{"round_num": 3, "running": false, "last_completed_at": "x", "last_exit_code": 0, ' +
    '"last_duration_s": 1.5, "current_phase": null, "phase_index": null}';
  assert.deepEqual(read(text), {
    status: {
      round_num: 3,
      running: false,
      schema: 2,
      last_completed_at: "x",
      last_exit_code: 0,
      last_duration_s: 1.5,
    },
    recovered: null,
  });
});

Deno.test("StatusFile leaves out keys of a later version without a word", () => {
  assert.deepEqual(readObject({ schema: 99, later: { a: 1 } }), { status: whole, recovered: null });
});

const unusable: readonly [name: string, content: string | Uint8Array, said: RegExp][] = [
  ["an empty file", "", /unreadable/],
  ["a torn file", '{"round_num": 8, "runn', /unreadable/],
  ["a list", "[]", /no object/],
  ["a word", '"x"', /no object/],
  ["null", "null", /no object/],
  ["no number", "{}", /no whole round_num/],
  ["a negative number", '{"round_num": -1}', /no whole round_num/],
  ["a fraction", '{"round_num": 1.5}', /no whole round_num/],
  ["a number as text", '{"round_num": "8"}', /no whole round_num/],
  ["a number nobody can count on from", '{"round_num": 9007199254740991}', /no whole round_num/],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), /unreadable/],
  ["more than a megabyte", `{"round_num": 8, "x": "${"y".repeat(1024 * 1024)}"}`, /larger than 1 MiB/],
];

for (const [name, content, said] of unusable) {
  Deno.test(`StatusFile recovers from ${name}`, () => {
    const reading = read(content);
    assert.equal(reading.status, null);
    assert.match(reading.recovered ?? "", said);
    assert.ok(!/\n/.test(reading.recovered ?? ""));
  });
}

Deno.test("StatusFile drops what is of a wrong type, keeps the rest, and says so", () => {
  const { status, recovered } = readObject({
    last_exit_code: "0",
    last_dirty_files: [1],
    waiting: { until_epoch: "x" },
  });
  assert.equal(recovered, "status.json: dropped last_exit_code, last_dirty_files, waiting");
  const { last_exit_code: _, last_dirty_files: __, waiting: ___, ...rest } = whole;
  assert.deepEqual(status, rest);
});

const badRounds: readonly Record<string, unknown>[] = [
  { number: -1 },
  { number: "8" },
  { id: "" },
  { id: "../../etc" },
  { id: 5 },
  { log: "/etc/passwd" },
  { log: "rounds/../../x.log" },
  { log: "rounds/.." },
  { log: "rounds/R1.log\n" },
  { log: "rounds/a b.log" },
  { log: 7 },
  { state: "gone" },
  { pid: "4711" },
  { pid: 1.5 },
  { started_at: "yesterday" },
  { started_at: 5 },
  { started_uptime_s: "1" },
  { phase: 5 },
  { phase_index: "1" },
  { phase_index: 0.5 },
  { fresh_eyes: "no" },
];

for (const bad of badRounds) {
  Deno.test(`StatusFile does not believe in a running round with ${JSON.stringify(bad)}`, () => {
    const { status, recovered } = readObject({ current: { ...current, ...bad } });
    assert.equal(status?.current, undefined);
    assert.equal(status?.round_num, 8);
    assert.equal(recovered, "status.json: dropped current");
  });
}

Deno.test("StatusFile believes in a round that was only claimed", () => {
  const claimed = { ...current, state: "claimed", pid: null, phase: null, phase_index: null };
  assert.deepEqual(readObject({ current: claimed }).status?.current, claimed);
});

Deno.test("StatusFile says so when the file may not be read", () => {
  const files = memoryFiles({ "/log/status.json": "{}" });
  files.failWith("/log/status.json", "denied");
  assert.throws(() => new StatusFile("/log", files).read(), { name: "FileFault", kind: "denied" });
});

Deno.test("StatusFile throws what the disk says when it writes, and leaves the old file", () => {
  const files = new MemoryFiles();
  const file = new StatusFile("/log", files);
  file.write(whole);
  files.failWith("/log/status.json", "full");
  assert.throws(() => file.write({ ...whole, round_num: 9 }), { name: "FileFault", kind: "full" });
  files.failWith("/log/status.json", null);
  assert.deepEqual(file.read().status, whole);
});

Deno.test("StatusFile sets a file aside that could not be used, and does not mind when it cannot", () => {
  const files = memoryFiles({ "/log/status.json": "torn" });
  const file = new StatusFile("/log", files);
  file.setAside();
  assert.equal(files.readText("/log/status.json.corrupt"), "torn");
  assert.equal(file.read().status, null);
  assert.doesNotThrow(() => file.setAside());
});

function assertSane(status: Status | null): void {
  if (status === null) return;
  assert.ok(Number.isSafeInteger(status.round_num + 1) && status.round_num >= 0);
  assert.equal(typeof status.running, "boolean");
  const texts = [
    status.last_completed_at,
    status.current_phase,
    status.last_verdict,
    status.last_summary,
    status.last_ending,
    status.session_id,
  ];
  assert.ok(texts.every((text) => text === undefined || typeof text === "string"));
  for (const number of [status.last_exit_code, status.phase_index]) {
    assert.ok(number === undefined || Number.isSafeInteger(number));
  }
  assert.ok(status.last_duration_s === undefined || Number.isFinite(status.last_duration_s));
  assert.ok(status.last_dirty_files?.every((path) => typeof path === "string") ?? true);
  assert.ok(status.waiting === undefined || Number.isFinite(status.waiting.until_epoch));
  if (status.current === undefined) return;
  const { number, pid, phase, phase_index, started_at, log, fresh_eyes } = status.current;
  assert.ok(Number.isSafeInteger(number) && (pid === null || Number.isSafeInteger(pid)));
  assert.ok(phase === null || typeof phase === "string");
  assert.ok(phase_index === null || Number.isSafeInteger(phase_index));
  assert.ok(Number.isFinite(Date.parse(started_at)) && log.startsWith("rounds/"));
  assert.equal(typeof fresh_eyes, "boolean");
}

Deno.test("StatusFile never throws on arbitrary bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assertSane(read(bytes).status)));
});

Deno.test("StatusFile never throws on a file that was cut or in which a byte was changed", () => {
  const bytes = new TextEncoder().encode(JSON.stringify(whole));
  fc.assert(fc.property(fc.nat(bytes.length), fc.nat(bytes.length - 1), fc.nat(255), (length, at, value) => {
    const changed = bytes.slice();
    changed[at] = value;
    assertSane(read(changed).status);
    assertSane(read(bytes.slice(0, length)).status);
  }));
});

Deno.test("StatusFile never gives a value of a wrong type, whatever the keys hold", () => {
  const any = fc.oneof(fc.jsonValue(), fc.double(), fc.integer(), fc.string());
  const keys = fc.dictionary(fc.constantFrom(...Object.keys(whole)), any, { maxKeys: 4 });
  const roundKeys = fc.dictionary(fc.constantFrom(...Object.keys(current)), any, { maxKeys: 3 });
  fc.assert(
    fc.property(keys, roundKeys, (changes, roundChanges) => {
      assertSane(readObject({ current: { ...current, ...roundChanges }, ...changes }).status);
    }),
    { numRuns: 500 },
  );
});

Deno.test("StatusFile drops what an automatic commit left out when it is no list of paths with reasons", () => {
  for (
    const [value, isKept] of [[[{ path: ".env", why: "x" }], true], [[{ path: 1, why: "x" }], false], ["a", false]]
  ) {
    const files = memoryFiles({});
    const text = JSON.stringify({ round_num: 1, running: false, schema: 2, last_left_out: value });
    files.writeAtomic("/logs/status.json", text);
    const { status, recovered } = new StatusFile("/logs", files).read();
    assert.deepEqual(status?.last_left_out, isKept ? value : undefined);
    assert.equal(recovered, isKept ? null : "status.json: dropped last_left_out");
  }
});
