// Guards following: nothing lost, nothing twice, over half lines, month ends and replaced files.
import assert from "node:assert/strict";
import { openEventSource } from "../../src/store/event_source.ts";
import { type MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";
import { eventLineOf, files, inFolder } from "./log_folder.ts";

const november = "/log/events-2026-11.jsonl";
const december = "/log/events-2026-12.jsonl";

function add(memory: MemoryFiles, path: string, text: string): void {
  memory.append(path, new TextEncoder().encode(text));
}

function round(n: number): string {
  return eventLineOf("round_end", { round_num: n }, n);
}

/** Follows until `count` events came; `steps` run one after another as they do. */
async function followed(
  memory: MemoryFiles,
  options: { readonly count: number; readonly fromStart?: boolean; readonly since?: number },
  steps: readonly (() => void)[],
): Promise<unknown[]> {
  const end = new AbortController();
  const source = openEventSource({ files: memory, logDir: "/log" });
  const since = options.since === undefined ? {} : { since: options.since };
  const follow = source.follow({ fromStart: options.fromStart ?? false, ...since, signal: end.signal });
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const { event } of follow) {
      seen.push(event.round_num);
      if (seen.length >= options.count) end.abort();
    }
  })();
  for (const step of steps) {
    await settled();
    step();
  }
  // A follower that lost something must fail the test, not hang it.
  const deadline = setTimeout(() => end.abort(), 10_000);
  await reading;
  clearTimeout(deadline);
  return seen;
}

/** Lets everything that can run, run. */
async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

Deno.test("follow() gives what is written from now on", async () => {
  const memory = memoryFiles({ [november]: `${round(1)}\n` });
  const seen = await followed(memory, { count: 2 }, [() => add(memory, november, `${round(2)}\n${round(3)}\n`)]);
  assert.deepEqual(seen, [2, 3]);
});

Deno.test("follow() gives everything from the start when asked", async () => {
  const memory = memoryFiles({
    "/log/events-2026-09.jsonl": `${round(1)}\n`,
    "/log/events-2026-10.jsonl": `${round(2)}\n`,
    [november]: `${round(3)}\n`,
  });
  const seen = await followed(memory, { count: 4, fromStart: true }, [() => add(memory, november, `${round(4)}\n`)]);
  assert.deepEqual(seen, [1, 2, 3, 4]);
});

Deno.test("follow() joins a line that is written in pieces", async () => {
  const memory = memoryFiles({ [november]: "" });
  const line = round(5);
  const seen = await followed(memory, { count: 2 }, [
    () => add(memory, november, line.slice(0, 10)),
    () => add(memory, november, line.slice(10)),
    () => add(memory, november, `\n${round(6)}\n`),
  ]);
  assert.deepEqual(seen, [5, 6]);
});

Deno.test("follow() gives a line whole that was half written when it began", async () => {
  const memory = memoryFiles({ [november]: `${round(1)}\n${round(2).slice(0, 20)}` });
  const seen = await followed(memory, { count: 1 }, [() => add(memory, november, `${round(2).slice(20)}\n`)]);
  assert.deepEqual(seen, [2]);
});

Deno.test("follow() reads the rest of the old month and the new one from its first byte", async () => {
  const memory = memoryFiles({ [november]: `${round(1)}\n` });
  const seen = await followed(memory, { count: 4 }, [
    () => {
      add(memory, november, `${round(2)}\n`);
      add(memory, december, `${round(3)}\n`);
    },
    () => add(memory, december, `${round(4)}\n`),
    () => add(memory, november, `${round(5)}\n`),
  ]);
  assert.deepEqual(seen, [2, 3, 4, 5]);
});

Deno.test("follow() begins again when the file is cut or replaced", async () => {
  const memory = memoryFiles({ [november]: `${round(1)}\n${round(2)}\n` });
  const seen = await followed(memory, { count: 3 }, [
    () => memory.writeAtomic(november, `${round(3)}\n`),
    () => memory.writeAtomic(november, `${round(4)}\n${round(5)}\n${round(6)}\n`),
  ]);
  assert.deepEqual(seen.slice(0, 3), [3, 4, 5]);
});

Deno.test("follow() waits for a folder and a file that are not there yet", async () => {
  const memory = memoryFiles({});
  const seen = await followed(memory, { count: 1 }, [() => add(memory, november, `${round(1)}\n`)]);
  assert.deepEqual(seen, [1]);
});

Deno.test("follow() passes over what is no event", async () => {
  const memory = memoryFiles({ [november]: "" });
  const seen = await followed(memory, { count: 1 }, [() => add(memory, november, `null\n{"ts"\n\0\n${round(1)}\n`)]);
  assert.deepEqual(seen, [1]);
});

Deno.test("follow() goes on after the file could not be read for a moment", async () => {
  const memory = memoryFiles({ [november]: "" });
  const seen = await followed(memory, { count: 2 }, [
    () => add(memory, november, `${round(1)}\n`),
    () => memory.failWith("/log", "denied"),
    () => memory.touch("/log"),
    () => memory.failWith("/log", null),
    () => add(memory, november, `${round(2)}\n`),
  ]);
  assert.deepEqual(seen, [1, 2]);
});

Deno.test("follow() starts at about 'since', and never before it by much", async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `${round(i)}\n`);
  const memory = memoryFiles({ [november]: lines.join("") });
  const since = Date.parse("2026-11-21T10:00:00Z") + 19_990_000;
  const seen = await followed(memory, { count: 20_000, since }, [
    () => add(memory, november, lines.map((_, i) => `${round(20_000 + i)}\n`).join("")),
  ]);
  assert.ok(Number(seen[0]) > 0 && Number(seen[0]) <= 19_990, String(seen[0]));
  assert.deepEqual(seen.slice(1, 4), [1, 2, 3].map((i) => Number(seen[0]) + i));
});

Deno.test("follow() ends at once when its signal has fired", async () => {
  const end = new AbortController();
  end.abort();
  const source = openEventSource({ files: memoryFiles({ [november]: `${round(1)}\n` }), logDir: "/log" });
  for await (const _ of source.follow({ fromStart: true, signal: end.signal })) assert.fail("gave an event");
});

Deno.test("follow() is woken by real files, over half lines and a month's end", async () => {
  await inFolder(async (folder) => {
    const logDir = `${folder}/logs`;
    const end = new AbortController();
    const deadline = setTimeout(() => end.abort(), 10_000);
    const seen: unknown[] = [];
    const write = (month: string, text: string) =>
      Deno.writeTextFileSync(`${logDir}/events-2026-${month}.jsonl`, text, { append: true });
    Deno.mkdirSync(logDir);
    write("11", `${round(0)}\n`);
    const follow = openEventSource({ files, logDir }).follow({ fromStart: true, signal: end.signal });
    for await (const { event } of follow) {
      seen.push(event.round_num);
      if (event.round_num === 0) write("11", `${round(1)}\n${round(2).slice(0, 30)}`);
      if (event.round_num === 1) write("11", `${round(2).slice(30)}\n`);
      if (event.round_num === 2) write("12", `${round(3)}\n`);
      if (event.round_num === 3) break;
    }
    clearTimeout(deadline);
    end.abort();
    assert.deepEqual(seen, [0, 1, 2, 3]);
  });
});
