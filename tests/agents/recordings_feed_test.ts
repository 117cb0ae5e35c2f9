// Proves that a recorded run is read as what it was however its bytes arrive, and that no cut one is taken for done.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { coreOf, cutInto, isCut, linesOf, outcomeOf, readerFor, recordings } from "./feeding.ts";
import { type Golden, joined, logOf } from "./golden.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const newline = encoder.encode("\n");
const longBytes = 64 * 1024;
const mostJunk = 12;

/** Lines that others may print between an agent's own. */
const junk: readonly string[] = [
  "",
  "   \t",
  '{"level":"error","msg":"429 Too Many Requests","status":429}',
  '{"a":1}',
  "{}",
  '{"type":"build_status","type_of":"result","is_error":true,"error":{"code":401}}',
  '{"type":"re',
  "{broken: 'json', status: 401}",
  '{"type":"result","is_error":fal',
  "I will handle 429 Too Many Requests and 401 Unauthorized in the next step.",
  "[12:00:01] the rate limit of the test server is 30 requests a minute, code 401 means a wrong token",
  "é 日本語 \u2028 \0 \x1b[31m429\x1b[0m",
  "[1,2,3]",
  "null",
];

const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 });

function ended(bytes: Uint8Array): Uint8Array {
  return isCut(bytes) ? joined(bytes, newline) : bytes;
}

/** Both streams as one, line by line; which comes next is decided by `turns`. A cut last line stays last. */
function interleaved({ stdout, stderr }: Golden, turns: readonly boolean[]): Uint8Array {
  const said = [...linesOf(stdout)];
  const warned = [...linesOf(ended(stderr))];
  const cut = isCut(stdout) ? said.pop()! : new Uint8Array();
  const mixed: Uint8Array[] = [];
  for (let i = 0; said.length + warned.length > 0; i++) {
    const first = turns[i % turns.length] ? [said, warned] : [warned, said];
    mixed.push((first[0]!.shift() ?? first[1]!.shift())!);
  }
  return joined(...mixed, cut);
}

/** The log with other lines at some of the places where a line may begin. */
function littered(golden: Golden, places: readonly { readonly at: number; readonly line: string }[]): Uint8Array {
  const lines = linesOf(logOf(golden)).map((line) => [line]);
  const room = lines.length + (isCut(logOf(golden)) ? 0 : 1);
  if (room > lines.length) lines.push([]);
  for (const { at, line } of room > 0 ? places : []) lines[at % room]!.unshift(encoder.encode(`${line}\n`));
  return joined(...lines.flat());
}

/** The log with the keys of every object in the other order, and blanks between all its parts; cut lines stay. */
function respelled(golden: Golden): Uint8Array {
  return joined(
    ...linesOf(logOf(golden)).map((line) => {
      if (line[0] !== 0x7b || isCut(line)) return line;
      try {
        const spelled = JSON.stringify(turned(JSON.parse(decoder.decode(line))), null, 1);
        return encoder.encode(`${spelled.replaceAll("\n", " ")}\n`);
      } catch {
        return line;
      }
    }),
  );
}

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, inner]) => [key, turned(inner)]));
}

function withCrlf(bytes: Uint8Array): Uint8Array {
  const crlf = encoder.encode("\r\n");
  return joined(...linesOf(bytes).flatMap((line) => isCut(line) ? [line] : [line.subarray(0, -1), crlf]));
}

for (const golden of recordings) {
  const name = `${golden.cli}/${golden.name}`;
  const log = logOf(golden);
  const whole = outcomeOf(golden, [log]);

  Deno.test(`the recording ${name} is read alike byte by byte and in any chunks`, () => {
    if (log.length <= longBytes) assert.deepEqual(outcomeOf(golden, cutInto(log, [1])), whole);
    fc.assert(
      fc.property(sizes, (chunks) => assert.deepEqual(outcomeOf(golden, cutInto(log, chunks)), whole)),
      { numRuns: 4 },
    );
  });

  Deno.test(`the recording ${name} is read alike wherever stderr stands`, () => {
    if (golden.stderr.length === 0) return;
    const { stdout, stderr } = golden;
    const read = (bytes: Uint8Array) => assert.deepEqual(coreOf(outcomeOf(golden, [bytes])), coreOf(whole));
    read(joined(ended(stderr), stdout));
    if (!isCut(stdout)) read(joined(stdout, stderr));
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), (turns) => read(interleaved(golden, turns))),
      { numRuns: 6 },
    );
  });

  Deno.test(`the recording ${name} is read alike with lines of others and with CRLF`, () => {
    const read = (bytes: Uint8Array) => assert.deepEqual(coreOf(outcomeOf(golden, [bytes])), coreOf(whole));
    const place = fc.record({ at: fc.nat(), line: fc.constantFrom(...junk) });
    fc.assert(
      fc.property(fc.array(place, { maxLength: mostJunk }), (places) => {
        const bytes = littered(golden, places);
        read(bytes);
        read(withCrlf(bytes));
      }),
      { numRuns: 6 },
    );
  });

  Deno.test(`the recording ${name} is read alike whatever the order of its keys and the blanks between them`, () => {
    assert.deepEqual(coreOf(outcomeOf(golden, [respelled(golden)])), coreOf(whole));
  });

  Deno.test(`the recording ${name} is never judged ok when it is cut`, () => assertNeverOk(golden));
}

const exited0: Ending = { kind: "exited", code: 0 };

/** Feeds the log byte by byte and asks at every place where a verdict can change, and at many where it cannot. */
function assertNeverOk(golden: Golden): void {
  const log = logOf(golden);
  const mayBeOk = golden.expected.verdicts.includes("ok");
  const end = mayBeOk ? endOfTerminal(golden) : log.length + 1;
  if (end === null) return;
  const reader = readerFor(golden);
  const step = stepOf(log);
  for (let at = 0; at < Math.min(end, log.length + 1); at++) {
    if (isTelling(log, at) || at % step === 0) {
      for (const ending of [golden.expected.ending, exited0]) {
        const { kind, summary } = reader.judge(ending);
        assert.notEqual(kind, "ok", `cut at byte ${at} of ${log.length}, ${ending.kind}: ${summary}`);
      }
    }
    if (at < log.length) reader.push(log.subarray(at, at + 1));
  }
}

/** Behind a brace an object may be whole, and around a newline a line may be. */
function isTelling(log: Uint8Array, at: number): boolean {
  const before = log[at - 1];
  return before === 0x7d || before === 0x0a || before === 0x0d || log[at] === 0x0a;
}

function stepOf(log: Uint8Array): number {
  if (log.length > longBytes) return Math.ceil(log.length / 200);
  return log.length < 1500 ? 1 : 41;
}

/**
 * How many bytes must be there before a run may be judged ok: the last record after which the terminal record is seen,
 * for good. Null where the reader trusts the exit status, since then nothing tells a cut run from a whole one.
 */
function endOfTerminal(golden: Golden): number | null {
  const log = logOf(golden);
  const reader = readerFor(golden);
  let end: number | null = null;
  for (let at = 0; at < log.length; at++) {
    reader.push(log.subarray(at, at + 1));
    if (log[at] !== 0x7d && log[at] !== 0x0a) continue;
    const isSeen = reader.observe().hasTerminalRecord;
    if (!isSeen) end = null;
    else end ??= at + 1;
  }
  return end;
}

Deno.test("the terminal record of every recording that is ok stands among its last two", () => {
  for (const golden of recordings.filter(({ expected }) => expected.verdicts.join() === "ok")) {
    const end = endOfTerminal(golden);
    assert.notEqual(end, null, `${golden.cli}/${golden.name} is ok without a terminal record`);
    const rest = linesOf(logOf(golden).subarray(end!)).filter((line) => line[0] === 0x7b);
    assert.ok(rest.length <= 1, `${golden.cli}/${golden.name}: ${rest.length} records follow its terminal record`);
  }
});

Deno.test("the recordings hold every kind of verdict that a stream can speak for", () => {
  const kinds = new Set(recordings.flatMap(({ expected }) => expected.verdicts.slice(0, 1)));
  assert.deepEqual(verdictKinds.filter((kind) => !kinds.has(kind)), []);
});
