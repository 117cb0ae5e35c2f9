// Guards the reading of ps(1): what Linux and macOS print, and whatever else may stand in a table.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCpuTime, parseProcessTable } from "../../../src/ports/deno/process_table.ts";

const id = "AGENT_RUNNER_ROUND_ID=00000000-0000-4000-8000-000000000001";

const linux = `    1     0     1 Ss   Sat Nov 21 08:00:00 2026 00:00:04 /sbin/init
 4711     1  4711 Ss   Sat Nov 21 10:00:01 2026 00:00:00 /bin/sh -c # agent-runner-shim ${id} PATH=/bin
 4712  4711  4711 Sl+  Sat Nov 21 10:00:02 2026 01:02:03 node /usr/bin/agent -p HOME=/root ${id}
 4713  4712  4713 Z    Sat Nov  7 10:00:03 2026 1-02:03:04 [tool] <defunct>
 4714     2    -1 R<   Sat Nov 21 10:00:03 2026 00:00:00
`;

const mac = `  501     1   501 Ss   Sat Nov 21 10:00:00 2026     0:01.25 /usr/libexec/logd
  777   501   777 S+   Sat Nov 21 10:00:00 2026   123:04.50 /bin/sh -c # agent-runner-shim\\012trap ${id} A=b
  778   777   777 U    Sat Nov 21 10:00:00 2026     0:00.00 (agent)
`;

function parse(text: string, marker: string | null = id) {
  return parseProcessTable(new TextEncoder().encode(text), marker);
}

Deno.test("parseProcessTable() reads what Linux prints", () => {
  const rows = parse(linux);
  assert.deepEqual(rows.map((row) => [row.pid, row.ppid, row.pgid, row.cpuSeconds, row.isZombie, row.isMarked]), [
    [1, 0, 1, 4, false, false],
    [4711, 1, 4711, 0, false, true],
    [4712, 4711, 4711, 3723, false, true],
    [4713, 4712, 4713, 93_784, true, false],
  ]);
  assert.equal(rows[1]!.startedAt, Date.parse("2026-11-21T10:00:01Z") / 1000);
  assert.equal(rows[3]!.startedAt, Date.parse("2026-11-07T10:00:03Z") / 1000);
  assert.ok(rows[2]!.command.startsWith("node /usr/bin/agent -p"));
});

Deno.test("parseProcessTable() reads what macOS prints", () => {
  const rows = parse(mac);
  assert.deepEqual(rows.map((row) => [row.pid, row.pgid, row.cpuSeconds, row.isMarked]), [
    [501, 501, 1.25, false],
    [777, 777, 7384.5, true],
    [778, 777, 0, false],
  ]);
});

Deno.test("parseProcessTable() marks nothing without a marker, and no part of a word", () => {
  assert.ok(parse(linux, null).every((row) => !row.isMarked));
  const line = (end: string) => `    5     1     5 S    Sat Nov 21 10:00:00 2026 00:00:00 x ${end}\n`;
  assert.equal(parse(line(id))[0]!.isMarked, true);
  assert.equal(parse(line(`${id} B=1`))[0]!.isMarked, true);
  assert.equal(parse(line(`A=${id}`))[0]!.isMarked, false);
  assert.equal(parse(line(`${id}2`))[0]!.isMarked, false);
  assert.equal(parse(line(`${id}2 ${id}`))[0]!.isMarked, true);
  assert.equal(parse(line(`X${id}`))[0]!.isMarked, false);
});

Deno.test("parseProcessTable() finds a marker behind a very long command, and keeps little of it", () => {
  const row = parse(`    5     1     5 S    Sat Nov 21 10:00:00 2026 00:00:00 ${"x".repeat(200_000)} ${id}\n`)[0]!;
  assert.equal(row.isMarked, true);
  assert.equal(row.command.length, 400);
});

Deno.test("parseProcessTable() reads a table without a last newline and skips lines it cannot read", () => {
  const text = `PID PPID\n\ngarbage\n${linux.trimEnd()}`;
  assert.equal(parse(text).length, 4);
  assert.deepEqual(parse(""), []);
});

Deno.test("parseProcessTable() never throws, and gives numbers only", () => {
  const line = fc.tuple(fc.nat(), fc.nat(), fc.integer(), fc.string(), fc.string({ unit: "binary" })).map(
    ([pid, ppid, pgid, time, rest]) => `${pid} ${ppid} ${pgid} S Sat Nov 21 10:00:00 2026 ${time} ${rest}\n`,
  );
  const timeLike = fc.string({ unit: fc.constantFrom("0", "1", ":", "-", ".") }).map(
    (time) => `5 1 5 S Sat Nov 21 10:00:00 2026 ${time} x\n`,
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.oneof(line, timeLike).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (table) => {
      for (const row of parseProcessTable(table, id)) {
        for (const number of [row.pid, row.ppid, row.pgid, row.cpuSeconds]) assert.ok(Number.isFinite(number));
        assert.ok(row.cpuSeconds >= 0);
      }
    }),
    { numRuns: 1000 },
  );
});

const times: readonly [text: string, seconds: number][] = [
  ["00:00:00", 0],
  ["0:01.25", 1.25],
  ["12:34", 754],
  ["01:02:03", 3723],
  ["1-00:00:01", 86_401],
  ["123-04:05:06", 10_641_906],
  ["59", 59],
];

for (const [text, seconds] of times) {
  Deno.test(`parseCpuTime() reads ${text}`, () => assert.equal(parseCpuTime(text), seconds));
}

Deno.test("parseProcessTable() finds a variable with whatever value, and no longer name that holds it", () => {
  const marked = (text: string) => parse(text, "AGENT_RUNNER_ROUND_ID=").map((row) => row.isMarked);
  assert.deepEqual(marked(linux), [false, true, true, false]);
  const line = (words: string) => `5 1 5 S Sat Nov 21 10:00:00 2026 00:00:00 x ${words}\n`;
  assert.deepEqual(marked(line("AGENT_RUNNER_ROUND_ID=") + line("MY_AGENT_RUNNER_ROUND_ID=1")), [true, false]);
  assert.deepEqual(marked(line("AGENT_RUNNER_ROUND_ID") + line("AGENT_RUNNER_ROUND_IDS=1")), [false, false]);
});
