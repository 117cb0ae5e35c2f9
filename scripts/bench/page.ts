// Measures the page with many readers: `deno run -A scripts/bench/page.ts BINARY [EVENTS [READERS]]`; Linux only.
import { complain, say } from "../say.ts";
import { makeProject } from "./project.ts";

const asked = 300;
const marks = 20;
const decoder = new TextDecoder();

const eventOf = (number: number, event: string, more: Readonly<Record<string, unknown>> = {}) =>
  `${JSON.stringify({ ts: new Date().toISOString(), event, round_num: number, ...more })}\n`;

/** Milliseconds, sorted. */
async function timesOf(url: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = performance.now();
    const answer = await fetch(url);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${url} answers with ${answer.status}`);
    times.push(performance.now() - at);
  }
  return times.toSorted((a, b) => a - b);
}

function spell(times: readonly number[]): string {
  const at = (share: number) => `${times[Math.floor(share * (times.length - 1))]!.toFixed(1)}`;
  return `best ${at(0)}, half ${at(0.5)}, 95 % ${at(0.95)} ms`;
}

function rssMb(pid: number): string {
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024).toFixed(0);
}

/** Reads a stream to its end, and tells of each mark when it comes. */
async function follow(url: string, onText: (text: string) => void, signal: AbortSignal): Promise<void> {
  const { body } = await fetch(`${url}api/stream`);
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => onText(decoder.decode(chunk)) });
  // Whoever ends it knows that it is over.
  await body!.pipeTo(sink, { signal }).catch(() => {});
}

async function report(name: string, url: string, pid: number): Promise<void> {
  say(name);
  for (const path of ["", "api/state"]) say(`  ${`/${path}`.padEnd(11)} ${spell(await timesOf(url + path, asked))}`);
  say(`  memory      ${rssMb(pid)} MB`);
}

async function measure(binary: string, { events, readers }: { readonly events: number; readonly readers: number }) {
  const project = await makeProject({ events });
  const log = `${project.folder}/logs/events-${new Date().toISOString().slice(0, 7)}.jsonl`;
  const args = ["monitor", "--mode", "http", "--port", "0"];
  const { folder: cwd, env } = project;
  const child = new Deno.Command(binary, { args, cwd, env, stdout: "piped", stderr: "null" }).spawn();
  const end = new AbortController();
  try {
    const url = await addressIn(child.stdout);
    await timesOf(url, 50);
    await report(`${events} events on file, no reader`, url, child.pid);
    const stuck = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
    await stuck.write(new TextEncoder().encode("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const seen = new Map<string, number>();
    const note = (text: string) => {
      for (const [mark] of text.matchAll(/bench-mark-\d+-/g)) seen.set(mark, (seen.get(mark) ?? 0) + 1);
    };
    const following = Array.from({ length: readers }, () => follow(url, note, end.signal));
    await until(async () => (await (await fetch(`${url}metrics`)).text()).includes(`page_streams ${readers + 1}\n`));
    await report(`${readers} readers and one that never reads`, url, child.pid);
    const delays: number[] = [];
    for (let i = 0; i < marks; i++) {
      const mark = `bench-mark-${i}-`;
      const at = performance.now();
      Deno.writeTextFileSync(log, eventOf(1e6 + i, "round_start", { phase: mark }), { append: true });
      await until(() => Promise.resolve((seen.get(mark) ?? 0) >= readers));
      delays.push(performance.now() - at);
    }
    say(`  an event, to all of them: ${spell(delays.toSorted((a, b) => a - b))}`);
    end.abort();
    stuck.close();
    await Promise.all(following);
  } finally {
    end.abort();
    try {
      child.kill("SIGTERM");
    } catch {
      // It has left by itself, which the error tells of.
    }
    await child.status;
    await project.remove();
  }
}

async function addressIn(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk);
    const url = /(http:\/\/\S+)/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the page did not start: ${text}`);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error("waited 30 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

if (import.meta.main) {
  const [binary, events = 1_000_000, readers = 200] = [Deno.args[0], ...Deno.args.slice(1).map(Number)];
  if (binary === undefined || !Number.isSafeInteger(events) || !Number.isSafeInteger(readers)) {
    complain("page: wanted a binary, and perhaps whole numbers: BINARY [EVENTS [READERS]]");
    Deno.exit(2);
  }
  await measure(binary, { events, readers });
}
