// Measures how the witness looks at a log folder: `deno run -A scripts/bench/monitor_feed.ts [EVENTS [LOOKS]]`.
import { LocalFeed } from "../../src/monitor/feed_local.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoHost } from "../../src/ports/deno/host.ts";
import { denoLock } from "../../src/ports/deno/lock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { looksPerCollection } from "../../src/monitor/tidy.ts";
import { complain, say } from "../say.ts";
import { runDeno } from "../toolchain.ts";
import { makeProject } from "./project.ts";

const never = new AbortController().signal;
const ticksPerSecond = 100;

/** CPU seconds of this process so far; Linux only. */
function cpuSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory this process ever had, MiB. */
function peakMb(): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]) / 1024;
}

function rssMb(): number {
  return Deno.memoryUsage().rss / 1024 ** 2;
}

/** What one process needs to look at a folder; nothing else runs in it. */
async function measure(logDir: string, looks: number): Promise<void> {
  const startMb = rssMb();
  const feed = new LocalFeed({ files: denoFiles(), lock: denoLock(), clock: Date, logDir });
  const startedAt = performance.now();
  let first = await feed.look(never);
  const firstMs = performance.now() - startedAt;
  if (first.kind === "blind") throw new Error(first.reason);
  const count = first.events.length;
  say(
    `first look      ${firstMs.toFixed(0).padStart(6)} ms  ${count} events handed out, at most ${
      peakMb().toFixed(0)
    } MB`,
  );
  first = { ...first, events: [] };
  const host = denoHost(denoProcesses());
  const row: number[] = [];
  const before = cpuSeconds();
  for (let i = 0; i < looks; i++) {
    const look = await feed.look(never);
    if (look.kind === "blind" || look.events.length > 0) throw new Error("something new in a folder that stands still");
    // As the watch does, which rests between looks.
    if (i % looksPerCollection === 0) {
      host.collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (i % Math.ceil(looks / 5) === 0) row.push(rssMb());
  }
  const each = (cpuSeconds() - before) / looks * 1000;
  row.push(rssMb());
  say(`nothing new     ${each.toFixed(3).padStart(6)} ms of CPU a look, over ${looks} looks`);
  say(`memory          ${row.map((mb) => mb.toFixed(0)).join(" ")} MB on the way, ${startMb.toFixed(0)} MB before`);
  await feed.close();
}

async function main(words: readonly string[]): Promise<number> {
  if (words[0] === "measure") {
    await measure(words[1]!, Number(words[2]));
    return 0;
  }
  const [events, looks] = [Number(words[0] ?? 1_000_000), Number(words[1] ?? 10_000)];
  if (![events, looks].every((count) => Number.isSafeInteger(count) && count > 0)) {
    complain("monitor_feed: wanted whole numbers: [EVENTS [LOOKS]]");
    return 2;
  }
  const project = await makeProject({ events });
  try {
    say(`a log folder with ${events} events`);
    const script = new URL(import.meta.url).pathname;
    const call = ["run", "-A", "--no-check", script, "measure", `${project.folder}/logs`, String(looks)];
    const { code, stdout, stderr } = await runDeno(call, { limitSeconds: 300 });
    say(`${stdout}${stderr}`.trimEnd());
    return code;
  } finally {
    await project.remove();
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
