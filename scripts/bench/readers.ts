// Times the readers of agents' output: `deno run -A scripts/bench/readers.ts [READER ...]`, at most 1 s of CPU per 100 MB.
import process from "node:process";
import { agents } from "../../src/agents/registry.ts";
import type { AgentReader } from "../../src/core/agent.ts";
import { complain, say } from "../say.ts";
import { filesBelow, readText, root } from "../tree.ts";

const megabyte = 1e6;
/** As much as the round's tap reads at once. */
const pushBytes = 256 * 1024;
const mostCpuSeconds = 1;
const mostMegabytes = 40;

/** What one measurement found; memory is what the process grew by at most. */
interface Figures {
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

interface Load {
  readonly title: string;
  readonly megabytes: number;
  /** Bytes to repeat; null when the reader has nothing for this load. */
  block(reader: string): Uint8Array | null;
}

const loads: Readonly<Record<string, Load>> = {
  own: { title: "100 MB of its own records", megabytes: 100, block: goldenBlock },
  line: { title: "100 MB without a newline", megabytes: 100, block: () => filled("x") },
  object: { title: "100 MB of an object without a newline", megabytes: 100, block: () => filled('{"a":1},') },
  tiny: { title: "100 MB of tiny lines", megabytes: 100, block: () => filled("ok\n") },
  text: {
    title: "100 MB of lines of text",
    megabytes: 100,
    block: () => filled("The quick brown fox is at work on it.\n"),
  },
  endless: { title: "1 GB without a newline", megabytes: 1000, block: () => filled("x") },
};

function filled(text: string): Uint8Array {
  const piece = new TextEncoder().encode(text);
  const block = new Uint8Array(Math.floor(pushBytes / piece.length) * piece.length);
  for (let at = 0; at < block.length; at += piece.length) block.set(piece, at);
  return block;
}

/**
 * The recordings of runs in which all went well as one long run: without the records that end them, of which a run has
 * one, and without those in which requests were repeated, which takes an agent longer than it takes to read of it.
 */
function goldenBlock(reader: string): Uint8Array | null {
  const texts = filesBelow("tests/golden", "/expected.json")
    .filter((path) => path.replace("tests/golden/", "").replace(/-\d.*$/s, "") === reader)
    .filter((path) => !path.includes("_then_ok/"))
    .filter((path) => JSON.parse(readText(path) ?? "{}").verdicts?.[0] === "ok")
    .map((path) => readText(path.replace(/expected\.json$/, "stdout")) ?? "")
    .map((text) => text.replace(/[^\n]*\n?$/, ""));
  const text = texts.join("");
  return text === "" ? null : new TextEncoder().encode(text);
}

function feed(reader: AgentReader, block: Uint8Array, bytes: number): Figures {
  const before = Deno.memoryUsage().rss;
  let most = before;
  const started = process.cpuUsage();
  // Like the tap: one buffer for all reads, which never end where a line does.
  const buffer = new Uint8Array(pushBytes);
  let from = 0;
  for (let pushed = 0; pushed < bytes; pushed += pushBytes) {
    for (let at = 0; at < pushBytes;) {
      const part = block.subarray(from, from + pushBytes - at);
      buffer.set(part, at);
      at += part.length;
      from = (from + part.length) % block.length;
    }
    reader.push(buffer);
    reader.observe();
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  reader.judge({ kind: "exited", code: 0 });
  reader.lastLines();
  const used = process.cpuUsage(started);
  return { cpuSeconds: (used.user + used.system) / 1e6, megabytes: (most - before) / megabyte };
}

/** Run in a process of its own, so that one measurement leaves no garbage to the next. */
async function measureHere(name: string, loadName: string): Promise<void> {
  const load = loads[loadName];
  const agent = await agents.find((entry) => entry.name === name)?.load();
  const block = load?.block(name);
  if (!agent || !load || !block) return say("null");
  // The compiler gets to know the code before it is timed, as it does in the first seconds of a real round.
  feed(agent.createReader(), block, 10 * megabyte);
  say(JSON.stringify(feed(agent.createReader(), block, load.megabytes * megabyte)));
}

async function measure(name: string, loadName: string): Promise<Figures | null> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${root}/scripts/bench/readers.ts`, "--one", name, loadName],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function main(words: readonly string[]): Promise<number> {
  const [first, name, loadName] = words;
  if (first === "--one") {
    await measureHere(name ?? "", loadName ?? "");
    return 0;
  }
  let misses = 0;
  for (const entry of agents.filter((agent) => words.length === 0 || words.includes(agent.name))) {
    for (const [key, load] of Object.entries(loads)) {
      const figures = await measure(entry.name, key);
      if (!figures) continue;
      const { cpuSeconds, megabytes } = figures;
      const isMiss = cpuSeconds > mostCpuSeconds * load.megabytes / 100 || megabytes > mostMegabytes;
      if (isMiss) misses++;
      const spelled = `${cpuSeconds.toFixed(2).padStart(7)} s CPU ${megabytes.toFixed(0).padStart(5)} MB`;
      say(`${entry.name.padEnd(12)}${load.title.padEnd(40)}${spelled}${isMiss ? "  <- too much" : ""}`);
    }
  }
  if (misses > 0) complain(`bench: ${misses} above 1 s of CPU per 100 MB or ${mostMegabytes} MB of memory`);
  return misses > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
